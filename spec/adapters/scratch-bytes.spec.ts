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
  expect(scratch.end).toBe(2 * Buffer.byteLength(text));
  expect(scratch.take().equals(Buffer.from(text + text))).toBe(true);
});

it('begins anew, in the same memory unless much is to come, which is not kept', () => {
  const scratch = new ScratchBytes();
  const { memory } = scratch;
  scratch.begin(10);
  scratch.add('fir');
  scratch.addBytes(Buffer.from('st'));
  scratch.dropLast();
  expect(scratch.memory).toBe(memory);
  expect(scratch.take().toString()).toBe('firs');
  scratch.begin(1_000_000);
  expect(scratch.end).toBe(0);
  expect(scratch.memory).not.toBe(memory);
  scratch.add('much');
  const taken = scratch.take();
  expect(scratch.memory).toBe(memory);
  scratch.add('another');
  expect(taken.toString()).toBe('much');
});
