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

function koffiBinary() {
  const require = createRequire(join(project, 'package.json'));
  const directory = dirname(require.resolve(`@koromix/koffi-linux-${process.arch}/package.json`));
  return join(directory, `linux_${process.arch}`, 'koffi.node');
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

/**
 * The program that does nothing, and the loop that starts it. With a C compiler both are ours;
 * without one the program is sleep(1), which cannot say when it began, and the loop goes
 * through koffi.
 */
export function compileFloor(scratch) {
  const compiler = ['cc', 'gcc', 'clang'].find(isThere);
  if (compiler === undefined) return koffiFloor();
  const pause = join(scratch, 'pause');
  const floor = join(scratch, 'floor');
  try {
    compile(compiler, ['-static'], pause, 'pause.c');
  } catch {
    // No static libc here; the floor runs the same program, so the ratio stays fair.
    compile(compiler, [], pause, 'pause.c');
  }
  compile(compiler, [], floor, 'floor.c');
  return {
    kind: 'C',
    stamps: true,
    service: [pause],
    floor: (count) => [floor, [String(count), pause]],
  };
}

function koffiFloor() {
  const sleep = ['/bin/sleep', '/usr/bin/sleep'].find((path) => existsSync(path));
  if (sleep === undefined) throw new Error('neither a C compiler nor sleep(1) here');
  const script = join(bench, 'lib', 'koffi-floor.mjs');
  return {
    kind: 'koffi',
    stamps: false,
    service: [sleep, '1000000'],
    floor: (count) => [process.execPath, [script, koffiBinary(), String(count), sleep, '1000000']],
  };
}

const compile = (compiler, flags, out, source) =>
  execFileSync(compiler, ['-O2', ...flags, '-o', out, join(bench, source)], { stdio: 'pipe' });

function isThere(program) {
  try {
    execFileSync(program, ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
