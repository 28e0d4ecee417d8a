/**
 * The running services: our minit tells them all at once; for the C original the tree is walked and
 * each directory is asked for, as its own script does.
 *
 * @module
 */
import { readdirSync } from 'node:fs';
import { conditionOf } from '../machines/condition';
import type { Result, ServiceControl } from './service-control';

/** Returns the names of the services that are up. */
export function listServices(control: ServiceControl, root: string): Result<readonly string[]> {
  const all = control.seeAll();
  if (!('code' in all)) {
    return {
      value: all.value
        .filter(({ state, pid }) => conditionOf(state, pid) === 'up')
        .map(({ name }) => name),
    };
  }
  if (all.code !== 'unsupported') return all;
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
