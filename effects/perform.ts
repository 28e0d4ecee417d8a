/**
 * From an effect to the port that does it: one exhaustive switch, no decision.
 *
 * @module
 */
import type { Effect } from '../machines/effects';
import { isStartAwaited, type SupervisorState } from '../machines/state';
import type { LogRecord, Ports } from './ports';

export interface Circumstances extends Pick<LogRecord, 'seq' | 'at'> {
  /** After the turn, where it is known. */
  readonly state?: SupervisorState;
}

/** Performs one effect of the event `seq`, which is the cause of whatever comes of it. */
export function perform(ports: Ports, effect: Effect, { seq, at, state }: Circumstances): void {
  switch (effect.type) {
    case 'ReadService':
      return ports.directories.read(effect.params, effect.params.cause ?? seq);
    case 'SpawnProcess':
      return ports.processes.spawn(
        effect.params,
        seq,
        state !== undefined && isStartAwaited(state, effect.params.service),
      );
    case 'SendSignal':
      return ports.processes.signal(effect.params, seq);
    case 'WatchProcess':
      return ports.processes.watch(effect.params, seq);
    case 'ProbeProcess':
      return ports.processes.probe(effect.params, seq);
    case 'CloseLogPipe':
      return ports.processes.closeLogPipe(effect.params);
    case 'StartEmergencyShell':
      return ports.processes.startEmergencyShell(seq);
    case 'UpdateSupervisor':
      return ports.program.update(seq);
    case 'StartTimer':
      return ports.timers.start(effect.params, seq);
    case 'CancelTimer':
      return ports.timers.cancel(effect.params);
    case 'Reply':
      return ports.control.reply(effect.params);
    case 'Report':
      return ports.console.report(effect.params, at);
    case 'OpenLog':
      return ports.log.open(seq);
    case 'OpenControl':
      return ports.control.open(seq);
    case 'EndProcesses':
      return ports.systemEnding.endProcesses(effect.params, seq);
    case 'EndSystem':
      return ports.systemEnding.endSystem(effect.params, seq);
    case 'ExitSupervisor':
      return ports.exit(effect.params.code);
  }
}
