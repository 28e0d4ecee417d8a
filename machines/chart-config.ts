/**
 * A statechart as data: as much of XState's configuration of a machine as minit's charts use, and chart-stepper.ts understands.
 *
 * @module
 */

/** A chart that has more is a compile error. */
export interface ChartConfig extends StateConfig {
  readonly id: string;
  readonly initial: string;
  readonly context: (given: never) => object;
}

export interface StateConfig {
  readonly initial?: string;
  readonly states?: Readonly<Record<string, StateConfig>>;
  /** An event that is there with nothing to it is ignored, also where an outer state knows it. */
  readonly on?: Readonly<Record<string, Transitions | undefined>>;
  readonly always?: Transitions;
  readonly entry?: EffectAction;
}

export type Transitions = Transition | readonly TransitionConfig[];
/** The first is short for a target and nothing else. */
type Transition = string | TransitionConfig;
export interface TransitionConfig {
  /** `#id.state`, `.inner`, or a state beside the one where it stands. */
  readonly target?: string;
  readonly guard?: string;
  readonly actions?: Action | readonly Action[];
}

/** The name of a note, which changes the context, or an effect, which is data. */
export type Action = string | EffectAction;
export interface EffectAction {
  readonly type: string;
  readonly params: object | ParamsOf;
}
type ParamsOf = (given: never) => object;

/** What a chart names. */
export interface Implementation {
  readonly guards: Readonly<Record<string, (given: never) => boolean>>;
  readonly notes: Readonly<Record<string, (given: never) => object>>;
}
