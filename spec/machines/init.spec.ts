/**
 * minit's own machine: how it boots, what it does when nothing is left, and how it ends.
 *
 * @module
 */
import { asked, exited, given, signalled } from '../support/given';

describe('init', () => {
  it('has booted when no service is on its way up any more', () => {
    const scenario = given({ a: { depends: ['b'] }, b: { mode: 'sync' } }).boots('a');
    expect(scenario.state.init.value).toBe('booting');
    scenario.after(1250).when(exited('b')).reports('boot settled after 1.25 s');
    expect(scenario.state.init.value).toBe('running');
    expect(scenario.state.init.context.bootedAt).toBe(1_250_000);
  });

  it('has booted also when a service is in its pause', () => {
    const scenario = given({ a: { mode: 'respawn', spawn: ['execute', 'ENOENT'] } }).boots('a');
    expect(scenario.state.init.value).toBe('running');
  });

  describe('when all services are gone', () => {
    it.each(['container', 'process'] as const)('ends with 0 as a %s', (role) => {
      given({ a: {} }).bootsAs(role, 'a').when(exited('a', 1)).asks('ExitSupervisor 0');
    });

    it('gives the administrator a shell on a machine, and goes on beside it', () => {
      const scenario = given({ a: {} })
        .bootsAs('machine', 'a')
        .when(exited('a'))
        .asks('StartEmergencyShell');
      expect(scenario.state.init.value).toBe('emergency');
    });

    it('gives the shell once, not at every event', () => {
      given({ a: {} }).bootsAs('machine', 'a').when(exited('a')).when(asked('pa')).asks('Reply 1');
    });

    it('runs again when a service is started from the shell, and gives another one at its end', () => {
      const scenario = given({ a: {} }).bootsAs('machine', 'a').when(exited('a')).when(asked('sa'));
      expect(scenario.state.init.value).toBe('running');
      scenario.when(exited('a')).asks('StartEmergencyShell');
    });

    it('takes a pause before a restart for something left', () => {
      given({ a: { mode: 'respawn' } })
        .boots('a')
        .when(exited('a'))
        .asks('StartTimer respawn:a 500');
    });

    it('counts what failed and what is only a bundle as gone', () => {
      given({ a: { run: false, depends: ['b'] }, b: { spawn: ['execute', 'ENOENT'] } })
        .boots('a')
        .asks(
          'SpawnProcess b',
          'Report /bin/b: cannot execute its program (run): no such file or directory (ENOENT)',
          'Report boot settled after 0.00 s',
          'ExitSupervisor 0',
        );
    });
  });

  describe('when there is nothing to start', () => {
    const nothing =
      'Report /etc/minit/default: nothing to start: make a service "default" that depends on the others, ' +
      'or name services on the command line';

    it.each(['container', 'process'] as const)('ends with 100 as a %s', (role) => {
      given({}).bootsAs(role).asks(nothing, 'ExitSupervisor 100');
    });

    it('gives the administrator a shell on a machine', () => {
      given({}).bootsAs('machine').asks(nothing, 'StartEmergencyShell');
    });
  });

  describe('as a process', () => {
    it.each(['SIGTERM', 'SIGINT', 'SIGHUP'] as const)('shuts down on %s', (signal) => {
      given({ a: {} }).boots('a').when(signalled(signal)).is({ a: 'stopping.terminating' });
    });

    it.each(['SIGWINCH', 'SIGUSR1', 'SIGUSR2', 'SIGPWR'] as const)('ignores %s', (signal) => {
      given({ a: {}, kbreq: {}, ctrlaltdel: {} }).boots('a').when(signalled(signal)).asks();
    });
  });

  describe('in a container', () => {
    it('shuts down on SIGTERM', () => {
      given({ a: {} })
        .bootsAs('container', 'a')
        .when(signalled('SIGTERM'))
        .is({ a: 'stopping.terminating' });
    });

    it('shuts down when the power fails, as lxc says it', () => {
      given({ a: {} })
        .bootsAs('container', 'a')
        .when(signalled('SIGPWR'))
        .is({ a: 'stopping.terminating' });
    });

    it('takes SIGINT as SIGTERM when there is no ctrlaltdel', () => {
      given({ a: {} })
        .bootsAs('container', 'a')
        .when(signalled('SIGINT'))
        .is({ a: 'stopping.terminating' });
    });

    it('starts ctrlaltdel on SIGINT when there is one', () => {
      given({ a: {}, ctrlaltdel: {} })
        .bootsAs('container', 'a')
        .when(signalled('SIGINT'))
        .starts('ctrlaltdel');
    });

    it.each(['SIGHUP', 'SIGWINCH'] as const)('ignores %s', (signal) => {
      given({ a: {}, kbreq: {} }).bootsAs('container', 'a').when(signalled(signal)).asks();
    });
  });

  describe('on a machine', () => {
    it.each([
      ['SIGTERM', 'reboot'],
      ['SIGUSR1', 'halt'],
      ['SIGUSR2', 'power-off'],
    ] as const)('takes %s for what busybox means by it', (signal, goal) => {
      const scenario = given({ a: {} })
        .bootsAs('machine', 'a')
        .when(signalled(signal))
        .is({ a: 'stopping.terminating' });
      expect(scenario.state.shutdown?.goal).toBe(goal);
    });

    it('ignores SIGPWR and SIGHUP', () => {
      given({ a: {} })
        .bootsAs('machine', 'a')
        .when(signalled('SIGPWR'), signalled('SIGHUP'))
        .asks();
    });

    it('starts ctrlaltdel at each press of ctrl-alt-del', () => {
      given({ a: {}, ctrlaltdel: {} })
        .bootsAs('machine', 'a')
        .when(signalled('SIGINT'))
        .starts('ctrlaltdel')
        .when(exited('ctrlaltdel'))
        .when(signalled('SIGINT'))
        .starts('ctrlaltdel');
    });

    it('does not start ctrlaltdel a second time while it runs', () => {
      given({ a: {}, ctrlaltdel: {} })
        .bootsAs('machine', 'a')
        .when(signalled('SIGINT'))
        .when(signalled('SIGINT'))
        .starts();
    });

    it('starts kbreq at each keyboard request', () => {
      given({ a: {}, kbreq: {} })
        .bootsAs('machine', 'a')
        .when(signalled('SIGWINCH'))
        .starts('kbreq')
        .when(exited('kbreq'))
        .when(signalled('SIGWINCH'))
        .starts('kbreq');
    });

    it('ignores a keyboard request without a kbreq', () => {
      given({ a: {} }).bootsAs('machine', 'a').when(signalled('SIGWINCH')).asks();
    });

    it('shuts down on ctrl-alt-del when there is no ctrlaltdel', () => {
      given({ a: {} })
        .bootsAs('machine', 'a')
        .when(signalled('SIGINT'))
        .is({ a: 'stopping.terminating' });
    });
  });

  it('stays halted', () => {
    given({ a: {} })
      .boots('a')
      .when(exited('a'))
      .asks('ExitSupervisor 0')
      .when(signalled('SIGTERM'))
      .asks()
      .when(asked('pa'))
      .asks('Reply 1');
  });
});
