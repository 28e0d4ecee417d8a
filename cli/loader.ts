/**
 * What `dist/minit.js` and `dist/msvc.js` are: it runs the program of its name, which is in a bundle of its own, by
 * V8's code cache.
 *
 * @module
 */
import { basename, join } from 'node:path';
import { compileProgram, runProgram } from '../adapters/program-cache';

const name = join(__dirname, basename(__filename, '.js'));
const path = `${name}.bundle`;
const script = compileProgram(path, `${name}.cache`);
runProgram(script, { exports, require, module, path, directory: __dirname });
