/**
 * What `dist/minit.js` is: it runs minit itself, which is in a bundle of its own, by V8's code cache.
 *
 * @module
 */
import { join } from 'node:path';
import { compileProgram, runProgram } from '../adapters/program-cache';

const path = join(__dirname, 'minit.bundle');
const script = compileProgram(path, join(__dirname, 'minit.cache'));
runProgram(script, { exports, require, module, path, directory: __dirname });
