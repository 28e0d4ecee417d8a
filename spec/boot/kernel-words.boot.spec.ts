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
    expect(machine.output).toMatch(/xmode is here$/mu);
    expect(machine.output).not.toMatch(/sshd is here$/mu);
    expect(listed).toMatch(/^xmode +finished/mu);
    expect(listed).not.toMatch(/^sshd +(?:running|finished)/mu);
    expect(listed).toMatch(/^shell +running/mu);
  });

  it('starts a rescue service in place of default', async () => {
    const { machine, listed } = await bootWith(['rescue']);
    expect(machine.output).toMatch(/rescue is here$/mu);
    expect(listed).toMatch(/^rescue +finished/mu);
    expect(listed).not.toMatch(/^(?:default|sshd) /mu);
  });

  it('may have options that are wrong, which are told and ignored', async () => {
    const { machine, listed } = await bootWith(['default', '--', '--grace', 'ten', '--help']);
    expect(machine.output).toMatch(
      /^minit: warning: option '--grace <seconds>' argument 'ten' is/mu,
    );
    expect(machine.output).toMatch(/^minit: warning: all options are ignored/mu);
    expect(listed).toMatch(/^sshd +finished/mu);
  });

  it('may be full of junk, as far as the kernel takes it', async () => {
    // It takes 2,047 bytes (COMMAND_LINE_SIZE), and hands 32 words to init; beyond that it panics itself.
    const strange = [
      'splash',
      'x.y=1',
      '"a b"',
      'ümläut',
      '../..',
      '/',
      '-',
      '--',
      '--strange',
      '-',
    ];
    const long = Array.from({ length: 14 }, (_, at) => `junk${String(at)}${'-!?'.repeat(38)}`);
    const { machine, words } = await bootWith([...strange, ...long]);
    expect(machine.output).toMatch(/sshd is here$/mu);
    expect(words).toEqual(
      expect.arrayContaining(['splash', 'a b', 'ümläut', '--strange', ...long]),
    );
  });

  it('may be 4 KB of junk, for who has a boot loader in between', async () => {
    const disk = new Disk();
    const machine = await bootMachine({
      tree,
      disk,
      words: [logOnDisk, 'init=/sbin/junk'],
      overlay: {
        '/sbin/junk':
          '#!/bin/sh\nexec /sbin/init $(yes "no-such.service=1 --x=y \'-" | head -c 4096 | tr "\\n" " ")\n',
      },
    });
    await machine.booted();
    await machine.powerOff();
    expect(machine.output).toMatch(/sshd is here$/mu);
    const [first] = disk.log().records();
    const { event } = first ?? {};
    const words = event?.type === 'SupervisorStarted' ? event.words : [];
    expect(words.join(' ').length).toBeGreaterThan(4_000);
    disk.log().expectSameReplay();
  });
});
