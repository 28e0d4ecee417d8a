/**
 * Directories of a spec, removed when the file's specs have run.
 *
 * @module
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const made: string[] = [];

/** Makes an empty directory and returns its path. */
export function temporaryDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'minit-spec-'));
  made.push(directory);
  return directory;
}

afterAll(() => {
  for (const directory of made.splice(0)) rmSync(directory, { recursive: true, force: true });
});
