/**
 * Makes a bootable image of a tree. What all images have in common is written once and kept; an
 * image is a copy of that with its own files put in, which takes well under a second.
 *
 * @module
 */
import { createHash } from 'node:crypto';
import {
  copyFileSync,
  constants,
  existsSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { makeFileSystem, writeEntries } from './ext4';
import { addCopy, addEntry, removeEntry, type ImageEntries } from './image-entries';
import { imageRequirements, meet } from './requirements';
import { projectFolder, rootFiles, treeFolder } from './root-files';

export const outputFolder = join(projectFolder, 'vm/out');

export interface ImageOptions {
  /** Service directories, to be /etc/minit. */
  readonly tree: string;
  /** Folders laid over the root, the later over the earlier. */
  readonly overlays?: readonly string[];
  /** Paths that the image shall not have: "/proc", say. */
  readonly without?: readonly string[];
  readonly output: string;
}

const megabytesFree = 32;

/** Makes the image and returns its path. @throws Error saying what is missing. */
export function makeImage({ tree, overlays = [], without = [], output }: ImageOptions): string {
  meet(imageRequirements);
  if (!existsSync(tree)) throw new Error(`there is no tree "${tree}"`);
  const base = rootFiles();
  const wanted: ImageEntries = new Map(base);
  addCopy(wanted, tree, treeFolder);
  // Those of the host are another minit's, and might have another mode.
  for (const name of ['in', 'out']) {
    addEntry(wanted, `${treeFolder}/${name}`, { kind: 'fifo', mode: 0o600 });
  }
  for (const overlay of overlays) addCopy(wanted, overlay, '/');
  for (const path of without) removeEntry(wanted, path);
  mkdirSync(dirname(output), { recursive: true });
  const unfinished = `${output}.${String(process.pid)}`;
  copyFileSync(baseImage(base), unfinished, constants.COPYFILE_FICLONE);
  writeEntries(unfinished, base, wanted);
  renameSync(unfinished, output);
  return output;
}

/** Returns the image with only `base` in it, made if there is none of these files yet. */
function baseImage(base: ImageEntries): string {
  const name = `base-${fingerprint(base)}.img`;
  const path = join(outputFolder, name);
  if (existsSync(path)) return path;
  mkdirSync(outputFolder, { recursive: true });
  const unfinished = `${path}.${String(process.pid)}`;
  makeFileSystem(unfinished, megabytesOf(base) + megabytesFree, 'minit');
  writeEntries(unfinished, new Map(), base);
  renameSync(unfinished, path);
  for (const old of readdirSync(outputFolder)) {
    if (/^base-[\da-f]+\.img$/u.test(old) && old !== name) rmSync(join(outputFolder, old));
  }
  return path;
}

function fingerprint(entries: ImageEntries): string {
  const hash = createHash('sha1');
  for (const [path, entry] of entries) {
    hash.update(`${path}\0${JSON.stringify(entry)}\0`);
    const source = sourceOf(entry);
    if (source === undefined) continue;
    const { size, mtimeMs } = statSync(source);
    hash.update(`${String(size)} ${String(mtimeMs)}\0`);
  }
  return hash.digest('hex').slice(0, 16);
}

const sourceOf = (entry: ImageEntries extends Map<string, infer E> ? E : never) =>
  entry.kind === 'file' && 'source' in entry.content ? entry.content.source : undefined;

function megabytesOf(entries: ImageEntries): number {
  let bytes = 0;
  for (const entry of entries.values()) {
    const source = sourceOf(entry);
    bytes += source === undefined ? 4_096 : statSync(source).size;
  }
  return Math.ceil(bytes / 1_048_576);
}
