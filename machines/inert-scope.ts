/**
 * Runs any machine as a pure function. XState's own `transition()` builds an actor for each
 * event (30–50 µs); one inert scope, made once for each machine, does the same in 6–12 µs. A plain
 * chart needs not even that: see quick-moves.ts.
 *
 * @module
 */
import { createEmptyActor, type AnyStateMachine, type InputFrom, type SnapshotFrom } from 'xstate';
import type { Effect } from './effects';

export interface Stepper<TMachine extends AnyStateMachine, TEvent> {
  initial(input: InputFrom<TMachine>): SnapshotFrom<TMachine>;
  /** Returns the next snapshot and appends the effects to `effects`. The same snapshot: the event was ignored. */
  next(snapshot: SnapshotFrom<TMachine>, event: TEvent, effects: Effect[]): SnapshotFrom<TMachine>;
}

interface EmittedAction {
  readonly type: string;
  readonly params: unknown;
}

/** Stands for the actor that there is not: that of the machine itself would work out its first state once more. */
const nobody = createEmptyActor();

/** Returns functions that step `machine` without an actor. Pure: the actions are collected, not run. */
export function createStepper<TMachine extends AnyStateMachine, TEvent>(
  machine: TMachine,
  input: InputFrom<TMachine>,
): Stepper<TMachine, TEvent> {
  let collected: Effect[] = [];
  const nothing = (): void => undefined;
  const scope = {
    self: nobody,
    system: nobody.system,
    id: '',
    sessionId: '',
    defer: nothing,
    emit: nothing,
    logger: nothing,
    stopChild: nothing,
    actionExecutor: ({ type, params }: EmittedAction) => {
      collected.push({ type, params } as Effect);
    },
  } as unknown as Parameters<TMachine['transition']>[2];

  // XState works the initial states out anew for each snapshot (80 µs); they differ in the context only.
  const template = machine.getInitialSnapshot(scope, input);
  const { context } = machine.config as {
    context: (given: { input: InputFrom<TMachine> }) => unknown;
  };
  return {
    initial: (first) =>
      ({ ...template, context: context({ input: first }) }) as SnapshotFrom<TMachine>,
    next: (snapshot, event, effects) => {
      collected = effects;
      return machine.transition(snapshot, event, scope) as SnapshotFrom<TMachine>;
    },
  };
}
