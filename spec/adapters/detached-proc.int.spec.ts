/**
 * A procfs of our own that is mounted nowhere.
 *
 * @module
 */
import '../support/real-process';
import { closeSync, readFileSync } from 'node:fs';
import { openDetachedProc, readAt, readProc } from '../../adapters/libc/detached-proc';
import { kernelWords } from '../../adapters/kernel-command-line';
import { splitCommandLine } from '../../machines/kernel-words';
import { itWhen } from '../e2e/fixtures/recorded';

const proc = openDetachedProc();
afterAll(() => {
  if (proc >= 0) closeSync(proc);
});
const itDetached = itWhen(proc >= 0, `fsmount(2) of a procfs is refused here: ${String(proc)}`);

describe('a detached procfs', () => {
  itDetached('tells the same as the one on /proc, and is in no table of mounts', () => {
    expect(readAt(proc, 'self/mounts')).toEqual(readFileSync('/proc/self/mounts'));
    expect(readAt(proc, 'cmdline')).toEqual(readFileSync('/proc/cmdline'));
    return Promise.resolve();
  });

  itDetached('gives errors as values', () => {
    expect(readAt(proc, 'no-such-file')).toEqual({ code: 'ENOENT', errno: 2 });
    return Promise.resolve();
  });
});

describe('a file of procfs', () => {
  it('is that of /proc where there is one', () => {
    expect(readProc('self/mounts')).toEqual(readFileSync('/proc/self/mounts'));
  });

  it('that does not exist is an error', () => {
    expect(readProc('no-such-file')).toMatchObject({ errno: expect.any(Number) as number });
  });
});

it("the words of the kernel's command line are known", () => {
  expect(kernelWords()).toEqual(splitCommandLine(readFileSync('/proc/cmdline', 'latin1')));
});
