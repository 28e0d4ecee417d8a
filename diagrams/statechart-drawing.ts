/**
 * A chart made ready for the eye: each state is a card with a row for each reaction; states that
 * all react alike share one card in a frame; what only changes the machine's memory is left
 * out (the table of the machine has it). Pure.
 *
 * @module
 */
import { allStates, type Chart, type ChartState, type ChartTransition } from './statechart';

export interface Drawing {
  readonly id: string;
  /** Path of the state in which the machine begins; never one with inner states. */
  readonly initial: string;
  readonly cards: readonly Card[];
  /** In a drawing of what one service went through: of which, and until when. */
  readonly subject?: string;
}

/** A state, or a frame around states that react alike. */
export interface Card {
  readonly path: string;
  readonly title: string;
  readonly isFrame: boolean;
  readonly rows: readonly Row[];
  readonly cards: readonly Card[];
  /** In a drawing of what one service went through; a frame has none. */
  readonly visits?: Visits;
}

export interface Visits {
  readonly entered: number;
  /** Spent there. */
  readonly us: number;
  /** The service is there at the end. */
  readonly isPresent: boolean;
}

/** One reaction: `stop requested [wanted up] / send terminate → stopping.terminating`. */
export interface Row {
  /** None: as soon as the guard holds. `entry` stands for what is done at entry. */
  readonly events: readonly string[];
  readonly guard?: string;
  readonly effects: readonly string[];
  /** Path of the state that it leads to, never one with inner states; none when the state stays. */
  readonly to?: string;
  /** For people: an outer state's name stands for its first inner state. */
  readonly toName?: string;
  /** In a drawing of what one service went through: how often, by the innermost state that was left. Only with `to`. */
  readonly taken?: ReadonlyMap<string, number>;
}

export const framePath = 'at-rest';

/** Returns what is to be drawn of `chart`. Pure. */
export function drawingOf(chart: Chart): Drawing {
  const leafOf = leafFinder(chart);
  const cards = withMachineTransitions(chart).map((state) => cardOf(state, leafOf));
  return { id: chart.id, initial: leafOf(chart.initial), cards: frameAlike(cards) };
}

/** Returns all cards, outer ones before their inner ones. Pure. */
export function allCards(cards: readonly Card[]): Card[] {
  return cards.flatMap((card) => [card, ...allCards(card.cards)]);
}

/** What counts in every state is drawn at each state that does not say otherwise. */
const withMachineTransitions = ({ states, transitions }: Chart): ChartState[] =>
  states.map((state) => {
    const own = new Set(state.transitions.map(({ event }) => event));
    return {
      ...state,
      transitions: [...state.transitions, ...transitions.filter(({ event }) => !own.has(event))],
    };
  });

type LeafFinder = (path: string) => string;

/** `starting.reading`, the first of `starting`, is `starting`. */
function nameOf(path: string, leafOf: LeafFinder): string {
  const outer = path.split('.').slice(0, -1).join('.');
  return outer !== '' && leafOf(outer) === path ? nameOf(outer, leafOf) : path;
}

/** A state with inner ones is entered at its first one. */
function leafFinder({ states }: Chart): LeafFinder {
  const stateByPath = new Map(allStates(states).map((state) => [state.path, state]));
  const leafOf = (path: string): string => {
    const initial = stateByPath.get(path)?.initial;
    return initial === undefined ? path : leafOf(initial);
  };
  return leafOf;
}

const cardOf = (state: ChartState, leafOf: LeafFinder): Card => ({
  path: state.path,
  title: state.name,
  isFrame: false,
  rows: rowsOf(state, leafOf),
  cards: state.states.map((inner) => cardOf(inner, leafOf)),
});

function rowsOf({ entry, transitions }: ChartState, leafOf: LeafFinder): Row[] {
  const atEntry = effectsOf(entry);
  return [
    ...(atEntry.length > 0 ? [{ events: ['entry'], effects: atEntry }] : []),
    ...mergeRows(transitions, leafOf).filter(
      ({ to, effects }) => to !== undefined || effects.length > 0,
    ),
  ];
}

const effectsOf = (actions: ChartTransition['actions']): string[] =>
  actions.filter(({ kind }) => kind === 'effect').map(({ name }) => name);

/** Transitions that differ only in their event become one row. */
function mergeRows(transitions: readonly ChartTransition[], leafOf: LeafFinder): Row[] {
  const rows = new Map<string, Row>();
  for (const { event, guard, target, actions } of transitions) {
    const effects = effectsOf(actions);
    const key = JSON.stringify([guard, target, effects]);
    const events = [...(rows.get(key)?.events ?? []), ...(event === '' ? [] : [event])];
    const to = target === undefined ? undefined : leafOf(target);
    rows.set(key, {
      events,
      effects,
      ...(guard !== undefined && { guard }),
      ...(to !== undefined && { to, toName: nameOf(to, leafOf) }),
    });
  }
  return [...rows.values()];
}

/** Puts the largest set of cards with the same rows into a frame that has these rows. */
function frameAlike(cards: readonly Card[]): Card[] {
  const byRows = new Map<string, Card[]>();
  for (const card of cards) {
    if (card.cards.length > 0 || card.rows.length === 0) continue;
    const key = JSON.stringify(card.rows);
    byRows.set(key, [...(byRows.get(key) ?? []), card]);
  }
  const [alike = []] = [...byRows.values()]
    .filter((set) => set.length > 1)
    .sort((a, b) => b.length - a.length);
  const [first] = alike;
  if (first === undefined) return [...cards];
  const frame: Card = {
    path: framePath,
    title: 'at rest',
    isFrame: true,
    rows: first.rows,
    cards: alike.map((card) => ({ ...card, rows: [] })),
  };
  return [frame, ...cards.filter((card) => !alike.includes(card))];
}
