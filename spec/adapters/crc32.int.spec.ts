/**
 * The checksum of the event log, by the zlib that is in Node.
 */
import { checksumOfAdded, tableChecksum } from '../../adapters/event-log/checksum';
import { zlibChecksums } from '../../adapters/libc/crc32';
import { ScratchBytes } from '../../adapters/scratch-bytes';

it.each(['', 'a', '123456789', 'minit ü \u2028 😀', '"\\ud800"'])('of %j', (text) => {
  const crc32 = zlibChecksums();
  for (const seed of [0, 7, 0xffff_ffff]) {
    expect(crc32?.ofData(text, seed)).toBe(tableChecksum(text, seed));
    expect(crc32?.ofData(Buffer.from(text), seed)).toBe(tableChecksum(text, seed));
  }
});

it.each([10, 100_000])('of the last part of %d bytes that are put together', (before) => {
  const crc32 = zlibChecksums();
  const scratch = new ScratchBytes();
  for (const text of ['one', 'another ü']) {
    scratch.begin(before + text.length);
    scratch.add('x'.repeat(before));
    scratch.add(text);
    const of = [scratch, before, 7] as const;
    expect(crc32?.ofAdded(...of)).toBe(tableChecksum(text, 7));
    expect(checksumOfAdded(...of)).toBe(tableChecksum(text, 7));
  }
});

it('of a Node that has no zlib of this name is none', () => {
  expect(zlibChecksums(() => undefined)).toBeUndefined();
});
