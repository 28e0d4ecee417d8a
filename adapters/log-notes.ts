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
      case 'gap':
        return gapText(note);
      case 'damaged':
        return [];
    }
  });

function gapText({ from, to, reason }: LogNote & { kind: 'gap' }): string {
  const isOne = from === to;
  const events = isOne ? `event ${String(from)}` : `events ${String(from)} to ${String(to)}`;
  if (reason === 'dropped') return `${events} could not be written to the log`;
  return `${events} ${isOne ? 'is' : 'are'} gone from the log`;
}
