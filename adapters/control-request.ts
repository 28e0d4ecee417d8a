/**
 * One read of the FIFO `in`, as an event. What a dead client left in front of a live one's
 * request is cut off where that can be told; what is no request is kept short in the record.
 *
 * @module
 */
import { isUtf8 } from 'node:buffer';
import type { MinitEvent } from '../machines/events';
import { requestBytesMax } from '../machines/limits';
import { extensionPrefix } from '../machines/requests';

type RequestReceived = Extract<MinitEvent, { type: 'RequestReceived' }>;

const prefix = Buffer.from(extensionPrefix);
const [closingBrace, newline] = Buffer.from('}\n');

/**
 * Returns the event for the bytes of one read(2). More than `requestBytesMax` bytes are recorded
 * as the first of them and one more, so that they cannot pass for a request; `bytes` says how many
 * there were.
 */
export function requestReceived(chunk: Buffer): RequestReceived {
  const request = lastRequest(chunk);
  const bytes = request.length;
  if (bytes <= requestBytesMax && isUtf8(request))
    return { type: 'RequestReceived', request: request.toString() };
  const requestBase64 = request.subarray(0, requestBytesMax + 1).toString('base64');
  return { type: 'RequestReceived', requestBase64, bytes };
}

/**
 * The lock admits one client at a time, so whatever stands before an extension request is by a
 * client that died. Letters have no such mark; two of those in one read are not told apart.
 */
function lastRequest(chunk: Buffer): Buffer {
  const last = chunk.at(-1);
  if (last !== closingBrace && last !== newline) return chunk;
  const start = chunk.lastIndexOf(prefix);
  return start > 0 ? chunk.subarray(start) : chunk;
}
