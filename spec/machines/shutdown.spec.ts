/**
 * From the wish to end to the end: who goes down first, what follows, and what a second wish does.
 *
 * @module
 */
import type { MinitEvent } from '../../machines/events';
import { fold } from '../../machines/fold';
import { fromPlain, toPlain } from '../../machines/snapshot';
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
  type Scenario,
} from '../support/given';

const shutdown = (how: string, more: object = {}): MinitEvent =>
  askedInJson({ do: 'shutdown', how, ...more });
const ended = (by: 'TERM' | 'KILL' | 'left'): MinitEvent => ({ type: 'ProcessesEnded', by });
const refused: MinitEvent = {
  type: 'SystemEndFailed',
  how: 'reboot',
  error: { code: 'EPERM', errno: 1 },
};
const replied = (scenario: Scenario): unknown =>
  JSON.parse(scenario.linesOf('Reply')[0]?.replace(/^Reply /u, '') ?? '');
const term = (service: string, graceMs = 3000): string[] => [
  `SendSignal ${service} TERM`,
  `SendSignal ${service} CONT`,
  `StartTimer stop:${service} ${String(graceMs)}`,
];
/** A machine with one service, which has been asked to end. */
const goingDown = (how: string): Scenario =>
  given({ a: {} }).bootsAs('machine', 'a').when(shutdown(how));

describe('a shutdown that is asked for', () => {
  it.each([
    ['reboot', 'reboot'],
    ['halt', 'halt'],
    ['power-off', 'power-off'],
  ])('ends services, then processes, then the machine: %s', (how, end) => {
    const scenario = goingDown(how);
    expect(replied(scenario)).toEqual({ minit: 1, ok: true, then: how, running: 1 });
    scenario.is({ a: 'stopping.terminating' });
    scenario.when(exited('a')).asks('CancelTimer stop:a', 'EndProcesses 3000');
    expect(scenario.state.init.value).toBe('clearing');
    scenario.when(ended('TERM')).asks(`EndSystem ${end}`);
    expect(scenario.state.init.value).toBe('ending');
  });

  it('takes the time between TERM and KILL from whoever asked', () => {
    given({ a: {} })
      .bootsAs('machine', 'a')
      .when(shutdown('halt', { graceMs: 70 }))
      .is({ a: 'stopping.terminating' });
    const scenario = given({ a: {} })
      .bootsAs('machine', 'a')
      .when(shutdown('halt', { graceMs: 70 }));
    expect(scenario.lines).toEqual(expect.arrayContaining(term('a', 70)));
    scenario.when(exited('a')).asks('CancelTimer stop:a', 'EndProcesses 70');
  });

  it('with the shell in mind ends all processes, and gives the console to the administrator', () => {
    const scenario = goingDown('sulogin')
      .when(exited('a'))
      .asks('CancelTimer stop:a', 'EndProcesses 3000')
      .when(ended('KILL'))
      .asks('StartEmergencyShell');
    expect(scenario.state.init.value).toBe('emergency');
    expect([scenario.state.stopPlan, scenario.state.shutdown]).toEqual([undefined, undefined]);
    scenario.when(asked('sa')).is({ a: 'running.ready' });
  });

  it('of the services only touches nothing else, and they can be started again', () => {
    const scenario = goingDown('services')
      .when(exited('a'))
      .asks('CancelTimer stop:a', 'StartEmergencyShell')
      .when(asked('sa'))
      .is({ a: 'running.ready' });
    expect(scenario.state.init.value).toBe('running');
    expect(scenario.service('a').context.graceMs).toBe(0);
  });

  it.each(['container', 'process'] as const)('is the end of minit, as a %s', (role) => {
    const scenario = given({ a: {} }).bootsAs(role, 'a').when(shutdown('reboot'));
    expect(replied(scenario)).toMatchObject({ ok: true, then: 'exit' });
    scenario.when(exited('a')).asks('CancelTimer stop:a', 'ExitSupervisor 0');
  });

  it('refuses what would start something', () => {
    goingDown('halt').when(asked('sa')).replies('0').when(asked('Ra')).replies('0');
  });

  it('says so when something is left that nobody can kill, and ends all the same', () => {
    goingDown('halt')
      .when(exited('a'))
      .when(ended('left'))
      .asks(
        'Report some processes are left, even after SIGKILL; minit goes on without waiting for them',
        'EndSystem halt',
      );
  });

  it('does not hear outcomes that it did not ask for', () => {
    given({ a: {} }).bootsAs('machine', 'a').when(ended('TERM'), refused).asks();
  });
});

