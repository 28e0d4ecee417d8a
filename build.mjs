/**
 * Builds dist/: one file a program, which needs no node_modules, and koffi's binaries beside it.
 * minit itself and msvc are a loader, a bundle and V8's code cache for that, see decision 0014.
 * Names stay as they are: a stack trace should be readable.
 *
 * @module
 */
import { build } from 'esbuild';
import { spawn, spawnSync } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { isBuiltin } from 'node:module';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const root = dirname(fileURLToPath(import.meta.url));
const dist = join(root, 'dist');
const modules = join(root, 'node_modules');
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

/** Files of cli/ that are no programs. */
const shared = new Set(['program.ts', 'loader.ts', 'minit-options.ts', 'remember-signals.ts']);
/** Programs under a second name. */
const sameAs = { listpids: 'minit-list' };

const sources = readdirSync(join(root, 'cli')).filter(
  (file) => file.endsWith('.ts') && !shared.has(file),
);

const shebang = '#!/usr/bin/env node';
/** As Node wraps a CommonJS module; ASCII, so that it can be read byte by byte. See adapters/program-cache.ts. */
const moduleFunction = {
  banner: { js: '(function (exports, require, module, __filename, __dirname) {' },
  footer: { js: '})' },
  charset: 'ascii',
  legalComments: 'none',
};
/** Programs that are started often, or must be quick: with a code cache. */
const cached = ['minit', 'msvc'];
/** `msvc --why` folds a log: three quarters of msvc, which no other flag reads at its start. */
const apart = { file: './msvc-why.cjs', source: 'cli/msvc-views/why.ts' };
const loadApart = {
  name: 'load-apart',
  setup({ onResolve }) {
    const filter = /\/msvc-views\/why\.js$/;
    onResolve({ filter }, () => ({ path: apart.file, external: true }));
  },
};
const programs = await bundle(
  sources.filter((file) => !cached.includes(basename(file, '.ts'))).map((file) => `cli/${file}`),
  { banner: { js: shebang } },
);
const loader = await bundle({ loader: 'cli/loader.ts' }, { banner: { js: shebang } });
const bundles = await bundle(Object.fromEntries(cached.map((name) => [name, `cli/${name}.ts`])), {
  ...moduleFunction,
  // Short, since it is read at each start; with lines, since a stack trace names them.
  minifyWhitespace: true,
  lineLimit: 120,
  plugins: [loadApart],
  // What is loaded apart is required: a script that a loader runs cannot import.
  supported: { 'dynamic-import': false },
});
const views = await bundle(
  { [basename(apart.file, '.cjs')]: apart.source },
  { outExtension: { '.js': '.cjs' } },
);
const inputs = [programs, loader, bundles, views].flatMap(({ metafile }) =>
  Object.keys(metafile.inputs),
);

mkdirSync(dist, { recursive: true });
for (const { path, contents } of programs.outputFiles) replaceFile(path, contents, 0o755);
for (const [name, original] of Object.entries(sameAs)) {
  const output = programs.outputFiles.find(({ path }) => basename(path) === `${original}.js`);
  if (output !== undefined) replaceFile(join(dist, `${name}.js`), output.contents, 0o755);
}
for (const { path, contents } of views.outputFiles) replaceFile(path, contents, 0o644);
copyKoffi();
for (const { path, text } of bundles.outputFiles) {
  const name = basename(path, '.js');
  replaceFile(join(dist, `${name}.bundle`), asciiOnly(text, name), 0o644);
  replaceFile(join(dist, `${name}.js`), loader.outputFiles[0].contents, 0o755);
}
replaceFile(join(dist, 'replay-page.html'), await replayPage(), 0o644);
replaceFile(join(dist, 'LICENSES.txt'), licenses(), 0o644);
await fillCaches();

/** @throws Error if a program would need anything but Node when it runs. */
async function bundle(entryPoints, options) {
  const built = await build({
    absWorkingDir: root,
    entryPoints,
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
    define: {
      MINIT_VERSION: JSON.stringify(version),
      // ws does without its two companions in machine code.
      'process.env.WS_NO_BUFFER_UTIL': '"1"',
      'process.env.WS_NO_UTF_8_VALIDATE': '"1"',
    },
    charset: 'utf8',
    logLevel: 'warning',
    metafile: true,
    write: false,
    ...options,
  });
  for (const [output, { imports }] of Object.entries(built.metafile.outputs)) {
    const foreign = imports
      .map(({ path }) => path)
      .filter((path) => path !== apart.file)
      .filter((path) => !isBuiltin(path) || path.endsWith('child_process'));
    if (foreign.length > 0) throw new Error(`${output} imports ${foreign.join(', ')}`);
  }
  return built;
}

