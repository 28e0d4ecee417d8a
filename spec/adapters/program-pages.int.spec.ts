/**
 * What a program gives back of what it has of files in memory. Not here: when minit does (at-rest.e2e).
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { giveBackProgramPages, mappingsOfFiles } from '../../adapters/libc/program-pages';

/** What we have of files in memory, kB. */
const ofFilesKb = (): number =>
  Number(/^RssFile:\s+(\d+) kB$/mu.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]);

/** As the kernel tells it, most fields left out. */
const mapping = (head: string, anonymousKb: number): string =>
  `${head}\nSize:               1024 kB\nRss:                 512 kB\n` +
  `Anonymous:      ${String(anonymousKb).padStart(8)} kB\nVmFlags: rd ex mr mw me sd\n`;

describe('mappings that are nothing but a file', () => {
  const given = (head: string, anonymousKb = 0): unknown =>
    mappingsOfFiles(
      mapping('00100000-00101000 rw-p 00000000 00:00 0 ', 4) +
        mapping(head, anonymousKb) +
        mapping('7f0000000000-7f0000001000 rw-p 00000000 00:00 0 ', 0),
    );

  it.each([
    ['00400000-00b6f000 r--p 00000000 fe:00 1234      /usr/bin/node', 0x76_f000],
    ['00400000-00401000 r-xp 0076f000 fe:00 1234      /opt/a b/node (deleted)', 0x1000],
  ])('are of %j', (head, byteLength) => {
    expect(given(head)).toEqual([{ address: 0x40_0000, byteLength }]);
  });

  it.each([
    ['that may be written', '00400000-00401000 rw-p 0076f000 fe:00 1234      /usr/bin/node', 0],
    ['shared', '00400000-00401000 r--s 00000000 fe:00 1234      /var/cache/x', 0],
    ['of no file', '00400000-00401000 r-xp 00000000 00:00 0 ', 0],
    ["the kernel's", '00400000-00401000 r-xp 00000000 00:00 0      [vdso]', 0],
    ['relocated', '00400000-00401000 r--p 0076f000 fe:00 1234      /usr/lib/libc.so.6', 4],
    ['large and relocated', '00400000-00801000 r--p 0076f000 fe:00 1234      /usr/lib/x.so', 100],
  ])('are none %s', (_, head, anonymousKb) => {
    expect(given(head, anonymousKb)).toEqual([]);
  });

  it('are none where the kernel does not tell what differs', () => {
    const head = '00400000-00401000 r-xp 00000000 fe:00 1234      /usr/bin/node';
    expect(
      mappingsOfFiles(`${head}\nSize:      4 kB\n${mapping('00500000-00501000 rw-p 0 0:0 0 ', 0)}`),
    ).toEqual([]);
  });
});

it('a program goes on without them, and has less in memory', () => {
  const digest = (): string => createHash('sha256').update('minit').digest('hex');
  const before = { digest: digest(), ofFilesKb: ofFilesKb() };
  giveBackProgramPages();
  expect(ofFilesKb()).toBeLessThan(before.ofFilesKb / 2);
  expect(digest()).toBe(before.digest);
});
