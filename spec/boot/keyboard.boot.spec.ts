/**
 * Keys that the kernel hands to PID 1: ctrl-alt-del, and the keyboard request (Alt-Up, once the keymap
 * says so; example.boot.spec.ts has that one with the tree for users).
 *
 * @module
 */
import { Disk } from './disk';
import { logToDisk, serialShell } from './trees';
import { bootMachine } from './virtual-machine';

const counts = (name: string) => ({ [`${name}/run`]: `#!/bin/sh\necho "${name} runs"\n` });

describe('ctrl-alt-del', () => {
  it('starts ctrlaltdel at each press, and never reboots by itself', async () => {
    const disk = new Disk();
    const machine = await bootMachine({
      disk,
      tree: {
        'default/run': '->/bin/sleep',
        'default/params': '1000\n',
        'default/depends': 'shell\n',
        ...serialShell,
        ...counts('ctrlaltdel'),
        ...counts('kbreq'),
      },
      words: ['minit.debug'],
    });
    await machine.booted();
    for (const times of [1, 2, 3]) {
      await machine.press('ctrl-alt-delete');
      await machine.prints(/^ctrlaltdel runs$/mu, times);
      await machine.reaches('ctrlaltdel', 'finished', times);
    }
    await machine.run(logToDisk());
    await machine.cutPower();
    disk.log().expectSameReplay();
    expect(machine.output).not.toMatch(/^kbreq runs$/mu);
  });
});
