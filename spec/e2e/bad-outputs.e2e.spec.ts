/**
 * Files to write that are the very log that is read: refused, and the log is left as it is. Not here: files that
 * cannot be written (chart.e2e, spec/cli/minit-diagram.int.spec.ts).
 */
import { copyFileSync, linkSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { cleanUp, run } from '../support/supervisor';
import { temporaryDirectory } from '../support/temporary-directory';

afterAll(cleanUp);

const demo = join(__dirname, '../golden/demo.v1.jsonl');

describe('an output that is the log which is read', () => {
  const directory = temporaryDirectory();
  const log = join(directory, 'minit-000001.jsonl');
  copyFileSync(demo, log);
  const elsewhere = temporaryDirectory();
  mkdirSync(join(elsewhere, 'sub'));
  const names = { plain: log, link: join(elsewhere, 'link'), hard: join(elsewhere, 'sub/hard') };
  symlinkSync(log, names.link);
  linkSync(log, names.hard);

  describe.each(Object.entries(names))('by its name, or another (%s)', (_, output) => {
    it.each([
      ['minit-replay', ['--inspect', 'OUT', 'LOG'], ''],
      ['minit-replay', ['--html', 'OUT', 'LOG'], ''],
      ['minit-replay', ['LOG', '--what-if', 'web exits at +1.025s', '--log', 'OUT'], ''],
      ['minit-chart', ['LOG', '--output', 'OUT'], ''],
      ['minit-chart', ['LOG', '--critical', '--output', 'OUT'], ''],
      ['minit-diagram', ['deps', '--log', 'LOG', '--output', 'OUT'], 'fatal: '],
      ['minit-diagram', ['chart', 'LOG', '--service', 'web', '--output', 'OUT'], 'fatal: '],
      ['minit-diagram', ['sequence', 'LOG', '--output', 'OUT'], 'fatal: '],
    ])('is refused by %s %j', (name, args, severity) => {
      for (const path of [log, directory]) {
        const ran = run(
          name,
          args.map((arg) => arg.replace('LOG', path).replace('OUT', output)),
        );
        expect(ran).toEqual({
          code: 1,
          stdout: '',
          stderr: `${name}: ${severity}unable to write ${JSON.stringify(output)}: it is the log that is read\n`,
        });
        expect(readFileSync(log).equals(readFileSync(demo))).toBe(true);
      }
    });
  });

  it('is another file beside it: that is written', () => {
    const output = join(directory, 'chart.svg');
    expect(run('minit-chart', [directory, '--output', output])).toMatchObject({ code: 0 });
    expect(run('minit-chart', [directory, '--output', output])).toMatchObject({ code: 0 });
    expect(readFileSync(output, 'utf8')).toMatch(/^<svg/u);
  });
});
