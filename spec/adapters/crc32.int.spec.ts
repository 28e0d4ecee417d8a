/**
 * The checksum of the event log, by the zlib that is in Node.
 */
import { tableChecksum } from '../../adapters/event-log/checksum';
import { zlibChecksum } from '../../adapters/libc/crc32';

it.each(['', 'a', '123456789', 'minit ü \u2028 😀', '"\\ud800"'])('of %j', (text) => {
  const crc32 = zlibChecksum();
  for (const seed of [0, 7, 0xffff_ffff]) {
    expect(crc32?.(text, seed)).toBe(tableChecksum(text, seed));
    expect(crc32?.(Buffer.from(text), seed)).toBe(tableChecksum(text, seed));
  }
});

it('of a Node that has no zlib of this name is none', () => {
  expect(zlibChecksum(() => undefined)).toBeUndefined();
});
