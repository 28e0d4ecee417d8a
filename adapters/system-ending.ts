/**
 * The port `SystemEnding`: the end of a booted machine.
 *
 * @module
 */
import { Subject } from 'rxjs';
import type { Console, EventLog, Occurrence, SystemEnding } from '../effects/ports';
import type { MinitEvent, Role, SystemError } from '../machines/events';
import { endProcesses } from './end-processes';
import { endSystem } from './end-system';
import type { EndingCalls } from './ending-calls';
import { sayOn } from './ending-progress';
import { systemError } from './system-error';

export interface SystemEndingOptions {
  readonly role: Role;
  readonly calls: EndingCalls;
  readonly console: Console;
  /** It may lie on a file system that is to be unmounted. */
  readonly log: Pick<EventLog, 'release'>;
}

export function createSystemEnding(options: SystemEndingOptions): SystemEnding {
  const { role, calls, console, log } = options;
  const occurrence$ = new Subject<Occurrence>();
  const say = sayOn(console, () => calls.now());
  const emit = (event: MinitEvent, cause: number): void => {
    occurrence$.next({ at: calls.now(), cause, event });
  };
  // Whatever asked for it: where minit is no machine's init, the processes and mounts are somebody else's.
  const isMachine = role === 'machine';
  return {
    occurrence$,
    endProcesses({ graceMs }, cause) {
      if (!isMachine) {
        emit({ type: 'ProcessesEnded', by: 'left' }, cause);
        return;
      }
      void endProcesses(calls, say, graceMs)
        .catch(() => 'left' as const)
        .then((by) => {
          emit({ type: 'ProcessesEnded', by }, cause);
        });
    },
    endSystem({ how }, cause) {
      const fail = (error: SystemError): void => {
        emit({ type: 'SystemEndFailed', how, error }, cause);
      };
      if (!isMachine) {
        fail(systemError('EPERM'));
        return;
      }
      log.release();
      void endSystem(calls, say, how)
        // A bug of ours must not leave a machine between its services and its end.
        .catch(() => ({ ...systemError('EFAULT') }))
        .then(fail);
    },
  };
}
