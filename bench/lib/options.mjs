/**
 * The command line of `npm run bench`.
 *
 * @module
 */
import { parseArgs } from 'node:util';
import { workloads } from './metrics.mjs';

export const usage = `usage: node bench/run.mjs [OPTION]...
  --rounds N         rounds (5)
  --services N,N     services of the boots (100,1000)
  --workloads W,W    of ${workloads.join(', ')}
  --peers P,P        floor, minit and others by name; all that are on this machine
  --service KIND     what the services are: tiny, no libc in it (the default), or libc
  --quick            a smoke run: 20 services, the floor and minit, one round; its numbers mean nothing
  --json FILE        all values of all rounds
  --svg FILE         bars
  --record           append the tables to bench/RESULTS.md, write bench/results/DATE.json and .svg
  --dist DIR         the programs to measure (dist/)
  --help             this`;

const definitions = {
  rounds: { type: 'string' },
  services: { type: 'string' },
  workloads: { type: 'string' },
  peers: { type: 'string' },
  service: { type: 'string', default: 'tiny' },
  quick: { type: 'boolean', default: false },
  json: { type: 'string' },
  svg: { type: 'string' },
  record: { type: 'boolean', default: false },
  dist: { type: 'string' },
  help: { type: 'boolean', default: false },
};

/** @throws Error with what is wrong, for the user */
export function parseOptions(args, peerKeys) {
  const { values } = parseArgs({ args, options: definitions });
  const { quick } = values;
  const listed = (name, all, fallback) => {
    const list = values[name]?.split(',') ?? fallback;
    const unknown = list.find((one) => !all.includes(one));
    if (unknown !== undefined) throw new Error(`--${name}: there is no "${unknown}"`);
    return list;
  };
  return {
    ...values,
    rounds: count('rounds', values.rounds ?? (quick ? '1' : '5')),
    counts: (values.services ?? (quick ? '20' : '100,1000'))
      .split(',')
      .map((text) => count('services', text)),
    workloads: listed('workloads', workloads, workloads),
    peers: listed('peers', peerKeys, quick ? ['floor', 'minit'] : peerKeys),
    service: listed('service', ['tiny', 'libc'])[0],
    ...(quick
      ? {
          ...{ chainCount: 20, hugeCount: 40, kills: 5, statusTimes: 1 },
          ...{ idleSeconds: 0.3, settleSeconds: 0 },
        }
      : {
          ...{ chainCount: 200, hugeCount: 10_000, kills: 20, statusTimes: 3 },
          ...{ idleSeconds: 10, settleSeconds: 10 },
        }),
  };
}

function count(name, text) {
  const value = Number(text);
  if (Number.isInteger(value) && value > 0 && value <= 10_000) return value;
  throw new Error(`--${name}: "${text}" is not a number from 1 to 10000`);
}
