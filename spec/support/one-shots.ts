/**
 * Trees of many services that end at once: minit ends when the last of them has.
 *
 * @module
 */
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Makes `root` with so many services that are /bin/true, and a `default` that starts them all. */
export function makeOneShots(root: string, count: number): void {
  const names = Array.from({ length: count }, (_, index) => `s${String(index)}`);
  for (const name of [...names, 'default']) mkdirSync(join(root, name), { recursive: true });
  for (const name of names) symlinkSync('/bin/true', join(root, name, 'run'));
  writeFileSync(join(root, 'default/depends'), `${names.join('\n')}\n`);
}
