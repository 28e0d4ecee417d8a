/**
 * What this process is to the machine: its init, a container's, or one of many.
 *
 * @module
 */
import type { Means, Role } from '../machines/events';
import { errnos } from './errnos';
import { disableCtrlAltDel } from './libc/machine';
import { setChildSubreaper } from './libc/process';

export interface DetectedRole {
  readonly role: Role;
  /** What the kernel has refused: errno by means. */
  readonly missing: readonly (readonly [Means, number])[];
}

/**
 * Returns the role of this process, which it takes up. As PID 1 it takes ctrl-alt-del, which only the init of a whole
 * machine may (reboot(2)): EINVAL in a PID namespace, EPERM in one without the capability. Any other
 * refusal is out of the ordinary, and the careful guess is a container: it reboots nothing. Elsewhere
 * orphaned descendants become our children, as PID 1 gets them.
 */
export function detectRole(): DetectedRole {
  if (process.pid !== 1) {
    const errno = -setChildSubreaper();
    return { role: 'process', missing: errno > 0 ? [['orphans', errno]] : [] };
  }
  const errno = -disableCtrlAltDel();
  if (errno <= 0) return { role: 'machine', missing: [] };
  const isOrdinary = errno === errnos.EINVAL || errno === errnos.EPERM;
  return { role: 'container', missing: isOrdinary ? [] : [['ctrl-alt-del', errno]] };
}
