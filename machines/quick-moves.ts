/**
 * Takes the transitions of an XState chart without working out anew each time which states they leave and
 * enter: in a chart without parallel states and history that follows from the target alone. What it comes to
 * is what `machine.transition` comes to, in a fraction of the time, and on no more than a state's value and
 * its context; a spec compares the two. Pure.
 *
 * @module
 */
import type {
  AnyStateMachine,
  AnyStateNode,
  ContextFrom,
  InputFrom,
  StateValue,
  StateValueFrom,
} from 'xstate';
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

/** Where a machine is, and what it knows. */
export interface Position<TMachine extends AnyStateMachine> {
  readonly value: StateValueFrom<TMachine>;
  readonly context: ContextFrom<TMachine>;
}

export interface QuickStepper<TMachine extends AnyStateMachine, TEvent> {
  initial(input: InputFrom<TMachine>): Position<TMachine>;
  /** Returns the next position and appends the effects to `effects`. The same position: the event was ignored. */
  next(before: Position<TMachine>, event: TEvent, effects: Effect[]): Position<TMachine>;
}

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

/** A transition with all that it names looked up. */
interface QuickMove {
  readonly guard: ((given: Given) => boolean) | undefined;
  readonly actions: readonly QuickAction[];
  readonly target: Place | undefined;
}
/** Assigns, or gives an effect: data of a type, with what makes its parameters. */
interface QuickAction {
  readonly assign: ((given: Given) => object) | undefined;
  readonly effect: EffectAction | undefined;
}

/** A state without inner states. */
interface Place {
  readonly node: AnyStateNode;
  readonly value: StateValue;
  /** The transitions out of it that were asked for, by event; under '' those without one. */
  readonly moves: Map<string, readonly QuickMove[]>;
}

/** The places of a chart, and how its states are told. */
interface Chart {
  readonly begin: Place;
  /** The place with this value. @throws InvariantViolation where there is none. */
  readonly at: (value: StateValue) => Place;
  /** As XState looks for them, those of the inner state first. What `type` leaves out needs no event. */
  readonly movesFrom: (place: Place, type?: string) => readonly QuickMove[];
}

/** @throws Error where {@link isPlainChart} does not hold. */
function readChart(machine: AnyStateMachine): Chart {
  if (!isPlainChart(machine)) throw new Error('this chart needs XState itself');
  const { actions, guards } = machine.implementations as unknown as Implementations;
  const root = machine.root as AnyStateNode;
  const leaves = withDescendants(root).filter(({ type }) => type === 'atomic');
  const places = new Map(
    leaves.map((leaf): [AnyStateNode, Place] => [
      leaf,
      { node: leaf, value: valueOf(leaf), moves: new Map() },
    ]),
  );
  const quickAction = (action: Action): QuickAction => {
    const isName = typeof action === 'string';
    const assign = actions[isName ? action : action.type]?.assignment;
    return { assign, effect: assign !== undefined || isName ? undefined : action };
  };
  const quickMove = ({ guard, target, actions: done }: Move): QuickMove => ({
    guard: guard === undefined ? undefined : guards[guard],
    actions: done.map(quickAction),
    target: target?.[0] && places.get(initialLeaf(target[0])),
  });
  // Each at its first use: a boot needs few of them.
  const movesFrom = (place: Place, type = ''): readonly QuickMove[] => {
    let found = place.moves.get(type);
    if (found === undefined) {
      const find = type === '' ? eventlessMoves : (node: AnyStateNode) => eventMoves(node, type);
      found = withAncestors(place.node).flatMap(find).map(quickMove);
      place.moves.set(type, found);
    }
    return found;
  };
  // Our own values are found by identity; one that comes from elsewhere (a log) by what it says.
  const byValue = new Map([...places.values()].map((place) => [place.value, place]));
  const byText = new Map([...byValue].map(([value, place]) => [JSON.stringify(value), place]));
  const at = (value: StateValue): Place => {
    const place = byValue.get(value) ?? byText.get(JSON.stringify(value));
    if (place !== undefined) return place;
    throw new InvariantViolation(`there is no state ${JSON.stringify(value)}`);
  };
  return { begin: at(valueOf(initialLeaf(root))), at, movesFrom };
}

function choose(moves: readonly QuickMove[], context: object, event: unknown) {
  // By index, here and below: as bytecode, which a boot runs, an iterator costs more than what it finds.
  for (let index = 0; index < moves.length; index += 1) {
    const move = moves[index];
    if (move?.guard === undefined || move.guard({ context, event })) return move;
  }
  return undefined;
}

/**
 * Returns the stepper of a chart. `copy` makes the copy of a context that is then changed.
 *
 * @throws Error where {@link isPlainChart} does not hold.
 */
export function createQuickStepper<TMachine extends AnyStateMachine, TEvent>(
  machine: TMachine,
  copy: (context: never) => object,
): QuickStepper<TMachine, TEvent> {
  const { begin, at, movesFrom } = readChart(machine);
  const { context: initialContext } = machine.config as {
    context: (given: { input: InputFrom<TMachine> }) => object;
  };
  /** Returns the context after the actions of `move`. `isOwn`: it may be changed in place. */
  const act = (move: QuickMove, before: object, { isOwn, event, effects }: Taken): object => {
    let context = before;
    const { actions } = move;
    for (let index = 0; index < actions.length; index += 1) {
      const action = actions[index];
      if (action?.assign !== undefined) {
        const assigned = action.assign({ context, event });
        if (context === before && !isOwn) context = copy(context as never);
        Object.assign(context, assigned);
      } else if (action?.effect !== undefined)
        effects.push(effectOf(action.effect, { context, event }));
    }
    return context;
  };
  const next = (
    before: { readonly value: StateValue; readonly context: object },
    event: { readonly type: string },
    effects: Effect[],
  ): object => {
    // What is between two moves is kept by nobody: one copy of the context serves for all of them.
    let { context } = before;
    const first = at(before.value);
    let place = first;
    let move = choose(movesFrom(first, event.type), context, event);
    while (move !== undefined) {
      context = act(move, context, { isOwn: context !== before.context, event, effects });
      place = move.target ?? place;
      move = choose(movesFrom(place), context, event);
    }
    return place === first && context === before.context ? before : { value: place.value, context };
  };
  return {
    initial: (input) =>
      ({ value: begin.value, context: initialContext({ input }) }) as Position<TMachine>,
    next: next as QuickStepper<TMachine, TEvent>['next'],
  };
}

interface Taken {
  readonly isOwn: boolean;
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

function initialLeaf(node: AnyStateNode): AnyStateNode {
  const [first] = targetsOf(node);
  return first === undefined ? node : initialLeaf(first);
}

/** The value of a state without inner states: `{ running: 'ready' }`. */
const valueOf = ({ path }: AnyStateNode): StateValue =>
  path.reduceRight<StateValue>((inner, key) => (inner === '' ? key : { [key]: inner }), '');
