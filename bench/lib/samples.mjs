/**
 * The numbers of a run: kept by round, summed up at the end. Pure.
 *
 * @module
 */
import { summary } from './report.mjs';

/** The bare Node of each round is kept as if it were a supervisor of no services. */
export const bareNode = { peer: 'bare node', count: 0, metric: 'bare' };

/** And so is how busy the machine is with something else. */
export const others = { peer: 'others', count: 0, metric: 'busyCores' };

const keyOf = (peer, count, metric) => `${peer}\t${String(count)}\t${metric}`;

/** Numbers by peer, count of services and metric, and what failed. */
export function createSamples() {
  const values = new Map();
  const failures = [];

  /** The values of all rounds, in order; undefined where there is none. */
  const rounds = (peer, count, metric) => values.get(keyOf(peer, count, metric)) ?? [];

  return {
    failures,
    rounds,
    /** @param {{peer: string, count: number, round: number}} where `round` is from 0 on */
    add({ peer, count, round }, numbers) {
      for (const [metric, value] of Object.entries(numbers)) {
        const key = keyOf(peer, count, metric);
        const list = values.get(key) ?? [];
        list[round] = value;
        values.set(key, list);
      }
    },
    fail({ peer, count, round }, workload, reason) {
      failures.push({ peer, count, round, workload, reason });
    },
    failureOf: (peer, count, workload) =>
      failures.find((one) => one.peer === peer && one.count === count && one.workload === workload),
    summary: (peer, count, metric) => summaryOf(rounds(peer, count, metric)),
    /** As a multiple of another's, round by round; a round that one of them lacks does not count. */
    ratio: (peer, count, metric, other) =>
      summaryOf(
        ratios(rounds(peer, count, metric), rounds(other.peer, count, other.metric ?? metric)),
      ),
    toJSON: () =>
      [...values].map(([key, list]) => {
        const [peer, count, metric] = key.split('\t');
        return { peer, services: Number(count), metric, rounds: [...list] };
      }),
  };
}

/** Quotients within each round. */
export function ratios(values, floors) {
  return Array.from({ length: Math.max(values.length, floors.length) }, (_, round) =>
    values[round] === undefined || floors[round] === undefined
      ? undefined
      : values[round] / floors[round],
  );
}

function summaryOf(values) {
  const there = values.filter((value) => value !== undefined);
  return there.length === 0 ? undefined : summary(there);
}
