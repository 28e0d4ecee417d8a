/**
 * Bytes put together from texts: any text in the room that its length asks for, and nothing large is kept.
 */
import { ScratchBytes } from '../../adapters/scratch-bytes';

const added = ({ memory, end }: ScratchBytes): Buffer => memory.subarray(0, end);

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
  expect(added(scratch).equals(Buffer.from(text + text))).toBe(true);
});

it('begins anew, in the same memory unless much is to come, which is not kept', () => {
  const scratch = new ScratchBytes();
  const { memory } = scratch;
  scratch.begin(10);
  scratch.add('fir');
  scratch.addBytes(Buffer.from('st'));
  scratch.dropLast();
  expect(scratch.memory).toBe(memory);
  expect(added(scratch).toString()).toBe('firs');
  scratch.begin(1_000_000);
  expect(scratch.end).toBe(0);
  expect(scratch.memory).not.toBe(memory);
  scratch.add('much');
  expect(added(scratch).toString()).toBe('much');
  scratch.forget();
  expect(scratch.end).toBe(0);
  expect(scratch.memory).toBe(memory);
});
