import '../support/real-process';
import { createClock } from '../../adapters/clock';
import { bootTimeUs } from '../../adapters/libc/clock';
import { openClockSetFd } from '../../adapters/libc/timerfd';
import { createSignals } from '../../adapters/signals';
import { createTimers } from '../../adapters/timers';
import { createTurns, keepAlive } from '../../adapters/turns';
import { closeSync, readFileSync } from 'node:fs';
import { filter, firstValueFrom, Subject } from 'rxjs';
import { recordOccurrences } from '../support/occurrences';

describe('clock', () => {
  it('is CLOCK_BOOTTIME in microseconds', () => {
    const clock = createClock();
    const uptimeUs = Number(readFileSync('/proc/uptime', 'latin1').split(' ')[0]) * 1_000_000;
    expect(Math.abs(clock.now() - uptimeUs)).toBeLessThan(1_000_000);
    clock.close();
  });

  it('never goes back', () => {
    const instants = Array.from({ length: 1_000 }, bootTimeUs);
    expect(instants).toEqual([...instants].sort((one, other) => one - other));
    expect(instants.every(Number.isInteger)).toBe(true);
  });

  it('tells wall time as ISO 8601 in UTC', () => {
    const clock = createClock();
    expect(clock.wallAt()).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/u);
    clock.close();
  });

  it('gets from the kernel what notices a step of the wall clock', () => {
    const fd = openClockSetFd();
    expect(fd).toBeGreaterThan(2);
    closeSync(fd);
  });
});

describe('timers', () => {
  it('fire once, after their delay, with their cause', async () => {
    const timers = createTimers({ now: bootTimeUs });
    const recorder = recordOccurrences(timers.occurrence$);
    const startedAt = bootTimeUs();
    timers.start({ timer: 'respawn:web', delayMs: 20 }, 7);
    const { event, cause, at } = await recorder.first('TimerFired');
    expect({ event, cause }).toEqual({
      event: { type: 'TimerFired', timer: 'respawn:web' },
      cause: 7,
    });
    expect(at - startedAt).toBeGreaterThanOrEqual(20_000);
  });

  it('never fire before their delay is over, though Node counts whole milliseconds', async () => {
    // Each look at this clock is 10 ms after the one before: no timer of Node's is as slow.
    let looks = 0;
    const timers = createTimers({ now: () => (looks += 1) * 10_000 });
    const recorder = recordOccurrences(timers.occurrence$);
    timers.start({ timer: 'respawn:web', delayMs: 45 }, 1);
    expect((await recorder.first('TimerFired')).at).toBe(60_000);
  });

  it('do not fire once cancelled while they wait for the rest of their delay', async () => {
    let looks = 0;
    const looked = new Subject<number>();
    const timers = createTimers({
      now: () => {
        looked.next((looks += 1));
        return 0;
      },
    });
    const recorder = recordOccurrences(timers.occurrence$);
    timers.start({ timer: 'respawn:web', delayMs: 1 }, 1);
    await firstValueFrom(looked.pipe(filter((count) => count === 3)));
    timers.cancel({ timer: 'respawn:web' });
    const rest = createTimers({ now: bootTimeUs });
    const over = recordOccurrences(rest.occurrence$);
    rest.start({ timer: 'log', delayMs: 20 }, 2);
    await over.first('TimerFired');
    expect({ looks, fired: recorder.occurrences }).toEqual({ looks: 3, fired: [] });
  });

  it('are replaced by a start of the same name', async () => {
    const timers = createTimers({ now: bootTimeUs });
    const recorder = recordOccurrences(timers.occurrence$);
    timers.start({ timer: 'stop:web', delayMs: 1 }, 1);
    timers.start({ timer: 'stop:web', delayMs: 5 }, 2);
    timers.start({ timer: 'log', delayMs: 20 }, 3);
    await recorder.first('TimerFired', ({ timer }) => timer === 'log');
    expect(recorder.occurrences.map(({ cause }) => cause)).toEqual([2, 3]);
  });

  it('do not fire once cancelled', async () => {
    const timers = createTimers({ now: bootTimeUs });
    const recorder = recordOccurrences(timers.occurrence$);
    timers.start({ timer: 'control', delayMs: 1 }, 1);
    timers.cancel({ timer: 'control' });
    timers.cancel({ timer: 'reply:9' });
    timers.start({ timer: 'log', delayMs: 10 }, 2);
    await recorder.first('TimerFired');
    expect(recorder.occurrences).toHaveLength(1);
  });

  it('do not fire at once when the delay is longer than setTimeout takes', async () => {
    const timers = createTimers({ now: bootTimeUs });
    const recorder = recordOccurrences(timers.occurrence$);
    timers.start({ timer: 'respawn:web', delayMs: 2 ** 40 }, 1);
    timers.start({ timer: 'log', delayMs: 10 }, 2);
    await recorder.first('TimerFired');
    expect(recorder.occurrences.map(({ cause }) => cause)).toEqual([2]);
    timers.cancel({ timer: 'respawn:web' });
  });
});

describe('turns', () => {
  it('come after what is under way, in order', async () => {
    const turns = createTurns();
    const order: string[] = [];
    const last = new Promise<void>((resolve) => {
      turns.schedule(() => order.push('first'));
      turns.schedule(() => {
        order.push('second');
        resolve();
      });
    });
    order.push('under way');
    await last;
    expect(order).toEqual(['under way', 'first', 'second']);
  });

  it('keeps the program alive until it is let go', () => {
    const count = () =>
      process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length;
    const before = count();
    const letGo = keepAlive();
    expect(count()).toBe(before + 1);
    letGo();
    expect(count()).toBe(before);
  });
});

describe('signals', () => {
  it.each(['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGUSR1', 'SIGUSR2', 'SIGPWR'] as const)(
    'takes %s',
    async (signal) => {
      const signals = createSignals({ role: 'process', now: bootTimeUs });
      const recorder = recordOccurrences(signals.occurrence$);
      process.kill(process.pid, signal);
      expect((await recorder.first('SignalReceived')).event.signal).toBe(signal);
      signals.close();
    },
  );

  it('leaves SIGWINCH alone where it is no keyboard request', () => {
    const signals = createSignals({ role: 'process', now: bootTimeUs });
    expect(process.listenerCount('SIGWINCH')).toBe(0);
    signals.close();
  });

  it('takes SIGWINCH as PID 1', async () => {
    const signals = createSignals({ role: 'container', now: bootTimeUs });
    const recorder = recordOccurrences(signals.occurrence$);
    process.kill(process.pid, 'SIGWINCH');
    expect((await recorder.first('SignalReceived')).event.signal).toBe('SIGWINCH');
    signals.close();
  });
});
