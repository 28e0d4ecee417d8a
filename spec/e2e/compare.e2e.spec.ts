/**
 * `minit-replay --compare` on logs of real boots. Not here: every kind of difference, and small
 * differences of time (spec/insight/compare.spec.ts).
 */
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { encodeLine } from '../../adapters/event-log/records';
import { createEventLog } from '../../adapters/event-log/writer';
import { foldTurn } from '../../effects/loop';
import { initialState } from '../../machines/fold';
import { toPlain } from '../../machines/snapshot';
import { cleanUp, run } from '../support/supervisor';
import { temporaryDirectory } from '../support/temporary-directory';
import { bootTree } from '../support/world';
import { stackTrace } from './fixtures-bad/bad-input';

afterAll(cleanUp);

const golden = (name: string): string => join(__dirname, `../golden/${name}.v1.jsonl`);
const demo = golden('demo');
const compare = (...args: readonly string[]) => run('minit-replay', ['--compare', ...args]);

/** A copy of the log of the demo, with its bytes changed. */
function changedDemo(change: (text: string) => string): string {
  const path = join(temporaryDirectory(), 'changed.jsonl');
  writeFileSync(path, change(readFileSync(demo, 'utf8')));
  return path;
}

/** The log of a service that ends every second and is started again, in segments of a few events each. */
function rotatedLog(segmentsMax: number): { directory: string; segments: string[] } {
  const { world, advance } = bootTree({
    tree: { default: { mode: 'respawn' } },
    behaviours: { default: [{ livesUs: 1_000_000 }] },
  });
  advance(20_000_000);
  const directory = temporaryDirectory();
  const log = createEventLog({
    directory,
    header: {
      ...{ boot: '00000000-0000-4000-8000-000000000001', wallAt: '2026-01-01T00:00:00.000Z' },
      ...{ at: 0, program: '0.1.0', flags: [], argv: ['minit'], host: 'spec', node: 'v20' },
    },
    now: () => 0,
    limits: { segmentBytesMax: 4_000, segmentsMax, bufferBytesMax: 1_000_000 },
  });
  log.open(1);
  let state = initialState();
  for (const { at, event } of world.records) {
    const turn = foldTurn(state, [{ at, event }]);
    ({ state } = turn);
    log.append(turn.records, () => toPlain(turn.state));
  }
  const segments = readdirSync(directory).sort();
  return { directory, segments: segments.map((name) => join(directory, name)) };
}

