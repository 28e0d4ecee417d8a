/**
 * Reads a long log as `minit-replay --step` does, then looks at instants all over it. Bundled and run by itself,
 * so that nothing else has warmed the code. Arguments: the log, the number of seeks; prints JSON.
 *
 * @module
 */
import { openLog } from '../../adapters/event-log/reader';
import { readHistory } from '../../adapters/log-history';
import { tuneV8ForLogs } from '../../adapters/tune-v8';

// As minit-replay does.
tuneV8ForLogs();

const [path, seekCount] = process.argv.slice(2);
const nowMs = () => Number(process.hrtime.bigint()) / 1e6;

const log = openLog(path);
if ('code' in log) throw new Error(log.text);
const begunAt = nowMs();
const begunCpu = process.cpuUsage();
const { history, damage, divergence } = readHistory(log);
const passMs = nowMs() - begunAt;
const cpu = process.cpuUsage(begunCpu);
if (damage.length > 0 || divergence !== undefined)
  throw new Error('the log is not as it should be');
const events = history.last().seq;

const seeksMs = [];
for (let i = 0; i < Number(seekCount); i += 1) {
  // A step that shares no divisor with the number of events comes everywhere.
  const seq = 1 + ((i * 618_033_989) % events);
  const from = nowMs();
  if (history.atSeq(seq).seq !== seq) throw new Error(`event ${String(seq)} is not there`);
  seeksMs.push(nowMs() - from);
}
console.log(
  JSON.stringify({
    events,
    passMs,
    passCpuMs: (cpu.user + cpu.system) / 1_000,
    seeksMs,
    rssMaxBytes: process.resourceUsage().maxRSS * 1_024,
  }),
);
