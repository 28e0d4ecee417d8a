/**
 * Tries what is in dist/ on other versions of Node: each program starts, examples/demo boots, answers
 * and stops in order, and its log replays as the same. Node comes from npm, as a plain binary.
 *
 *     node spec/support/test-nodes.mjs [VERSION]...        default: 20 22 24 26
 *
 * @module
 */
import { spawn, spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '../..');
const dist = join(root, 'dist');
const cache = join(root, 'node_modules/.cache/nodes');
const bootMsMax = 15_000;
const stopMsMax = 10_000;

const versions = process.argv.length > 2 ? process.argv.slice(2) : ['20', '22', '24', '26'];
let failures = 0;
for (const version of versions) {
  const node = installedNode(version);
  const failed = await problemsOf(node);
  console.log(`${version} (${run(node, ['--version']).out.trim()}): ${failed.join('; ') || 'ok'}`);
  failures += failed.length > 0 ? 1 : 0;
}
console.log(`${String(versions.length - failures)} passed, ${String(failures)} failed`);
process.exitCode = failures > 0 ? 1 : 0;

/** Returns the path of that Node, which npm fetches if it is not here yet. */
function installedNode(version) {
  const name = `node-${process.platform}-${process.arch}`;
  const prefix = join(cache, version);
  const node = join(prefix, 'node_modules', name, 'bin/node');
  if (existsSync(node)) return node;
  mkdirSync(prefix, { recursive: true });
  const options = ['--prefix', prefix, '--no-save', '--no-package-lock', '--loglevel', 'error'];
  const { status } = spawnSync('npm', ['install', ...options, `${name}@${version}`], {
    cwd: prefix,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  if (status !== 0 || !existsSync(node)) throw new Error(`npm has no ${name}@${version}`);
  return node;
}

async function problemsOf(node) {
  const programs = readdirSync(dist).filter((file) => file.endsWith('.js'));
  const broken = programs.filter((program) => run(node, [join(dist, program), '--version']).status);
  const place = mkdtempSync(join(tmpdir(), 'minit-nodes-'));
  try {
    return [...broken.map((program) => `${program} does not start`), ...(await boot(node, place))];
  } finally {
    rmSync(place, { recursive: true, force: true });
  }
}

/** Boots a copy of the demo, looks at it, ends it, and replays its log. */
async function boot(node, place) {
  const tree = join(place, 'demo');
  const log = join(place, 'log');
  cpSync(join(root, 'examples/demo'), tree, {
    recursive: true,
    verbatimSymlinks: true,
    // One that was booted before has them: minit makes its own.
    filter: (source) => !lstatSync(source).isFIFO(),
  });
  const minit = spawn(node, [join(dist, 'minit.js'), '--root', tree, '--log', log, '--quiet']);
  let errors = '';
  minit.stderr.on('data', (text) => (errors += String(text)));
  const msvc = (...words) => run(node, [join(dist, 'msvc.js'), '--root', tree, ...words]);
  const problems = [];

  if (!(await within(bootMsMax, () => msvc('web').status === 0 && msvc('clock').status === 0))) {
    problems.push('does not boot');
  }
  const before = msvc('-g', 'web').out;
  msvc('-k', 'web');
  if (!(await within(bootMsMax, () => !['', '0\n', before].includes(msvc('-g', 'web').out)))) {
    problems.push('does not respawn');
  }
  const listed = run(node, [join(dist, 'minit-list.js'), '--root', tree]).out.split('\n');
  if (!listed.includes('clock/log')) problems.push('minit-list misses clock/log');
  minit.kill('SIGTERM');
  if (!(await within(stopMsMax, () => minit.exitCode !== null || minit.signalCode !== null))) {
    problems.push('does not stop');
    minit.kill('SIGKILL');
  } else if (minit.exitCode !== 0) {
    problems.push(`exits ${String(minit.exitCode ?? minit.signalCode)}`);
  }
  const replay = run(node, [join(dist, 'minit-replay.js'), '--verify', log]);
  if (replay.status !== 0) problems.push(`replay: ${replay.out}${replay.error}`.trim());
  if (errors !== '') problems.push(`says "${errors.trim()}"`);
  return problems;
}

function run(node, words) {
  const { status, stdout, stderr } = spawnSync(node, words, { encoding: 'utf8', timeout: 10_000 });
  return { status, out: stdout, error: stderr };
}

async function within(ms, holds) {
  for (let waited = 0; waited < ms; waited += 100) {
    if (holds()) return true;
    await sleep(100);
  }
  return holds();
}