describe('when reboot(2) refuses', () => {
  const inTheEnd = (): Scenario => goingDown('reboot').when(exited('a')).when(ended('TERM'));

  it('says so, opens the log again and gives the console to the administrator', () => {
    const scenario = inTheEnd().when(refused);
    expect(scenario.effects.map(({ type }) => type)).toEqual([
      'Report',
      'OpenLog',
      'StartEmergencyShell',
    ]);
    scenario.reports(
      'unable to reboot: the kernel refuses it (EPERM); there is a shell on the console',
    );
  });

  it('can be asked again', () => {
    inTheEnd()
      .when(refused)
      .when(shutdown('power-off'))
      .when(ended('TERM'))
      .asks('EndSystem power-off');
  });

  it('writes no log while disks are unmounted, whatever timer there was', () => {
    const scenario = inTheEnd().when({ type: 'TimerFired', timer: 'log' });
    expect(scenario.effects).toEqual([]);
  });
});

describe('asked for again', () => {
  it('kills when it is the same once more, but not the same one forwarded', () => {
    goingDown('halt')
      .after(499)
      .when(shutdown('halt'))
      .is({ a: 'stopping.terminating' })
      .after(1)
      .when(shutdown('halt'))
      .is({ a: 'stopping.killing' });
  });

  it('does the other thing afterwards when it is another', () => {
    goingDown('services')
      .after(9_000)
      .when(shutdown('reboot'))
      .is({ a: 'stopping.terminating' })
      .when(exited('a'))
      .when(ended('TERM'))
      .asks('EndSystem reboot');
  });

  it('kills by ctrl-alt-del and keeps what was asked for', () => {
    goingDown('power-off')
      .after(9_000)
      .when(signalled('SIGINT'))
      .is({ a: 'stopping.killing' })
      .when(exited('a', 'KILL'))
      .when(ended('TERM'))
      .asks('EndSystem power-off');
  });

  it('comes too late when the machine is about to end', () => {
    const scenario = goingDown('halt')
      .when(exited('a'))
      .when(ended('TERM'))
      .when(shutdown('reboot'));
    expect(replied(scenario)).toMatchObject({
      ok: false,
      problem: 'it is too late: the end has come',
    });
    scenario.when(signalled('SIGTERM')).asks();
  });
});

describe('the order', () => {
  const three = { a: { depends: ['b'] }, b: {}, c: {}, d: {} };

  it('is the reverse of the start order without a service reboot or halt', () => {
    given(three)
      .bootsAs('machine', 'a', 'c')
      .when(shutdown('reboot'))
      .reads('reboot')
      .is({ a: 'stopping.terminating', b: 'running.ready', c: 'stopping.terminating' });
  });

  it.each([
    ['reboot', 'reboot'],
    ['halt', 'halt'],
    ['power-off', 'halt'],
  ])('of %s begins with what %s lists', (how, list) => {
    given({ ...three, [list]: { depends: ['d', 'c', 'nobody', 'd'] } })
      .bootsAs('machine', 'a', 'c', 'd')
      .when(shutdown(how))
      .is({ a: 'running.ready', c: 'running.ready', d: 'stopping.terminating' })
      .when(exited('d'))
      .is({ a: 'running.ready', b: 'running.ready', c: 'stopping.terminating' })
      .when(exited('c'))
      .is({ a: 'stopping.terminating', b: 'running.ready' })
      .when(exited('a'))
      .is({ b: 'stopping.terminating' });
  });

  it('lets what needs a listed service go before it', () => {
    given({ ...three, reboot: { depends: ['b'] } })
      .bootsAs('machine', 'a', 'c')
      .when(shutdown('reboot'))
      .is({ a: 'stopping.terminating', b: 'running.ready', c: 'running.ready' })
      .when(exited('a'))
      .is({ b: 'stopping.terminating', c: 'running.ready' })
      .when(exited('b'))
      .is({ c: 'stopping.terminating' });
  });

  it('leaves out what the list says against the dependencies', () => {
    given({ ...three, reboot: { depends: ['b', 'a'] } })
      .bootsAs('machine', 'a', 'c')
      .when(shutdown('reboot'))
      .is({ a: 'stopping.terminating', b: 'running.ready', c: 'running.ready' })
      .when(exited('a'))
      .when(exited('b'))
      .is({ c: 'stopping.terminating' });
  });

  it('is none with -n: all at once, and nothing is read', () => {
    given({ ...three, reboot: { depends: ['d'] } })
      .bootsAs('machine', 'a', 'c', 'd')
      .when(shutdown('reboot', { isOrdered: false }))
      .reads()
      .is({
        a: 'stopping.terminating',
        b: 'stopping.terminating',
        c: 'stopping.terminating',
        d: 'stopping.terminating',
      });
  });

  it('is not read for what is no end of the system', () => {
    goingDown('sulogin').reads();
    goingDown('services').reads();
  });

  it('says when the list cannot be read, and does without', () => {
    given({ a: {} })
      .bootsAs('machine', 'a')
      .withoutAnswers()
      .when(shutdown('halt'))
      .is({ a: 'running.ready' })
      .when({ type: 'ServiceMissing', service: 'halt', error: { code: 'EACCES', errno: 13 } })
      .is({ a: 'stopping.terminating' })
      .reports(
        '/etc/minit/halt: what goes down first is unknown, all go down in the reverse of the start order: permission denied (EACCES)',
      );
  });

  it('does not wait for the list when it is asked for again', () => {
    given({ a: {} })
      .bootsAs('machine', 'a')
      .withoutAnswers()
      .when(shutdown('halt'))
      .after(500)
      .when(shutdown('halt'))
      .is({ a: 'stopping.terminating' });
  });

  it('starts nothing while the list is being read', () => {
    given({ a: { mode: 'respawn' }, b: { depends: ['c'] }, c: { mode: 'sync' } })
      .bootsAs('machine', 'a', 'b')
      .withoutAnswers()
      .when(shutdown('halt'))
      .is({ b: 'down' })
      .when(read('halt'))
      .when(exited('c'))
      .when(exited('a'))
      .asks('CancelTimer stop:a', 'EndProcesses 3000');
  });
});

