/**
 * What a service's machine asks of the world: XState action objects whose `{type, params}` is
 * the effect. The actions themselves do nothing; the fold collects them as data. Pure.
 *
 * @module
 */
import type { EffectParams, EffectType, ReportParams, SpawnProcessParams } from './effects';
import { describeFailedStep } from './describe-process';
import { describeFailure } from './describe-failure';
import { pidAwaitMsMax, retryDelayMs, retryDelayMsMax, respawnDelayMs } from './limits';
import { InvariantViolation } from './invariant-violation';
import { loggedService } from './names';
import { expectEvent } from './service-notes';
import { signals, type ServiceContext, type ServiceEvent } from './service-context';

interface Given {
  readonly context: ServiceContext;
  readonly event: ServiceEvent;
}

const isData = (): void => {
  throw new InvariantViolation('effects are data: the core must not run them');
};

type EffectActions = { [K in EffectType]: (_: unknown, params: EffectParams<K>) => void };

/** One inert action for each effect; the mapped type makes a missing one a compile error. */
export const effectActions: EffectActions = {
  ReadService: isData,
  SpawnProcess: isData,
  SendSignal: isData,
  WatchProcess: isData,
  ProbeProcess: isData,
  StartTimer: isData,
  CancelTimer: isData,
  CloseLogPipe: isData,
  Reply: isData,
  Report: isData,
  OpenLog: isData,
  OpenControl: isData,
  UpdateSupervisor: isData,
  StartEmergencyShell: isData,
  EndProcesses: isData,
  EndSystem: isData,
  ExitSupervisor: isData,
};

function pidOf({ name, pid }: ServiceContext): number {
  if (pid === undefined) throw new InvariantViolation(`${name} has no process to signal`);
  return pid;
}

/** Returns all that is needed to start the process of `context`. @throws InvariantViolation for a bundle. */
export function spawnParams({ name, definition }: ServiceContext): SpawnProcessParams {
  const { run, params, paramsEncoding, workingDirectory, input, output, nice, hasLog } = definition;
  if (run === undefined) throw new InvariantViolation(`${name} has no program`);
  const logged = loggedService(name);
  return {
    service: name,
    path: run.path,
    argv: [run.argv0, ...params],
    workingDirectory,
    ...(paramsEncoding && { argvEncoding: paramsEncoding }),
    ...(input !== undefined && { input }),
    ...(output !== undefined && { output }),
    ...(nice !== undefined && { nice }),
    ...(logged !== undefined && { readsLogOf: logged }),
    ...(hasLog && { writesLogOf: name }),
  };
}

const signalParams = ({ context }: Given, signal: number) => ({
  service: context.name,
  pid: pidOf(context),
  signal,
});

/** 0.1, 0.2, 0.4, … seconds after the first, second, third failure in a row. */
export function retryDelay(failures: number): number {
  return Math.min(retryDelayMs * 2 ** Math.max(0, failures - 1), retryDelayMsMax);
}

/** Its files are read again before every start. */
export const readService = {
  type: 'ReadService',
  params: ({ context }: Given) => ({ service: context.name }),
} as const;

export const spawnProcess = {
  type: 'SpawnProcess',
  params: ({ context }: Given): SpawnProcessParams => spawnParams(context),
} as const;

export const sendTerminate = {
  type: 'SendSignal',
  params: (g: Given) => signalParams(g, signals.SIGTERM),
} as const;
export const sendContinue = {
  type: 'SendSignal',
  params: (g: Given) => signalParams(g, signals.SIGCONT),
} as const;
export const sendKill = {
  type: 'SendSignal',
  params: (g: Given) => signalParams(g, signals.SIGKILL),
} as const;
export const sendRequestedSignal = {
  type: 'SendSignal',
  params: (g: Given) => signalParams(g, expectEvent(g.event, 'SignalRequested').signal),
} as const;

export const watchProcess = {
  type: 'WatchProcess',
  params: ({ context }: Given) => ({ service: context.name, pid: pidOf(context) }),
} as const;

export const startRespawnTimer = {
  type: 'StartTimer',
  params: ({ context }: Given) => ({
    timer: `respawn:${context.name}` as const,
    delayMs: respawnDelayMs,
  }),
} as const;
export const startRetryTimer = {
  type: 'StartTimer',
  params: ({ context }: Given) => ({
    timer: `respawn:${context.name}` as const,
    delayMs: retryDelay(context.failures),
  }),
} as const;
export const cancelRespawnTimer = {
  type: 'CancelTimer',
  params: ({ context }: Given) => ({ timer: `respawn:${context.name}` as const }),
} as const;

export const startPidTimer = {
  type: 'StartTimer',
  params: ({ context }: Given) => ({
    timer: `pid:${context.name}` as const,
    delayMs: pidAwaitMsMax,
  }),
} as const;
export const cancelPidTimer = {
  type: 'CancelTimer',
  params: ({ context }: Given) => ({ timer: `pid:${context.name}` as const }),
} as const;

/** The grace time: as the shutdown request says, or as the stop that is under way had it. */
export const startGraceTimer = {
  type: 'StartTimer',
  params: ({ context, event }: Given) => ({
    timer: `stop:${context.name}` as const,
    delayMs: 'graceMs' in event ? event.graceMs : context.graceMs,
  }),
} as const;
export const cancelGraceTimer = {
  type: 'CancelTimer',
  params: ({ context }: Given) => ({ timer: `stop:${context.name}` as const }),
} as const;

export const reportFailure = {
  type: 'Report',
  params: ({ context }: Given): ReportParams => describeFailure(context),
} as const;

/** A `sync` step that failed, in the moment in which it releases its dependents. */
export const reportFailedStep = {
  type: 'Report',
  params: ({ context }: Given): ReportParams => describeFailedStep(context),
} as const;

/** It ran, and was to run again: a `run` that was away only for the moment must not be missed in silence. */
export const reportNoProgram = {
  type: 'Report',
  params: ({ context: { name, definition } }: Given): ReportParams => ({
    severity: 'warning',
    code: 'definition',
    service: name,
    file: `${definition.directory}/run`,
    text: 'there is none: without a program to run it has finished, and does not start again by itself',
  }),
} as const;
