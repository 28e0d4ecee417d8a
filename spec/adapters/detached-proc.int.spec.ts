/**
 * A file of /proc where /proc is not mounted.
 *
 * @module
 */
import { closeSync, readFileSync, readdirSync } from 'node:fs';
import { kernelWords } from '../../adapters/kernel-command-line';
import { openDetachedProc, readAt } from '../../adapters/libc/detached-proc';
import { splitCommandLine } from '../../machines/kernel-words';

const fds = (): string[] => readdirSync('/proc/self/fd');
const mounts = (): string => readFileSync('/proc/self/mounts', 'latin1');

/** Its text, or the errno. */
function readDetached(name: string): string | number {
  const proc = openDetachedProc();
  if (proc < 0) return -proc;
  const content = readAt(proc, name);
  closeSync(proc);
  return 'code' in content ? content.errno : content.toString('latin1');
}

const can = typeof readDetached('cmdline') === 'string';
const whenAllowed = can ? it : it.skip;
const reason = can ? '' : ' (skipped: fsopen(2) is refused here)';

describe('a procfs that is mounted nowhere', () => {
  whenAllowed(`gives what /proc gives, and leaves nothing behind${reason}`, () => {
    const before = { fds: fds().length, mounts: mounts() };
    expect(readDetached('cmdline')).toBe(readFileSync('/proc/cmdline', 'latin1'));
    expect({ fds: fds().length, mounts: mounts() }).toEqual(before);
  });

  whenAllowed(
    `gives the errno of a file that is not there, and leaves nothing behind${reason}`,
    () => {
      const before = fds().length;
      expect(readDetached('no-such-file')).toBe(2);
      expect(readDetached('sys')).toBe(21);
      expect(fds()).toHaveLength(before);
    },
  );
});

it("the words of the kernel's command line are known", () => {
  expect(kernelWords()).toEqual(splitCommandLine(readFileSync('/proc/cmdline', 'latin1')));
});
