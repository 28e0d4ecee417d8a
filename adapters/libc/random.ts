/**
 * getrandom(2), because `node:crypto` costs 1 MB for the sake of one UUID.
 *
 * @module
 */
import { bind } from './koffi';

const getRandom = bind<[Buffer, number, number]>('long getrandom(void *, size_t, unsigned int)');

/** Returns a version 4 UUID (RFC 9562). */
export function randomUuid(): string {
  const bytes = Buffer.alloc(16);
  getRandom(bytes, bytes.length, 0);
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x40, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})/u, '$1-$2-$3-$4-');
}
