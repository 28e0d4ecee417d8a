/**
 * What a log lacks without being damaged: a torn end, and a segment that is none. Every view of every program
 * says so, and is content. Not here: the default view, which has it among its lines (bad-replay.e2e).
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cleanUp, run } from '../support/supervisor';
import { temporaryDirectory } from '../support/temporary-directory';

afterAll(cleanUp);

const demo = join(__dirname, '../golden/demo.v1.jsonl');

/** A log whose last line is torn, beside a segment that is none. */
const lacking = temporaryDirectory();
const [torn, foreign] = [1, 2].map((number) => join(lacking, `minit-00000${String(number)}.jsonl`));
writeFileSync(torn ?? '', readFileSync(demo).subarray(0, -20));
writeFileSync(foreign ?? '', 'hello\n');

describe('what a log lacks', () => {
  it.each([
    ['minit-replay', ['LOG', '--why', 'web'], 0],
    ['minit-replay', ['LOG', '--why', 'web', '--json'], 0],
    ['minit-replay', ['LOG', '--diff', '3', '5'], 0],
    ['minit-replay', ['LOG', '--what-if', ''], 0],
    ['minit-replay', ['LOG', '--step'], 0],
    ['minit-replay', ['LOG', '--inspect'], 0],
    ['minit-replay', ['LOG', '--html', 'LOG/written'], 0],
    ['minit-replay', ['--compare', 'DEMO', 'LOG'], 1],
    ['minit-chart', ['LOG'], 0],
    ['minit-chart', ['LOG', '--text'], 0],
    ['minit-chart', ['LOG', '--critical'], 0],
    ['minit-chart', ['LOG', '--trace'], 0],
    ['minit-plan', ['stop', 'web', '--log', 'LOG'], 0],
    ['minit-diagram', ['deps', '--log', 'LOG'], 0],
    ['minit-diagram', ['chart', 'LOG', '--service', 'web'], 0],
    ['minit-diagram', ['sequence', 'LOG'], 0],
  ])('is said by %s %j', (name, args, code) => {
    const ran = run(
      name,
      args.map((arg) => arg.replace('LOG', lacking).replace('DEMO', demo)),
    );
    expect({ ...ran, stdout: '', stderr: ran.stderr.replaceAll(lacking, 'LOG') }).toEqual({
      code,
      stdout: '',
      stderr: [
        `${name}: note: LOG/minit-000002.jsonl passed over: LOG/minit-000002.jsonl is no event log of minit`,
        `${name}: note: LOG/minit-000001.jsonl:44: torn last line cut off (216 bytes)`,
        '',
      ].join('\n'),
    });
  });

  it('and what is beyond the instant is of no interest', () => {
    expect(run('minit-replay', [torn ?? '', '--why', 'web', '--at', '5']).stderr).toBe('');
  });
});
