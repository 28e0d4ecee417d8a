/**
 * The samples of a run as tables in Markdown. Pure.
 *
 * @module
 */
import { canExpress, metrics } from './metrics.mjs';
import { showSummary, summary } from './report.mjs';
import { bareNode } from './samples.mjs';

/** Which workloads stand side by side. */
const groups = [
  {
    title: 'Boot',
    about: 'From the launch to the first instruction of the last service, ms.',
    workloads: ['flat', 'graph', 'graph-10ms'],
  },
  {
    title: 'Restart, storm, stop',
    about:
      'After `kill -9` of one, of all at once; and from the request until the last has gone, ms.',
    workloads: ['restart', 'storm', 'stop'],
  },
  {
    title: 'Status',
    about:
      'One command, from its exec to its exit, ms. † One process for each name, by a shell: the client takes one only.',
    workloads: ['status'],
  },
  {
    title: 'At rest',
    about: 'Of its own processes, services left out; memory in MB, CPU time in ms.',
    workloads: ['idle'],
  },
];
const chain = {
  title: 'Chain',
  about: 'One-shots, each after the end of the one before; from the launch to the last, ms.',
  workloads: ['chain'],
};
const huge = { title: 'Huge', about: groups[0].about, workloads: ['huge'] };

/** All tables, and below them what failed. */
export function tables(run) {
  const { samples, counts } = run;
  const footnotes = createFootnotes(samples);
  const parts = counts.flatMap((count) =>
    groups.map((group) => groupTable(run, { ...group, count, footnotes })),
  );
  parts.push(
    groupTable(run, { ...chain, count: run.chainCount, footnotes }),
    groupTable(run, { ...huge, count: run.hugeCount, footnotes }),
  );
  const bare = samples.summary(bareNode.peer, bareNode.count, bareNode.metric);
  return [
    ...(bare
      ? [`Bare Node, \`node -e 0\` launched in the same way: ${showSummary(bare, 'ms')}.`]
      : []),
    ...parts.filter((part) => part !== undefined),
    ...footnotes.lines(),
  ].join('\n\n');
}

/** A row for each supervisor, a column for each metric; undefined when nothing of it was asked for. */
function groupTable({ samples, peers, workloads }, { title, about, count, footnotes, ...group }) {
  const wanted = group.workloads.filter((workload) => workloads.includes(workload));
  const columns = metrics
    .filter((metric) => wanted.includes(metric.workload))
    .flatMap((metric) => [
      { metric, title: metric.title, cell: cellOf(samples, metric, count, footnotes) },
      ...(metric.hasRatio && peers.some(({ name }) => name === 'floor')
        ? [{ metric, title: '× floor', cell: ratioOf(samples, metric, count) }]
        : []),
    ]);
  const rows = peers.filter((peer) => wanted.some((workload) => canExpress(peer, workload)));
  if (columns.length === 0 || rows.length === 0) return undefined;
  return [
    `### ${title}, ${String(count)} services\n`,
    `${about}\n`,
    `| | ${columns.map((column) => column.title).join(' | ')} |`,
    `| --- |${' ---: |'.repeat(columns.length)}`,
    ...rows.map(
      (peer) => `| ${peer.name} | ${columns.map(({ cell }) => cell(peer)).join(' | ')} |`,
    ),
  ].join('\n');
}

const cellOf = (samples, metric, count, footnotes) => (peer) => {
  if (metric.isOfNode && !peer.isNode) return '—';
  const found = samples.summary(peer.name, count, metric.key);
  const failed = samples.failureOf(peer.name, count, metric.workload);
  const note = failed === undefined ? '' : footnotes.markOf(failed);
  const perName = metric.key === 'statusEach' && peer.status?.eachByOne !== undefined ? ' †' : '';
  if (found !== undefined) return `${showSummary(worstOf(metric, found), '')}${perName}${note}`;
  return failed === undefined ? '—' : `failed${note}`;
};

/** Of the worst in each round only the largest says something. */
const worstOf = (metric, found) => (metric.isWorst ? summary([found.max]) : found);

const ratioOf = (samples, metric, count) => (peer) => {
  const floor = metric.key === 'flatLess' ? 'flat' : metric.key;
  const found = samples.ratio(peer.name, count, metric.key, {
    peer: 'floor',
    count,
    metric: floor,
  });
  return found === undefined ? '—' : showSummary(found, '');
};

/** Numbers the reasons of failures in the order in which tables mention them. */
function createFootnotes() {
  const reasons = [];
  return {
    markOf({ reason }) {
      if (!reasons.includes(reason)) reasons.push(reason);
      return ` (${String(reasons.indexOf(reason) + 1)})`;
    },
    lines: () => reasons.map((reason, index) => `(${String(index + 1)}) ${reason}`),
  };
}
