// @ts-check
/**
 * Jest transform: TypeScript to CommonJS by esbuild, which only strips the types.
 *
 * @module
 */
const { createHash } = require('node:crypto');
const { version } = require('esbuild/package.json');

/** @type {import('@jest/transform').SyncTransformer} */
module.exports = {
  getCacheKey: (source, path) =>
    createHash('sha1').update(`${version}\0${path}\0${source}`).digest('hex'),
  process: (source, path) => {
    // Only where Jest's cache has no answer: loading esbuild takes as long as many a spec.
    const { transformSync } = require('esbuild');
    return transformSync(source, {
      loader: 'ts',
      format: 'cjs',
      target: 'node20',
      sourcemap: 'inline',
      sourcefile: path,
      platform: 'node',
    });
  },
};