describe('a log of a minit that did not end machines', () => {
  const old = {
    type: 'SupervisorStarted',
    pid: 1,
    role: 'machine',
    root: '/etc/minit',
    words: ['a'],
    graceMs: 3000,
  } as const;

  it('replays as it was: signals ignored, and at the end an exit', () => {
    given({ a: {} })
      .when(old)
      .when(signalled('SIGTERM'), signalled('SIGUSR2'))
      .asks()
      .when(signalled('SIGINT'))
      .when(exited('a'))
      .asks('CancelTimer stop:a', 'ExitSupervisor 0');
  });

  it('goes on from a snapshot that knows nothing of it', () => {
    const { state } = given({ a: {} }).when(old);
    const { shutdown: _, ...rest } = toPlain(state);
    const { endsSystem: __, ...context } = rest.init.context;
    const restored = fromPlain({
      ...rest,
      init: { ...rest.init, context: context as typeof rest.init.context },
    });
    const event = { seq: state.seq + 1, at: 0, event: signalled('SIGTERM') };
    expect(fold(restored, event).effects).toEqual([]);
    expect(toPlain(restored)).toEqual(toPlain(state));
  });
});

describe('a snapshot in the middle of it', () => {
  it('knows what was wanted', () => {
    const { state } = goingDown('reboot');
    expect(toPlain(fromPlain(toPlain(state)))).toEqual(toPlain(state));
    expect(fromPlain(toPlain(state)).shutdown).toEqual(state.shutdown);
  });
});

describe('a process that comes too late', () => {
  it('is ended as well', () => {
    given({ a: { mode: 'respawn' } })
      .withoutAnswers()
      .bootsAs('machine', 'a')
      .when(read('a'))
      .when(shutdown('halt'))
      .when(read('halt'))
      .when(spawned('a'))
      .is({ a: 'stopping.terminating' });
  });
});

