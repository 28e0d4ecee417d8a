/**
 * The machine: its name, and what only its init does.
 *
 * @module
 */
import type { SystemEnd } from '../../machines/events';
import { bind, resultOrErrno } from './koffi';

const RB_DISABLE_CAD = 0;
const KDSIGACCEPT = 0x4b4e;
const SIGWINCH = 28;
/** As unsigned words in reboot(2); the int there is signed. */
const rebootCommands: Readonly<Record<SystemEnd, number>> = {
  reboot: 0x01234567,
  halt: 0xcdef0123 | 0,
  'power-off': 0x4321fedc,
};

const hostNameBytesMax = 64;

const getHostName = bind<[Buffer, number]>('int gethostname(void *, size_t)');
const reboot = bind<[number]>('int reboot(int)');
const controlDevice = bind<[number, number, number]>('int ioctl(int, unsigned long, long)');

/** Returns the name of this host; the empty one where it has none. gethostname(2) */
export function hostName(): string {
  const name = Buffer.alloc(hostNameBytesMax + 1);
  return getHostName(name, name.length) === 0 ? name.toString('utf8', 0, name.indexOf(0)) : '';
}

/**
 * Makes ctrl-alt-del a SIGINT to PID 1. Returns 0 or −errno: EINVAL in a PID namespace, EPERM
 * without the capability. reboot(2)
 */
export function disableCtrlAltDel(): number {
  return resultOrErrno(reboot(RB_DISABLE_CAD));
}

/**
 * Ends the machine at once: no process is told, nothing is written. Does not return where it succeeds;
 * −errno otherwise. In a PID namespace its init is ended by SIGHUP (reboot) or SIGINT. reboot(2)
 */
export function endMachine(how: SystemEnd): number {
  return resultOrErrno(reboot(rebootCommands[how]));
}

/** Makes the keyboard request (Alt-Up) of the console `fd` a SIGWINCH. Returns 0 or −errno. ioctl_console(2) */
export function acceptKeyboardRequests(fd: number): number {
  return resultOrErrno(controlDevice(fd, KDSIGACCEPT, SIGWINCH));
}
