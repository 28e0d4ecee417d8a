/**
 * `npm run bench`: the same services under every supervisor on this machine, each alone, in turn. Prints tables, and
 * which of minit's goals hold; it is no test and fails only when nothing can be measured. See bench/README.md.
 *
 * @module
 */
import './lib/bare-environment.mjs';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bars } from './lib/bars.mjs';
import { fold } from './lib/fold.mjs';
import { parseOptions, usage } from './lib/options.mjs';
import { bundleForBench, compileTools, locatePrograms, useOwnNode } from './lib/programs.mjs';
import { record } from './lib/record.mjs';
import { measureRounds } from './lib/rounds.mjs';
import { endAll } from './lib/session.mjs';
import { aboutLine, asJson, asMarkdown } from './lib/whole-run.mjs';
import { measureWithoutCompiler } from './lib/without-compiler.mjs';
import { allPeers, keyOf } from './peers/all.mjs';

const peerKeys = allPeers({ programs: {}, floorProgram: undefined }).map(keyOf);

function readOptions() {
  try {
    return parseOptions(process.argv.slice(2), peerKeys);
  } catch (error) {
    console.error(`bench: ${error.message}\n${usage}`);
    process.exit(1);
  }
}

/** Where a terminal looks on: what is being measured. */
function progress(text) {
  if (process.stderr.isTTY) process.stderr.write(`\r\u001b[K${text}`);
}

/** Those that are here, with their versions, and those that are not. */
function findPeers(wanted) {
  const found = wanted.map((peer) => ({ peer, name: peer.name, version: peer.version() }));
  const here = found.filter(({ version }) => version !== undefined);
  return {
    peers: here.map(({ peer }) => peer),
    versions: here.map(({ name, version }) => ({ name, version })),
    absent: found
      .filter(({ version }) => version === undefined)
      .map(({ name, peer }) => ({ name, hint: peer.hint ?? 'bench/peers.sh' })),
  };
}

/** Without a compiler only two supervisors can be measured. */
function choosePeers(options, { programs, tools }) {
  const all = allPeers({ programs, floorProgram: tools?.floor });
  return all.filter(
    (peer) =>
      options.peers.includes(keyOf(peer)) &&
      (tools !== undefined || ['floor', 'minit'].includes(peer.name)),
  );
}

/** `numbers` of the fold at few and at many services, in one round. */
async function foldMeasure(scratch, { quick, workloads }) {
  if (!workloads.includes('fold')) return undefined;
  const script = await bundleForBench('fold-events', scratch);
  return () =>
    [100, 10_000].map((count) => [
      count,
      { eventUs: fold(script, count, quick ? 0.02 : 1).warmUs },
    ]);
}

async function main(options, scratch) {
  const { programs, origin } = await locatePrograms(scratch, options.dist);
  useOwnNode(scratch);
  const tools = compileTools(scratch, options.service);
  const run = {
    ...options,
    ...findPeers(choosePeers(options, { programs, tools })),
    ...{ programs, origin, tools, scratch, progress },
    ...(tools === undefined && { workloads: ['flat'] }),
    isShared: process.getuid() !== 0,
    measureFold: await foldMeasure(scratch, options),
  };
  run.samples = await (tools === undefined ? measureWithoutCompiler : measureRounds)(run);
  progress('');
  const text = asMarkdown(run);
  const json = () => `${JSON.stringify(asJson(run), undefined, 1)}\n`;
  const svg = () => bars(run, aboutLine(run));
  console.log(text);
  if (options.json !== undefined) writeFileSync(options.json, json());
  if (options.svg !== undefined) writeFileSync(options.svg, svg());
  if (options.record) record({ text, json: json(), svg: svg() });
}

const options = readOptions();
if (options.help) console.log(usage);
else {
  const scratch = mkdtempSync(join(tmpdir(), 'minit-bench-'));
  const remove = () => rmSync(scratch, { recursive: true, force: true, maxRetries: 3 });
  for (const [signal, status] of [
    ['SIGHUP', 129],
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ])
    process.once(signal, async () => {
      await endAll();
      remove();
      process.exit(status);
    });
  try {
    await main(options, scratch);
  } finally {
    remove();
  }
}
