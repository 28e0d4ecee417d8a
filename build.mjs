/**
 * Builds dist/: one file a program, which needs no node_modules, and koffi's binaries beside it.
 * Not minified: that makes no program start sooner, and a stack trace should be readable.
 *
 * @module
 */
import { build } from 'esbuild';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  writeFileSync,
} from 'node:fs';
import { isBuiltin } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(fileURLToPath(import.meta.url));
const dist = join(root, 'dist');
const modules = join(root, 'node_modules');
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

/** Files of cli/ that are no programs. */
const shared = new Set(['program.ts']);
/** Programs under a second name. */
const sameAs = { listpids: 'minit-list' };

const sources = readdirSync(join(root, 'cli')).filter(
  (file) => file.endsWith('.ts') && !shared.has(file),
);

const { outputFiles, metafile } = await build({
  absWorkingDir: root,
  entryPoints: sources.map((file) => `cli/${file}`),
  outdir: 'dist',
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'cjs',
  // The builds of xstate and rxjs from which can be left out what is not used. Node itself would be
  // given all of rxjs: 320 kB more, which took 13 ms at each start.
  conditions: ['module'],
  alias: {
    rxjs: join(modules, 'rxjs/dist/esm/index.js'),
    // commander loads it, for subcommands that are programs of their own. minit reaps every child
    // itself, so nothing in it may start one through Node.
    'node:child_process': join(root, 'build-stubs/no-child-process.cjs'),
  },
  define: { MINIT_VERSION: JSON.stringify(version) },
  banner: { js: '#!/usr/bin/env node' },
  charset: 'utf8',
  logLevel: 'warning',
  metafile: true,
  write: false,
});

refuseForeignImports();
mkdirSync(dist, { recursive: true });
for (const { path, contents } of outputFiles) replaceFile(path, contents, 0o755);
for (const [name, original] of Object.entries(sameAs)) {
  const output = outputFiles.find(({ path }) => basename(path) === `${original}.js`);
  if (output !== undefined) replaceFile(join(dist, `${name}.js`), output.contents, 0o755);
}
copyKoffi();
replaceFile(join(dist, 'LICENSES.txt'), licenses(), 0o644);

/** A program that is started meanwhile sees the old file or the new one. */
function replaceFile(path, contents, mode) {
  const passing = `${path}.${process.pid}`;
  writeFileSync(passing, contents, { mode });
  renameSync(passing, path);
}

/** @throws Error if a program would need anything but Node when it runs. */
function refuseForeignImports() {
  for (const [output, { imports }] of Object.entries(metafile.outputs)) {
    const foreign = imports
      .map(({ path }) => path)
      .filter((path) => !isBuiltin(path) || path.endsWith('child_process'));
    if (foreign.length > 0) throw new Error(`${output} imports ${foreign.join(', ')}`);
  }
}

/** koffi has one package a CPU, with a binary for glibc and one for musl; here are those installed. */
function copyKoffi() {
  const scope = join(modules, '@koromix');
  const packages = readdirSync(scope).filter((name) => name.startsWith('koffi-linux-'));
  const flavours = Object.entries({ glibc: 'linux', musl: 'musl' });
  for (const name of packages) {
    const architecture = name.slice('koffi-linux-'.length);
    for (const [libc, folder] of flavours) {
      const source = join(scope, name, `${folder}_${architecture}/koffi.node`);
      const target = join(dist, `koffi-linux-${architecture}-${libc}.node`);
      if (!existsSync(source)) continue;
      // Never into the old file: a minit that runs has it mapped.
      copyFileSync(source, `${target}.${process.pid}`);
      renameSync(`${target}.${process.pid}`, target);
    }
  }
}

/** The licenses of all that is in dist/ ask to be passed on with it. */
function licenses() {
  const packages = new Set(['node_modules/koffi']);
  for (const input of Object.keys(metafile.inputs)) {
    const found = /^node_modules\/(@[^/]+\/)?[^/]+/.exec(input);
    if (found !== null) packages.add(found[0]);
  }
  return [...packages]
    .sort()
    .map((path) => licenseOf(join(root, path)))
    .join('\n');
}

function licenseOf(directory) {
  const manifest = JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8'));
  const file = readdirSync(directory).find((entry) => /^licen[sc]e/i.test(entry));
  const text = file === undefined ? '' : readFileSync(join(directory, file), 'utf8').trim();
  return `${manifest.name} ${manifest.version}: ${manifest.license}\n\n${text}\n`;
}
