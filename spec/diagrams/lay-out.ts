/**
 * Graphviz for specs. Its package is an ES module, which Jest cannot load without a flag of Node's, so
 * that another Node does it.
 *
 * @module
 */
import { execFileSync } from 'node:child_process';
import { pathToFileURL } from 'node:url';
import { join } from 'node:path';
import type { LayOut } from '../../diagrams/svg';

const graphviz = pathToFileURL(
  join(__dirname, '../../node_modules/@hpcc-js/wasm-graphviz/dist/index.js'),
).href;
const program = `
  const { Graphviz } = await import(${JSON.stringify(graphviz)});
  const dot = (await import('node:fs')).readFileSync(0, 'utf8');
  process.stdout.write((await Graphviz.load()).layout(dot, 'svg', 'dot'));
`;

export const layOut: LayOut = (dot) =>
  execFileSync(process.execPath, ['--input-type=module', '--eval', program], {
    input: dot,
    encoding: 'utf8',
    maxBuffer: 64 * 1_048_576,
  });
