/**
 * What a signal to minit itself means: it depends on what minit is to the machine. Pure.
 *
 * @module
 */
import type { SystemEnd } from './events';
import { endBySignal, endsMachine, pressOn } from './shutdown';
import { requestStart } from './start-order';
import type { Step } from './step';

/** As busybox's `reboot`, `halt` and `poweroff` ask PID 1 for them. */
const endsBySignal: Readonly<Partial<Record<string, SystemEnd>>> = {
  SIGTERM: 'reboot',
  SIGUSR1: 'halt',
  SIGUSR2: 'power-off',
};

export function signalReceived(step: Step, signal: string): void {
  const { role } = step.draft;
  const isTerminal = signal === 'SIGINT' || signal === 'SIGHUP' || signal === 'SIGQUIT';
  const systemEnd = endsBySignal[signal];
  if (signal === 'SIGTERM' && role !== 'machine') endBySignal(step, 'power-off');
  else if (isTerminal && role === 'process') endBySignal(step, 'power-off');
  else if (systemEnd !== undefined && endsMachine(step)) endBySignal(step, systemEnd);
  else if (signal === 'SIGPWR' && role === 'container' && step.draft.init.context.endsSystem)
    endBySignal(step, 'power-off');
  else if (signal === 'SIGINT') requestKey(step, 'ctrlaltdel', signal);
  else if (signal === 'SIGWINCH' && role === 'machine') requestKey(step, 'kbreq', signal);
}

/** A key that the kernel turned into a signal: each press counts, also when the service has finished. */
function requestKey(step: Step, service: string, signal: string): void {
  if (step.draft.stopPlan !== undefined || step.draft.shutdown !== undefined) {
    if (signal === 'SIGINT') pressOn(step);
    return;
  }
  requestStart(step, { kind: 'start', service, cause: step.seq, asker: { kind: 'key', signal } });
}