describe('what was taken down', () => {
  const tree = {
    web: { mode: 'respawn', hasLog: true, depends: ['net'] },
    'web/log': { mode: 'respawn', spawn: 'hangs' },
    net: { run: false, depends: ['eth0'] },
    eth0: { mode: 'sync' },
  } as const;
  /** All of it is down, the step `eth0` in the midst of its work. */
  const takenDown = (more: object = {}): Scenario =>
    given(tree)
      .bootsAs('machine', 'web')
      .when(spawned('web/log'), shutdown('services', more))
      .when(exited('eth0', 'TERM'), exited('web/log'))
      .is({ web: 'down', 'web/log': 'finished', eth0: 'finished' });

  it.each([{}, { isOrdered: false }, { graceMs: 0 }])(
    'is started as a dependency, and waited for, as if never started (%j)',
    (more) => {
      takenDown(more)
        .when(asked('sweb'))
        .starts('web/log', 'eth0')
        .is({ web: 'waiting-deps', net: 'waiting-deps' })
        .when(spawned('web/log'))
        .is({ web: 'waiting-deps' })
        .when(exited('eth0'))
        .is({ web: 'running.ready', net: 'finished' });
    },
  );

  it('is so also when minit has been executed anew since', () => {
    const scenario = takenDown({ graceMs: 0 });
    scenario.state = fromPlain(toPlain(scenario.state));
    scenario.when(asked('sweb')).starts('web/log', 'eth0');
  });

  it('counts as started again once it was', () => {
    const app = { app: { depends: ['db', 'all'] }, all: { run: false, depends: ['db'] }, db: {} };
    const scenario = given({ ...app, k: {} })
      .bootsAs('machine', 'app', 'k')
      .when(shutdown('services'))
      .when(exited('app', 'TERM'), exited('k', 'TERM'), exited('db', 'TERM'));
    scenario.when(asked('sapp'), asked('sk')).when(exited('db'), exited('app'));
    scenario.when(asked('sapp')).starts('app').is({ db: 'finished' });
  });

  it('is not what somebody else had set down, or sets down in its course or afterwards', () => {
    const stop = (service: string): MinitEvent => askedInJson({ do: 'stop', service });
    const scenario = given({
      app: { depends: ['a', 'b', 'c', 'd', 'all'] },
      all: { run: false, depends: ['d'] },
      ...{ a: {}, b: {}, c: {}, d: {}, k: {} },
    })
      .bootsAs('machine', 'app', 'k')
      .when(stop('a'), exited('a', 'TERM'), stop('b'), stop('all'))
      .when(shutdown('services', { isOrdered: false }), stop('c'))
      .when(...['app', 'b', 'c', 'd', 'k'].map((name) => exited(name, 'TERM')))
      .when(stop('d'));
    scenario.when(asked('sapp')).starts('app');
  });

  it('is started again by a PID that is told as well', () => {
    const scenario = given({ app: { depends: ['db'] }, db: {}, k: {} })
      .bootsAs('machine', 'app', 'k')
      .when(shutdown('services'))
      .when(exited('app', 'TERM'), exited('k', 'TERM'), exited('db', 'TERM'))
      .when(asked('sk'), asked('Pdb|700|'), probed(true))
      .is({ db: 'running.ready' })
      .when(exited('db'));
    scenario.when(asked('sapp')).starts('app').is({ db: 'finished' });
  });
});

describe('an exec that hangs beyond it', () => {
  /** Its service was given up, and asked for again when the machine went on. */
  const askedForAgain = (respawn: boolean): Scenario =>
    given({ a: { mode: 'respawn', spawn: 'hangs' }, b: {} })
      .bootsAs('machine', 'a')
      .when(shutdown('services'), fired('stop:a'))
      .is({ a: 'stopping.stuck' })
      .when(askedInJson({ do: 'start', service: 'a', respawn }));

  it.each([
    [true, 'EIO', 'respawning'],
    [false, 'EAGAIN', 'respawning'],
    [false, 'EIO', 'failed'],
  ])('and then fails is a failed start (respawn %s, %s)', (respawn, code, state) => {
    const scenario = askedForAgain(respawn)
      .when(spawnFailed('a', 'execute', code))
      .is({ a: state });
    expect(scenario.linesOf('Report')[0]).toContain('cannot execute its program');
  });

  it('holds up who needs it no longer than it takes', () => {
    given({ app: { depends: ['step'] }, step: { mode: 'sync', spawn: 'hangs' }, k: {} })
      .bootsAs('machine', 'step', 'k')
      .when(shutdown('services'), exited('k', 'TERM'), fired('stop:step'))
      .when(asked('sapp'))
      .is({ app: 'waiting-deps', step: 'stopping.stuck' })
      .when(spawnFailed('step', 'execute', 'EIO'))
      .is({ app: 'running.ready', step: 'finished' });
  });

  it('is finished when nobody wants it any more', () => {
    askedForAgain(true)
      .when(askedInJson({ do: 'stop', service: 'a' }), spawnFailed('a', 'execute', 'EIO'))
      .is({ a: 'finished' });
  });

  it.each([
    ['fails', spawnFailed('a', 'execute', 'EAGAIN'), 'finished'],
    ['has a process after all', spawned('a'), 'stopping.killing'],
  ])('is not wanted any more when the next shutdown comes, and %s', (_, outcome, state) => {
    const scenario = askedForAgain(true)
      .when(asked('sb'), shutdown('services'))
      .when(outcome)
      .is({ a: state });
    expect(scenario.service('a').context.want).toBe('down');
  });
});
