/**
 * The diagrams that are kept in the repository, as file names and contents. A spec compares them with
 * the files, so that none is ever stale. Pure.
 *
 * @module
 */
import { initMachine, serviceMachine } from '../machines/xstate-machines';
import { serviceTable } from '../machines/table';
import { tableToMarkdown } from '../machines/table-markdown';
import type { TreeSurvey } from '../machines/tree-facts';
import { dependencyGraphOf } from './dependency-graph';
import { chartAs, dependenciesAs } from './formats';
import { chartOf } from './statechart';
import type { LayOut } from './svg';

/** Returns all generated files by name. `demo` is the tree of examples/demo. Pure. */
export function generatedFiles(demo: TreeSurvey, layOut: LayOut): ReadonlyMap<string, string> {
  const files = new Map<string, string>();
  for (const machine of [serviceMachine, initMachine]) {
    const chart = chartOf(machine);
    files.set(`${machine.id}.mmd`, chartAs(chart, 'mermaid', layOut));
    files.set(`${machine.id}.svg`, chartAs(chart, 'svg', layOut));
  }
  files.set('service.table.md', tableToMarkdown(serviceTable()));
  files.set('demo.svg', dependenciesAs(dependencyGraphOf(demo), 'svg', layOut));
  return files;
}
