/**
 * Steps a statechart, which is XState's configuration of a machine, as the data that it is. A chart without parallel
 * states, history, exit actions and delays needs no more than this: which states a transition leaves and enters follows from where it
 * stands and where it leads. What it comes to is what XState's own machine (xstate-machines.ts) comes to, in a fraction of the
 * time, and on no more than a state's value and its context; a spec compares the two. Pure.
 *
 * @module
 */
import type {
  Action,
  ChartConfig,
  EffectAction,
  Implementation,
  StateConfig,
  TransitionConfig,
  Transitions,
} from './chart-config';
import type { Effect } from './effects';
import { InvariantViolation } from './invariant-violation';

/** Where a machine is, and what it knows. */
export interface Position<Value, Context> {
  readonly value: Value;
  readonly context: Context;
}

export interface Stepper<Input, TPosition, TEvent> {
  initial(input: Input): TPosition;
  /** Returns the next position and appends the effects to `effects`. The same position: the event was ignored. */
  next(before: TPosition, event: TEvent, effects: Effect[]): TPosition;
}

/** What guards, notes and effects are given. */
interface Given {
  readonly context: object;
  readonly event: unknown;
}

/** An event on its way through a chart; one object for all that look at it, whose context is that of the moment. */
interface Passage extends Given {
  context: object;
  /** The context that somebody else has, too. */
  readonly before: object;
  readonly effects: Effect[];
}

/** A state among the others. */
interface Node {
  readonly config: StateConfig;
  readonly path: readonly string[];
  readonly parent: Node | undefined;
  readonly children: ReadonlyMap<string, Node>;
}

/** A transition with all that it names looked up. */
interface Move {
  readonly guard: ((given: Given) => boolean) | undefined;
  readonly actions: readonly MoveAction[];
  readonly target: Place | undefined;
}
interface MoveAction {
  readonly note: ((given: Given) => object) | undefined;
  readonly effect: EffectAction | undefined;
}

type StateValue = string | { readonly [key: string]: StateValue };

/** A state without inner states. */
interface Place {
  readonly node: Node;
  readonly value: StateValue;
  /** The transitions out of it that were asked for, by event; under '' those without one. */
  readonly moves: Map<string, readonly Move[]>;
}

/** The places of a chart, and how its states are told. */
interface Chart {
  readonly begin: Place;
  /** The place with this value. @throws InvariantViolation where there is none. */
  readonly at: (value: StateValue) => Place;
  /** As XState looks for them, those of the inner state first. `type`: of the event; '' for those that need none. */
  readonly movesFrom: (place: Place, type: string) => readonly Move[];
}

const withAncestors = (node: Node): Node[] =>
  node.parent === undefined ? [node] : [node, ...withAncestors(node.parent)];
const withDescendants = (node: Node): Node[] => [
  node,
  ...[...node.children.values()].flatMap(withDescendants),
];

function nodeOf(config: StateConfig, parent?: Node, path: readonly string[] = []): Node {
  const children = new Map<string, Node>();
  const node = { config, path, parent, children };
  for (const [key, inner] of Object.entries(config.states ?? {}))
    children.set(key, nodeOf(inner, node, [...path, key]));
  return node;
}

/** @throws Error where there is no such state. */
function descend(from: Node, path: readonly string[]): Node {
  let node = from;
  for (const key of path) {
    const inner = node.children.get(key);
    if (inner === undefined) throw new Error(`a chart leads to "${path.join('.')}", which is none`);
    node = inner;
  }
  return node;
}

/** Where a state begins that has inner states. */
function initialLeaf(node: Node): Node {
  const { initial } = node.config;
  return initial === undefined ? node : initialLeaf(descend(node, [initial]));
}

/** Returns the state that `target` names where it stands in `node`. */
function targetOf(node: Node, target: string): Node {
  const [first = '', ...path] = target.split('.');
  if (first === '') return descend(node, path);
  if (first.startsWith('#')) return descend(withAncestors(node).at(-1) ?? node, path);
  return descend(node.parent ?? node, [first, ...path]);
}

/**
 * Returns the states that a transition of `source` to `target` enters, outer ones first: those below the innermost state that
 * is left by neither. An outer state that an inner one leads to is left and entered, as XState has it.
 */
function enteredBy(source: Node, target: Node): Node[] {
  const around = withAncestors(target);
  const [, ...outside] = around;
  const aroundSource = withAncestors(source).slice(1);
  const stays = around.includes(source)
    ? source
    : outside.find((node) => aroundSource.includes(node));
  const within = withAncestors(initialLeaf(target));
  return within
    .slice(
      0,
      within.findIndex((node) => node === stays),
    )
    .reverse();
}

/** An event that is there with nothing to it has one transition that does nothing, as XState has it for what is forbidden. */
function transitionsOf(given: Transitions | undefined): readonly TransitionConfig[] {
  if (given === undefined) return [{}];
  if (typeof given === 'string') return [{ target: given }];
  return 'length' in given ? given : [given];
}

