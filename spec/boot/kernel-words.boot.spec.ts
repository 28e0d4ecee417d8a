/**
 * What the kernel's command line says to minit: services to start, services to leave out, and words that
 * are no business of it.
 *
 * @module
 */
import { Disk } from './disk';
import { diskService, logOnDisk, serialShell } from './trees';
import { bootMachine } from './virtual-machine';

const says = (text: string): string => `#!/bin/sh\necho "${text}"\n`;
const tree = {
  ...diskService(),
  ...serialShell,
  'default/depends': 'disk\nsshd\nshell\n',
  'sshd/run': says('sshd is here'),
  'xmode/run': says('xmode is here'),
  'rescue/run': says('rescue is here'),
  'rescue/depends': 'disk\nshell\n',
};

/** Boots with `words`, and returns what the machine has recorded and what it has said. */
async function bootWith(words: readonly string[]) {
  const disk = new Disk();
  const machine = await bootMachine({ tree, disk, words: [logOnDisk, ...words] });
  await machine.booted();
  const { output: listed } = await machine.run('msvc --all');
  await machine.run('umount /var/log 2>/dev/null || mount -o remount,ro /var/log');
  await machine.powerOff();
  const log = disk.log();
  log.expectSameReplay();
  const [first] = log.records();
  if (first?.event.type !== 'SupervisorStarted') throw new Error('the log has no beginning');
  return { machine, listed, words: first.event.words };
}

describe('the command line of the kernel', () => {
  it('starts what it names, and leaves out what it blacklists', async () => {
    const { machine, listed } = await bootWith(['default', 'xmode', '--', '-sshd']);
    expect(machine.output).toMatch(/^xmode is here$/mu);
    expect(machine.output).not.toMatch(/^sshd is here$/mu);
    expect(listed).toMatch(/^xmode +finished/mu);
    expect(listed).not.toMatch(/^sshd +(?:running|finished)/mu);
    expect(listed).toMatch(/^shell +running/mu);
  });

  it('starts a rescue service in place of default', async () => {
    const { machine, listed } = await bootWith(['rescue']);
    expect(machine.output).toMatch(/^rescue is here$/mu);
    expect(listed).toMatch(/^rescue +finished/mu);
    expect(listed).not.toMatch(/^(?:default|sshd) /mu);
  });

  it('may be full of junk, up to what the kernel takes', async () => {
    // COMMAND_LINE_SIZE of x86 is 2048 bytes; the rest is cut off by the boot loader or the kernel.
    const junk = Array.from({ length: 400 }, (_, at) => `junk${String(at)}=!?${at % 3 ? '' : '/'}`);
    const { machine, words } = await bootWith([
      ...['splash', 'quietly', 'x.y=1', '"a b"', 'ümläut', '../..', '/', '-', '--', '--strange'],
      ...junk.map((word) => word.replace('=', '-')),
    ]);
    expect(machine.output).toMatch(/^sshd is here$/mu);
    expect(words).toEqual(expect.arrayContaining(['splash', 'junk10-!?']));
    expect(machine.output).not.toMatch(/fatal/u);
  });
});
