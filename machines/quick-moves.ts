/**
 * Takes the transitions that XState has chosen, without working out anew each time which states they leave
 * and enter: in a chart without parallel states and history that follows from the target alone. What it
 * comes to is what `machine.transition` comes to, in a quarter of the time; a spec compares the two. Pure.
 *
 * @module
 */
import type { AnyStateMachine, AnyStateNode, StateValue } from 'xstate';
import type { Effect } from './effects';
import { InvariantViolation } from './invariant-violation';

interface Given {
  readonly context: object;
  readonly event: unknown;
}

/** A named action: an `assign`, or an effect, which is data. */
interface NamedAction {
  readonly assignment?: (given: Given) => object;
}
type ParamsOf = (given: Given) => object;
interface EffectAction {
  readonly type: string;
  readonly params?: object | ParamsOf;
}
type Action = string | EffectAction;

interface Move {
  readonly target: readonly AnyStateNode[] | undefined;
  readonly actions: readonly Action[];
  readonly guard?: string;
}

interface Implementations {
  readonly actions: Readonly<Record<string, NamedAction | undefined>>;
  readonly guards: Readonly<Record<string, ((given: Given) => boolean) | undefined>>;
}

/** As much of a snapshot as is looked at here. */
interface Snapshot {
  readonly context: object;
  readonly _nodes: readonly AnyStateNode[];
}

/** Returns the snapshot after `event`, and appends the effects to `effects`. The same snapshot: it was ignored. */
export type QuickNext = (
  snapshot: Snapshot,
  event: { type: string },
  effects: Effect[],
) => Snapshot;

const childrenOf = (node: AnyStateNode): AnyStateNode[] =>
  Object.values(node.states) as AnyStateNode[];
const withDescendants = (node: AnyStateNode): AnyStateNode[] => [
  node,
  ...childrenOf(node).flatMap(withDescendants),
];
const withAncestors = (node: AnyStateNode): AnyStateNode[] =>
  node.parent === undefined ? [node] : [node, ...withAncestors(node.parent as AnyStateNode)];
const eventMoves = (node: AnyStateNode, type: string): Move[] =>
  (node.transitions.get(type) ?? []) as unknown as Move[];
const eventlessMoves = (node: AnyStateNode): Move[] => (node.always ?? []) as unknown as Move[];

/** Is there nothing in this chart but states in states, named guards, and named actions on transitions? */
export function isPlainChart({ root, implementations }: AnyStateMachine): boolean {
  const { actions, guards } = implementations as unknown as Implementations;
  const isPlainAction = (action: Action): boolean => {
    const named = actions[typeof action === 'string' ? action : action.type];
    if (named === undefined) return false;
    return 'resolve' in named ? typeof named.assignment === 'function' : true;
  };
  const isPlainMove = ({ target, guard, actions: done }: Move): boolean =>
    (target?.length ?? 0) <= 1 &&
    (guard === undefined || guards[guard] !== undefined) &&
    done.every(isPlainAction);
  return withDescendants(root).every(
    (node) =>
      (node.type === 'atomic' || node.type === 'compound') &&
      node.entry.length + node.exit.length + node.invoke.length + node.tags.length === 0 &&
      [...node.transitions.keys()].every((type) => !type.includes('*')) &&
      [...node.transitions.keys()].flatMap((type) => eventMoves(node, type)).every(isPlainMove) &&
      eventlessMoves(node).every(isPlainMove),
  );
}

/** Returns the stepper of a chart for which {@link isPlainChart} holds. */
export function createQuickNext(machine: AnyStateMachine): QuickNext {
  const { actions, guards } = machine.implementations as unknown as Implementations;
  const arrivals = new Map<AnyStateNode, Snapshot>();
  const moves = new Map<AnyStateNode, Map<string, readonly Move[]>>();

  /** As XState looks for them: those of the inner state first. What `type` leaves out needs no event. */
  const movesFor = (leaf: AnyStateNode, type = ''): readonly Move[] => {
    const ofLeaf = moves.get(leaf) ?? new Map<string, readonly Move[]>();
    let found = ofLeaf.get(type);
    if (found === undefined) {
      found = withAncestors(leaf).flatMap((node) =>
        type === '' ? eventlessMoves(node) : eventMoves(node, type),
      );
      moves.set(leaf, ofLeaf.set(type, found));
    }
    return found;
  };
  const arrivalIn = (target: AnyStateNode): Snapshot => {
    let arrival = arrivals.get(target);
    if (arrival === undefined) {
      const resolved: Snapshot = machine.resolveState({ value: valueOf(target), context: {} });
      arrival = resolved;
      arrivals.set(target, arrival);
    }
    return arrival;
  };
  const choose = (list: readonly Move[], given: Given): Move | undefined => {
    for (const move of list)
      if (move.guard === undefined || guards[move.guard]?.(given) === true) return move;
    return undefined;
  };
  const take = (snapshot: Snapshot, move: Move, given: Taken): Snapshot => {
    const { event, effects } = given;
    let { context } = snapshot;
    for (const action of move.actions) {
      const isName = typeof action === 'string';
      const assign = actions[isName ? action : action.type]?.assignment;
      if (assign !== undefined) {
        // One copy for all that this move assigns: nobody keeps what is between.
        if (context === snapshot.context) context = { ...context };
        Object.assign(context, assign({ context, event }));
      } else if (!isName) effects.push(effectOf(action, { context, event }));
    }
    const [target] = move.target ?? [];
    const arrival = target === undefined ? snapshot : arrivalIn(target);
    if (leafOf(arrival) !== leafOf(snapshot)) return { ...arrival, context };
    return context === snapshot.context ? snapshot : { ...snapshot, context };
  };

  return (first, event, effects) => {
    let snapshot = first;
    let move = choose(movesFor(leafOf(first), event.type), { context: first.context, event });
    if (move !== undefined) snapshot = take(snapshot, move, { event, effects });
    for (;;) {
      move = choose(movesFor(leafOf(snapshot)), { context: snapshot.context, event });
      if (move === undefined) return snapshot;
      snapshot = take(snapshot, move, { event, effects });
    }
  };
}

interface Taken {
  readonly event: unknown;
  readonly effects: Effect[];
}

function effectOf({ type, params }: EffectAction, given: Given): Effect {
  const isMade = typeof params === 'function';
  return { type, params: isMade ? (params as ParamsOf)(given) : params } as Effect;
}

/** Where a state begins that has inner states; XState's type knows none that has not. */
const targetsOf = ({ initial }: AnyStateNode): readonly AnyStateNode[] =>
  (initial as { readonly target: readonly AnyStateNode[] } | undefined)?.target ?? [];

/** The value of the state without inner states that a move to `node` arrives in: `{ running: 'ready' }`. */
function valueOf(node: AnyStateNode): StateValue {
  const [first] = targetsOf(node);
  if (first !== undefined) return valueOf(first);
  return node.path.reduceRight<StateValue>(
    (inner, key) => (inner === '' ? key : { [key]: inner }),
    '',
  );
}

function leafOf({ _nodes: nodes }: Snapshot): AnyStateNode {
  for (const node of nodes) if (node.type === 'atomic') return node;
  throw new InvariantViolation('a service is in no state');
}
