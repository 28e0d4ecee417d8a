/**
 * What each request on the FIFO is answered, in the original's bytes (`|` is a NUL) and in our
 * own client's JSON, in every state of a service: minit-compat.md, "FIFO protocol".
 *
 * @module
 */
import { requestBytesMax } from '../../machines/limits';
import {
  asked,
  askedInJson,
  exited,
  fired,
  given,
  probed,
  read,
  signalled,
  spawned,
  spawnFailed,
  systemError,
  type Scenario,
  type Tree,
} from '../support/given';

const stop = (service: string) => askedInJson({ do: 'stop', service });
const hang = { web: { mode: 'respawn', spawn: 'hangs' }, k: {} } as const;
const respawn = { web: { mode: 'respawn' }, k: {} } as const;

/** `web` in each state, 7 s after it got there; its first process has PID 102. */
const inState: Readonly<Record<string, () => Scenario>> = {
  'never heard of': () => given({ k: {} }).boots('k'),
  down: () =>
    given({ web: { depends: ['db'] }, db: { mode: 'sync' }, k: {} })
      .boots('k', 'web')
      .when(stop('web')),
  'waiting-deps': () =>
    given({ web: { depends: ['db'] }, db: { mode: 'sync' }, k: {} }).boots('k', 'web'),
  'starting.reading': () =>
    given(respawn).boots('k', 'web').after(1000).withoutAnswers().when(exited('web')),
  'starting.spawning': () => given(hang).boots('k', 'web'),
  'running.ready': () => given(respawn).boots('k', 'web'),
  'running.paused': () =>
    given(respawn)
      .boots('k', 'web')
      .when(askedInJson({ do: 'signal', service: 'web', signal: 19 })),
  'running.backgrounded': () =>
    given(respawn)
      .boots('k', 'web')
      .when(askedInJson({ do: 'expect-pid', service: 'web' }), exited('web')),
  'stopping.terminating': () => given(respawn).boots('k', 'web').after(1000).when(stop('web')),
  'stopping.spawning': () => given(hang).boots('k', 'web').when(stop('web')),
  respawning: () => given(respawn).boots('k', 'web').when(exited('web')),
  'sync-done': () =>
    given({ web: { mode: 'sync' }, k: {} })
      .boots('k', 'web')
      .when(exited('web')),
  finished: () => given({ web: {}, k: {} }).boots('k', 'web').when(exited('web')),
  failed: () => given({ web: { spawn: ['execute', 'ENOENT'] }, k: {} }).boots('k', 'web'),
};

