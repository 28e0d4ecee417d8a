/**
 * A boot as Chrome trace events.
 *
 * @module
 */
import { traceOf } from '../../insight/chart/trace-events';
import { titleOf, type ChartView } from './view';

export const traceView: ChartView = (shown) => {
  const { boot, header, services } = shown;
  const { timeline, path, instants } = boot;
  const chosen = timeline.services.filter(({ name }) => services?.has(name) !== false);
  const trace = traceOf({
    ...{ path, instants, title: titleOf(shown) },
    timeline: { ...timeline, services: chosen },
    otherData: {
      boot: header.boot,
      wallAt: header.wallAt,
      host: header.host,
      minit: header.program,
    },
  });
  // One event a line: as short as it can be, and still readable.
  const { traceEvents, ...rest } = trace;
  const events = traceEvents.map((event) => JSON.stringify(event)).join(',\n');
  return `${JSON.stringify(rest).slice(0, -1)},"traceEvents":[\n${events}\n]}\n`;
};