function eventTransitions({ config: { on } }: Node, type: string): readonly TransitionConfig[] {
  return on !== undefined && Object.hasOwn(on, type) ? transitionsOf(on[type]) : [];
}

const eventlessTransitions = ({ config: { always } }: Node): readonly TransitionConfig[] =>
  always === undefined ? [] : transitionsOf(always);

/** The value of a state without inner states: `{ running: 'ready' }`. */
const valueOf = ({ path }: Node): StateValue =>
  path.reduceRight<StateValue>((inner, key) => (inner === '' ? key : { [key]: inner }), '');

function readChart(config: ChartConfig, { guards, notes }: Implementation): Chart {
  const root = nodeOf(config);
  const leaves = withDescendants(root).filter(({ children }) => children.size === 0);
  const places = new Map(
    leaves.map((leaf): [Node, Place] => [
      leaf,
      { node: leaf, value: valueOf(leaf), moves: new Map() },
    ]),
  );
  const moveAction = (action: Action): MoveAction =>
    typeof action === 'string'
      ? { note: named(notes, action), effect: undefined }
      : { note: undefined, effect: action };
  const moveOf = (source: Node, transition: TransitionConfig): Move => {
    const { guard, actions = [] } = transition;
    const target =
      transition.target === undefined ? undefined : targetOf(source, transition.target);
    const entered = target === undefined ? [] : enteredBy(source, target);
    const done: readonly Action[] =
      typeof actions === 'object' && 'length' in actions ? actions : [actions];
    return {
      guard: guard === undefined ? undefined : named(guards, guard),
      actions: [...done, ...entered.flatMap((node) => node.config.entry ?? [])].map(moveAction),
      target: target && places.get(initialLeaf(target)),
    };
  };
  const findMoves = (place: Place, type: string): readonly Move[] =>
    withAncestors(place.node).flatMap((node) =>
      (type === '' ? eventlessTransitions(node) : eventTransitions(node, type)).map((transition) =>
        moveOf(node, transition),
      ),
    );
  // Each at its first use: a boot needs few of them.
  const movesFrom = (place: Place, type: string): readonly Move[] => {
    let found = place.moves.get(type);
    if (found === undefined) {
      found = findMoves(place, type);
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

/** @throws Error where there is none of that name. */
function named<Result>(
  all: Readonly<Record<string, (given: never) => Result>>,
  name: string,
): (given: Given) => Result {
  const found = all[name];
  if (found === undefined) throw new Error(`a chart names "${name}", which is nothing`);
  return found as (given: Given) => Result;
}

function choose(moves: readonly Move[], given: Given): Move | undefined {
  // By index, here and below: as bytecode, which a boot runs, an iterator costs more than what it finds.
  for (let index = 0; index < moves.length; index += 1) {
    const move = moves[index];
    if (move?.guard === undefined || move.guard(given)) return move;
  }
  return undefined;
}

/** Returns the stepper of a chart. `copy` makes the copy of a context that is then changed. */
export function createStepper<
  Input,
  TPosition extends Position<StateValue, object>,
  TEvent extends { readonly type: string },
>(
  config: ChartConfig,
  implementation: Implementation,
  copy: (context: TPosition['context']) => object,
): Stepper<Input, TPosition, TEvent> {
  const { begin, at, movesFrom } = readChart(config, implementation);
  const initialContext = config.context as (given: { readonly input: Input }) => object;
  const act = ({ actions }: Move, passage: Passage): void => {
    for (let index = 0; index < actions.length; index += 1) {
      const action = actions[index];
      if (action?.note !== undefined) {
        const noted = action.note(passage);
        // What is between two notes is kept by nobody: one copy of the context serves for all of them.
        if (passage.context === passage.before) passage.context = copy(passage.before);
        Object.assign(passage.context, noted);
      } else if (action?.effect !== undefined)
        passage.effects.push(effectOf(action.effect, passage));
    }
  };
  const next = (position: TPosition, event: TEvent, effects: Effect[]): object => {
    const { value, context: before } = position;
    const passage: Passage = { context: before, event, before, effects };
    const first = at(value);
    let place = first;
    let move = choose(movesFrom(first, event.type), passage);
    while (move !== undefined) {
      act(move, passage);
      place = move.target ?? place;
      move = choose(movesFrom(place, ''), passage);
    }
    const { context } = passage;
    return place === first && context === before ? position : { value: place.value, context };
  };
  return {
    initial: (input) => ({ value: begin.value, context: initialContext({ input }) }) as TPosition,
    next: next as Stepper<Input, TPosition, TEvent>['next'],
  };
}

function effectOf({ type, params }: EffectAction, given: Given): Effect {
  const isMade = typeof params === 'function';
  return { type, params: isMade ? (params as (given: Given) => object)(given) : params } as Effect;
}
