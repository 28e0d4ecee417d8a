/**
 * What this process is to the machine: its init, a container's, or one of many.
 *
 * @module
 */
import type { Role } from '../machines/events';
import { disableCtrlAltDel } from './libc/machine';
import { setChildSubreaper } from './libc/process';

/**
 * Returns the role of this process. As PID 1 it takes ctrl-alt-del, which only the init of a whole
 * machine may (reboot(2)); so that tells a machine from a container.
 */
export function detectRole(): Role {
  if (process.pid !== 1) return 'process';
  return disableCtrlAltDel() === 0 ? 'machine' : 'container';
}

/** Makes orphaned descendants our children where we are not PID 1. Says whether the kernel agreed. */
export function becomeSubreaper(): boolean {
  return setChildSubreaper() === 0;
}
