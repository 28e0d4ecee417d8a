/**
 * A daemon that puts itself into the background: from "a PID is to come" to the PID, or to the end
 * of the time for it. The whole machine, cell by cell, is in service.table.spec.ts.
 *
 * @module
 */
import { asked, askedInJson, exited, fired, given, probed, signalled } from '../support/given';
import type { Entry, Scenario } from '../support/given';

const expects = askedInJson({ do: 'expect-pid', service: 'web' });
const tells = (pid: number) => askedInJson({ do: 'set-pid', service: 'web', pid });
const stop = askedInJson({ do: 'stop', service: 'web' });
const ok = 'Reply {"minit":1,"ok":true}';

/** `run` of `web` is there, and somebody has said that a PID is to come. */
const expecting = (entry: Entry = { mode: 'respawn' }): Scenario =>
  given({ web: entry, k: {} }).boots('web', 'k').after(2000).when(expects).asks(ok);
const backgrounded = (entry?: Entry): Scenario => expecting(entry).when(exited('web'));
const noPid =
  'Report /etc/minit/web: cannot learn the PID of its daemon: it went to the background and told no PID within 30 s (ETIMEDOUT)';

describe('a service that expects a PID', () => {
  it('takes the PID that comes before its run exits; that exit is nobody’s', () => {
    const scenario = expecting().when(tells(500)).asks('ProbeProcess 500');
    scenario.when(probed(true)).asks(ok, 'WatchProcess web 500');
    scenario
      .when({ type: 'ProcessExited', pid: 101, status: { code: 0 } })
      .asks()
      .is({ web: 'running.ready' });
    expect(scenario.pidOf('web')).toBe(500);
  });

  it('is in the background when its run has exited 0, for at most 30 s', () => {
    backgrounded()
      .asks('StartTimer pid:web 30000')
      .is({ web: 'running.backgrounded' })
      .when(tells(500), probed(true))
      .asks('ProbeProcess 500', ok, 'WatchProcess web 500', 'CancelTimer pid:web')
      .is({ web: 'running.ready' });
  });

  it('is in the background also for the original’s client, which tells by letter', () => {
    backgrounded()
      .when(asked('Pweb|500|'), probed(true))
      .asks('ProbeProcess 500', 'Reply 1', 'WatchProcess web 500', 'CancelTimer pid:web');
  });

  it('starts its run again when the daemon has ended, and waits for nothing then', () => {
    backgrounded()
      .when(tells(500), probed(true))
      .after(2000)
      .when({ type: 'ProcessVanished', pid: 500 })
      .starts('web')
      .after(2000)
      .when(exited('web'))
      .starts('web');
  });

  it.each([1, 'KILL'] as const)('does not wait for the daemon of a run that ended by %s', (how) => {
    expecting().when(exited('web', how)).starts('web');
  });

  it('expects no more when the PID is that of its run', () => {
    const scenario = expecting();
    scenario.when(tells(scenario.pidOf('web')), probed(true));
    expect(scenario.lines).toEqual([expect.stringContaining('ProbeProcess') as string, ok]);
    scenario.when(exited('web')).starts('web');
  });

  it('may be told so before its process is known', () => {
    given({ web: { mode: 'respawn', spawn: 'hangs' }, k: {} })
      .boots('web', 'k')
      .when(expects)
      .asks(ok)
      .when({ type: 'ProcessSpawned', service: 'web', pid: 300 }, exited('web'))
      .is({ web: 'running.backgrounded' });
  });

  it('refuses what its run could not be waited for', () => {
    const refusal = 'Reply {"minit":1,"ok":false,"problem":"it has no process"}';
    given({ web: {}, k: {} }).boots('web', 'k').when(exited('web')).when(expects).asks(refusal);
    given({ k: {} })
      .boots('k')
      .when(expects)
      .replies('{"minit":1,"ok":false,"problem":"no such service"}');
    given({ web: { spawn: 'hangs' }, k: {} })
      .boots('web', 'k')
      .when(stop)
      .when(expects)
      .asks(refusal);
  });
});

describe('a service in the background', () => {
  it('that respawns starts its run again when no PID came in time, and says why', () => {
    const scenario = backgrounded().after(30_000).when(fired('pid:web'));
    expect(scenario.lines).toEqual([noPid, 'SpawnProcess web']);
    expect(scenario.service('web').context.restarts).toBe(1);
  });

  it('that does not respawn has finished then, and why is on record', () => {
    const scenario = backgrounded({}).when(fired('pid:web')).asks(noPid).is({ web: 'finished' });
    expect(scenario.service('web').context.failure?.error.code).toBe('ETIMEDOUT');
  });

  it('holds up its dependents like any sync service, and releases them when no PID came', () => {
    const scenario = given({ top: { depends: ['web'] }, web: { mode: 'sync' } }).boots('top');
    scenario.when(expects, exited('web')).is({ top: 'waiting-deps', web: 'running.backgrounded' });
    scenario.when(fired('pid:web')).starts('top').is({ web: 'sync-done' });
  });

  it('has nothing to signal', () => {
    backgrounded()
      .when(askedInJson({ do: 'signal', service: 'web', signal: 1 }))
      .replies('{"minit":1,"ok":false,"problem":"it has no process"}');
  });

  it('has finished as soon as it is asked to stop', () => {
    backgrounded().when(stop).asks(ok, 'CancelTimer pid:web').is({ web: 'finished' });
  });

  it('holds up no shutdown', () => {
    given({ web: { mode: 'respawn', depends: ['db'] }, db: {} })
      .boots('web')
      .when(expects, exited('web'))
      .when(signalled('SIGTERM'))
      .is({ web: 'finished', db: 'stopping.terminating' });
  });

  it('ignores a timer that fired although the PID had come', () => {
    backgrounded()
      .when(tells(500), probed(true))
      .when(fired('pid:web'))
      .asks()
      .is({ web: 'running.ready' });
  });
});

describe('a PID that comes while its service is being stopped', () => {
  it('gets the TERM that run was sent', () => {
    const scenario = expecting().when(stop).when(tells(500)).when(probed(true));
    scenario.asks(ok, 'WatchProcess web 500', 'SendSignal web TERM', 'SendSignal web CONT');
  });

  it('gets KILL when that is how far it has come', () => {
    expecting()
      .when(signalled('SIGTERM'), fired('stop:web'))
      .when(tells(500))
      .when(probed(true))
      .asks(ok, 'WatchProcess web 500', 'SendSignal web KILL');
  });

  it('is only watched when nobody had said that it would come', () => {
    given({ web: {}, k: {} })
      .boots('web', 'k')
      .when(stop)
      .when(tells(500))
      .when(probed(true))
      .asks(ok, 'WatchProcess web 500');
  });
});
