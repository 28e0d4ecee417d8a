/**
 * minit in a simulated world, for specs: boots a tree, checks every record, and says in words what
 * is there. The first thing that is wrong is thrown by whatever was being run.
 *
 * @module
 */
import { turns$, type LoopOptions } from '../../effects/loop';
import type { Ports } from '../../effects/ports';
import type { Role } from '../../machines/events';
import { initialState } from '../../machines/fold';
import { toPlain } from '../../machines/snapshot';
import { stateName, type StateName, type SupervisorState } from '../../machines/state';
import type { Behaviours, Faults } from '../../adapters/simulated/behaviours';
import {
  defineTree,
  simulatedRoot,
  type Tree,
  type TreeEntry,
} from '../../adapters/simulated/tree';
import { createWorld, type RunEnd, type World } from '../../adapters/simulated/world';
import { createChecker } from './checker';

export interface BootOptions {
  readonly tree: Tree | Readonly<Record<string, TreeEntry>>;
  readonly seed?: number;
  readonly words?: readonly string[];
  readonly role?: Role;
  readonly graceMs?: number;
  readonly behaviours?: Behaviours;
  readonly faults?: Faults;
  readonly lastPid?: number;
  readonly loop?: LoopOptions;
  /** Puts something between the loop and the ports. */
  readonly wrap?: (ports: Ports) => Ports;
}

export interface Boot {
  readonly world: World;
  state(): SupervisorState;
  /** The state of a service, or `undefined` when it is not loaded. */
  stateOf(service: string): StateName | undefined;
  run(limitUs?: number): RunEnd;
  advance(byUs: number): RunEnd;
  unanswered(): readonly number[];
}

/** Boots a tree; nothing has happened yet when this returns. */
export function bootTree(options: BootOptions): Boot {
  const { role = 'process', graceMs = 3_000, words = [], wrap = (ports: Ports) => ports } = options;
  const tree =
    options.tree instanceof Map
      ? (options.tree as Tree)
      : defineTree(options.tree as Record<string, TreeEntry>);
  const world = createWorld({ ...options, seed: options.seed ?? 1, tree });
  const checker = createChecker();
  let state = initialState();
  let failure: unknown;
  // RxJS would throw later, outside, what a subscriber throws.
  const noteFailure = (check: () => void): void => {
    try {
      check();
    } catch (error) {
      failure ??= error;
    }
  };
  const pid = role === 'process' ? 42 : 1;
  const event = {
    type: 'SupervisorStarted',
    pid,
    role,
    root: simulatedRoot,
    words,
    graceMs,
    endsSystem: true,
  } as const;
  turns$(
    wrap(world.ports),
    { at: world.ports.clock.now(), event },
    { isChecked: true, ...options.loop },
  ).subscribe({
    next: (turn) => {
      state = turn.state;
      noteFailure(() => {
        for (const record of turn.records) checker.observe(record);
        if (!hasEqualPlain(state, checker.state()))
          throw new Error('folding the log again gives another state');
      });
    },
    error: (error: unknown) => {
      failure ??= error;
    },
  });
  const checked = (run: () => RunEnd): RunEnd => {
    const end = run();
    if (failure !== undefined) throw failure as Error;
    return end;
  };
  return {
    world,
    state: () => state,
    stateOf(service) {
      const found = state.services.get(service);
      return found && stateName(found);
    },
    run: (limitUs) => checked(() => world.run(limitUs)),
    advance: (byUs) => checked(() => world.advance(byUs)),
    unanswered: checker.unanswered,
  };
}

/** Equal in every field that a log can hold. */
export const hasEqualPlain = (a: SupervisorState, b: SupervisorState): boolean =>
  JSON.stringify(toPlain(a)) === JSON.stringify(toPlain(b));
