/**
 * One service through its life: pacing of restarts, failed starts, stops, a PID from outside.
 * The whole machine, cell by cell, is in service.table.spec.ts.
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
  spawned,
  spawnFailed,
  systemError,
} from '../support/given';

const stop = (service: string) => askedInJson({ do: 'stop', service });
const unreadable = (service: string, code: string) =>
  ({ type: 'ServiceMissing', service, error: systemError(code) }) as const;

describe('a service', () => {
  describe('that respawns', () => {
    it('restarts after half a second when it lived for less than a second', () => {
      given({ web: { mode: 'respawn' } })
        .boots('web')
        .after(999)
        .when(exited('web', 1))
        .asks('StartTimer respawn:web 500')
        .is({ web: 'respawning' })
        .when(fired('respawn:web'))
        .starts('web');
    });

    it('restarts at once when it lived for a second', () => {
      given({ web: { mode: 'respawn' } })
        .boots('web')
        .after(1000)
        .when(exited('web'))
        .asks('SpawnProcess web');
    });

    it('does not count the pause as life', () => {
      given({ web: { mode: 'respawn' } })
        .boots('web')
        .when(exited('web'))
        .after(500)
        .when(fired('respawn:web'))
        .after(600)
        .when(exited('web'))
        .asks('StartTimer respawn:web 500');
    });

    it.each([0, 1, 'KILL', 'TERM'] as const)('restarts whatever its end was: %s', (how) => {
      given({ web: { mode: 'respawn' } })
        .boots('web')
        .after(2000)
        .when(exited('web', how))
        .starts('web');
    });

    it('reads its directory again before each restart', () => {
      const scenario = given({ web: { mode: 'respawn' } })
        .boots('web')
        .edits('web', { mode: 'respawn', params: ['-v'] })
        .after(2000)
        .when(exited('web'));
      expect(scenario.effects).toContainEqual(
        expect.objectContaining({
          type: 'SpawnProcess',
          params: expect.objectContaining({ argv: ['web', '-v'] }) as unknown,
        }),
      );
    });

    it('keeps to the respawn flag of its first mention', () => {
      given({ web: { mode: 'respawn' } })
        .boots('web')
        .edits('web', { mode: 'oneshot' })
        .after(2000)
        .when(exited('web'))
        .after(2000)
        .when(exited('web'))
        .starts('web');
    });

    it('keeps to the log of its first mention, because no service would read a later one', () => {
      const scenario = given({ web: { mode: 'respawn' } })
        .boots('web')
        .edits('web', { mode: 'respawn', hasLog: true })
        .after(2000)
        .when(exited('web'));
      const spawn = scenario.effects.find(({ type }) => type === 'SpawnProcess');
      expect(spawn?.params).not.toHaveProperty('writesLogOf');
    });

    it('goes on trying when its directory is gone, and starts when it is back', () => {
      given({ web: { mode: 'respawn' } })
        .boots('web')
        .edits('web', undefined)
        .after(2000)
        .when(exited('web'))
        .asks(
          'Report /etc/minit/web: cannot read its service directory: no such file or directory (ENOENT)',
          'StartTimer respawn:web 100',
        )
        .edits('web', { mode: 'respawn' })
        .when(fired('respawn:web'))
        .is({ web: 'running.ready' });
    });

    it('goes on trying when it cannot be executed, a little later each time', () => {
      const scenario = given({ web: { mode: 'respawn', spawn: ['execute', 'ENOENT'] } }).boots(
        'web',
      );
      const delays = Array.from({ length: 11 }, () => {
        const lines = scenario.linesOf('StartTimer');
        scenario.when(fired('respawn:web'));
        return lines;
      });
      expect(delays.flat().map((line) => Number(line.split(' ').at(-1)))).toEqual([
        100, 200, 400, 800, 1600, 3200, 6400, 12800, 25600, 30000, 30000,
      ]);
    });

    it('forgets failed starts after one that worked', () => {
      const scenario = given({ web: { mode: 'respawn', spawn: 'hangs' } })
        .boots('web')
        .when(spawnFailed('web', 'fork', 'EAGAIN'))
        .when(fired('respawn:web'), spawned('web'))
        .after(2000)
        .when(exited('web'), spawnFailed('web', 'fork', 'EAGAIN'));
      expect(scenario.linesOf('StartTimer')).toEqual(['StartTimer respawn:web 100']);
    });

    it('becomes a bundle when its run is gone, and says so', () => {
      const scenario = given({ web: { mode: 'respawn' }, k: {} })
        .boots('web', 'k')
        .edits('web', { mode: 'respawn', run: false })
        .after(2000)
        .when(exited('web'))
        .reports(
          '/etc/minit/web/run: there is none: without a program to run it has finished, and does not start again by itself',
        )
        .is({ web: 'finished' });
      expect(scenario.effects.at(-1)?.params).toMatchObject({
        severity: 'warning',
        code: 'definition',
        service: 'web',
      });
    });

    it('does not restart when respawn is switched off', () => {
      given({ web: { mode: 'respawn' }, k: {} })
        .boots('web', 'k')
        .when(asked('rweb'))
        .when(exited('web'))
        .asks()
        .is({ web: 'finished' });
    });

    it('gives up its pause when respawn is switched off', () => {
      given({ web: { mode: 'respawn' }, k: {} })
        .boots('web', 'k')
        .when(exited('web'))
        .when(asked('rweb'))
        .asks('Reply 1', 'CancelTimer respawn:web')
        .is({ web: 'finished' });
    });

    it('needs no pause when it is started by hand', () => {
      given({ web: { mode: 'respawn' } })
        .boots('web')
        .when(exited('web'))
        .when(asked('sweb'))
        .asks(
          'StartTimer reply:5 1000',
          'CancelTimer respawn:web',
          'SpawnProcess web',
          'Reply 1',
          'CancelTimer reply:5',
        );
    });
  });

  describe('that runs once', () => {
    it('finishes', () => {
      given({ job: {}, k: {} })
        .boots('job', 'k')
        .when(exited('job', 3))
        .asks()
        .is({ job: 'finished' });
    });

    it('starts to respawn when that is switched on while it runs', () => {
      given({ job: {} })
        .boots('job')
        .when(asked('Rjob'))
        .after(2000)
        .when(exited('job'))
        .starts('job');
    });

    it('does not start by itself when respawn is switched on after its end', () => {
      given({ job: {}, k: {} })
        .boots('job', 'k')
        .when(exited('job'))
        .when(asked('Rjob'))
        .asks('Reply 1')
        .is({ job: 'finished' })
        .when(asked('sjob'))
        .after(2000)
        .when(exited('job'))
        .starts('job');
    });

    it('tries again when the system is short of processes', () => {
      given({ job: { spawn: ['fork', 'EAGAIN'] } })
        .boots('job')
        .is({ job: 'respawning' })
        .edits('job', {})
        .when(fired('respawn:job'))
        .is({ job: 'running.ready' });
    });

    it('gives up when its program is not there', () => {
      given({ job: { spawn: ['execute', 'ENOENT'] }, k: {} })
        .boots('job', 'k')
        .is({ job: 'failed' })
        .reports(
          '/bin/job: cannot execute its program (run): no such file or directory (ENOENT)',
          'boot settled after 0.00 s',
        );
    });

    it('gives up when its directory is gone at the second attempt', () => {
      given({ job: { spawn: ['fork', 'EAGAIN'] }, k: {} })
        .boots('job', 'k')
        .edits('job', undefined)
        .when(fired('respawn:job'))
        .is({ job: 'failed' });
    });

    it('tries again when its directory cannot be read just now at the second attempt', () => {
      given({ job: { mode: 'sync', spawn: ['fork', 'EAGAIN'] }, app: { depends: ['job'] } })
        .boots('app')
        .withoutAnswers()
        .when(fired('respawn:job'), unreadable('job', 'EMFILE'))
        .asks(
          'Report /etc/minit/job: cannot read its service directory: too many open files (EMFILE) (2 times in a row)',
          'StartTimer respawn:job 200',
        )
        .is({ job: 'respawning', app: 'waiting-deps' })
        .when(fired('respawn:job'), read('job'), spawned('job'))
        .is({ job: 'running.ready', app: 'waiting-deps' });
    });

    it('gives up when its params are unusable at the second attempt', () => {
      const problems = [
        { severity: 'error', code: 'bad-params', file: 'params', text: 'a NUL byte' },
      ] as const;
      given({ job: { spawn: ['fork', 'EAGAIN'] }, k: {} })
        .boots('job', 'k')
        .edits('job', { problems })
        .when(fired('respawn:job'))
        .is({ job: 'failed' });
    });
  });

  describe('whose process ends early', () => {
    it('has ended once: who gets the PID again, while other spawns are under way, lives', () => {
      const hangs = { spawn: 'hangs' } as const;
      given({ a: hangs, b: hangs, c: hangs })
        .boots('a', 'b', 'c')
        .when(orphanExited(900), spawned('a', 900), spawned('b', 900))
        .is({ a: 'finished', b: 'running.ready' });
    });

    it('has ended when its end is told before its spawn', () => {
      given({ job: { spawn: 'hangs' }, k: {} })
        .boots('k', 'job')
        .when(orphanExited(900), spawned('job', 900))
        .is({ job: 'finished' });
    });

    it('has not ended with whoever had its PID before it was asked for, however long an exec hangs', () => {
      given({ nfs: { spawn: 'hangs' }, web: { mode: 'respawn', spawn: 'hangs' }, k: {} })
        .boots('k', 'nfs')
        .when(orphanExited(900))
        .after(86_400_000)
        .when(asked('sweb'))
        .when(spawned('web', 900))
        .is({ web: 'running.ready' })
        .after(500)
        .when(exited('web'))
        .is({ web: 'respawning' });
    });

    it('says so when it is a sync step that failed', () => {
      given({ step: { mode: 'sync' }, k: { depends: ['step'] } })
        .boots('k')
        .after(2000)
        .when(exited('step', 3))
        .asks(
          'Report exited 3 after 2.00 s; its dependents go on all the same',
          'SpawnProcess k',
          'Report boot settled after 2.00 s',
        );
    });

    it('is none the wiser for the end of an orphan', () => {
      given({ job: { spawn: 'hangs' }, k: {} })
        .boots('k', 'job')
        .when(orphanExited(900), spawned('job', 901))
        .is({ job: 'running.ready' });
    });

    it('does not take the end of an orphan for its own when no spawn was under way', () => {
      given({ job: { spawn: 'hangs' }, k: {} })
        .boots('k')
        .when(orphanExited(900))
        .asks()
        .when(asked('sjob'), spawned('job', 900))
        .is({ job: 'running.ready' });
    });
  });

  describe('that is asked to stop', () => {
    it('gets TERM and CONT, and as long as it takes', () => {
      given({ web: { mode: 'respawn' } })
        .boots('web')
        .when(stop('web'))
        .asks('Reply {"minit":1,"ok":true}', 'SendSignal web TERM', 'SendSignal web CONT')
        .is({ web: 'stopping.terminating' });
    });

    it('is finished when it has ended, respawn or not', () => {
      given({ web: { mode: 'respawn' }, k: {} })
        .boots('web', 'k')
        .when(stop('web'))
        .when(exited('web', 'TERM'))
        .is({ web: 'finished' });
    });

    it('gets the signals again when it is asked again', () => {
      given({ web: {} })
        .boots('web')
        .when(stop('web'))
        .when(stop('web'))
        .asks('Reply {"minit":1,"ok":true}', 'SendSignal web TERM', 'SendSignal web CONT');
    });

    it('gets them as soon as its PID is known', () => {
      given({ web: { spawn: 'hangs' } })
        .boots('web')
        .when(stop('web'))
        .asks('Reply {"minit":1,"ok":true}', 'Report boot settled after 0.00 s')
        .when(stop('web'))
        .asks('Reply {"minit":1,"ok":true}')
        .when(spawned('web'))
        .asks('SendSignal web TERM', 'SendSignal web CONT');
    });

    it('is finished when its spawn fails', () => {
      given({ web: { spawn: 'hangs' }, k: {} })
        .boots('web', 'k')
        .when(stop('web'))
        .when(spawnFailed('web', 'execute', 'ENOENT'))
        .is({ web: 'finished' });
    });

    it('starts again after its end when it was asked for meanwhile', () => {
      given({ web: {} })
        .boots('web')
        .when(stop('web'))
        .when(asked('sweb'))
        .replies('1')
        .when(exited('web'))
        .starts('web');
    });

    it('fails, or tries again, when it was asked for meanwhile and its first spawn fails', () => {
      const stopped = (mode: 'respawn' | 'oneshot') =>
        given({ web: { mode, spawn: 'hangs' }, k: {} })
          .boots('web', 'k')
          .when(stop('web'), asked('sweb'), asked(mode === 'respawn' ? 'Rweb' : 'rweb'))
          .when(spawnFailed('web', 'execute', 'ENOENT'));
      stopped('respawn').is({ web: 'respawning' });
      stopped('oneshot').is({ web: 'failed' });
    });

    it('tries again when its directory cannot be read just now as it is to start again', () => {
      given({ web: {}, k: {} })
        .boots('web', 'k')
        .after(5000)
        .when(stop('web'), asked('sweb'))
        .withoutAnswers()
        .when(exited('web', 'TERM'), unreadable('web', 'ENFILE'))
        .is({ web: 'respawning' });
    });

    it('does not respawn when it is started again by hand, until that is asked for', () => {
      given({ web: { mode: 'respawn' }, k: {} })
        .boots('web', 'k')
        .when(stop('web'), exited('web'))
        .when(asked('sweb'))
        .after(2000)
        .when(exited('web'))
        .is({ web: 'finished' });
    });

    it('starts again when its respawn is switched on meanwhile', () => {
      given({ web: {} })
        .boots('web')
        .when(stop('web'))
        .when(asked('Rweb'))
        .when(exited('web'))
        .starts('web');
    });
  });

  describe('whose PID is told', () => {
    it('is watched by that PID from then on', () => {
      given({ web: {}, k: {} })
        .boots('web', 'k')
        .when(asked('Pweb|500|'))
        .asks('ProbeProcess 500')
        .when(probed(true))
        .asks('Reply 1', 'WatchProcess web 500')
        .when(orphanExited(101))
        .is({ web: 'running.ready' })
        .when({ type: 'ProcessVanished', pid: 500 })
        .is({ web: 'finished' });
    });

    it('has ended when the kernel gives its PID to another service', () => {
      given({ web: {}, db: { mode: 'respawn', spawn: 'hangs' }, k: {} })
        .boots('web', 'k')
        .when(asked('Pweb|500|'), probed(true))
        .when(asked('sdb'), spawned('db', 500))
        .is({ web: 'finished', db: 'running.ready' })
        // The watch of the former owner is late.
        .when(orphanExited(101))
        .is({ db: 'running.ready' });
    });

    it('is kept up after it was adopted from rest, when it respawns', () => {
      given({ web: { mode: 'respawn' }, k: {} })
        .boots('web', 'k')
        .when(stop('web'), exited('web'))
        .when(asked('Rweb'), asked('Pweb|500|'), probed(true))
        .after(2000)
        .when({ type: 'ProcessVanished', pid: 500 })
        .starts('web');
    });

    it('runs with that PID when it was told before the outcome of its own spawn', () => {
      given({ web: { spawn: 'hangs' }, k: {} })
        .boots('k', 'web')
        .when(asked('Pweb|500|'), probed(true), orphanExited(900))
        .when(spawned('web', 900))
        .asks('WatchProcess web 500', 'Report boot settled after 0.00 s')
        .is({ web: 'running.ready' });
    });

    it('runs with that PID when it was told while its directory was read again', () => {
      given({ web: { mode: 'respawn' } })
        .boots('web')
        .withoutAnswers()
        .after(2000)
        .when(exited('web'), asked('Pweb|500|'), probed(true))
        .is({ web: 'running.ready' });
    });

    it('is not watched twice when it is told the PID that it has', () => {
      given({ web: {} })
        .boots('web')
        .when(asked('Pweb|101|'), probed(true))
        .asks('ProbeProcess 101', 'Reply 1');
    });
  });
});
