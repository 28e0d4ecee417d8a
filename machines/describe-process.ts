/**
 * How a process ended and how long it lived, in words. Pure.
 *
 * @module
 */
import type { ReportParams } from './effects';
import type { ExitStatus } from './events';
import type { ServiceContext } from './service-context';

const signalNames: Readonly<Record<number, string>> = {
  1: 'SIGHUP',
  2: 'SIGINT',
  3: 'SIGQUIT',
  4: 'SIGILL',
  5: 'SIGTRAP',
  6: 'SIGABRT',
  7: 'SIGBUS',
  8: 'SIGFPE',
  9: 'SIGKILL',
  10: 'SIGUSR1',
  11: 'SIGSEGV',
  12: 'SIGUSR2',
  13: 'SIGPIPE',
  14: 'SIGALRM',
  15: 'SIGTERM',
  18: 'SIGCONT',
  19: 'SIGSTOP',
  24: 'SIGXCPU',
  25: 'SIGXFSZ',
  26: 'SIGVTALRM',
  31: 'SIGSYS',
};

export const signalName = (signal: number): string =>
  signalNames[signal] ?? `signal ${String(signal)}`;

/** Returns the number of a signal by its name, with or without `SIG`; `undefined` where there is none such. */
export function signalNumber(name: string): number | undefined {
  const whole = name.startsWith('SIG') ? name : `SIG${name}`;
  const found = Object.entries(signalNames).find(([, known]) => known === whole);
  return found && Number(found[0]);
}

/** `exited 1`, `killed by SIGKILL`, `ended (it was no child of minit)`. */
export function describeExit(status: ExitStatus): string {
  if ('code' in status) return `exited ${String(status.code)}`;
  if ('unknown' in status) return 'ended';
  return `killed by ${signalName(status.signal)}${status.coreDumped ? ' (core dumped)' : ''}`;
}

/** `0.25 s`, `12.3 s`, `3 min 5 s`, `2 h 7 min`. */
export function describeDuration(microseconds: number): string {
  const seconds = microseconds / 1_000_000;
  // The limits are those of what would be printed: never `10.00 s`, nor `60.0 s`.
  if (seconds < 9.995) return `${seconds.toFixed(2)} s`;
  if (seconds < 59.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return `${String(minutes)} min ${String(whole % 60)} s`;
  return `${String(Math.floor(minutes / 60))} h ${String(minutes % 60)} min`;
}

/** How the last process ended, and after how long. */
export function describeEnd({ exit, livedUs }: ServiceContext): string {
  if (exit === undefined) return '';
  return `${describeExit(exit)} after ${describeDuration(livedUs ?? 0)}`;
}

/** Returns the report of a `sync` service that did not exit 0. */
export function describeFailedStep(context: ServiceContext): ReportParams {
  return {
    severity: 'warning',
    code: 'service-failed',
    service: context.name,
    text: `${describeEnd(context)}; its dependents go on all the same`,
  };
}
