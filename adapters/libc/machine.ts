/**
 * What only the init of a machine does.
 *
 * @module
 */
import { bind, resultOrErrno } from './koffi';

const RB_DISABLE_CAD = 0;
const KDSIGACCEPT = 0x4b4e;
const SIGWINCH = 28;

const reboot = bind<[number]>('int reboot(int)');
const controlDevice = bind<[number, number, number]>('int ioctl(int, unsigned long, long)');

/**
 * Makes ctrl-alt-del a SIGINT to PID 1. Returns 0 or −errno: EINVAL in a PID namespace, EPERM
 * without the capability. reboot(2)
 */
export function disableCtrlAltDel(): number {
  return resultOrErrno(reboot(RB_DISABLE_CAD));
}

/** Makes the keyboard request (Alt-Up) of the console `fd` a SIGWINCH. Returns 0 or −errno. ioctl_console(2) */
export function acceptKeyboardRequests(fd: number): number {
  return resultOrErrno(controlDevice(fd, KDSIGACCEPT, SIGWINCH));
}
