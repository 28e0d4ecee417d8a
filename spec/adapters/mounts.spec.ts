/**
 * The kernel's tables of mounts and swap, as bytes.
 *
 * @module
 */
import { isInMemory, parseMounts, parseSwaps } from '../../adapters/mounts';

describe('the table of mounts', () => {
  it('gives paths, types and what is read-only, in order', () => {
    const table = '/dev/sda1 / ext4 ro,relatime 0 0\ntmpfs /run tmpfs rw,errors=ro 0 0\n';
    expect(parseMounts(Buffer.from(table))).toEqual([
      { path: Buffer.from('/'), type: 'ext4', isReadOnly: true },
      { path: Buffer.from('/run'), type: 'tmpfs', isReadOnly: false },
    ]);
  });

  it('knows what the kernel writes in octal, and bytes that are no UTF-8', () => {
    const table = Buffer.from('x /a\\040b\\011c\\012d\\134e\xff ext4 rw 0 0\n', 'latin1');
    expect(parseMounts(table)[0]?.path).toEqual(Buffer.from('/a b\tc\nd\\e\xff', 'latin1'));
  });

  it('tells what is lost with the machine anyway', () => {
    const [disk, memory] = parseMounts(Buffer.from('a /a ext4 rw 0 0\nb /b tmpfs rw 0 0\n'));
    expect([disk, memory].map((mount) => mount && isInMemory(mount))).toEqual([false, true]);
  });
});

describe('the table of swap', () => {
  it('has a head, and columns of blanks and tabs', () => {
    const table = 'Filename\t\t\tType\n/dev/sda2      partition\t1\t0\t-2\n/a\\040b file 1 0 -3\n';
    expect(parseSwaps(Buffer.from(table)).map(String)).toEqual(['/dev/sda2', '/a b']);
    expect(parseSwaps(Buffer.from('Filename\n'))).toEqual([]);
    expect(parseSwaps(Buffer.from(''))).toEqual([]);
  });
});
