/**
 * The whole machine of a service, cell by cell. A change of the machine shows here as a change of
 * rows; `·` is an event that a state ignores.
 *
 * @module
 */
import { serviceMachine } from '../../machines/xstate-machines';
import { serviceTable, serviceTableWays } from '../../machines/table';
import { tableToMarkdown } from '../../machines/table-markdown';

interface StateNode {
  readonly key: string;
  readonly states: Readonly<Record<string, StateNode>>;
}

/** The states without inner states, by their full names. */
function leaves(node: StateNode, path: readonly string[] = []): string[] {
  const inner = Object.values(node.states);
  return inner.length === 0
    ? [path.join('.')]
    : inner.flatMap((child) => leaves(child, [...path, child.key]));
}

describe('service table', () => {
  it('has each state of the machine', () => {
    expect(serviceTable().map(({ state }) => state)).toEqual(
      leaves(serviceMachine.root as unknown as StateNode),
    );
  });

  it.each(serviceTableWays())('gets into $state as $variant', ({ state, reached }) => {
    expect(reached).toBe(state);
  });

  it('has a column for each variant in every row', () => {
    for (const { variants, rows } of serviceTable()) {
      for (const { cells } of rows) expect(cells).toHaveLength(variants.length);
    }
  });

  it.each(serviceTable().map((state) => [state.state, state] as const))('in %s', (_, state) => {
    expect(`\n${tableToMarkdown([state])}`).toMatchSnapshot();
  });
});
