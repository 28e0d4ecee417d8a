/**
 * The rounds: in each of them every supervisor is measured once, one after the other, so that whatever else the
 * machine does falls on all alike. A measure that fails is noted, and the run goes on.
 *
 * @module
 */
import { bareNodeMs, boot } from './boot.mjs';
import { idle, live, memory, restart, status, stop, storm } from './measures-of-life.mjs';
import { canExpress, ofOneLife } from './metrics.mjs';
import { busyCores } from './quiet.mjs';
import { bareNode, createSamples, others } from './samples.mjs';
import { chainSet, flatSet, graphSet } from './service-set.mjs';

/**
 * @param {object} bench what `boot` takes, and `peers`, `rounds`, `counts`, `workloads`, `chainCount`, `hugeCount`,
 *   `kills`, `idleSeconds`, `settleSeconds`, `measureFold` and `progress`
 */
export async function measureRounds(bench) {
  const samples = createSamples();
  const wants = (workload) => bench.workloads.includes(workload);
  for (let round = 0; round < bench.rounds; round += 1) {
    samples.add({ ...others, round }, { busyCores: await busyCores() });
    const bare = await bareNodeMs(bench);
    samples.add({ ...bareNode, round }, { bare });
    // Nobody always comes after the same neighbour.
    const turn = round % bench.peers.length;
    const peers = [...bench.peers.slice(turn), ...bench.peers.slice(0, turn)];
    const at = { bench, samples, round, bare };
    for (const count of bench.counts) {
      for (const peer of peers) await measureLife({ ...at, peer, count });
      for (const workload of ['graph', 'graph-10ms']) {
        const set = graphSet(count, workload === 'graph' ? 0 : 10);
        for (const peer of peers) await measureBoot({ ...at, peer, count, workload, set });
      }
    }
    for (const [workload, count] of [
      ['chain', bench.chainCount],
      ['huge', bench.hugeCount],
    ]) {
      const set = workload === 'chain' ? chainSet(count) : flatSet(count);
      for (const peer of peers) await measureBoot({ ...at, peer, count, workload, set });
    }
    if (wants('fold') && bench.measureFold) {
      tell(bench, round, 'fold');
      for (const [count, numbers] of bench.measureFold())
        samples.add({ peer: 'minit', count, round }, numbers);
    }
  }
  return samples;
}

const tell = ({ progress, rounds }, round, what) =>
  progress(`round ${String(round + 1)} of ${String(rounds)}: ${what}`);

const tooMany = (peer, count) =>
  count > (peer.servicesMax ?? Infinity) && `it takes ${String(peer.servicesMax)} services at most`;

/** Boots a set and ends it again. */
async function measureBoot({ bench, samples, round, peer, count, workload, set }) {
  if (!bench.workloads.includes(workload) || !canExpress(peer, workload)) return;
  const where = { peer: peer.name, count, round };
  tell(bench, round, `${workload} ${String(count)} ${peer.name}`);
  try {
    const life = await boot(bench, peer, set);
    samples.add(where, { [workload]: life.ms });
    await life.close();
  } catch (error) {
    samples.fail(where, workload, error.message);
  }
}

/** One life with the flat set: its boot, and all that is measured while it lasts. */
async function measureLife({ bench, samples, round, peer, count, bare }) {
  const where = { peer: peer.name, count, round };
  const wanted = ofOneLife.filter(
    (workload) => bench.workloads.includes(workload) && canExpress(peer, workload),
  );
  if (wanted.length === 0) return;
  const failAll = (workloads, reason) => {
    for (const workload of workloads) samples.fail(where, workload, reason);
  };
  const limit = tooMany(peer, count);
  if (limit) return failAll(wanted, limit);
  tell(bench, round, `flat ${String(count)} ${peer.name}`);
  let life;
  try {
    life = await boot(bench, peer, flatSet(count));
  } catch (error) {
    return failAll(wanted, error.message);
  }
  samples.add(where, { flat: life.ms, ...(peer.isNode && { flatLess: life.ms - bare }) });
  try {
    for (const step of stepsOf(round, wanted)) {
      tell(bench, round, `${step.workload} ${String(count)} ${peer.name}`);
      try {
        if (step.needsLife) await live(life);
        samples.add(where, await step.measure(life, bench));
      } catch (error) {
        samples.fail(where, step.workload, error.message);
      }
    }
  } finally {
    await life.close();
  }
}

/** In this order: what kills comes last. Being idle takes half a minute, and is looked at in the first round only. */
function stepsOf(round, wanted) {
  const steps = [
    { workload: 'idle', needsLife: true, measure: memory },
    ...(round === 0 ? [{ workload: 'idle', measure: idle }] : []),
    { workload: 'status', measure: status },
    { workload: 'restart', needsLife: true, measure: restart },
    { workload: 'storm', needsLife: true, measure: storm },
    { workload: 'stop', needsLife: true, measure: stop },
  ];
  return steps.filter(({ workload }) => wanted.includes(workload));
}
