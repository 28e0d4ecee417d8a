/**
 * Bytes put together from texts: any text in the room that its length asks for, and nothing large is kept.
 */
import { ScratchBytes } from '../../adapters/scratch-bytes';

it.each([
  ['ASCII', 'a'.repeat(30_000)],
  ['three bytes a unit', '€'.repeat(30_000)],
  ['four bytes in two units', '😀'.repeat(30_000)],
])('has room for %s', (_, text) => {
  const scratch = new ScratchBytes();
  scratch.begin(2 * text.length);
  scratch.add(text);
  scratch.add(text);
  expect(scratch.bytes.equals(Buffer.from(text + text))).toBe(true);
  expect(scratch.end).toBe(2 * Buffer.byteLength(text));
});

it('begins anew, in the same memory unless much is to come', () => {
  const scratch = new ScratchBytes();
  const { memory } = scratch;
  scratch.begin(10);
  scratch.add('first');
  scratch.dropLast();
  expect(scratch.bytes.toString()).toBe('firs');
  expect(scratch.memory).toBe(memory);
  scratch.begin(1_000_000);
  expect(scratch.end).toBe(0);
  expect(scratch.memory).not.toBe(memory);
  scratch.begin(10);
  expect(scratch.memory).toBe(memory);
});
