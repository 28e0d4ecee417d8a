/**
 * Whether a path still leads to an open file.
 */
import { closeSync, linkSync, openSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { watchPath } from '../../adapters/libc/same-file';
import { temporaryDirectory } from '../support/temporary-directory';

function opened(name: string) {
  const path = join(temporaryDirectory(), name);
  const fd = openSync(path, 'w+');
  const isStillThere = watchPath(path, fd);
  if (isStillThere === undefined) throw new Error('this libc has no statx');
  const close = (): void => {
    closeSync(fd);
  };
  return { path, isStillThere, close };
}

it.each(['plain', 'lög'])('is seen for %j, whatever happens to the name', (name) => {
  const { path, isStillThere, close } = opened(name);
  expect(isStillThere()).toBe(true);
  writeFileSync(path, 'longer');
  expect(isStillThere()).toBe(true);
  renameSync(path, `${path}-kept`);
  expect(isStillThere()).toBe(false);
  writeFileSync(path, 'another');
  expect(isStillThere()).toBe(false);
  rmSync(path);
  linkSync(`${path}-kept`, path);
  expect(isStillThere()).toBe(true);
  close();
  expect(isStillThere()).toBe(true);
});

it('is asked of several files in turn', () => {
  const [one, other] = [opened('one'), opened('other')];
  renameSync(other.path, one.path);
  expect([one.isStillThere(), other.isStillThere()]).toEqual([false, false]);
  one.close();
  other.close();
});

it('is not to be had of what is not open, nor under a name that no file can have', () => {
  const { path, close } = opened('file');
  expect(watchPath(path, 1_000_000)).toBeUndefined();
  close();
  const fd = openSync(path, 'r');
  expect(watchPath(`/${'x/'.repeat(3_000)}`, fd)?.()).toBe(false);
  closeSync(fd);
});
