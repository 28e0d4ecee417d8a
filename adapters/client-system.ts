/**
 * The system calls of a client, through libc.
 *
 * @module
 */
import type { ClientSystem } from './control-client';
import { lockFirstByte } from './libc/fcntl';
import { waitReadable, waitWritable } from './libc/poll';

export const clientSystem: ClientSystem = {
  lockFirstByte: (fd) => lockFirstByte(fd, { wait: false }),
  waitReadable,
  waitWritable,
};
