/**
 * The emergency shell of a booted machine: minit goes on beside it, and tries again after it.
 *
 * @module
 */
import type { MinitEvent } from '../../machines/events';
import { emergencyRetryDelayMs, emergencyShortLifeUs } from '../../machines/limits';
import { fromPlain, toPlain } from '../../machines/snapshot';
import {
  asked,
  askedInJson,
  exited,
  fired,
  given,
  systemError,
  type Scenario,
  type Tree,
} from '../support/given';

const shellPid = 500;
const shellStarted: MinitEvent = { type: 'EmergencyShellStarted', pid: shellPid };
const shellEnded: MinitEvent = { type: 'ProcessExited', pid: shellPid, status: { code: 0 } };
const shellFailed = (hint?: string): MinitEvent => ({
  type: 'EmergencyShellFailed',
  path: '/sbin/sulogin',
  error: systemError('ENOENT'),
  ...(hint !== undefined && { hint }),
});
const pause = `StartTimer emergency ${String(emergencyRetryDelayMs)}`;
const longMs = emergencyShortLifeUs / 1_000;

/** A machine with nothing to start, whose shell runs. */
const inShell = (tree: Tree = {}): Scenario =>
  given(tree).bootsAs('machine').when(shellStarted).asks();

describe('the emergency shell', () => {
  it('is known while it runs', () => {
    const scenario = inShell();
    expect(scenario.state.emergencyShell).toEqual({ pid: shellPid, startedAt: 0 });
    scenario.after(longMs).when(shellEnded);
    expect(scenario.state.emergencyShell).toBeUndefined();
  });

  it('has all that could not be started tried again when it ends', () => {
    const scenario = inShell();
    scenario.edits('default', { mode: 'respawn' });
    scenario.after(longMs).when(shellEnded).reads('default').starts('default');
    scenario.is({ default: 'running.ready' });
    expect(scenario.state.init.value).toBe('running');
  });

  it('has what had started and ended before started again when it ends', () => {
    const scenario = given({ default: {} })
      .bootsAs('machine')
      .when(exited('default'))
      .asks('StartEmergencyShell')
      .when(shellStarted);
    scenario.after(longMs).when(shellEnded).reads('default').starts('default');
  });

  it('has what a shutdown took down started again when it ends, as at boot, and no more', () => {
    const scenario = given({
      default: { run: false, depends: ['fsck', 'job', 'all'] },
      fsck: { mode: 'sync' },
      job: {},
      all: { run: false, depends: ['getty', 'web'] },
      getty: { mode: 'respawn' },
      web: { mode: 'respawn', hasLog: true, depends: ['db'] },
      'web/log': { mode: 'respawn' },
      db: { mode: 'respawn' },
    })
      .bootsAs('machine')
      .when(exited('fsck'), exited('job'))
      .when(askedInJson({ do: 'shutdown', how: 'sulogin' }))
      .when(exited('getty', 'TERM'), exited('web', 'TERM'), exited('web/log'), exited('db', 'TERM'))
      .when({ type: 'ProcessesEnded', by: 'TERM' }, shellStarted);
    scenario
      .after(longMs)
      .when(shellEnded)
      .starts('getty', 'web/log', 'db', 'web')
      .is({ default: 'finished', all: 'finished', fsck: 'sync-done', job: 'finished' })
      .is({ getty: 'running.ready', web: 'running.ready', 'web/log': 'running.ready' });
  });

  it('has the boot that follows counted from its end', () => {
    const scenario = given({ default: {} })
      .bootsAs('machine')
      .when(exited('default'), shellStarted);
    scenario.after(60_000).edits('default', { run: false, depends: ['step', 'k'] });
    scenario.edits('step', { mode: 'sync' }).edits('k', {}).when(shellEnded);
    scenario.after(500).when(exited('step')).reports('boot settled after 0.50 s');
  });

  it('is given again when there is nothing to start still', () => {
    const scenario = inShell().after(longMs).when(shellEnded).reads('default');
    expect(scenario.linesOf('StartEmergencyShell')).toHaveLength(1);
    expect(scenario.state.init.value).toBe('emergency');
  });

  it('that ended at once is given again after a pause only', () => {
    const scenario = inShell()
      .after(longMs - 1)
      .when(shellEnded)
      .asks(pause);
    expect(scenario.state.init.value).toBe('emergency');
    scenario.when(fired('emergency')).reads('default');
    expect(scenario.linesOf('StartEmergencyShell')).toHaveLength(1);
  });

  it('lets the services that were started from it run when it ends', () => {
    const scenario = inShell({ a: { mode: 'respawn' } }).when(asked('sa'));
    expect(scenario.state.init.value).toBe('running');
    scenario.after(longMs).when(shellEnded).asks().reads();
    scenario.is({ a: 'running.ready' });
  });

  it('is not confused with a service that ends', () => {
    const scenario = inShell({ a: {} }).when(asked('sa')).after(longMs).when(exited('a'));
    expect(scenario.state.emergencyShell?.pid).toBe(shellPid);
  });
});

describe('an emergency shell that cannot be had', () => {
  const advice = "put one there, or name another with MINIT_EMERGENCY on the kernel's command line";

  it('is told with its path, and tried again after a pause', () => {
    const scenario = given({})
      .bootsAs('machine')
      .when(shellFailed())
      .asks(
        pause,
        `Report /sbin/sulogin: no emergency shell: no such file or directory; ${advice}`,
      );
    expect(scenario.effects).toMatchObject([
      {},
      { params: { severity: 'error', code: 'emergency' } },
    ]);
    scenario.when(fired('emergency'));
    expect(scenario.linesOf('StartEmergencyShell')).toHaveLength(1);
  });

  it('is told with what the numbers do not tell', () => {
    given({})
      .bootsAs('machine')
      .when(shellFailed('its interpreter /bin/bash is missing'))
      .reports(
        `/sbin/sulogin: no emergency shell: its interpreter /bin/bash is missing; ${advice}`,
      );
  });

  it('is not asked for when the pause ends and services run', () => {
    const scenario = given({ a: { mode: 'respawn' } })
      .bootsAs('machine')
      .when(shellFailed())
      .when(asked('sa'))
      .when(fired('emergency'))
      .asks()
      .reads();
    scenario.is({ a: 'running.ready' });
  });
});

describe('one shell', () => {
  it('is enough: the end of a pause gives no second one', () => {
    const scenario = inShell().when(fired('emergency')).asks().reads();
    expect(scenario.state.emergencyShell?.pid).toBe(shellPid);
  });

  it('is enough for who takes all services down from within it', () => {
    const scenario = inShell({ a: { mode: 'respawn' } })
      .when(asked('sa'))
      .when(askedInJson({ do: 'shutdown', how: 'services' }))
      .when(exited('a'));
    expect(scenario.linesOf('StartEmergencyShell')).toEqual([]);
    expect(scenario.state.init.value).toBe('emergency');
    expect(scenario.state.emergencyShell?.pid).toBe(shellPid);
    // Its own end is what gives the next one.
    scenario.after(longMs).when(shellEnded);
    expect(scenario.linesOf('StartEmergencyShell')).toHaveLength(1);
  });

  it('is enough after minit was executed anew', () => {
    const scenario = inShell({ a: {} });
    scenario.state = fromPlain(toPlain(scenario.state));
    scenario.when(asked('sa')).when(exited('a'));
    expect(scenario.linesOf('StartEmergencyShell')).toEqual([]);
    scenario.after(longMs).when(shellEnded);
    expect(scenario.linesOf('StartEmergencyShell')).toHaveLength(1);
  });
});
