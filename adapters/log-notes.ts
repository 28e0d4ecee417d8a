/**
 * What a log lacks without being damaged, in words.
 *
 * @module
 */
import type { LogNote } from './event-log/reader';

/** Returns a line for each note, but for damage, which is told with the exit status that it leads to. */
export const noteTexts = (notes: readonly LogNote[]): string[] =>
  notes.flatMap((note) => {
    switch (note.kind) {
      case 'torn':
        return `${note.path}:${String(note.line)}: torn last line cut off (${String(note.tornBytes)} bytes)`;
      case 'passed-over':
        return `${note.path} passed over: ${note.reason}`;
      case 'damaged':
        return [];
    }
  });
