/**
 * An instant before the first event of a log: there is nothing to be told of it, and every view says so. Not here:
 * logs whose beginning is gone (spec/adapters/replay-log.int.spec.ts); --step, which begins there, and --diff.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cleanUp, run } from '../support/supervisor';
import { temporaryDirectory } from '../support/temporary-directory';

afterAll(cleanUp);

const demo = join(__dirname, '../golden/demo.v1.jsonl');

describe('an instant before the first event', () => {
  it.each([
    ['minit-replay', [demo], '', 1],
    ['minit-replay', [demo, '--json'], '', 1],
    ['minit-replay', [demo, '--why', 'web'], '', 1],
    ['minit-replay', [demo, '--what-if', ''], '', 1],
    ['minit-chart', [demo], '', 1],
    ['minit-plan', ['stop', 'web', '--log', demo], '', 1],
    ['minit-diagram', ['deps', '--log', demo], 'fatal: ', 1],
    ['minit-diagram', ['sequence', demo], 'fatal: ', 1],
  ])('is refused by %s %j', (name, args, severity, code) => {
    for (const at of ['0', '+0.001', '1999-01-01'])
      expect(run(name, [...args, '--at', at])).toEqual({
        code,
        stdout: '',
        stderr: `${name}: ${severity}the log has no event up to there\n`,
      });
  });

  it('is not that of a damaged log, where that is what is to be told', () => {
    const log = join(temporaryDirectory(), 'log');
    writeFileSync(log, readFileSync(demo, 'utf8').replace('"seq":1,', '"seq":7,'));
    for (const [name, ...args] of [
      ['minit-replay', log],
      ['minit-replay', log, '--why', 'web'],
      ['minit-plan', 'stop', 'web', '--log', log],
    ] as const) {
      const { code, stderr } = run(name, args);
      expect([code, stderr]).toEqual([
        2,
        expect.stringMatching(/:2: damaged: its check does not match/u),
      ]);
    }
    expect(run('minit-replay', [log]).stdout).toMatch(/^event 0, 0\.00 s after the start; /mu);
  });
});
