/**
 * Terminals.
 *
 * @module
 */
import { bind } from './koffi';

const TIOCGDEV = 0x8004_5432;
const controlDevice = bind<[number, number, Uint32Array]>('int ioctl(int, unsigned long, void *)');

/** Returns the device number of the terminal behind `fd`, as stat(2) has it, or `undefined`. tty_ioctl(4) */
export function terminalDevice(fd: number): number | undefined {
  const device = new Uint32Array(1);
  return controlDevice(fd, TIOCGDEV, device) === 0 ? device[0] : undefined;
}
