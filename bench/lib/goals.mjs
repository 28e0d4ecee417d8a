/**
 * What minit promises, each goal held or not by the samples of a run. Pure.
 *
 * @module
 */
import { showSummary, summary } from './report.mjs';
import { bareNode } from './samples.mjs';

/**
 * The rows of the table of goals. The boots are judged at the largest number of services that was measured.
 *
 * @returns {{title: string, limit: number, unit: string, found?: {median: number, min: number, max: number}}[]}
 */
export function goals({ samples, counts, chainCount, hugeCount }) {
  const most = Math.max(...counts);
  const of = (peer, metric, count = most) => samples.rounds(peer, count, metric);
  const ours = (metric, count) => of('minit', metric, count);
  const bare = samples.rounds(bareNode.peer, bareNode.count, bareNode.metric);
  const divided = (a, b) => a / b;
  const at = (count) => ` at ${String(count)}`;
  const rows = [
    [`boot flat${at(most)} / floor`, ...[2, '', [divided, ours('flat'), of('floor', 'flat')]]],
    [
      `the same, less Node's start / floor`,
      ...[1.5, '', [divided, ours('flatLess'), of('floor', 'flat')]],
    ],
    [
      `graph with 10 ms one-shots${at(most)} / dinit's`,
      ...[1.15, '', [divided, ours('graph-10ms'), of('dinit', 'graph-10ms')]],
    ],
    [
      `graph with 10 ms one-shots at 1000 / the C minit's`,
      ...[0.1, '', [divided, ours('graph-10ms', 1_000), of('C minit', 'graph-10ms', 1_000)]],
    ],
    [
      `chain of ${String(chainCount)}, more than dinit's and Node's start`,
      ...[0, 'ms', [less, ours('chain', chainCount), of('dinit', 'chain', chainCount), bare]],
    ],
    [`restart after \`kill -9\`${at(most)}, median of 20`, 1, 'ms', [same, ours('restart')]],
    ['the same, the worst', 5, 'ms', [same, ours('restartWorst')], { isWorst: true }],
    [
      `storm${at(most)}: all killed, all back / floor`,
      ...[1.5, '', [divided, ours('storm'), of('floor', 'storm')]],
    ],
    [`stop all${at(most)}`, 100, 'ms', [same, ours('stop')]],
    [
      `status of all${at(most)} in one command, more than Node's start`,
      ...[20, 'ms', [less, ours('statusAll'), ours('statusBare')]],
    ],
    ['1000 queries in one process', 100, 'ms', [same, ours('statusEach', 1_000)]],
    ['PSS at 1000', 45, 'MB', [same, ours('pss', 1_000)]],
    ['the same, settled', 45, 'MB', [same, ours('pssSettled', 1_000)]],
    ['PSS at 100', 38, 'MB', [same, ours('pss', 100)]],
    ['the same, settled', 38, 'MB', [same, ours('pssSettled', 100)]],
    [`wake-ups${at(most)} in 10 s at rest`, 0, '', [same, ours('wakeUps')]],
    [`CPU${at(most)} in 10 s at rest`, 1, 'ms', [same, ours('cpu')]],
    [`${String(hugeCount)} services boot`, Infinity, 'ms', [same, ours('huge', hugeCount)]],
    [
      'cost of an event at 10000 / at 100',
      ...[1.3, '', [divided, ours('eventUs', 10_000), ours('eventUs', 100)]],
    ],
  ];
  return rows.map(([title, limit, unit, [combine, ...lists], { isWorst = false } = {}]) => {
    const values = byRound(combine, lists);
    return {
      ...{ title, limit, unit, isWorst },
      ...(values.length > 0 && { found: summary(values) }),
    };
  });
}

const same = (value) => value;
const less = (value, ...others) => others.reduce((left, one) => left - one, value);

/** What `combine` makes of the values of each round, without the rounds that lack one. */
function byRound(combine, lists) {
  const values = [];
  for (let round = 0; round < lists[0].length; round += 1) {
    const each = lists.map((list) => list[round]);
    if (each.every((value) => value !== undefined)) values.push(combine(...each));
  }
  return values;
}

/** Of a worst case the largest value counts, otherwise the median of the rounds. */
export const isHeld = ({ found, limit, isWorst }) => (isWorst ? found.max : found.median) <= limit;

/**
 * The goals as a table. What a smoke run measured is not judged; what a machine that was not quiet did to times is
 * judged in parentheses.
 */
export function goalsTable(rows, { isJudged, isQuiet = true }) {
  const lines = rows.map((row) => {
    const { title, found, limit, unit } = row;
    const suffix = unit === '' ? '' : ` ${unit}`;
    const goal = limit === Infinity ? 'does' : `≤ ${String(limit)}${suffix}`;
    if (found === undefined) return `| ${title} | not measured | ${goal} | |`;
    const verdict = isHeld(row) ? 'yes' : '**no**';
    const isTime = unit !== 'MB' && limit !== Infinity;
    const held = !isJudged ? '' : isTime && !isQuiet ? `(${verdict})` : verdict;
    return `| ${title} | ${showSummary(found, unit)} | ${goal} | ${held} |`;
  });
  return [
    '| goal of minit | median [min–max] | | held |',
    '| --- | ---: | ---: | --- |',
    ...lines,
  ].join('\n');
}
