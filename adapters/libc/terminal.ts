/**
 * Terminals.
 *
 * @module
 */
import { errnos } from '../errnos';
import { bind, lastErrno } from './koffi';

const TIOCGDEV = 0x8004_5432;
const controlDevice = bind<[number, number, Uint32Array]>('int ioctl(int, unsigned long, void *)');

/** Returns the device number of the terminal behind `fd`, as stat(2) has it, or `undefined`. tty_ioctl(4) */
export function terminalDevice(fd: number): number | undefined {
  const device = new Uint32Array(1);
  return controlDevice(fd, TIOCGDEV, device) === 0 ? device[0] : undefined;
}

/** Says whether `fd` is a terminal that has hung up: nothing can be done with it any more. tty_ioctl(4) */
export function hasHungUp(fd: number): boolean {
  return controlDevice(fd, TIOCGDEV, new Uint32Array(1)) !== 0 && lastErrno() === errnos.EIO;
}
