/**
 * `npm run bench:machine`: from the kernel's hand-over to the first service of a booted machine, minit beside
 * a Node script that does one posix_spawn, boot by boot in turn in the same virtual machine. See bench/README.md.
 *
 * @module
 */
import './lib/bare-environment.mjs';
import { execFileSync, spawn } from 'node:child_process';
import { copyFileSync, cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { bench, project } from './lib/programs.mjs';
import { machine, table } from './lib/report.mjs';

const require = createRequire(import.meta.url);
require('ts-node').register({ transpileOnly: true });
const { makeImage } = require('../vm/make-image.ts');
const { qemuCommand } = require('../vm/qemu-command.ts');
const { meetForBoot } = require('../vm/requirements.ts');

const { values: options } = parseArgs({
  options: {
    rounds: { type: 'string', default: '9' },
    memory: { type: 'string', default: '256' },
  },
});
const deadlineMs = 90_000;

/** An image whose `default` is one service, and which has what the floor needs. */
function prepareImage(scratch) {
  const overlay = join(scratch, 'overlay');
  const service = join(scratch, 'tree', 'default');
  for (const folder of [overlay, service]) mkdirSync(folder, { recursive: true });
  const source = join(bench, 'handover.c');
  execFileSync('cc', ['-O2', '-static', '-o', join(overlay, 'handover'), source]);
  copyFileSync(join(bench, 'lib', 'start-floor.cjs'), join(overlay, 'start-floor.cjs'));
  const koffi = `koffi-linux-${process.arch}-glibc.node`;
  cpSync(join(project, 'dist', koffi), join(overlay, 'koffi.node'));
  symlinkSync('/handover', join(service, 'run'));
  return makeImage({
    tree: join(scratch, 'tree'),
    overlays: [overlay],
    output: join(scratch, 'root.img'),
  });
}

/** Boots once; returns how long it took from the hand-over to the first service, ms. */
function bootMs(image, words) {
  const [program, ...args] = qemuCommand({
    image,
    memoryMegabytes: Number(options.memory),
    words: ['loglevel=4', 'init=/handover', ...words],
    connections: ['-serial', 'stdio', '-monitor', 'none'],
  });
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    let said = '';
    const timer = setTimeout(() => child.kill('SIGKILL'), deadlineMs);
    child.stdout.on('data', (chunk) => {
      said += chunk;
      if (/first service at \d+ us/u.test(said)) child.kill('SIGKILL');
    });
    child.on('error', reject);
    child.on('close', () => {
      clearTimeout(timer);
      const [, from] = /handed over at (\d+) us/u.exec(said) ?? [];
      const [, to] = /first service at (\d+) us/u.exec(said) ?? [];
      if (to === undefined) reject(new Error(`no service was started; the console:\n${said}`));
      else resolve((Number(to) - Number(from)) / 1_000);
    });
  });
}

async function measure(scratch) {
  const image = prepareImage(scratch);
  const floor = [];
  const minit = [];
  for (let round = 0; round < Number(options.rounds); round += 1) {
    floor.push(await bootMs(image, ['floor']));
    minit.push(await bootMs(image, []));
  }
  return [
    {
      name: 'machine: Node and one posix_spawn, hand-over to first service',
      values: floor,
      unit: 'ms',
    },
    { name: 'machine: minit, hand-over to first service', values: minit, unit: 'ms' },
    {
      name: 'machine: minit / Node and one posix_spawn',
      values: minit.map((value, round) => value / floor[round]),
      unit: '',
      goal: 1.4,
    },
  ];
}

meetForBoot();
const scratch = mkdtempSync(join(tmpdir(), 'minit-start-machine-'));
try {
  const rows = await measure(scratch);
  const where = `qemu without KVM, ${options.memory} MB`;
  console.log(`${machine()}; ${where}; ${options.rounds} rounds\n\n${table(rows)}`);
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
