/**
 * Where a reply ends. The FIFO has no frames: a line of JSON ends with its newline, a list of
 * the original with two NULs after the one of the last name, and all else is a single write(2).
 *
 * @module
 */
import { extensionPrefix } from '../machines/requests';

/** `perhaps`: it may end here, or one more NUL is under way. */
export type ReplyState = 'open' | 'perhaps' | 'whole';

const [brace, newline, zero] = Buffer.from('{\n0');
const emptyList = '1:\0\0';

/** Tells how much of the reply to `request` the chunks read so far are. */
export function replyState(request: string, chunks: readonly Buffer[]): ReplyState {
  const first = chunks[0]?.[0];
  if (first === undefined) return 'open';
  if (request.startsWith(extensionPrefix)) {
    // The C minit does not know the prefix and says `0`.
    return first !== brace || chunks.at(-1)?.at(-1) === newline ? 'whole' : 'open';
  }
  return request === 'h' || request.startsWith('d') ? listState(first, chunks) : 'whole';
}

/** The C minit writes a list name by name, but the two NULs at its end in one write. */
function listState(first: number, chunks: readonly Buffer[]): ReplyState {
  if (first === zero) return 'whole';
  // No chunk is empty, so that the last four hold the last four bytes.
  const tail = Buffer.concat(chunks.slice(-emptyList.length)).toString('latin1');
  if (tail.endsWith('\0\0\0') || tail === emptyList) return 'whole';
  return tail.endsWith('\0\0') ? 'perhaps' : 'open';
}
