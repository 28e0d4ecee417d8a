/**
 * A chart made ready for the eye: states that all react alike stand in one frame with one set of
 * arrows, arrows between the same two states become one, and what only changes the machine's
 * memory is left out (the table of the machine has it). Pure.
 *
 * @module
 */
import { allStates, type Chart, type ChartState, type ChartTransition } from './statechart';

export interface Drawing {
  readonly id: string;
  readonly initial: string;
  readonly boxes: readonly Box[];
  readonly arrows: readonly Arrow[];
}

/** A state, or a frame around states that react alike. */
export interface Box {
  readonly path: string;
  readonly title: string;
  readonly isFrame: boolean;
  /** What happens at entry, and what is done without leaving the state. */
  readonly activities: readonly Label[];
  readonly boxes: readonly Box[];
}

/** Between two states by path; `from` may be a frame or a state with inner ones, `to` never is. */
export interface Arrow {
  readonly from: string;
  readonly to: string;
  readonly labels: readonly Label[];
}

/** `stop requested [wanted up] / send terminate`. */
export interface Label {
  readonly events: readonly string[];
  readonly guard?: string;
  readonly effects: readonly string[];
  /** The inner state that an activity leads to. */
  readonly to?: string;
}

export const framePath = 'frame';
/** From more inner states than these, an arrow is written as an activity of the outer state. */
const innerArrowsMax = 2;

/** Returns what is to be drawn of `chart`. Pure. */
export function drawingOf(chart: Chart): Drawing {
  const states = withMachineTransitions(chart);
  const alike = statesAlike(states);
  const isAlike = new Set(alike.map(({ path }) => path));
  const [first] = alike;
  const frame: Box[] = first
    ? [{ path: framePath, title: 'at rest', isFrame: true, activities: activitiesOf(first), boxes: alike.map((state) => leaf(state)) }]
    : [];
  const others = states.filter(({ path }) => !isAlike.has(path));
  const leafOf = leafFinder(chart);
  const arrows = [
    ...(first ? arrowsFrom({ ...first, path: framePath, states: [] }, leafOf) : []),
    ...allStates(others).flatMap((state) => arrowsFrom(state, leafOf)),
  ];
  return { id: chart.id, initial: leafOf(chart.initial), boxes: [...frame, ...others.map(boxOf)], arrows };
}

/** What counts in every state is drawn from each state that does not say otherwise. */
const withMachineTransitions = ({ states, transitions }: Chart): ChartState[] =>
  states.map((state) => {
    const own = new Set(state.transitions.map(({ event }) => event));
    return { ...state, transitions: [...state.transitions, ...transitions.filter(({ event }) => !own.has(event))] };
  });

/** The largest set of outermost states without inner ones that have the same transitions. */
function statesAlike(states: readonly ChartState[]): ChartState[] {
  const byReaction = new Map<string, ChartState[]>();
  for (const state of states) {
    if (state.states.length > 0 || state.transitions.length === 0) continue;
    const reaction = JSON.stringify([state.transitions, state.entry, state.exit]);
    byReaction.set(reaction, [...(byReaction.get(reaction) ?? []), state]);
  }
  const sets = [...byReaction.values()].filter((set) => set.length > 1);
  return sets.sort((a, b) => b.length - a.length)[0] ?? [];
}

/** A state with inner ones is entered at its first one. */
function leafFinder({ states }: Chart): (path: string) => string {
  const stateByPath = new Map(allStates(states).map((state) => [state.path, state]));
  const leafOf = (path: string): string => {
    const initial = stateByPath.get(path)?.initial;
    return initial === undefined ? path : leafOf(initial);
  };
  return leafOf;
}

const leaf = ({ path, name }: ChartState): Box => ({ path, title: name, isFrame: false, activities: [], boxes: [] });

const boxOf = (state: ChartState): Box => ({
  ...leaf(state),
  activities: activitiesOf(state),
  boxes: state.states.map(boxOf),
});

const isInner = (state: ChartState, target: string): boolean => target.startsWith(`${state.path}.`);

function activitiesOf(state: ChartState): Label[] {
  const entry = effectsOf(state.entry);
  const staying = state.transitions.filter(({ target, actions }) =>
    target === undefined ? effectsOf(actions).length > 0 : isInner(state, target) && innerSources(state, target).length > innerArrowsMax,
  );
  return [
    ...(entry.length > 0 ? [{ events: ['entry'], effects: entry }] : []),
    ...mergeLabels(staying).map(({ to, ...label }) => ({ ...label, ...(to !== undefined && { to: to.slice(state.path.length + 1) }) })),
  ];
}

const effectsOf = (actions: ChartTransition['actions']): string[] =>
  actions.filter(({ kind }) => kind === 'effect').map(({ name }) => name);

const innerSources = (state: ChartState, target: string): ChartState[] => state.states.filter(({ path }) => path !== target);

function arrowsFrom(state: ChartState, leafOf: (path: string) => string): Arrow[] {
  const leaving = state.transitions.filter(({ target }) => target !== undefined);
  const labelsByTarget = new Map<string, Label[]>();
  for (const { to = '', ...label } of mergeLabels(leaving)) labelsByTarget.set(to, [...(labelsByTarget.get(to) ?? []), label]);
  return [...labelsByTarget].flatMap(([target, labels]): Arrow[] => {
    const to = leafOf(target);
    if (!isInner(state, target)) return [{ from: state.path, to, labels }];
    const sources = innerSources(state, target);
    return sources.length > innerArrowsMax ? [] : sources.map(({ path }) => ({ from: path, to, labels }));
  });
}

/** Transitions that differ only in their event become one label. */
function mergeLabels(transitions: readonly ChartTransition[]): Label[] {
  const labels = new Map<string, Label>();
  for (const { event, guard, target, actions } of transitions) {
    const effects = effectsOf(actions);
    const key = JSON.stringify([guard, target, effects]);
    const events = [...(labels.get(key)?.events ?? []), ...(event === '' ? [] : [event])];
    labels.set(key, { events, effects, ...(guard !== undefined && { guard }), ...(target !== undefined && { to: target }) });
  }
  return [...labels.values()];
}
