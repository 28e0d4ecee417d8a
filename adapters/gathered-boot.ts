/**
 * All that a picture of a boot needs, gathered from its log in one pass.
 *
 * @module
 */
import { ActivityGraphBuilder, type ActivityGraph } from '../insight/chart/activity-graph';
import { criticalPath, unfinishedPath, type CriticalPath } from '../insight/chart/critical-path';
import { TimelineBuilder, type Timeline } from '../insight/timeline';
import { instantOf, type TraceInstant } from '../insight/chart/trace-events';
import type { OpenedLog } from './event-log/reader';
import { observeLog, type ObservedLog } from './observed-log';
import type { Instant } from './log-instant';

export interface GatheredBoot extends ObservedLog {
  readonly timeline: Timeline;
  readonly graph: ActivityGraph;
  /** That of the boot; `undefined` where the log does not have its beginning. */
  readonly path: CriticalPath | undefined;
  readonly instants: readonly TraceInstant[];
}

export interface GatheringOptions {
  readonly until: Instant;
  /** What is started after the boot is of no interest as a chain. */
  readonly isBootOnly: boolean;
}

export function gatherBoot(log: OpenedLog, options: GatheringOptions): GatheredBoot {
  const lines = new TimelineBuilder();
  const activities = new ActivityGraphBuilder(options);
  const instants: TraceInstant[] = [];
  const observed = observeLog(log, options.until, {
    resume(state) {
      lines.resume(state);
      activities.resume(state);
    },
    observe({ record, state, transitions }) {
      lines.observe(state, transitions);
      activities.observe(record, state, transitions);
      const instant = instantOf(record);
      if (instant !== undefined) instants.push(instant);
    },
  });
  const gathered = lines.finish();
  const timeline = { ...gathered, end: { ...gathered.end, at: observed.state.at } };
  const graph = activities.finish();
  return { ...observed, timeline, graph, instants, path: pathOf(observed, timeline, graph) };
}

function pathOf(
  { state }: ObservedLog,
  { isCutOff }: Timeline,
  graph: ActivityGraph,
): CriticalPath | undefined {
  if (isCutOff || graph.nodes.length === 0) return undefined;
  return graph.settled === undefined
    ? unfinishedPath(graph, state)
    : criticalPath(graph, graph.settled);
}
