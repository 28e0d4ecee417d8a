// @ts-check
/**
 * Jest transform: TypeScript to CommonJS, types only stripped. Not by esbuild, which is quicker but
 * works in a child process: a spec with the real reaper, waitpid(-1), takes its exit status away, and
 * Jest never ends.
 *
 * @module
 */
const { createHash } = require('node:crypto');
const { version } = require('typescript/package.json');

/** @type {import('@jest/transform').SyncTransformer} */
module.exports = {
  getCacheKey: (source, path) =>
    createHash('sha1').update(`${version}\0${path}\0${source}`).digest('hex'),
  process: (source, path) => {
    // Only where Jest's cache has no answer: loading the compiler takes as long as many a spec.
    const { ModuleKind, ScriptTarget, transpileModule } = require('typescript');
    const { outputText } = transpileModule(source, {
      fileName: path,
      compilerOptions: {
        module: ModuleKind.CommonJS,
        target: ScriptTarget.ES2022,
        esModuleInterop: true,
        inlineSourceMap: true,
        isolatedModules: true,
      },
    });
    return { code: outputText };
  },
};
