/**
 * What insight gathers from the records of a boot, without a log file between.
 *
 * @module
 */
import { replay } from '../../effects/replay';
import { ActivityGraphBuilder, type ActivityGraph } from '../../insight/chart/activity-graph';
import { BootFactsBuilder, type BootFacts } from '../../insight/compare/boot-facts';
import { criticalPath, unfinishedPath, type CriticalPath } from '../../insight/chart/critical-path';
import { TimelineBuilder, type Timeline } from '../../insight/timeline';
import { instantOf, type TraceInstant } from '../../insight/chart/trace-events';
import { initialState, type Transition } from '../../machines/fold';
import type { LoggedRecord } from '../../machines/log-format';
import type { SupervisorState } from '../../machines/state';
import { enact, type Scenario } from './scenarios';

export interface Gathered {
  readonly records: readonly LoggedRecord[];
  readonly timeline: Timeline;
  readonly graph: ActivityGraph;
  readonly path: CriticalPath;
  readonly instants: readonly TraceInstant[];
  readonly transitions: readonly Transition[];
  /** After each record. */
  readonly states: readonly SupervisorState[];
}

/** The records of a scenario, with the time for all in it to happen. */
export function recordsOf(drawn: Scenario, runUs = 10_000_000): readonly LoggedRecord[] {
  const boot = enact(drawn);
  boot.run(runUs);
  return boot.world.records;
}

export function gather(records: readonly LoggedRecord[], isBootOnly = false): Gathered {
  const lines = new TimelineBuilder();
  const activities = new ActivityGraphBuilder({ isBootOnly });
  const instants: TraceInstant[] = [];
  const transitions: Transition[] = [];
  const states: SupervisorState[] = [];
  for (const folded of replay(initialState(), records)) {
    lines.observe(folded.state, folded.transitions);
    activities.observe(folded.record, folded.state, folded.transitions);
    const instant = instantOf(folded.record);
    if (instant !== undefined) instants.push(instant);
    transitions.push(...folded.transitions);
    states.push(folded.state);
  }
  const [timeline, graph] = [lines.finish(), activities.finish()];
  const path =
    graph.settled === undefined
      ? unfinishedPath(graph, states.at(-1) ?? initialState())
      : criticalPath(graph, graph.settled);
  return { records, timeline, graph, path, instants, transitions, states };
}

export function factsOf(records: readonly LoggedRecord[]): BootFacts {
  const builder = new BootFactsBuilder();
  for (const { record, state, transitions } of replay(initialState(), records))
    builder.observe(record, state, transitions);
  return builder.finish();
}
