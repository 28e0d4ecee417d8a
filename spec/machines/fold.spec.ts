/**
 * The fold as a whole: what it asks for at first, the log, the control FIFO and the clock, and
 * what holds whatever the event is.
 *
 * @module
 */
import { fold, initialState } from '../../machines/fold';
import type { MinitEvent } from '../../machines/events';
import {
  asked,
  exited,
  fired,
  given,
  line,
  orphanExited,
  signalled,
  systemError,
} from '../support/given';

const started: MinitEvent = {
  type: 'SupervisorStarted',
  pid: 77,
  role: 'process',
  root: '/etc/minit',
  words: ['web'],
  graceMs: 3000,
};

describe('fold', () => {
  it('asks for the log and the control FIFO before anything else', () => {
    const { effects } = fold(initialState(), { seq: 1, at: 0, event: started });
    expect(effects.map(line)).toEqual(['OpenLog', 'OpenControl', 'ReadService web']);
  });

  it('refuses an event out of order: minit itself is wrong then', () => {
    expect(() => fold(initialState(), { seq: 2, at: 0, event: started })).toThrow(
      'event 2 after 0',
    );
  });

  it('leaves the state before as it was', () => {
    const before = given({ web: {} }).boots('web').state;
    const copy = JSON.stringify(before);
    fold(before, { seq: before.seq + 1, at: 1, event: signalled('SIGTERM') });
    expect(JSON.stringify(before)).toBe(copy);
  });

  it('gives the same for the same, as often as it is asked', () => {
    const { state } = given({ web: {} }).boots('web');
    const recorded = { seq: state.seq + 1, at: 1, event: signalled('SIGTERM') };
    expect(fold(state, recorded)).toEqual(fold(state, recorded));
  });

  it('leaves every service alone that an event does not touch', () => {
    const scenario = given({ a: {}, b: {} }).boots('a', 'b');
    const before = scenario.service('b');
    scenario.when(exited('a'));
    expect(scenario.service('b')).toBe(before);
  });

  it('ignores the end of an orphan', () => {
    const scenario = given({ web: {} }).boots('web').when(orphanExited(4711)).asks();
    expect(scenario.state.unclaimed.size).toBe(0);
  });

  it('ignores the end of a watched process that it does not know', () => {
    given({ web: {} }).boots('web').when({ type: 'ProcessVanished', pid: 4711 }).asks();
  });

  it('ignores the outcome of a probe that nobody waits for', () => {
    given({ web: {} })
      .boots('web')
      .when({ type: 'ProcessProbed', request: 99, pid: 1, alive: true })
      .asks();
  });

  it('ignores the end of a reply time that is over', () => {
    given({ web: {} }).boots('web').when(fired('reply:99')).asks();
  });

  it('ignores a directory that nobody asked for', () => {
    given({ web: {} })
      .boots('web')
      .when({ type: 'ServiceMissing', service: 'gone', error: systemError('ENOENT') })
      .asks()
      .is({ gone: 'unknown' });
  });

  it('reports a signal that could not be sent', () => {
    given({ web: {} })
      .boots('web')
      .when({
        type: 'SignalFailed',
        service: 'web',
        pid: 101,
        signal: 15,
        error: systemError('EPERM'),
      })
      .reports('cannot signal process 101: the kernel does not allow it');
  });

  it('says nothing of a signal to a process that has ended just before it', () => {
    const failed = {
      type: 'SignalFailed',
      service: 'web',
      pid: 101,
      signal: 15,
      error: systemError('ESRCH'),
    } as const;
    given({ web: {} })
      .boots('web')
      .when(failed)
      .reports('cannot signal process 101: ESRCH')
      .when(exited('web'))
      .when(failed)
      .asks();
  });

  describe('on the event log', () => {
    const failed: MinitEvent = {
      type: 'LogFailed',
      path: '/var/log/minit',
      error: systemError('EROFS'),
    };
    const opened: MinitEvent = { type: 'LogOpened', path: '/var/log/minit' };

    it('says nothing when it is open from the start', () => {
      given({ web: {} }).boots('web').when(opened).asks('CancelTimer log');
    });

    it('reports once that it is held in memory, and tries again', () => {
      given({ web: {} })
        .boots('web')
        .when(failed)
        .asks(
          'StartTimer log 5000',
          'Report /var/log/minit: the event log is held in memory: the file system is read-only; make that writable, or name a directory with --log',
        )
        .when(failed)
        .asks('StartTimer log 5000');
    });

    it('opens it when the timer fires, and says when it can', () => {
      const scenario = given({ web: {} }).boots('web').when(failed).when(fired('log'));
      expect(scenario.effects.map(({ type }) => type)).toEqual(['OpenLog']);
      scenario
        .when(opened)
        .asks('Report /var/log/minit: the event log is written now', 'CancelTimer log');
    });

    it('goes on when the disk is full later', () => {
      given({ web: {} })
        .boots('web')
        .when(opened)
        .when({ type: 'LogFailed', path: '/log', error: systemError('ENOSPC') })
        .reports(
          '/log: the event log is held in memory: no space left on the device; make room there, or name a directory with --log',
        )
        .is({ web: 'running.ready' });
    });

    it.each([
      ['EDQUOT', 'the disk quota is exceeded; make room there, or name a directory with --log'],
      ['EMFILE', 'too many open files; it is tried again every 5 seconds'],
      ['ENFILE', 'too many open files in the system; it is tried again every 5 seconds'],
      ['ENOMEM', 'out of memory; it is tried again every 5 seconds'],
    ])('does not ask for what would not help against %s', (code, advice) => {
      given({ web: {} })
        .boots('web')
        .when({ type: 'LogFailed', path: '/log', error: systemError(code) })
        .reports(`/log: the event log is held in memory: ${advice}`);
    });
  });

  describe('on the control FIFO', () => {
    const failed: MinitEvent = {
      type: 'ControlFailed',
      path: '/etc/minit/in',
      error: systemError('EROFS'),
    };

    it('boots without it, says so once, and tries again', () => {
      given({ web: {} })
        .boots('web')
        .when(failed)
        .asks(
          'StartTimer control 5000',
          'Report /etc/minit/in: no control, msvc cannot reach minit: the file system is read-only',
        )
        .when(failed)
        .asks('StartTimer control 5000')
        .is({ web: 'running.ready' });
    });

    it('says what the numbers do not tell', () => {
      given({ web: {} })
        .boots('web')
        .when({ ...failed, hint: 'another minit uses it' })
        .reports('/etc/minit/in: no control, msvc cannot reach minit: another minit uses it');
    });

    it('says when it is there', () => {
      const scenario = given({ web: {} }).boots('web').when(failed).when(fired('control'));
      expect(scenario.effects.map(({ type }) => type)).toEqual(['OpenControl']);
      scenario.when({ type: 'ControlOpened' }).reports('control is open now');
    });

    it('says nothing when it is open from the start', () => {
      given({ web: {} }).boots('web').when({ type: 'ControlOpened' }).asks();
    });
  });

  describe('on a step of the wall clock', () => {
    const stepped = (byUs: number): MinitEvent => ({
      type: 'WallClockStepped',
      byUs,
      wallAt: '2026-01-01T00:00:00Z',
    });

    it.each([
      [3_600_000_000, 'the clock was set forward by 3600.000 s to 2026-01-01T00:00:00Z'],
      [-1_500_000, 'the clock was set back by 1.500 s to 2026-01-01T00:00:00Z'],
    ])('notes %i µs', (byUs, text) => {
      given({ web: {} }).boots('web').when(stepped(byUs)).reports(text);
    });

    it('changes no duration', () => {
      given({ web: { mode: 'respawn' } })
        .boots('web')
        .after(500)
        .when(stepped(3_600_000_000))
        .when(asked('uweb'))
        .replies('0')
        .when(exited('web'))
        .asks('StartTimer respawn:web 500');
    });
  });
});
