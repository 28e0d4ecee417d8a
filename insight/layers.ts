/**
 * Where each service stands in a picture of the dependencies: in columns, who needs nothing first, and in
 * each column close to what it is connected with. After Sugiyama's method, with longest-path layers and
 * barycentres; cycles are cut where they are met. Pure.
 *
 * @module
 */
import type { ServiceName } from '../machines/definition';

export interface Layers {
  /** Names by column; in a column from top to bottom. */
  readonly columns: readonly (readonly ServiceName[])[];
}

type Needs = ReadonlyMap<ServiceName, readonly ServiceName[]>;

const sweeps = 4;

/** Returns the columns of all that `needs` names. */
export function layersOf(needs: Needs): Layers {
  const columnOf = new Map<ServiceName, number>();
  for (const name of needs.keys()) place(name, needs, columnOf);
  const columns: ServiceName[][] = [];
  for (const [name, column] of columnOf) (columns[column] ??= []).push(name);
  const filled = Array.from({ length: columns.length }, (_, index) => columns[index] ?? []);
  const links = linksOf(needs);
  const places: Places = new Map();
  for (const names of filled) notePlaces(names, places);
  for (let sweep = 0; sweep < sweeps; sweep += 1) {
    const order = sweep % 2 === 0 ? filled.keys() : [...filled.keys()].reverse();
    for (const column of order) {
      const names = sortByNeighbours(filled[column] ?? [], links, places);
      notePlaces(names, places);
      filled[column] = names;
    }
  }
  return { columns: filled };
}

/** Without recursion: a chain may be as long as there are services. */
function place(start: ServiceName, needs: Needs, columnOf: Map<ServiceName, number>): void {
  const open = new Set<ServiceName>();
  const stack = [start];
  for (let name = stack.at(-1); name !== undefined; name = stack.at(-1)) {
    if (columnOf.has(name)) {
      stack.pop();
      continue;
    }
    open.add(name);
    const needed = (needs.get(name) ?? []).filter((one) => one !== name);
    const missing = needed.filter((one) => !columnOf.has(one) && !open.has(one));
    if (missing.length > 0) {
      stack.push(...missing);
      continue;
    }
    columnOf.set(name, Math.max(-1, ...needed.map((one) => columnOf.get(one) ?? -1)) + 1);
    stack.pop();
  }
}

function linksOf(needs: Needs): ReadonlyMap<ServiceName, readonly ServiceName[]> {
  const links = new Map<ServiceName, ServiceName[]>();
  const link = (from: ServiceName, to: ServiceName): void => {
    const found = links.get(from);
    if (found === undefined) links.set(from, [to]);
    else found.push(to);
  };
  for (const [name, needed] of needs)
    for (const one of needed) {
      link(name, one);
      link(one, name);
    }
  return links;
}

/** How far down its column each stands: 0 to 1. */
type Places = Map<ServiceName, number>;

function notePlaces(names: readonly ServiceName[], places: Places): void {
  for (const [row, name] of names.entries()) places.set(name, (row + 0.5) / names.length);
}

function sortByNeighbours(
  names: readonly ServiceName[],
  links: ReadonlyMap<ServiceName, readonly ServiceName[]>,
  places: Places,
): ServiceName[] {
  const weights = new Map<ServiceName, number>();
  for (const name of names) {
    const near = (links.get(name) ?? []).flatMap((one) => places.get(one) ?? []);
    const sum = near.reduce((total, place) => total + place, 0);
    weights.set(name, near.length === 0 ? (places.get(name) ?? 0) : sum / near.length);
  }
  return [...names].sort((a, b) => (weights.get(a) ?? 0) - (weights.get(b) ?? 0));
}