describe('control', () => {
  // Each row: p, u, r, R, d, C, s. `probe` is answered later, `…` when the outcome is known.
  it.each([
    ['never heard of', '0', '0', '0', '0', '0', '0', '0'],
    ['down', '0', '7', '1', '1', '1:db|||', '1', '1'],
    ['waiting-deps', '0', '7', '1', '1', '1:db|||', '1', '1'],
    ['starting.reading', '0', '7', '1', '1', '1:||', '1', '…'],
    ['starting.spawning', '0', '7', '1', '1', '1:||', '1', '…'],
    ['running.ready', '102', '7', '1', '1', '1:||', 'probe', '1'],
    ['running.paused', '102', '7', '1', '1', '1:||', 'probe', '1'],
    ['running.backgrounded', '0', '7', '1', '1', '1:||', '1', '1'],
    ['stopping.terminating', '102', '8', '1', '1', '1:||', 'probe', '1'],
    ['stopping.spawning', '0', '7', '1', '1', '1:||', '1', '1'],
    ['respawning', '0', '7', '1', '1', '1:||', '1', '1'],
    ['sync-done', '1', '7', '1', '1', '1:||', '1', '1'],
    ['finished', '1', '7', '1', '1', '1:||', '1', '1'],
    ['failed', '1', '7', '1', '1', '1:||', '1', '0'],
  ])(
    'answers of a service that is %s: p %s, u %s, r %s, R %s, d %s, C %s, s %s',
    (state, ...replies) => {
      for (const [index, letter] of Array.from('purRdCs').entries()) {
        const scenario = inState[state]?.().after(7000);
        if (scenario === undefined) throw new Error(state);
        expect(scenario.stateOf('web')).toBe(state === 'never heard of' ? 'unknown' : state);
        const expected = replies[index];
        scenario.when(asked(`${letter}web`));
        if (expected === 'probe') scenario.asks(`ProbeProcess ${String(scenario.pidOf('web'))}`);
        else if (expected === '…')
          scenario.asks(`StartTimer reply:${String(scenario.state.seq)} 1000`);
        else scenario.replies(expected ?? '');
      }
    },
  );

  describe('asked to start', () => {
    it('answers 1 when the process is there', () => {
      given({ web: {}, k: {} }).boots('k').when(asked('sweb')).replies('1');
    });

    it('answers nothing before it knows', () => {
      given({ web: { spawn: 'hangs' }, k: {} })
        .boots('k')
        .when(asked('sweb'))
        .asks('StartTimer reply:4 1000', 'SpawnProcess web');
    });

    it('answers 0 when the process cannot be started', () => {
      given({ web: { spawn: 'hangs' }, k: {} })
        .boots('k')
        .when(asked('sweb'))
        .when(spawnFailed('web', 'execute', 'EACCES'))
        .replies('0');
    });

    it('answers 0 when a service that respawns must try again', () => {
      given({ web: { mode: 'respawn', spawn: ['execute', 'EACCES'] }, k: {} })
        .boots('k')
        .when(asked('sweb'))
        .replies('0');
    });

    it('answers 1 at once when it must wait for a dependency', () => {
      given({ web: { depends: ['db'] }, db: { mode: 'sync' }, k: {} })
        .boots('k')
        .when(asked('sweb'))
        .replies('1');
    });

    it('answers 1 after a second when the exec hangs', () => {
      given({ web: { spawn: 'hangs' }, k: {} })
        .boots('k')
        .when(asked('sweb'))
        .when(fired('reply:4'))
        .asks('Reply 1')
        .when(spawned('web'))
        .asks();
    });

    it('goes on waiting after a second when not even the directory could be read', () => {
      given({ web: { spawn: 'hangs' }, k: {} })
        .boots('k')
        .withoutAnswers()
        .when(asked('sweb'), fired('reply:4'))
        .asks('StartTimer reply:4 1000', 'StartTimer reply:4 1000')
        .when(read('web'))
        .when(fired('reply:4'))
        .asks('Reply 1');
    });

    it('answers 0 for what does not exist, and drops the limit on its time', () => {
      given({ k: {} })
        .boots('k')
        .when(asked('sgone'))
        .asks('StartTimer reply:4 1000', 'Reply 0', 'CancelTimer reply:4');
    });

    it('answers 0 when the directory of a finished service is gone', () => {
      given({ web: {}, k: {} })
        .boots('web', 'k')
        .when(exited('web'))
        .edits('web', undefined)
        .when(asked('sweb'))
        .replies('0');
    });

    it('answers two who ask for the same one each', () => {
      const scenario = given({ web: { spawn: 'hangs' }, k: {} })
        .boots('k')
        .when(asked('sweb'), asked('sweb'));
      expect(scenario.linesOf('Reply')).toEqual([]);
      expect(scenario.when(spawned('web')).linesOf('Reply')).toEqual(['Reply 1', 'Reply 1']);
    });

    it('starts the dependencies, too', () => {
      given({ web: { depends: ['db'] }, db: {}, k: {} })
        .boots('k')
        .when(asked('sweb'))
        .starts('db', 'web');
    });

    it('answers 0 during the shutdown', () => {
      given({ web: {}, k: {} })
        .boots('k')
        .when(signalled('SIGTERM'))
        .when(asked('sweb'))
        .asks('Reply 0');
    });

    it('answers 0 to who waits when the shutdown begins', () => {
      given({ web: { spawn: 'hangs' }, k: {} })
        .boots('k')
        .when(asked('sweb'))
        .when(signalled('SIGTERM'))
        .replies('0');
    });

    it('answers 0 to all who wait for a walk when the shutdown begins', () => {
      const scenario = given({ a: {}, b: {}, k: {} })
        .boots('k')
        .withoutAnswers()
        .when(asked('sa'), asked('sb'))
        .when(signalled('SIGTERM'));
      expect(scenario.linesOf('Reply')).toEqual(['Reply 0', 'Reply 0']);
    });
  });

  describe('asked to stop', () => {
    /** `web` is down, and the walk waits for a directory that cannot be read just now. */
    const whileWalkWaits = (tree: Tree = {}): Scenario =>
      given({ web: { mode: 'respawn' }, slow: {}, k: {}, ...tree })
        .bootsAs('machine', 'k', 'web')
        .when(stop('web'), exited('web', 'TERM'))
        .withoutAnswers()
        .when(asked('sslow'), {
          type: 'ServiceMissing',
          service: 'slow',
          error: systemError('EMFILE'),
        });
    const startInJson = askedInJson({ do: 'start', service: 'web', respawn: true });

    it('does not start what was asked for before and still waits', () => {
      const scenario = whileWalkWaits().when(asked('sweb'), startInJson).when(stop('web'));
      expect(scenario.linesOf('Reply')).toEqual([
        'Reply 0',
        'Reply {"minit":1,"ok":false,"problem":"set down meanwhile"}',
        'Reply {"minit":1,"ok":true}',
      ]);
      scenario.when(fired('read:slow'), read('slow')).starts('slow').reads('slow');
      scenario.is({ web: 'finished' });
    });

    it('does not start what is just being read either, and goes on to the next one', () => {
      const scenario = given({ web: {}, next: {}, k: {} })
        .boots('web', 'k')
        .when(exited('web'))
        .withoutAnswers()
        .when(asked('sweb'), asked('snext'))
        .when(stop('web'))
        .reads('next');
      expect(scenario.linesOf('Reply')).toEqual(['Reply 0', 'Reply {"minit":1,"ok":true}']);
      scenario.when(read('web'), read('next')).starts('next').is({ web: 'finished' });
    });

    it('starts nothing by a key that was pressed before', () => {
      whileWalkWaits({ web: {}, kbreq: {} })
        .when(signalled('SIGWINCH'), read('slow'), read('kbreq'), spawned('kbreq'))
        .when(exited('kbreq'))
        .when(asked('sweb'), signalled('SIGWINCH'), stop('kbreq'))
        .when(read('web'))
        .reads()
        .is({ kbreq: 'finished' });
    });

    it('starts what is asked for afterwards', () => {
      whileWalkWaits()
        .when(stop('web'), startInJson)
        .when(read('slow'), read('web'))
        .starts('slow', 'web');
    });

    it('starts all the same what needs it and was asked for before', () => {
      whileWalkWaits({ app: { depends: ['web'] } })
        .when(asked('sapp'), stop('web'))
        .when(read('slow'), read('app'))
        .starts('slow', 'app');
    });

    it('does not take back a start with the respawn flag alone, as the original', () => {
      whileWalkWaits()
        .when(startInJson, asked('rweb'))
        .when(read('slow'), read('web'))
        .starts('slow', 'web');
    });
  });

  describe('told a PID', () => {
    it.each([
      ['P', 'names no service'],
      ['Pweb', 'has no PID'],
      ['Pweb|', 'has an empty PID'],
      ['Pweb|0|', 'has PID 0'],
      ['Pweb|1|', 'has the PID of init'],
      ['Pweb|x|', 'has no number'],
      ['Pweb|12x|', 'has more than a number'],
      ['Pweb|-5|', 'has a negative number'],
      ['Pweb|4294967301|', 'has a PID that no kernel gives'],
      ['Pgone|500|', 'names an unknown service'],
      ['Pk|77|', 'has the PID of minit'],
      ['Pk|102|', 'has the PID of another service'],
    ])('answers 0 to %s, which %s', (request) => {
      const scenario = given({ web: {}, k: {} })
        .boots('k', 'web')
        .when(asked(request))
        .replies('0');
      expect(scenario.linesOf('ProbeProcess', 'WatchProcess')).toEqual([]);
    });

    it('answers 0 when there is no such process', () => {
      given({ web: {} })
        .boots('web')
        .when(asked('Pweb|500|'))
        .when(probed(false))
        .asks('Reply 0')
        .is({ web: 'running.ready' });
    });

    it('takes a PID without its last NUL', () => {
      given({ web: {} }).boots('web').when(asked('Pweb|500')).when(probed(true)).replies('1');
    });

    it('answers p with that PID from then on', () => {
      given({ web: {} })
        .boots('web')
        .when(asked('Pweb|500|'), probed(true))
        .when(asked('pweb'))
        .replies('500');
    });
  });

  it.each([
    ['Pweb|500|', '0'],
    ['Cweb', '1'],
  ])('answers %s, whose process is being looked for, when minit ends: %s', (request, refusal) => {
    const scenario = given({ web: {} }).boots('web').when(asked(request)).when(exited('web'));
    expect(scenario.linesOf('Reply', 'ExitSupervisor')).toEqual([
      'ExitSupervisor 0',
      `Reply ${refusal}`,
    ]);
    scenario.when(probed(true)).asks();
  });

  it('gives a PID to the first of two services that are told it at the same time', () => {
    const scenario = given({ a: {}, b: {} })
      .boots('a', 'b')
      .when(asked('Pa|500|'), asked('Pb|500|'));
    const [first = ''] = [...scenario.state.pendingProbes.keys()].sort();
    scenario
      .when({ type: 'ProcessProbed', request: Number(first), pid: 500, alive: true })
      .asks('Reply 1', 'WatchProcess a 500')
      .when(probed(true))
      .asks('Reply 0');
  });

  it('goes on with its own process when the PID that it was told is taken by then', () => {
    given({ a: { spawn: 'hangs' }, b: {} })
      .boots('a', 'b')
      .when(asked('Pa|500|'), probed(true))
      .when(asked('Pb|500|'), probed(true))
      .when(spawned('a', 900))
      .is({ a: 'running.ready' })
      .when(asked('pa'))
      .replies('900');
  });

  describe('told to clear', () => {
    it('answers 1 while the process is alive', () => {
      given({ web: {} })
        .boots('web')
        .when(asked('Cweb'))
        .when(probed(true))
        .asks('Reply 1')
        .is({ web: 'running.ready' });
    });

    it('answers 0 when it is not, and takes it for ended', () => {
      given({ web: {}, k: {} })
        .boots('web', 'k')
        .when(asked('Cweb'))
        .when(probed(false))
        .asks('Reply 0')
        .is({ web: 'finished' });
    });

    it('starts a cleared service again when it respawns', () => {
      given({ web: { mode: 'respawn' } })
        .boots('web')
        .after(2000)
        .when(asked('Cweb'), probed(false))
        .starts('web');
    });

    it('answers 1 when the process ended between question and answer', () => {
      given({ web: {}, k: {} })
        .boots('web', 'k')
        .when(asked('Cweb'), (now) => exited('web')(now))
        .when(probed(false))
        .replies('1');
    });
  });

  describe('asked who depends on whom', () => {
    it('lists what was started because of a service, directly', () => {
      given({
        a: { depends: ['b', 'c'], hasLog: true },
        'a/log': {},
        b: { depends: ['d'] },
        c: {},
        d: {},
      })
        .boots('a')
        .when(asked('da'))
        .replies('1:a/log|b|c|||');
    });

    it('counts the one that asked last', () => {
      given({ a: { depends: ['c'] }, b: { depends: ['c'] }, c: {} })
        .boots('a', 'b')
        .when(asked('da'))
        .replies('1:||')
        .when(asked('db'))
        .replies('1:c|||');
    });

    it('lists what no service started', () => {
      given({ a: { depends: ['b'] }, b: {}, c: {} })
        .boots('a', 'c')
        .when(asked('d-'))
        .replies('1:a|c|||');
    });

    it('leaves the asker alone when what runs is started by hand', () => {
      given({ a: { depends: ['b'] }, b: {} })
        .boots('a')
        .when(asked('sb'))
        .when(asked('d-'))
        .replies('1:a|||');
    });

    it('leaves the asker of what has finished alone', () => {
      given({ a: { depends: ['b'] }, b: {}, c: { depends: ['b'] } })
        .boots('a')
        .when(exited('b'))
        .when(asked('sc'))
        .when(asked('da'))
        .replies('1:b|||');
    });

    it('does not list what was skipped', () => {
      given({ a: { depends: ['gone'] } })
        .boots('a')
        .when(asked('da'))
        .replies('1:||');
    });
  });

  it('answers an empty history with two NULs', () => {
    given({ web: {} }).withoutAnswers().boots('web').when(asked('h')).replies('1:||');
  });

  it.each([
    '',
    's',
    'p',
    '|',
    'x',
    'xweb',
    'Dweb',
    'Uweb',
    'hweb',
    'pweb\n',
    'p../web',
    'p/web',
    'pweb/',
    'web',
    '\ufffd',
    `p${'x'.repeat(256)}`,
    `p${'x'.repeat(requestBytesMax)}`,
  ])('answers 0 to %j', (request) => {
    given({ web: {} }).boots('web').when(asked(request)).replies('0');
  });

  it('answers 0 to bytes that are no text', () => {
    given({ web: {} })
      .boots('web')
      .when({ type: 'RequestReceived', requestBase64: 'cP8=', bytes: 2 })
      .replies('0');
  });

  it('says why it refused a request', () => {
    given({ web: {} })
      .boots('web')
      .when(asked('p../x'))
      .reports('request refused: the name has a component ".."');
  });

  it.each(['pweb|', 'uweb|', 'sweb|', 'rweb|', 'Rweb|', 'dweb|', 'h|', 'd-|'])(
    'tolerates the NUL at the end of %s',
    (request) => {
      const [bare, same] = [request.slice(0, -1), request].map((text) =>
        given({ web: {} }).boots('web').when(asked(text)).linesOf('Reply'),
      );
      expect(same).toEqual(bare);
    },
  );

  it('answers no uptime before the end of a second, and counts from the start', () => {
    given({ web: {} })
      .boots('web')
      .after(999)
      .when(asked('uweb'))
      .replies('0')
      .after(1)
      .when(asked('uweb'))
      .replies('1');
  });

  describe('in JSON', () => {
    const reply = (scenario: Scenario): unknown =>
      JSON.parse(scenario.linesOf('Reply')[0]?.slice('Reply '.length) ?? '');

    it('tells unknown, down and finished apart', () => {
      const scenario = given({ web: {}, k: {} })
        .boots('web', 'k')
        .when(exited('web', 3))
        .after(1500)
        .when(askedInJson({ do: 'status', services: ['web', 'gone'] }));
      expect(reply(scenario)).toEqual({
        minit: 1,
        ok: true,
        services: [
          {
            name: 'web',
            state: 'finished',
            want: 'once',
            pid: null,
            since: 1.5,
            exit: { code: 3, text: 'exited 3' },
            restarts: 0,
            reason: 'exited 3 after 0.00 s',
          },
          { name: 'gone', state: 'unknown' },
        ],
      });
    });

    it('shows all services in the order of first mention', () => {
      const scenario = given({ a: { depends: ['z'] }, z: {}, b: {} })
        .boots('b', 'a')
        .when(askedInJson({ do: 'status' }));
      expect(reply(scenario)).toMatchObject({
        services: [{ name: 'b' }, { name: 'a' }, { name: 'z' }],
      });
    });

    it.each([
      [{ do: 'start', service: 'web' }, { ok: true }],
      [
        { do: 'start', service: 'gone' },
        { ok: false, problem: 'no such service' },
      ],
      [
        { do: 'start', service: '../x' },
        { ok: false, problem: 'the name has a component ".."' },
      ],
      [{ do: 'stop', service: 'web' }, { ok: true }],
      [
        { do: 'stop', service: 'gone' },
        { ok: false, problem: 'no such service' },
      ],
      [{ do: 'respawn', service: 'web', respawn: true }, { ok: true }],
      [{ do: 'signal', service: 'web', signal: 1 }, { ok: true }],
      [
        { do: 'signal', service: 'job', signal: 1 },
        { ok: false, problem: 'it has no process' },
      ],
      [
        { do: 'signal', service: 'web', signal: 0 },
        { ok: false, problem: '"signal" is no signal number' },
      ],
      [
        { do: 'signal', service: 'web', signal: 65 },
        { ok: false, problem: '"signal" is no signal number' },
      ],
      [
        { do: 'signal', service: 'web', signal: '1' },
        { ok: false, problem: '"signal" is no signal number' },
      ],
      [
        { do: 'set-pid', service: 'web', pid: 0 },
        { ok: false, problem: '"pid" is no PID' },
      ],
      [
        { do: 'set-pid', service: 'web', pid: 4294967295 },
        { ok: false, problem: '"pid" is no PID' },
      ],
      [
        { do: 'set-pid', service: 'web', pid: 77 },
        { ok: false, problem: 'that is minit itself' },
      ],
      [
        { do: 'set-pid', service: 'job', pid: 101 },
        { ok: false, problem: "that is web's process" },
      ],
      [
        { do: 'clear', service: 'job' },
        { ok: true, cleared: false },
      ],
      [
        { do: 'dependents', service: 'web' },
        { ok: true, services: [] },
      ],
      [{ do: 'dependents' }, { ok: true, services: ['web', 'job'] }],
      [{ do: 'history' }, { ok: true, services: ['job', 'web'] }],
      [
        { do: 'dance', service: 'web' },
        { ok: false, problem: '"do" is none of the requests' },
      ],
      [{ do: 'start' }, { ok: false, problem: '"service" is missing' }],
      [
        { do: 'status', services: 'web' },
        { ok: false, problem: '"services" is no list of names' },
      ],
      [null, { ok: false, problem: 'not JSON' }],
    ])('answers %j with %j', (request, expected) => {
      const scenario = given({ web: {}, job: {} })
        .boots('web', 'job')
        .when(exited('job'))
        .when(askedInJson(request as object));
      expect(reply(scenario)).toEqual({ minit: 1, ...expected });
    });

    it('says why a start failed', () => {
      const scenario = given({ web: { spawn: ['execute', 'ENOEXEC'] }, k: {} })
        .boots('k')
        .when(askedInJson({ do: 'start', service: 'web' }));
      expect(reply(scenario)).toEqual({
        minit: 1,
        ok: false,
        problem:
          'cannot execute its program (run): not an executable: a script needs a first line such as "#!/bin/sh" (ENOEXEC)',
      });
    });

    it('starts with or without respawn as it is asked', () => {
      const started = (isRespawning: boolean) =>
        given({ web: {}, k: {} })
          .boots('k')
          .when(askedInJson({ do: 'start', service: 'web', respawn: isRespawning }));
      expect(started(true).service('web').context.want).toBe('up');
      expect(started(false).service('web').context.want).toBe('once');
    });

    it('sends a signal only to a process that is there', () => {
      given({ web: {} })
        .boots('web')
        .when(askedInJson({ do: 'signal', service: 'web', signal: 1 }))
        .asks('Reply {"minit":1,"ok":true}', 'SendSignal web HUP');
    });

    it('pauses on STOP and goes on at CONT', () => {
      given({ web: {} })
        .boots('web')
        .when(askedInJson({ do: 'signal', service: 'web', signal: 19 }))
        .is({ web: 'running.paused' })
        .when(askedInJson({ do: 'signal', service: 'web', signal: 18 }))
        .is({ web: 'running.ready' });
    });

    it('gives the whole state', () => {
      const scenario = given({ web: {} })
        .boots('web')
        .when(askedInJson({ do: 'state' }));
      expect(reply(scenario)).toMatchObject({
        ok: true,
        state: { pid: 77, services: [{ context: { name: 'web' } }] },
      });
    });
  });
});

describe('a reply that comes after the next request', () => {
  it('is marked late, because its asker must have died to lose the lock', () => {
    const scenario = given({ web: { spawn: 'hangs' }, k: {} })
      .boots('k')
      .when(asked('sweb'))
      .when(asked('pk'))
      .when(spawned('web', 900));
    const replies = scenario.effects.filter(({ type }) => type === 'Reply');
    expect(replies).toEqual([
      { type: 'Reply', params: { request: expect.any(Number) as number, text: '1', isLate: true } },
    ]);
  });
});

describe('a request after the end', () => {
  it('starts nothing', () => {
    given({ web: { run: false }, other: {} })
      .boots('web')
      .when(asked('sother'))
      .asks('Reply 0');
  });
});
