/**
 * The XState machine of minit itself: `booting → running → shutting-down → halted`, and
 * `emergency` on a booted machine where nothing is left to run.
 *
 * It knows nothing of single services; the fold tells it when they are all settled or all
 * gone. Reaching `halted` is the one way to the effect that ends minit. Pure.
 *
 * @module
 */
import { assign, setup } from 'xstate';
import type { Role } from './events';
import { effectActions } from './service-effects';

export interface InitContext {
  readonly role: Role;
  readonly graceMs: number;
  /** CLOCK_BOOTTIME µs when the first event, and when the end of the boot was seen. */
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
  | { readonly type: 'EverythingStopped'; readonly at: number; readonly stuck: number }
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
const startEmergencyShell = { type: 'StartEmergencyShell', params: {} } as const;

export const initMachine = setup({
  types: {
    context: {} as InitContext,
    events: {} as InitEvent,
    input: {} as Omit<InitContext, 'bootedAt' | 'exitCode'>,
  },
  guards: {
    isMachine: ({ context }) => context.role === 'machine',
    isStuck: ({ event }) => event.type === 'EverythingStopped' && event.stuck > 0,
  },
  actions: {
    ...effectActions,
    noteBooted: assign(({ event }) => ({ bootedAt: event.at })),
    noteNothingToStart: assign({ exitCode: exitNothingToStart }),
    noteStuck: assign({ exitCode: exitStuck }),
  },
}).createMachine({
  id: 'init',
  context: ({ input }) => ({ ...input, bootedAt: undefined, exitCode: 0 }),
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
      on: { ServiceStarted: 'running', ShellEnded: 'booting' },
    },
    'shutting-down': {
      on: {
        ShutdownRequested: undefined,
        EverythingStopped: [
          { guard: 'isStuck', target: 'halted', actions: 'noteStuck' },
          { target: 'halted' },
        ],
      },
    },
    halted: { entry: exitSupervisor, on: { ShutdownRequested: undefined } },
  },
});
