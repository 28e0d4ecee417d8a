/**
 * A chart as the configuration of an XState machine in JSON, with guards and actions by name:
 * `createMachine` loads it again, and so do XState's editors.
 *
 * @module
 */
import type { Chart, ChartAction, ChartState, ChartTransition } from './statechart';

interface MachineJson {
  readonly id: string;
  readonly initial: string;
  readonly states: Readonly<Record<string, StateJson>>;
  readonly on?: TransitionsJson;
}

interface StateJson {
  readonly initial?: string;
  readonly entry?: readonly string[];
  readonly exit?: readonly string[];
  readonly always?: readonly TransitionJson[];
  readonly on?: TransitionsJson;
  readonly states?: Readonly<Record<string, StateJson>>;
}

type TransitionsJson = Readonly<Record<string, readonly TransitionJson[]>>;

interface TransitionJson {
  readonly target?: string;
  readonly guard?: string;
  readonly actions?: readonly string[];
}

/** Returns the chart as JSON text. Pure. */
export function chartToJson(chart: Chart): string {
  const config: MachineJson = {
    id: chart.id,
    initial: chart.initial,
    ...transitionsJson(chart, chart.transitions),
    states: statesJson(chart, chart.states),
  };
  return `${JSON.stringify(config, undefined, 2)}\n`;
}

const statesJson = (
  chart: Chart,
  states: readonly ChartState[],
): Readonly<Record<string, StateJson>> =>
  Object.fromEntries(states.map((state) => [state.name, stateJson(chart, state)]));

function stateJson(chart: Chart, state: ChartState): StateJson {
  return {
    ...(state.initial !== undefined && { initial: state.initial.slice(state.path.length + 1) }),
    ...(state.entry.length > 0 && { entry: names(state.entry) }),
    ...(state.exit.length > 0 && { exit: names(state.exit) }),
    ...transitionsJson(chart, state.transitions),
    ...(state.states.length > 0 && { states: statesJson(chart, state.states) }),
  };
}

const names = (actions: readonly ChartAction[]): string[] => actions.map(({ name }) => name);

function transitionsJson(
  chart: Chart,
  transitions: readonly ChartTransition[],
): Pick<StateJson, 'always' | 'on'> {
  const on: Record<string, TransitionJson[]> = {};
  for (const transition of transitions)
    (on[transition.event] ??= []).push(transitionJson(chart, transition));
  const { '': always, ...byEvent } = on;
  return {
    ...(always && { always }),
    ...(Object.keys(byEvent).length > 0 && { on: byEvent }),
  };
}

function transitionJson(
  { id }: Chart,
  { target, guard, actions }: ChartTransition,
): TransitionJson {
  return {
    ...(target !== undefined && { target: `#${id}.${target}` }),
    ...(guard !== undefined && { guard }),
    ...(actions.length > 0 && { actions: names(actions) }),
  };
}
