/**
 * What an image holds, as data: an entry a path. Whoever makes one need not be root, because nothing
 * of it is made on the host: device nodes and owners exist in the image only.
 *
 * @module
 */
import { lstatSync, readdirSync, readlinkSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

export type ImageEntry =
  | { readonly kind: 'directory'; readonly mode: number }
  | { readonly kind: 'file'; readonly mode: number; readonly content: FileContent }
  | { readonly kind: 'link'; readonly target: string }
  | { readonly kind: 'fifo'; readonly mode: number }
  | {
      readonly kind: 'character-device';
      readonly mode: number;
      readonly major: number;
      readonly minor: number;
    };

/** A file of the host, or text. */
export type FileContent = { readonly source: string } | { readonly text: string };

/** Entries by their absolute path in the image; a directory stands before what is in it. */
export type ImageEntries = Map<string, ImageEntry>;

const directoryMode = 0o755;
const permissions = 0o7777;

/** Adds an entry, and the directories above it where they are missing. */
export function addEntry(entries: ImageEntries, path: string, entry: ImageEntry): void {
  const above = dirname(path);
  if (above !== '/' && !entries.has(above)) {
    addEntry(entries, above, { kind: 'directory', mode: directoryMode });
  }
  entries.set(path, entry);
}

/** Returns the entry of a file that is written here. */
export const textFile = (text: string, mode = 0o644): ImageEntry => ({
  kind: 'file',
  mode,
  content: { text },
});

/** Adds all that is in the directory `source` of the host, below `target` in the image; root owns it there. */
export function addCopy(entries: ImageEntries, source: string, target: string): void {
  for (const name of readdirSync(source).sort()) {
    const from = join(source, name);
    const path = join(target, name);
    const status = lstatSync(from);
    const mode = status.mode & permissions;
    if (status.isDirectory()) {
      const present = entries.get(path);
      // "/sbin" is a link in an image: what is meant for it goes where it leads.
      if (present?.kind === 'link') addCopy(entries, from, resolve(target, present.target));
      else {
        addEntry(entries, path, { kind: 'directory', mode });
        addCopy(entries, from, path);
      }
    } else if (status.isSymbolicLink()) {
      addEntry(entries, path, { kind: 'link', target: readlinkSync(from) });
    } else if (status.isFIFO()) {
      addEntry(entries, path, { kind: 'fifo', mode });
    } else if (status.isFile()) {
      addEntry(entries, path, { kind: 'file', mode, content: { source: from } });
    } else {
      throw new Error(
        `unable to put "${from}" into an image: it is neither file nor link nor FIFO`,
      );
    }
  }
}

/** Removes an entry, and all below it. */
export function removeEntry(entries: ImageEntries, path: string): void {
  for (const candidate of [...entries.keys()]) {
    if (candidate === path || candidate.startsWith(`${path}/`)) entries.delete(candidate);
  }
}
