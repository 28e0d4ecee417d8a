/**
 * `npm run bench`: the same services under every supervisor on this machine, each alone, in turn. Prints tables, and
 * which of minit's goals hold; it is no test and fails only when nothing can be measured. See bench/README.md.
 *
 * @module
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { allPeers, keyOf } from './peers/all.mjs';
import { parseOptions, usage } from './lib/options.mjs';
import { compileTools, locatePrograms } from './lib/programs.mjs';
import { machine } from './lib/report.mjs';
import { measureRounds } from './lib/rounds.mjs';
import { endAll } from './lib/session.mjs';
import { tables } from './lib/tables.mjs';

const peerKeys = allPeers({ programs: {}, floorProgram: '' }).map(keyOf);

function readOptions() {
  try {
    return parseOptions(process.argv.slice(2), peerKeys);
  } catch (error) {
    console.error(`bench: ${error.message}\n${usage}`);
    process.exit(1);
  }
}

function progress(round, text) {
  if (process.stderr.isTTY)
    process.stderr.write(`\r\u001b[K${text === '' ? '' : `round ${String(round + 1)}: ${text}`}`);
}

/** Those that are here, with their versions, and the names of those that are not. */
function findPeers(options, paths) {
  const wanted = allPeers(paths).filter((peer) => options.peers.includes(keyOf(peer)));
  const found = wanted.map((peer) => ({ peer, version: peer.version() }));
  const isHere = ({ version }) => version !== undefined;
  return {
    peers: found.filter(isHere).map(({ peer }) => peer),
    versions: found.filter(isHere).map(({ peer, version }) => ({ name: peer.name, version })),
    absent: found
      .filter((one) => !isHere(one))
      .map(({ peer }) => ({ name: peer.name, hint: peer.hint ?? 'bench/peers.sh' })),
  };
}

async function main(options, scratch) {
  const { programs, origin } = await locatePrograms(scratch, options.dist);
  const tools = compileTools(scratch, options.service);
  if (tools === undefined) throw new Error('a C compiler is needed');
  const isShared = process.getuid() !== 0;
  const found = findPeers(options, { programs, floorProgram: tools.floor });
  const bench = { ...options, ...found, scratch, tools, isShared, progress };
  const samples = await measureRounds(bench);
  progress(0, '');
  const run = { ...bench, samples };
  console.log(`${machine()}; ${origin}\n\n${tables(run)}`);
  if (options.json) writeFileSync(options.json, JSON.stringify(samples));
}

const options = readOptions();
if (options.help) console.log(usage);
else {
  const scratch = mkdtempSync(join(tmpdir(), 'minit-bench-'));
  const remove = () => rmSync(scratch, { recursive: true, force: true, maxRetries: 3 });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'])
    process.once(signal, async () => {
      await endAll();
      remove();
      process.exit(130);
    });
  try {
    await main(options, scratch);
  } finally {
    remove();
  }
}
