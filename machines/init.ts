/**
 * The state machine of minit itself: `booting → running → shutting-down → halted`; on a
 * booted machine `shutting-down → clearing → ending`, and `emergency` where nothing is left to run.
 *
 * It knows nothing of single services; the fold tells it when they are all settled or all
 * gone. Reaching `halted` is the one way to the effect that ends minit, `ending` to the one that
 * ends the machine. Pure.
 *
 * @module
 */
import type { ChartConfig, Implementation } from './chart-config';
import type { Role, ShutdownGoal, SystemEnd } from './events';

export interface InitContext {
  readonly role: Role;
  readonly graceMs: number;
  /** As a machine's init minit ends the machine; before there was an `EndSystem`, only itself. */
  readonly endsSystem: boolean;
  /** CLOCK_BOOTTIME µs of the first event, or of the end of the last emergency shell; and when the boot was over. */
  readonly startedAt: number;
  readonly bootedAt: number | undefined;
  /** Exit status that minit will have. */
  readonly exitCode: number;
}

export type InitEvent =
  /** No service is on its way up any more: each one runs, waits for its timer or is at rest. */
  | { readonly type: 'BootSettled'; readonly at: number }
  | { readonly type: 'ShutdownRequested'; readonly at: number }
  /** Nothing of what the command line asked for could even be read. */
  | { readonly type: 'NothingToStart'; readonly at: number }
  /** All services are at rest and none will start again by itself. */
  | { readonly type: 'NothingLeft'; readonly at: number }
  /** The shutdown is through; `stuck` services would not die. */
  | {
      readonly type: 'EverythingStopped';
      readonly at: number;
      readonly stuck: number;
      readonly goal: ShutdownGoal;
      /** For the processes that are no services. */
      readonly graceMs: number;
    }
  /** Nothing is left but minit. */
  | { readonly type: 'ProcessesEnded'; readonly at: number; readonly goal: ShutdownGoal }
  /** reboot(2) has refused: the machine goes on. */
  | { readonly type: 'SystemEndFailed'; readonly at: number }
  /** Somebody started a service from the emergency shell. */
  | { readonly type: 'ServiceStarted'; readonly at: number }
  /** The emergency shell has ended: what could not be started may be there now. */
  | { readonly type: 'ShellEnded'; readonly at: number };

/** sysexits of daemontools and s6: 100 the user's mistake, permanent. */
export const exitNothingToStart = 100;
export const exitStuck = 111;

const exitSupervisor = {
  type: 'ExitSupervisor',
  params: ({ context }: { context: InitContext }) => ({ code: context.exitCode }),
} as const;
const endProcesses = {
  type: 'EndProcesses',
  params: ({ event }: { event: InitEvent }) => ({
    graceMs: 'graceMs' in event ? event.graceMs : 0,
  }),
} as const;
const endSystem = {
  type: 'EndSystem',
  params: ({ event }: { event: InitEvent }) => ({ how: systemEndOf(event) ?? 'halt' }),
} as const;
const startEmergencyShell = { type: 'StartEmergencyShell', params: {} } as const;

/** The end of the system that `event` asks for; `undefined` where the machine shall go on. */
function systemEndOf(event: InitEvent): SystemEnd | undefined {
  if (!('goal' in event)) return undefined;
  const { goal } = event;
  return goal === 'sulogin' || goal === 'services' ? undefined : goal;
}

const endsMachine = ({ role, endsSystem }: InitContext): boolean =>
  role === 'machine' && endsSystem;

export type InitInput = Omit<InitContext, 'bootedAt' | 'exitCode'>;

interface Given {
  readonly context: InitContext;
  readonly event: InitEvent;
}

export const initImplementation = {
  guards: {
    isMachine: ({ context }: Given) => context.role === 'machine',
    isMachineThatEnds: ({ context }: Given) => endsMachine(context),
    isMachineThatStays: ({ context, event }: Given) =>
      endsMachine(context) && event.type === 'EverythingStopped' && event.goal === 'services',
    isSystemEnd: ({ event }: Given) => systemEndOf(event) !== undefined,
    isStuck: ({ event }: Given) => event.type === 'EverythingStopped' && event.stuck > 0,
  },
  notes: {
    noteBootBegun: ({ event }: Given) => ({ startedAt: event.at }),
    noteBooted: ({ event }: Given) => ({ bootedAt: event.at }),
    noteNothingToStart: () => ({ exitCode: exitNothingToStart }),
    noteStuck: () => ({ exitCode: exitStuck }),
  },
} as const satisfies Implementation;

export const initChart = {
  id: 'init',
  context: ({ input }: { readonly input: InitInput }): InitContext => ({
    ...input,
    bootedAt: undefined,
    exitCode: 0,
  }),
  initial: 'booting',
  on: { ShutdownRequested: '.shutting-down' },
  states: {
    booting: {
      on: {
        BootSettled: { target: 'running', actions: 'noteBooted' },
        NothingToStart: [
          { guard: 'isMachine', target: 'emergency' },
          { target: 'halted', actions: 'noteNothingToStart' },
        ],
        NothingLeft: [{ guard: 'isMachine', target: 'emergency' }, { target: 'halted' }],
      },
    },
    running: {
      on: { NothingLeft: [{ guard: 'isMachine', target: 'emergency' }, { target: 'halted' }] },
    },
    emergency: {
      entry: startEmergencyShell,
      on: {
        ServiceStarted: 'running',
        ShellEnded: { target: 'booting', actions: 'noteBootBegun' },
      },
    },
    'shutting-down': {
      on: {
        ShutdownRequested: undefined,
        EverythingStopped: [
          { guard: 'isMachineThatStays', target: 'running' },
          { guard: 'isMachineThatEnds', target: 'clearing', actions: endProcesses },
          { guard: 'isStuck', target: 'halted', actions: 'noteStuck' },
          { target: 'halted' },
        ],
      },
    },
    /** What is no service, or would not die, is ended too. */
    clearing: {
      on: {
        ShutdownRequested: undefined,
        ProcessesEnded: [
          { guard: 'isSystemEnd', target: 'ending', actions: endSystem },
          { target: 'emergency' },
        ],
      },
    },
    ending: { on: { ShutdownRequested: undefined, SystemEndFailed: 'emergency' } },
    halted: { entry: exitSupervisor, on: { ShutdownRequested: undefined } },
  },
} as const satisfies ChartConfig;
