/**
 * Writes replies to the FIFO `out`: each with one write(2), and what the pipe has no room for
 * when its reader has made some. Never blocks and never waits for a client that may be dead.
 *
 * @module
 */
import { writeSync } from 'node:fs';
import { drain, pipeBytes, type Poll } from './fifo';
import { systemErrorOf } from './system-error';

/** Bytes in one reply; the largest there is, the whole state of 10,000 services, is some 5 MB. */
export const replyBytesMax = 16 * 1_048_576;

export interface ReplyWriter {
  /** Sends a reply; what is left of the one before is dropped, because its reader is gone. */
  write(text: string): void;
  /** Drops what is not sent yet. The fd stays open. */
  close(): void;
}

/**
 * Returns a writer for `fd`, opened O_RDWR and O_NONBLOCK. `isUnwanted`: nobody waits any more for the
 * rest of a reply that was too long for the pipe.
 */
export function createReplyWriter(
  fd: number,
  pollWritable: Poll,
  isUnwanted: () => boolean = () => false,
): ReplyWriter {
  const scratch = Buffer.allocUnsafeSlow(pipeBytes);
  let unsent: Buffer | undefined;
  let stopPolling: (() => void) | undefined;

  const forget = (): void => {
    unsent = undefined;
    stopPolling?.();
    stopPolling = undefined;
  };

  const send = (): void => {
    if (unsent === undefined) return;
    const written = tryWrite(fd, unsent);
    if (written === undefined || written === unsent.length) {
      forget();
      return;
    }
    unsent = unsent.subarray(written);
    stopPolling ??= pollWritable(fd, sendMore);
  };

  /** The room may have been made by the next client, which empties the pipe before it asks. */
  const sendMore = (): void => {
    if (isUnwanted()) forget();
    else send();
  };

  return {
    write(text) {
      forget();
      // The lock admits one client at a time: who asks now has read what it asked for, or
      // the bytes that are still there are for a client that died.
      drain(fd, scratch);
      unsent = encode(text);
      send();
    },
    close: forget,
  };
}

/** Returns how many bytes went; `undefined` where no more ever will. */
function tryWrite(fd: number, bytes: Buffer): number | undefined {
  try {
    return writeSync(fd, bytes);
  } catch (error) {
    const { code } = systemErrorOf(error);
    return code === 'EAGAIN' || code === 'EINTR' ? 0 : undefined;
  }
}

function encode(text: string): Buffer {
  const bytes = Buffer.from(text);
  if (bytes.length <= replyBytesMax) return bytes;
  // A reply that is cut would leave its reader waiting for the end of the line.
  const problem = `the reply has ${String(bytes.length)} bytes, at most ${String(replyBytesMax)} are sent`;
  return Buffer.from(
    text.startsWith('{') ? `${JSON.stringify({ minit: 1, ok: false, problem })}\n` : '0',
  );
}