/** The page that `minit-replay --html` fills with a log: one file, with all that it needs. */
async function replayPage() {
  const { outputFiles, metafile } = await build({
    absWorkingDir: root,
    entryPoints: { page: 'page/main.ts' },
    outdir: 'dist',
    bundle: true,
    platform: 'browser',
    target: 'es2022',
    format: 'iife',
    minify: true,
    charset: 'utf8',
    legalComments: 'none',
    logLevel: 'warning',
    metafile: true,
    write: false,
  });
  inputs.push(...Object.keys(metafile.inputs));
  const parts = {
    '/*STYLE*/': readFileSync(join(root, 'page/style.css'), 'utf8'),
    // A script ends where its end tag stands, wherever that is.
    '/*SCRIPT*/': outputFiles[0].text.replaceAll('</script', '<\\/script'),
    '<!--CHART-->': readFileSync(join(root, 'diagrams/generated/service.svg'), 'utf8'),
  };
  let page = readFileSync(join(root, 'page/index.html'), 'utf8');
  for (const [place, text] of Object.entries(parts)) page = page.replace(place, () => text);
  return page;
}

/**
 * esbuild escapes what is not ASCII, but leaves comments as they are.
 *
 * @throws Error if any is left: the loader would read each byte of it as a character.
 */
function asciiOnly(text, name) {
  const ascii = text.replace(/^\s*(?:\*|\/\/).*$/gmu, (comment) =>
    comment.replace(/[^\0-\x7f]/gu, '?'),
  );
  if (/[^\0-\x7f]/u.test(ascii)) throw new Error(`${name}.bundle is not ASCII`);
  return ascii;
}

/**
 * Uses what was built, for its code caches: boots a tree of one service, and asks a minit that runs. Where that cannot
 * be there are none, and the programs start slower: a build must not depend on it.
 */
async function fillCaches() {
  const scratch = mkdtempSync(join(tmpdir(), 'minit-build-'));
  try {
    const filler = join(scratch, 'fill-cache.cjs');
    const { outputFiles } = await bundle({ filler: 'build-stubs/fill-cache.ts' }, {});
    writeFileSync(filler, outputFiles[0].contents);
    const fill = (name, args) => fillCache({ filler, name, args, filled: join(scratch, name) });
    // A life with all that is usual: dependencies, a service that comes back, an end by a signal.
    const brief = makeTree(join(scratch, 'brief'), {
      default: {
        run: '/bin/sh',
        params: '-c\nsleep 0.7; kill -TERM $PPID\n',
        depends: 'again\ndone\n',
      },
      again: { run: '/bin/true', respawn: '' },
      done: { run: '/bin/true', sync: '', depends: 'needed\n' },
      needed: { run: '/bin/true', sync: '' },
    });
    fill('minit', ['--root', brief, '--log', join(scratch, 'log')]);
    const lasting = makeTree(join(scratch, 'lasting'), {
      default: { run: '/bin/sleep', params: '60' },
    });
    const minit = spawn(
      process.execPath,
      [join(dist, 'minit.js'), '--root', lasting, '--log', join(scratch, 'log')],
      { stdio: 'ignore', env: { PATH: process.env.PATH } },
    );
    const ended = new Promise((resolve) => minit.once('exit', resolve));
    for (let tries = 0; tries < 100 && !existsSync(join(lasting, 'out')); tries += 1)
      await sleep(50);
    fill('msvc', ['--root', lasting, '--all']);
    minit.kill('SIGTERM');
    await ended;
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

function makeTree(root, services) {
  for (const [name, { run, ...files }] of Object.entries(services)) {
    mkdirSync(join(root, name), { recursive: true });
    symlinkSync(run, join(root, name, 'run'));
    for (const [file, text] of Object.entries(files)) writeFileSync(join(root, name, file), text);
  }
  return root;
}

function fillCache({ filler, name, args, filled }) {
  const cache = join(dist, `${name}.cache`);
  // That of an earlier build; nobody would use it, but nor would anyone miss it.
  rmSync(cache, { force: true });
  const bundle = join(dist, `${name}.bundle`);
  const isDone = (...words) =>
    spawnSync(process.execPath, [filler, bundle, filled, ...words], {
      stdio: 'ignore',
      env: { PATH: process.env.PATH },
      timeout: 10_000,
    }).status === 0;
  // V8 takes a cache with the flags only that it was made with.
  if (isDone(...args) && isDone()) replaceFile(cache, readFileSync(filled), 0o644);
  else console.warn(`${name}.cache was not made: ${name} starts slower without it`);
}

/** A program that is started meanwhile sees the old file or the new one. */
function replaceFile(path, contents, mode) {
  const passing = `${path}.${process.pid}`;
  writeFileSync(passing, contents, { mode });
  renameSync(passing, path);
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
  for (const input of inputs) {
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
