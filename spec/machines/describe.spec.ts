/**
 * The words for people, verbatim: reasons, ends, durations, transitions.
 *
 * @module
 */
import {
  describeDuration,
  describeExit,
  describeTransition,
  reasonOf,
  signalName,
} from '../../machines/describe';
import {
  askedInJson,
  exited,
  fired,
  given,
  signalled,
  spawnFailed,
  type Scenario,
} from '../support/given';

const stop = (service: string) => askedInJson({ do: 'stop', service });
const sync = { mode: 'sync' } as const;

const reasons: readonly (readonly [string, Scenario])[] = [
  [
    'not started',
    given({ web: { depends: ['a'] }, a: sync })
      .boots('web')
      .when(stop('web')),
  ],
  ['waiting for a', given({ web: { depends: ['a'] }, a: sync }).boots('web')],
  [
    'waiting for a, b, c and 1 more',
    given({ web: { depends: ['a', 'b', 'c', 'd'] }, a: sync, b: sync, c: sync, d: sync }).boots(
      'web',
    ),
  ],
  [
    'its directory is being read',
    given({ web: { mode: 'respawn' } })
      .boots('web')
      .after(2000)
      .withoutAnswers()
      .when(exited('web')),
  ],
  ['its process is being made', given({ web: { spawn: 'hangs' } }).boots('web')],
  ['pid 101', given({ web: {} }).boots('web')],
  [
    'pid 101, paused',
    given({ web: {} })
      .boots('web')
      .when(askedInJson({ do: 'signal', service: 'web', signal: 19 })),
  ],
  [
    'exited 0 after 0.50 s; the PID of its daemon is to come',
    given({ web: {} })
      .boots('web')
      .after(500)
      .when(askedInJson({ do: 'expect-pid', service: 'web' }), exited('web')),
  ],
  ['asked to stop (terminating)', given({ web: {} }).boots('web').when(stop('web'))],
  [
    'asked to stop (killing)',
    given({ web: {} }).boots('web').when(signalled('SIGTERM'), fired('stop:web')),
  ],
  [
    'stopping, will start again (terminating)',
    given({ web: {} })
      .boots('web')
      .when(stop('web'), askedInJson({ do: 'start', service: 'web' })),
  ],
  [
    'exited 1 after 0.25 s',
    given({ web: { mode: 'respawn' } })
      .boots('web')
      .after(250)
      .when(exited('web', 1)),
  ],
  [
    'cannot make a process: too many processes just now (EAGAIN)',
    given({ web: { spawn: 'hangs' } })
      .boots('web')
      .when(spawnFailed('web', 'fork', 'EAGAIN')),
  ],
  [
    'cannot execute its program (run): permission denied (EACCES)',
    given({ web: { spawn: ['execute', 'EACCES'] }, k: {} }).boots('web', 'k'),
  ],
  [
    'killed by SIGKILL after 12.0 s',
    given({ web: {}, k: {} }).boots('web', 'k').after(12_000).when(exited('web', 'KILL')),
  ],
  [
    'exited 2 after 1.00 s',
    given({ web: sync, k: {} }).boots('web', 'k').after(1000).when(exited('web', 2)),
  ],
  [
    'a bundle: its dependencies were started',
    given({ web: { run: false }, k: {} }).boots('web', 'k'),
  ],
];

describe('the reason of a state', () => {
  it.each(reasons)('is: %s', (text, scenario) => {
    expect(reasonOf(scenario.service('web'))).toBe(text);
  });
});

describe('a transition', () => {
  const last = (scenario: Scenario) => scenario.transitions.map(describeTransition);

  it('to a restart at once says how the process ended', () => {
    expect(
      last(
        given({ web: { mode: 'respawn' } })
          .boots('web')
          .after(2000)
          .when(exited('web', 1)),
      ),
    ).toEqual(['exited 1 after 2.00 s; again', 'its process is being made', 'pid 102']);
  });

  it('to a pause says that it will start again', () => {
    expect(
      last(
        given({ web: { mode: 'respawn' } })
          .boots('web')
          .when(exited('web', 1)),
      ),
    ).toEqual(['exited 1 after 0.00 s; again soon']);
  });

  it('to a retry says what failed', () => {
    const scenario = given({ web: { mode: 'respawn', spawn: 'hangs' } })
      .boots('web')
      .when(spawnFailed('web', 'execute', 'ENOENT'));
    expect(last(scenario)).toEqual([
      'cannot execute its program (run): no such file or directory (ENOENT); again soon',
    ]);
  });
});

describe('an end', () => {
  it.each([
    [{ code: 0 }, 'exited 0'],
    [{ signal: 9 }, 'killed by SIGKILL'],
    [{ signal: 11, coreDumped: true as const }, 'killed by SIGSEGV (core dumped)'],
    [{ signal: 34 }, 'killed by signal 34'],
    [{ unknown: true as const }, 'ended'],
  ])('%j is: %s', (status, text) => {
    expect(describeExit(status)).toBe(text);
  });

  it('names the signals of signal(7)', () => {
    expect([1, 2, 15, 18, 19].map(signalName)).toEqual([
      'SIGHUP',
      'SIGINT',
      'SIGTERM',
      'SIGCONT',
      'SIGSTOP',
    ]);
  });
});

describe('a duration', () => {
  it.each([
    [0, '0.00 s'],
    [250_000, '0.25 s'],
    [9_990_000, '9.99 s'],
    [12_340_000, '12.3 s'],
    [185_000_000, '3 min 5 s'],
    [7_620_000_000, '2 h 7 min'],
  ])('of %i µs is %s', (microseconds, text) => {
    expect(describeDuration(microseconds)).toBe(text);
  });

  it.each([
    [9_999_000, '10.0 s'],
    [59_990_000, '1 min 0 s'],
  ])('of %i µs does not show a unit that is full: %s', (microseconds, text) => {
    expect(describeDuration(microseconds)).toBe(text);
  });
});
