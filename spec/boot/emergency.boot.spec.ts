/**
 * A machine that has nothing to run, or lacks what minit needs: an administrator gets a shell, and what
 * can run runs.
 */
import { Disk } from './disk';
import { diskService, logOnDisk, logToDisk } from './trees';
import { bootMachine } from './virtual-machine';

const shell = 'MINIT_EMERGENCY=/bin/sh';
/** What minit has to say beside it may come behind it. */
const prompt = /[#$] /u;

/** A key is left where there is no shell to type at. */
const atCtrlAltDelete = (line: string) => ({
  'ctrlaltdel/run': `#!/bin/sh\n${line}; echo "done"\n`,
});

describe('an emergency', () => {
  it('a machine without ROOT gives a shell with job control, again and again', async () => {
    const disk = new Disk();
    const machine = await bootMachine({
      disk,
      tree: { 'default/run': '#!/bin/sh\n' },
      words: ['MINIT_ROOT=/nowhere', shell],
    });
    await machine.prints(/nothing to start/u);
    await machine.prints(prompt);
    // The last of what minit has to say: it is not to come between what commands print.
    await machine.prints(/the event log is held in memory/u);
    expect((await machine.run('tty')).output).toBe('/dev/ttyS0\n');
    machine.type(`sh -c 'echo "in ""front"; exec sleep 1000'\n`);
    await machine.prints(/^in front$/mu);
    machine.type('\u001a');
    await machine.prints(/Stopped/u);
    expect((await machine.run('kill %1; echo alive')).output).toContain('alive');
    // The first is refused: there is a job.
    machine.type('exit\nexit\n');
    await machine.prints(/nothing to start[^]*nothing to start[^]*[#$] /u);
    await machine.run(logToDisk());
    machine.type('kill -USR2 1\n');
    await machine.ended();
    disk.log().expectSameReplay();
  });

  it('a machine whose services have all gone gives a shell, from which they can be started', async () => {
    const disk = new Disk();
    const machine = await bootMachine({
      disk,
      tree: {
        'default/run': '#!/bin/sh\necho "default ran"\n',
        'late/run': '->/bin/sleep',
        'late/params': '1000\n',
      },
      words: [shell],
    });
    await machine.prints(/^default ran$/mu);
    await machine.prints(prompt);
    expect(
      (await machine.run('msvc -u late && msvc late >/dev/null; echo "up $?"')).output,
    ).toContain('up 0');
    await machine.run(logToDisk());
    machine.type('exit\n');
    // It is beside the services now: nothing is offered again.
    machine.type('\n');
    await machine.press('ctrl-alt-delete');
    await machine.ended();
    disk.log().expectSameReplay();
  });

  it('a shell that cannot be started is said to be missing', async () => {
    const disk = new Disk();
    const machine = await bootMachine({
      disk,
      tree: atCtrlAltDelete(logToDisk()),
      words: ['MINIT_EMERGENCY=/no/such/shell'],
    });
    await machine.prints(/\/no\/such\/shell: no emergency shell: no such file or directory/u);
    await machine.press('ctrl-alt-delete');
    await machine.prints(/^done$/mu);
    await machine.cutPower();
    disk.log().expectSameReplay();
  });
});

describe('a machine without', () => {
  const services = {
    ...diskService('sync'),
    'default/depends': 'disk\nbeat\n',
    'beat/run': '#!/bin/sh\nwhile :; do echo beat; sleep 1; done\n',
    'beat/respawn': '',
    'beat/depends': 'disk\n',
  };

  it('FIFOs boots all the same, and says so', async () => {
    const disk = new Disk();
    const machine = await bootMachine({
      tree: services,
      disk,
      without: ['/etc/minit/in', '/etc/minit/out'],
      words: [logOnDisk],
    });
    await machine.prints(/^beat$/mu, 2);
    await machine.prints(/no control, msvc cannot reach minit: the file system is read-only/u);
    await machine.cutPower();
    disk.log().expectSameReplay();
  });

  it('a place for its log boots all the same, and says so', async () => {
    const disk = new Disk();
    const { 'beat/depends': _, ...alone } = services;
    const machine = await bootMachine({
      tree: { ...alone, 'default/depends': 'beat\n', ...atCtrlAltDelete(logToDisk('/proc')) },
      disk,
      words: ['MINIT_LOG=/proc/minit'],
    });
    await machine.prints(/^beat$/mu);
    await machine.prints(/the event log is held in memory/u);
    await machine.press('ctrl-alt-delete');
    await machine.prints(/^done$/mu);
    await machine.cutPower();
    disk.log().expectSameReplay();
  });

  it('a console boots all the same', async () => {
    const disk = new Disk();
    const machine = await bootMachine({
      tree: {
        ...services,
        'off/run': '#!/bin/sh\nsleep 3\nkill -USR2 1\n',
        'default/depends': 'disk\nbeat\noff\n',
      },
      disk,
      words: [logOnDisk, 'console=hvc7'],
    });
    await machine.ended();
    const log = disk.log();
    log.expectSameReplay();
    expect(disk.isClean()).toBe(true);
    expect([...log.replay().state.services.keys()]).toContain('beat');
  });
});
