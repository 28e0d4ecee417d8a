/**
 * The services of a state in the order of first mention, also where a state from elsewhere does not give each a place
 * of its own.
 */
import { initialState } from '../../machines/fold';
import { PersistentMap } from '../../machines/persistent-map';
import { serviceStepper, servicesInOrder } from '../../machines/state';
import { definitionOf } from '../support/given';

type Places = Readonly<Record<string, number>>;

function ordersOf(places: Places): number[] {
  const services = PersistentMap.of(
    Object.entries(places).map(([name, order]) => {
      const definition = definitionOf(name, {});
      return [name, serviceStepper.initial({ name, order, definition, at: 0 })] as const;
    }),
  );
  return servicesInOrder({ ...initialState(), services }).map(({ context }) => context.order);
}

it.each<[string, Places]>([
  ['none', {}],
  ['each in its place', { c: 3, a: 1, d: 4, b: 2 }],
  ['the same place twice', { c: 3, a: 1, b: 1 }],
  ['a gap', { b: 7, a: 2, c: 1 }],
  ['a place before the first', { b: 1, a: 0 }],
])('%s', (_, places) => {
  expect(ordersOf(places)).toEqual(Object.values(places).sort((a, b) => a - b));
});
