/**
 * An XState machine as plain data: what all exporters draw from. It is taken from the machine that XState makes of the very
 * chart that runs, so that no picture can drift from the program.
 *
 * @module
 */
import type { AnyStateMachine, AnyStateNode, AnyTransitionDefinition } from 'xstate';
import * as serviceEffects from '../machines/service-effects';

export interface Chart {
  readonly id: string;
  /** Path of the state in which the machine begins. */
  readonly initial: string;
  /** Of the machine itself: they count in every state that does not say otherwise. */
  readonly transitions: readonly ChartTransition[];
  readonly states: readonly ChartState[];
}

export interface ChartState {
  /** Keys from the outermost state on, joined by dots: `starting.reading`. */
  readonly path: string;
  readonly name: string;
  /** Path of the inner state that is entered first; only with inner states. */
  readonly initial?: string;
  readonly entry: readonly ChartAction[];
  readonly exit: readonly ChartAction[];
  readonly transitions: readonly ChartTransition[];
  readonly states: readonly ChartState[];
}

export interface ChartTransition {
  /** Empty: taken as soon as its guard holds. */
  readonly event: string;
  readonly guard?: string;
  /** Path; none for a transition that stays where it is. */
  readonly target?: string;
  readonly actions: readonly ChartAction[];
}

export interface ChartAction {
  readonly name: string;
  /** - `effect`: asks something of the world. - `note`: changes only what the machine remembers. */
  readonly kind: 'effect' | 'note';
}

/** Returns the chart of `machine`. Pure. */
export function chartOf(machine: AnyStateMachine): Chart {
  const implementations = machine.implementations.actions as Readonly<
    Record<string, { type?: string }>
  >;
  const actionOf: ActionReader = (action) => {
    const name = actionName(action);
    return { name, kind: implementations[name]?.type === 'xstate.assign' ? 'note' : 'effect' };
  };
  const { root } = machine;
  return {
    id: machine.id,
    initial: initialPath(root) ?? '',
    transitions: transitionsOf(root, actionOf),
    states: childrenOf(root, actionOf),
  };
}

/** Returns all states, outer ones before their inner ones. Pure. */
export function allStates(states: readonly ChartState[]): ChartState[] {
  return states.flatMap((state) => [state, ...allStates(state.states)]);
}

type ActionReader = (action: unknown) => ChartAction;

/** Effects are objects in the machine, several of one type (`SendSignal`); here they go by the names in the source. */
const effectNames = new Map<unknown, string>(
  Object.entries(serviceEffects).map(([name, effect]) => [effect, name]),
);

function actionName(action: unknown): string {
  if (typeof action === 'string') return action;
  const { type } = action as { type: string };
  return effectNames.get(action) ?? type.charAt(0).toLowerCase() + type.slice(1);
}

const pathOf = ({ path }: AnyStateNode): string => path.join('.');

function initialPath(node: AnyStateNode): string | undefined {
  // XState has an empty list here for a state without inner ones.
  const target = node.initial.target[0];
  return target && pathOf(target);
}

const childrenOf = (node: AnyStateNode, actionOf: ActionReader): ChartState[] =>
  Object.values(node.states).map((child) => stateOf(child, actionOf));

function stateOf(node: AnyStateNode, actionOf: ActionReader): ChartState {
  const initial = initialPath(node);
  return {
    path: pathOf(node),
    name: node.key,
    ...(initial !== undefined && { initial }),
    entry: node.entry.map(actionOf),
    exit: node.exit.map(actionOf),
    transitions: transitionsOf(node, actionOf),
    states: childrenOf(node, actionOf),
  };
}

function transitionsOf(node: AnyStateNode, actionOf: ActionReader): ChartTransition[] {
  const byEvent = [...node.transitions.values()].flat() as AnyTransitionDefinition[];
  return [...(node.always ?? []), ...byEvent].map((transition) =>
    transitionOf(transition, actionOf),
  );
}

function transitionOf(
  { eventType, guard, target, actions }: AnyTransitionDefinition,
  actionOf: ActionReader,
): ChartTransition {
  const guardName =
    typeof guard === 'object' ? (guard as { type: string }).type : (guard as string | undefined);
  const first = (target as readonly AnyStateNode[] | undefined)?.[0];
  return {
    event: eventType as string,
    ...(guardName !== undefined && { guard: guardName }),
    ...(first && { target: pathOf(first) }),
    actions: actions.map(actionOf),
  };
}
