/**
 * Where lines of JSON go: a file, or a WebSocket, one message a line.
 *
 * @module
 */
import { closeSync, openSync, writeSync } from 'node:fs';
import { once } from 'node:events';

export interface LineSink {
  /** Resolves when there is room for more. @throws the system's error where they cannot be taken. */
  send(lines: readonly string[]): Promise<void>;
  /** Resolves when all has been taken. */
  close(): Promise<void>;
}

/** The other side is waited for when it is so many bytes behind. */
const behindBytesMax = 1_000_000;
const closeMsMax = 5_000;

/** @throws the system's error where the file cannot be written. */
export function fileSink(path: string): LineSink {
  const fd = openSync(path, 'w');
  return {
    send(lines) {
      let rest = Buffer.from(lines.map((line) => `${line}\n`).join(''));
      while (rest.length > 0) rest = rest.subarray(writeSync(fd, rest));
      return Promise.resolve();
    },
    close() {
      closeSync(fd);
      return Promise.resolve();
    },
  };
}

/** Connects to `url`. Rejects where nobody takes it, and later in `send` where the other side has gone. */
export async function webSocketSink(url: string): Promise<LineSink> {
  // Only here is it needed, and it takes time to load.
  const { WebSocket } = await import('ws');
  const socket = new WebSocket(url);
  await once(socket, 'open');
  let failure: Error | undefined;
  socket.on('error', (error) => {
    failure = error;
  });
  socket.on('close', () => {
    failure ??= new Error('the other side has closed the connection');
  });
  const sendLine = (line: string): Promise<void> =>
    new Promise((resolve, reject) => {
      const isBehind = socket.bufferedAmount > behindBytesMax;
      socket.send(line, (error) => {
        if (error) reject(failure ?? error);
        else resolve();
      });
      if (!isBehind) resolve();
    });
  return {
    async send(lines) {
      for (const line of lines) {
        if (failure !== undefined) throw failure;
        await sendLine(line);
      }
    },
    async close() {
      if (failure !== undefined) throw failure;
      const closed = once(socket, 'close', { signal: AbortSignal.timeout(closeMsMax) });
      socket.close();
      await closed.catch(() => {
        socket.terminate();
      });
    },
  };
}
