/**
 * What the benchmark runs: minit's own programs as users get them, and the two in C.
 *
 * @module
 */
import { execFileSync } from 'node:child_process';
import { copyFileSync, existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const bench = dirname(dirname(fileURLToPath(import.meta.url)));
export const project = dirname(bench);

const names = ['minit', 'msvc', 'minit-replay'];

/** Returns the path of each program in `directory`; none where it is not there. */
function findPrograms(directory) {
  return Object.fromEntries(
    names
      .map((name) => [name, join(directory, `${name}.js`)])
      .filter(([, path]) => existsSync(path)),
  );
}

/**
 * `--dist DIR`, else the project's `dist/`, else a bundle made in `scratch`. Building is npm's affair.
 */
export async function locatePrograms(scratch, dist) {
  const built = findPrograms(dist ?? join(project, 'dist'));
  if (built.minit !== undefined)
    return { programs: built, origin: dist === undefined ? 'dist' : '--dist' };
  if (dist !== undefined) throw new Error(`no minit.js in ${dist}`);
  return {
    programs: await bundle(scratch),
    origin: 'bundled for this run: there is no dist/, see npm run build',
  };
}

async function bundle(scratch) {
  const { build } = await import('esbuild');
  const { version } = JSON.parse(readFileSync(join(project, 'package.json'), 'utf8'));
  await build({
    entryPoints: names.map((name) => join(project, 'cli', `${name}.ts`)),
    bundle: true,
    platform: 'node',
    target: 'node20',
    outdir: scratch,
    define: { MINIT_VERSION: JSON.stringify(version) },
    logLevel: 'error',
  });
  copyFileSync(koffiBinary(), join(scratch, `koffi-linux-${process.arch}-glibc.node`));
  return findPrograms(scratch);
}

export function koffiBinary() {
  const require = createRequire(join(project, 'package.json'));
  const directory = dirname(require.resolve(`@koromix/koffi-linux-${process.arch}/package.json`));
  return join(directory, `linux_${process.arch}`, 'koffi.node');
}

/**
 * From now on Node is a copy in `scratch`: what is measured must not share the pages of its program with the
 * benchmark, whose Node would make its PSS 20 MB smaller than it is alone.
 */
export function useOwnNode(scratch) {
  const copy = join(scratch, 'node');
  copyFileSync(process.execPath, copy);
  process.execPath = copy;
}

/** Bundles one of the benchmark's own files together with the machines. Returns the path of the bundle. */
export async function bundleForBench(name, scratch) {
  const { build } = await import('esbuild');
  const outfile = join(scratch, `${name}.cjs`);
  await build({
    entryPoints: [join(bench, 'lib', `${name}.mjs`)],
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    outfile,
    logLevel: 'error',
  });
  return outfile;
}

const tinyFlags = [
  ...['-DTINY', '-nostdlib', '-static', '-ffreestanding', '-fno-stack-protector', '-no-pie'],
  ...[
    '-fno-pie',
    '-fno-asynchronous-unwind-tables',
    '-Wl,--build-id=none',
    '-Wl,-z,noseparate-code',
  ],
];

/**
 * Compiles the programs in C: the service, the floor, and alone.c. Undefined without a compiler. `kind` is the service
 * that is wanted, and what it became is told: where it cannot be had without libc it has one.
 */
export function compileTools(scratch, kind = 'tiny') {
  const compiler = ['cc', 'gcc', 'clang'].find(isThere);
  if (compiler === undefined) return undefined;
  const make = (name, flags, source = `${name}.c`) => {
    const path = join(scratch, name);
    execFileSync(compiler, ['-O2', ...flags, '-o', path, join(bench, source)], { stdio: 'pipe' });
    return path;
  };
  const ways = [
    ...(kind === 'tiny' ? [['tiny', tinyFlags]] : []),
    ['libc, static', ['-static']],
    ['libc, dynamic', []],
  ];
  for (const [service, flags] of ways) {
    try {
      const pause = make('pause', flags);
      return { alone: make('alone', []), floor: make('floor', []), service: pause, kind: service };
    } catch (error) {
      if (service === 'libc, dynamic') throw error;
    }
  }
}

function isThere(program) {
  try {
    execFileSync(program, ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
