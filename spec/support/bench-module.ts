/**
 * Loads a module of bench/, which is ESM for Node itself, into a spec: Jest knows CommonJS only.
 *
 * @module
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { compileFunction } from 'node:vm';
import { ModuleKind, ScriptTarget, transpileModule } from 'typescript';

const bench = join(__dirname, '..', '..', 'bench');
const loaded = new Map<string, object>();

/** What bench/`path` exports; the caller says what that is. */
export const benchModule = (path: string): unknown => load(join(bench, path));

function load(path: string): object {
  const known = loaded.get(path);
  if (known !== undefined) return known;
  const exports = {};
  loaded.set(path, exports);
  const source = readFileSync(path, 'utf8').replaceAll(
    'import.meta.url',
    JSON.stringify(pathToFileURL(path)),
  );
  const { outputText } = transpileModule(source, {
    fileName: path.replace(/\.mjs$/u, '.js'),
    compilerOptions: { module: ModuleKind.CommonJS, target: ScriptTarget.ES2022 },
  });
  const requireHere = createRequire(path);
  const require = (name: string): unknown =>
    name.startsWith('.') && name.endsWith('.mjs')
      ? load(join(dirname(path), name))
      : (requireHere(name) as unknown);
  const run = compileFunction(outputText, ['exports', 'require'], { filename: path }) as (
    exports: object,
    require: (name: string) => unknown,
  ) => void;
  run(exports, require);
  return exports;
}
