/**
 * `minit-diagram chart LOG --service NAME [--at INSTANT]`: the state chart of a service with what it went
 * through: how often each state was entered and each transition taken, and the time spent in each state.
 *
 * @module
 */
import { observeLog } from '../../adapters/observed-log';
import { chartTallyAs } from '../../diagrams/formats';
import { ChartTallyBuilder } from '../../insight/chart-tally';
import { nearName } from '../../insight/near-name';
import { showName } from '../../machines/names';
import { failed, openShown, usage, type DiagramView } from './view';

export const chartView: DiagramView = (request) => {
  const { path, log, service, format, layOut } = request;
  if (path === undefined && log === undefined) return usage('chart needs a LOG');
  if (service === undefined) return usage('chart needs --service NAME');
  if (format === 'scxml') return usage('scxml has no place for counts and times');
  const shown = openShown(request);
  if ('failure' in shown) return shown;
  const builder = new ChartTallyBuilder(service);
  let beginsAfter: number | undefined;
  const { state, damage, ...observed } = observeLog(shown.log, shown.until, {
    resume(resumed) {
      if (resumed.seq > 0) beginsAfter ??= resumed.seq;
      builder.resume(resumed);
    },
    observe(event) {
      beginsAfter ??= 0;
      builder.observe(event.state, event.transitions);
    },
  });
  if (observed.beginsAfter !== undefined)
    return failed(
      `the log begins after event ${String(observed.beginsAfter)}; what was before is gone`,
    );
  const tally = builder.finish(state.at);
  if (tally === undefined) {
    const near = nearName(service, state.services.keys());
    const hint = near === undefined ? '' : `; did you mean ${showName(near)}?`;
    return failed(`no service ${showName(service)} in this log up to there${hint}`);
  }
  const instant = { seq: state.seq, us: state.at - shown.log.header.at };
  const counted = { service, instant, beginsAfter: beginsAfter ?? 0, tally };
  return { text: chartTallyAs(counted, format, layOut), damage, notes: shown.log.notes };
};