describe('--compare', () => {
  it('of a log with itself: no difference', () => {
    expect(compare(demo, demo)).toEqual({
      code: 0,
      stdout: [
        '1: boot of /etc/minit on golden, 2026-11-24T03:20:16.122Z, settled after 1.025 s',
        '2: boot of /etc/minit on golden, 2026-11-24T03:20:16.122Z, settled after 1.025 s',
        '',
        'no difference; durations that differ by no more than 10 ms and 20 % count as the same',
        '',
      ].join('\n'),
      stderr: '',
    });
  });

  it('tells the differences of two boots', () => {
    const ran = compare(demo, golden('faults'));
    expect({ ...ran, stdout: '' }).toEqual({ code: 1, stdout: '', stderr: '' });
    expect(ran.stdout).toMatchSnapshot();
  });

  it('tells them as JSON, up to an instant of both', () => {
    const { code, stdout } = compare('--json', '--at', '+0.02', golden('end'), golden('faults'));
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toMatchSnapshot();
  });

  it('takes the tolerance that it is given', () => {
    const early = ['--at', '12'];
    const cut = changedDemo((text) => `${text.split('\n').slice(0, 13).join('\n')}\n`);
    expect(compare(...early, demo, cut, '--tolerance', '0,0')).toMatchObject({ code: 0 });
    expect(compare(demo, cut, '--tolerance', '0,0')).toMatchObject({ code: 1 });
  });

  it.each([
    ['one log', [demo], '--compare takes two logs, not 1: --compare LOG1 LOG2'],
    [
      'three logs',
      [demo, demo, demo],
      'error: too many arguments. Expected 2 arguments but got 3.',
    ],
    ['no log', [], "error: missing required argument 'log'"],
    ['a missing log', [demo, '/no/such/log'], '/no/such/log does not exist'],
    ['a missing first log', ['/no/such/log', demo], '/no/such/log does not exist'],
    ['a foreign file', [demo, __filename], `${__filename} is no event log of minit`],
    [
      'what is no instant',
      [demo, demo, '--at', 'noon'],
      '"noon" is no instant: give a sequence number, +SECONDS since the start, or a time such as 2026-11-24T03:20:16.122Z',
    ],
    [
      'an instant before all events',
      [demo, demo, '--at', '0'],
      `${demo}: the log has no event up to there`,
    ],
    [
      'half a tolerance',
      [demo, demo, '--tolerance', '5'],
      '--tolerance takes milliseconds and percent, such as 10,20, not "5"',
    ],
    [
      'an unknown option',
      [demo, demo, '--tolerant'],
      "error: unknown option '--tolerant'\n(Did you mean --tolerance?)",
    ],
  ])('refuses %s', (_what, args, told) => {
    expect(compare(...args)).toEqual({ code: 2, stdout: '', stderr: `minit-replay: ${told}\n` });
  });

  it('compares what comes before a damaged line, and says so', () => {
    const damaged = changedDemo((text) => text.replace('"seq":30', '"seq":31'));
    const { code, stdout, stderr } = compare(demo, damaged);
    expect(code).toBe(2);
    expect(stdout).toMatch(/^1: boot of [^]*\n2: boot of [^]*not settled[^]*went otherwise:/u);
    expect(stderr).toBe(`minit-replay: ${damaged}:31: damaged: its check does not match\n`);
    expect(stdout + stderr).not.toMatch(stackTrace);
  });
});

describe('--compare of a log that does not fold as it did', () => {
  it('is refused: what was compared would not be what happened', () => {
    let check = 0;
    const path = changedDemo((text) =>
      text
        .trimEnd()
        .split('\n')
        .map((line) => {
          const { check: _, ...json } = JSON.parse(line) as Record<string, unknown>;
          const encoded = encodeLine(
            JSON.stringify(json['seq'] === 5 ? { ...json, effects: [] } : json),
            check,
          );
          ({ check } = encoded);
          return encoded.line;
        })
        .join(''),
    );
    expect(compare(demo, path)).toEqual({
      code: 2,
      stdout: '',
      stderr: `minit-replay: ${path}: event 5 does not fold as it did; see minit-replay --verify\n`,
    });
  });
});

describe('--compare of a rotated log', () => {
  it('is refused where the beginning of the boot is gone', () => {
    const { directory, segments } = rotatedLog(3);
    expect(compare(directory, demo)).toEqual({
      code: 2,
      stdout: '',
      stderr: `minit-replay: ${segments[0] ?? ''}: the beginning of the boot is gone\n`,
    });
  });

  it('tells which events are missing in the middle', () => {
    const { directory, segments } = rotatedLog(100);
    expect(compare(directory, directory)).toMatchObject({ code: 0, stderr: '' });
    rmSync(segments[2] ?? '');
    const { code, stdout, stderr } = compare(directory, directory);
    expect([code, stdout]).toEqual([0, expect.stringContaining('no difference')]);
    expect(stderr).toMatch(
      /^(?:minit-replay: .*minit-000001\.jsonl: events \d+ to \d+ are not in the log, and not compared\n){2}$/u,
    );
  });
});

describe('any other view', () => {
  it.each([[[]], [['--verify']], [['--diff', '1', '2']]])('%j takes one log only', (args) => {
    expect(run('minit-replay', [demo, demo, ...args])).toEqual({
      code: 1,
      stdout: '',
      stderr: 'minit-replay: takes one log, not 2; two with --compare\n',
    });
  });
});
