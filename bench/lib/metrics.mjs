/**
 * What the numbers are: by workload, with their titles and units.
 *
 * @module
 */

/**
 * @typedef {object} Metric
 * @property {string} key
 * @property {string} workload
 * @property {string} title
 * @property {string} unit
 * @property {boolean} [hasRatio] shown as a multiple of the floor's, too
 * @property {boolean} [isOfNode] only what runs in Node has it
 * @property {boolean} [isWorst] the largest of all rounds is what counts
 */

/** @type {readonly Metric[]} */
export const metrics = [
  { key: 'flat', workload: 'flat', title: 'boot', unit: 'ms', hasRatio: true },
  {
    key: 'flatLess',
    workload: 'flat',
    title: "less Node's start",
    unit: 'ms',
    hasRatio: true,
    isOfNode: true,
  },
  { key: 'graph', workload: 'graph', title: 'graph', unit: 'ms' },
  { key: 'graph-10ms', workload: 'graph-10ms', title: 'graph, 10 ms', unit: 'ms' },
  { key: 'restart', workload: 'restart', title: 'restart', unit: 'ms', hasRatio: true },
  { key: 'restartWorst', workload: 'restart', title: 'the worst', unit: 'ms', isWorst: true },
  { key: 'storm', workload: 'storm', title: 'storm', unit: 'ms', hasRatio: true },
  { key: 'stop', workload: 'stop', title: 'stop all', unit: 'ms', hasRatio: true },
  { key: 'statusOne', workload: 'status', title: 'status of one', unit: 'ms' },
  { key: 'statusEach', workload: 'status', title: 'of each by name', unit: 'ms' },
  { key: 'statusAll', workload: 'status', title: 'of all', unit: 'ms' },
  { key: 'processes', workload: 'idle', title: 'processes', unit: '' },
  { key: 'pss', workload: 'idle', title: 'PSS', unit: 'MB' },
  { key: 'rss', workload: 'idle', title: 'RSS', unit: 'MB' },
  { key: 'pssSettled', workload: 'idle', title: 'PSS, settled', unit: 'MB' },
  { key: 'wakeUpsFirst', workload: 'idle', title: 'wake-ups, first', unit: '' },
  { key: 'cpuFirst', workload: 'idle', title: 'CPU, first', unit: 'ms' },
  { key: 'wakeUps', workload: 'idle', title: 'wake-ups', unit: '' },
  { key: 'cpu', workload: 'idle', title: 'CPU', unit: 'ms' },
  { key: 'chain', workload: 'chain', title: 'chain', unit: 'ms' },
  { key: 'huge', workload: 'huge', title: 'boot', unit: 'ms', hasRatio: true },
];

export const workloads = [...new Set(metrics.map(({ workload }) => workload)), 'fold'];

/** Workloads that happen in the life of one boot of the flat set. */
export const ofOneLife = ['flat', 'restart', 'storm', 'stop', 'status', 'idle'];

/** Whether a supervisor can be asked for a workload at all. */
export function canExpress(peer, workload) {
  if (['graph', 'graph-10ms', 'chain'].includes(workload)) return peer.canOrder === true;
  if (workload === 'status') return peer.status !== undefined;
  if (workload === 'huge') return ['minit', 'floor'].includes(peer.name);
  if (workload === 'fold') return peer.name === 'minit';
  return true;
}
