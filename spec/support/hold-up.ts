/**
 * Makes an exec hang.
 *
 * @module
 */
import './real-process';
import { closeSync, constants, openSync } from 'node:fs';
import { bind } from '../../adapters/libc/koffi';

const F_SETLEASE = 1_024;
const F_WRLCK = 1;
const F_UNLCK = 2;
const fcntl = bind<[number, number, number]>('int fcntl(int, int, long)');

/**
 * Makes an exec of `path` hang, as on a dead file server: with a write lease on it the kernel lets
 * nobody open it before we give way (fcntl(2)). `asked` resolves when the exec hangs.
 */
export function holdUp(path: string): {
  readonly asked: Promise<void>;
  readonly giveWay: () => void;
} {
  const fd = openSync(path, constants.O_RDONLY);
  const asked = new Promise<void>((resolve) => process.once('SIGIO', () => resolve()));
  expect(fcntl(fd, F_SETLEASE, F_WRLCK)).toBe(0);
  return {
    asked,
    giveWay() {
      fcntl(fd, F_SETLEASE, F_UNLCK);
      closeSync(fd);
    },
  };
}
