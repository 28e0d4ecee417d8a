/**
 * The orderly end: dependents first, in parallel, TERM then KILL, log services drained last.
 *
 * @module
 */
import {
  asked,
  askedInJson,
  exited,
  fired,
  given,
  orphanExited,
  probed,
  read,
  signalled,
  spawned,
  spawnFailed,
} from '../support/given';

const term = signalled('SIGTERM');
const interrupt = signalled('SIGINT');

describe('shutdown', () => {
  it('asks each service to end with TERM and CONT, and gives it time', () => {
    given({ web: {} })
      .boots('web')
      .when(term)
      .asks('SendSignal web TERM', 'SendSignal web CONT', 'StartTimer stop:web 3000');
  });

  it('stops dependents first', () => {
    given({ a: { depends: ['b'] }, b: { depends: ['c'] }, c: {} })
      .boots('a')
      .when(term)
      .is({ a: 'stopping.terminating', b: 'running.ready', c: 'running.ready' })
      .when(exited('a'))
      .is({ a: 'finished', b: 'stopping.terminating', c: 'running.ready' })
      .when(exited('b'))
      .is({ c: 'stopping.terminating' });
  });

  it('stops what is independent at the same time', () => {
    given({ a: {}, b: {}, c: {} })
      .boots('a', 'b', 'c')
      .when(term)
      .is({ a: 'stopping.terminating', b: 'stopping.terminating', c: 'stopping.terminating' });
  });

  it('waits for all dependents of a service', () => {
    given({ a: { depends: ['c'] }, b: { depends: ['c'] }, c: {} })
      .boots('a', 'b')
      .when(term)
      .when(exited('b'))
      .is({ c: 'running.ready' })
      .when(exited('a'))
      .is({ c: 'stopping.terminating' });
  });

  it('does not wait for dependents that are not running', () => {
    given({ a: { depends: ['b'] }, b: {} })
      .boots('a')
      .when(exited('a'))
      .when(term)
      .asks('SendSignal b TERM', 'SendSignal b CONT', 'StartTimer stop:b 3000');
  });

  it('tells each service once, also one that was started before its finished dependent', () => {
    given({ a: { depends: ['b'] }, b: {} })
      .boots('b', 'a')
      .when(exited('a'))
      .when(term)
      .asks('SendSignal b TERM', 'SendSignal b CONT', 'StartTimer stop:b 3000');
  });

  it('goes down a whole chain of services that still wait', () => {
    given({
      d: { depends: ['c'] },
      c: { depends: ['b'] },
      b: { depends: ['a'] },
      a: { mode: 'sync' },
    })
      .boots('d')
      .when(term)
      .is({ d: 'down', c: 'down', b: 'down', a: 'stopping.terminating' });
  });

  it('ends at once when nothing has a process', () => {
    given({
      c: { mode: 'respawn', depends: ['b'] },
      b: { mode: 'respawn', depends: ['a'] },
      a: { mode: 'respawn' },
    })
      .boots('c')
      .when(exited('a'), exited('b'), exited('c'))
      .when(term)
      .is({ a: 'finished', b: 'finished', c: 'finished' })
      .asks(
        'CancelTimer respawn:c',
        'CancelTimer respawn:b',
        'CancelTimer respawn:a',
        'ExitSupervisor 0',
      );
  });

  it('breaks a cycle where the start did', () => {
    given({ a: { depends: ['b'] }, b: { depends: ['a'] } })
      .boots('a')
      .when(term)
      .is({ a: 'stopping.terminating', b: 'running.ready' });
  });

  it('kills what does not end within its grace time', () => {
    given({ web: {} })
      .boots('web')
      .when(term)
      .when(fired('stop:web'))
      .asks('SendSignal web KILL', 'StartTimer stop:web 3000')
      .when(exited('web', 'KILL'))
      .asks('CancelTimer stop:web', 'ExitSupervisor 0');
  });

  it('goes on without a process that not even KILL ends, and says so by its exit status', () => {
    given({ a: { depends: ['b'] }, b: {} })
      .boots('a')
      .when(term)
      .when(fired('stop:a'), fired('stop:a'))
      .is({ a: 'stopping.stuck', b: 'stopping.terminating' })
      .when(exited('b'))
      .asks('CancelTimer stop:b', 'ExitSupervisor 111');
  });

  it('goes on without an exec that hangs', () => {
    given({ web: { spawn: 'hangs' } })
      .boots('web')
      .when(term)
      .when(fired('stop:web'))
      .asks('ExitSupervisor 111');
  });

  it('kills a process that turns up after all', () => {
    given({ a: { spawn: 'hangs' }, b: {} })
      .boots('a', 'b')
      .when(term)
      .when(fired('stop:a'))
      .when(spawned('a'))
      .asks('SendSignal a KILL', 'StartTimer stop:a 3000');
  });

  it('is done with an exec that hung when it fails', () => {
    given({ a: { spawn: 'hangs' }, b: {} })
      .boots('a', 'b')
      .when(term)
      .when(fired('stop:a'))
      .when(spawnFailed('a', 'execute', 'ENOENT'))
      .is({ a: 'finished' })
      .when(exited('b'))
      .asks('CancelTimer stop:b', 'ExitSupervisor 0');
  });

  it('gives a service that is being stopped by hand its grace time from now on', () => {
    given({ web: {} })
      .boots('web')
      .when(askedInJson({ do: 'stop', service: 'web' }))
      .when(term)
      .asks('StartTimer stop:web 3000');
  });

  describe('of a log service', () => {
    const logged = { web: { hasLog: true as const }, 'web/log': { mode: 'respawn' as const } };

    it('comes after what it logs, and lets it read to the end', () => {
      given(logged)
        .boots('web')
        .when(term)
        .is({ 'web/log': 'running.ready' })
        .when(exited('web'))
        .asks(
          'CancelTimer stop:web',
          'CloseLogPipe web',
          'SendSignal web/log CONT',
          'StartTimer stop:web/log 3000',
        )
        .is({ 'web/log': 'stopping.draining' });
    });

    it('ends by TERM, then KILL, when it goes on reading', () => {
      given(logged)
        .boots('web')
        .when(term, exited('web'))
        .when(fired('stop:web/log'))
        .asks('SendSignal web/log TERM', 'SendSignal web/log CONT', 'StartTimer stop:web/log 3000')
        .when(fired('stop:web/log'))
        .asks('SendSignal web/log KILL', 'StartTimer stop:web/log 3000');
    });

    it('is not started again when it ends, respawn or not', () => {
      given(logged)
        .boots('web')
        .when(term, exited('web'))
        .when(exited('web/log'))
        .asks('CancelTimer stop:web/log', 'ExitSupervisor 0');
    });
  });

  describe('asked for a second time', () => {
    it('kills everything at once, and waits no longer than the grace time', () => {
      given({ a: { depends: ['b'] }, b: {} })
        .boots('a')
        .when(interrupt)
        .after(500)
        .when(interrupt)
        .asks(
          'SendSignal b KILL',
          'StartTimer stop:b 3000',
          'SendSignal a KILL',
          'StartTimer stop:a 3000',
        )
        .when(fired('stop:a'), fired('stop:b'))
        .asks('ExitSupervisor 111');
    });

    it('takes a second one that comes at once for the first one, forwarded', () => {
      given({ a: {} })
        .boots('a')
        .when(interrupt)
        .after(499)
        .when(interrupt)
        .asks()
        .is({ a: 'stopping.terminating' });
    });

    it('does not give more time when it is asked for a third time', () => {
      given({ a: {} })
        .boots('a')
        .when(interrupt)
        .after(500)
        .when(interrupt)
        .when(interrupt)
        .asks('SendSignal a KILL');
    });

    it('kills what was stopped by hand, and waits no longer than the grace time', () => {
      given({ a: { depends: ['b'] }, b: {} })
        .boots('a')
        .when(askedInJson({ do: 'stop', service: 'b' }))
        .when(term)
        .after(500)
        .when(term)
        .is({ b: 'stopping.killing' });
    });

    it('ends what was killed in the order in which it ends', () => {
      given({ a: { depends: ['b'] }, b: {} })
        .boots('a')
        .when(interrupt, interrupt, exited('b', 'KILL'))
        .when(exited('a', 'KILL'))
        .asks('CancelTimer stop:a', 'ExitSupervisor 0');
    });
  });

  describe('once it has begun', () => {
    it('starts nothing by hand', () => {
      given({ a: {}, b: {} }).boots('a').when(term).when(asked('sb')).asks('Reply 0');
    });

    it('starts nothing by a key', () => {
      given({ a: {}, kbreq: {} })
        .bootsAs('machine', 'a')
        .when(interrupt)
        .when(signalled('SIGWINCH'))
        .asks();
    });

    it('does not switch respawn on, which would start a dying service again', () => {
      given({ a: {} })
        .boots('a')
        .when(term)
        .when(asked('Ra'))
        .asks('Reply 0')
        .when(exited('a'))
        .is({ a: 'finished' });
    });

    it('adopts no process for a service whose turn to be stopped is over', () => {
      given({ a: {}, b: { mode: 'respawn' } })
        .boots('a', 'b')
        .when(term, exited('b'))
        .when(asked('Pb|500|'), probed(true))
        .replies('0')
        .is({ b: 'finished' });
    });

    it('takes over the PID of a daemon that is about to be stopped', () => {
      given({ a: {}, b: {} })
        .boots('a', 'b')
        .when(term)
        .when(asked('Pb|500|'), probed(true))
        .replies('1');
    });

    it('gives up at once what waits or pauses, also while dependents are left', () => {
      given({
        a: { depends: ['b'] },
        b: { mode: 'respawn', depends: ['c'] },
        c: { mode: 'respawn' },
      })
        .boots('a')
        .when(exited('c'))
        .when(term)
        .is({ a: 'stopping.terminating', b: 'running.ready', c: 'finished' })
        .when(exited('a'))
        .is({ b: 'stopping.terminating' });
    });

    it('sends no signal to a process that has been reaped before its spawn was told', () => {
      given({ a: { spawn: 'hangs' } })
        .boots('a')
        .when(term)
        .when(orphanExited(900), spawned('a', 900))
        .asks('CancelTimer stop:a', 'ExitSupervisor 0');
    });

    it('gives up a restart that was under way', () => {
      given({ a: { mode: 'respawn' }, b: {} })
        .boots('a', 'b')
        .withoutAnswers()
        .after(2000)
        .when(exited('a'))
        .when(term)
        .when(read('a'))
        .asks()
        .is({ a: 'finished' });
    });

    it('starts nothing again that ends before its turn', () => {
      given({
        a: { depends: ['b'] },
        b: { mode: 'respawn', depends: ['c'] },
        c: { mode: 'respawn' },
      })
        .boots('a')
        .after(2000)
        .when(term)
        .when(exited('c'))
        .is({ a: 'stopping.terminating', b: 'running.ready', c: 'finished' })
        .when(exited('a'))
        .when(exited('b'))
        .asks('CancelTimer stop:b', 'ExitSupervisor 0');
    });

    it('starts nothing after a pause that ends before its turn, after a short life', () => {
      given({ a: { depends: ['b'] }, b: { mode: 'respawn' } })
        .boots('a')
        .when(term)
        .when(exited('b'))
        .is({ a: 'stopping.terminating', b: 'finished' })
        .when(fired('respawn:b'))
        .asks()
        .is({ b: 'finished' });
    });

    it('tries nothing again that could not be started', () => {
      given({ a: { depends: ['b'] }, b: { mode: 'respawn' } })
        .boots('a')
        .withoutAnswers()
        .after(2000)
        .when(exited('b'), read('b'))
        .when(term)
        .is({ a: 'stopping.terminating', b: 'starting.spawning' })
        .when(spawnFailed('b', 'execute', 'ENOENT'))
        .is({ b: 'finished' });
    });

    it('starts all of that again that it took down, where the machine goes on', () => {
      given({ a: { depends: ['b'] }, b: { mode: 'respawn' } })
        .bootsAs('machine', 'a')
        .when(askedInJson({ do: 'shutdown', how: 'services' }))
        .when(exited('b'), exited('a'))
        .is({ a: 'finished', b: 'finished' })
        .when(asked('sa'))
        .is({ b: 'running.ready' });
    });

    it('answers other requests', () => {
      given({ a: {} }).boots('a').when(term).when(asked('pa')).replies('101');
    });
  });
});

describe('a log service whose process is only just being made', () => {
  it('reads to the end before anybody sends it TERM', () => {
    given({ web: { hasLog: true }, 'web/log': { spawn: 'hangs' } })
      .boots('web')
      .when(spawned('web/log', 900))
      .when(exited('web/log'))
      .is({ 'web/log': 'finished' });
    const ending = given({ web: {}, 'web/log': { spawn: 'hangs' } })
      .boots('web', 'web/log')
      .when(signalled('SIGTERM'), spawned('web/log', 900))
      .is({ 'web/log': 'stopping.draining' });
    expect(ending.linesOf('SendSignal')).not.toContain('SendSignal web/log TERM');
  });
});
