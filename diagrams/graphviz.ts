/**
 * Graphviz as WebAssembly: no program to install, and the same picture on every machine.
 * Loaded only by those who ask for a picture.
 *
 * @module
 */
import type { LayOut } from './svg';

/** Returns the layout function; compiling the WebAssembly takes about 0.1 s. */
export async function loadGraphviz(): Promise<LayOut> {
  const { Graphviz } = await import('@hpcc-js/wasm-graphviz');
  const graphviz = await Graphviz.load();
  return (dot) => graphviz.layout(dot, 'svg', 'dot');
}
