/**
 * The running services: our minit tells them all at once; for the C original the tree is walked and
 * each directory is asked for, as its own script does.
 *
 * @module
 */
import { readdirSync } from 'node:fs';
import type { Result, ServiceControl } from './service-control';

/** Returns the names of the services that have a process. */
export function listServices(control: ServiceControl, root: string): Result<readonly string[]> {
  const all = control.seeAll();
  if (!('code' in all)) {
    return { value: all.value.filter(({ pid }) => pid !== null).map(({ name }) => name) };
  }
  const names = [...directoriesBelow(root, '')];
  const seen = control.see(names);
  if ('code' in seen) return seen;
  return { value: names.filter((_, index) => seen.value[index]?.condition === 'up') };
}

function* directoriesBelow(root: string, prefix: string): Generator<string> {
  for (const entry of entriesOf(`${root}/${prefix}`)) {
    if (!entry.isDirectory()) continue;
    const name = `${prefix}${entry.name}`;
    yield name;
    yield* directoriesBelow(root, `${name}/`);
  }
}

function entriesOf(directory: string) {
  try {
    return readdirSync(directory, { withFileTypes: true });
  } catch {
    return [];
  }
}
