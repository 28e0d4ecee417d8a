/**
 * The first time in which nothing happens, here of half a second.
 */
import { Subject } from 'rxjs';
import { whenQuiet } from '../../adapters/when-quiet';

beforeEach(() => {
  jest.useFakeTimers();
});
afterEach(() => {
  jest.useRealTimers();
});

function watched() {
  const occurrence$ = new Subject<undefined>();
  const act = jest.fn();
  whenQuiet(occurrence$, 500, act);
  return { occurrence$, act };
}

it('comes after half a second, once, and nobody is listened to any more', () => {
  const { occurrence$, act } = watched();
  jest.advanceTimersByTime(499);
  expect(act).not.toHaveBeenCalled();
  jest.advanceTimersByTime(10_000);
  expect(act).toHaveBeenCalledTimes(1);
  expect(occurrence$.observed).toBe(false);
  expect(jest.getTimerCount()).toBe(0);
});

it('does not come as long as something happens every 400 ms', () => {
  const { occurrence$, act } = watched();
  for (let i = 0; i < 10; i += 1) {
    jest.advanceTimersByTime(400);
    occurrence$.next(undefined);
  }
  expect(act).not.toHaveBeenCalled();
  jest.advanceTimersByTime(1_000);
  expect(act).toHaveBeenCalledTimes(1);
});
