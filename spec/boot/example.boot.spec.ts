/**
 * examples/vm, booted by a real kernel as `npm run boot` does: one machine, looked at from its shell.
 *
 * @module
 */
import { Disk } from './disk';
import { bootMachine, exampleTree, type VirtualMachine } from './virtual-machine';

const copyLog = 'mount /dev/nvme0n2 /mnt && cp -r /run/minit /mnt; umount /mnt';

describe('the example tree', () => {
  const disk = new Disk();
  let machine: VirtualMachine;
  let secondsToLogin = 0;
  beforeAll(async () => {
    machine = await bootMachine({ tree: exampleTree, disk, words: ['--', '--quiet'] });
    await machine.prints(/minit login: /u);
    secondsToLogin = machine.seconds;
    await machine.logIn();
  });

  it('boots to a login', () => {
    console.log(`${secondsToLogin.toFixed(1)} s from qemu's start to the login`);
    expect(machine.output).not.toMatch(/^minit: (?:error|fatal)/mu);
  });

  it('has started everything, and msvc says so', async () => {
    const { output } = await machine.run('msvc --all');
    for (const service of ['httpd', 'httpd/log', 'getty/ttyS0']) {
      expect(output).toMatch(new RegExp(`^${service} +running`, 'mu'));
    }
    expect(output).not.toMatch(/failed/u);
  });

  it('has mounted its file systems', async () => {
    const { output } = await machine.run('mount');
    for (const mounted of ['proc on /proc', 'sys on /sys', 'tmpfs on /run', 'tmpfs on /tmp']) {
      expect(output).toContain(mounted);
    }
    expect(output).toMatch(/ on \/ type ext4 \(ro,/u);
  });

  it('has a network with itself, and a daemon whose log service writes', async () => {
    const fetched = await machine.run('wget -q -O - http://127.0.0.1/hostname/params');
    expect(fetched).toEqual({ status: 0, output: 'minit\n' });
    const logged = await machine.run('until grep hostname /run/log/httpd; do usleep 9999; done');
    expect(logged.output).toMatch(/^\d{4}-.*url:\/hostname\/params$/mu);
  });

  it('gives each service a session of its own', async () => {
    const { output } = await machine.run(
      'for s in httpd httpd/log getty/ttyS0; do echo $(msvc -g $s) $(cut -d" " -f1,6 /proc/$(msvc -g $s)/stat); done',
    );
    const lines = output.trim().split('\n');
    expect(lines).toHaveLength(3);
    for (const line of lines) {
      const [told, pid, session] = line.split(' ');
      expect([pid, session]).toEqual([told, told]);
    }
  });

  it('gives the getty its controlling terminal: jobs stop and go on', async () => {
    expect((await machine.run('tty; echo x >/dev/tty')).output).toBe('/dev/ttyS0\nx\n');
    // It says itself when it is back in front: a key that comes before that is the shell's.
    machine.type(
      `sh -c 'trap "echo here again" CONT; echo in front; while usleep 9999; do :; done'\n`,
    );
    await machine.prints(/^in front$/mu);
    machine.type('\u001a');
    await machine.prints(/\[1\]\+ +Stopped/u);
    machine.type('bg\n');
    await machine.prints(/here again\r?\n/u);
    machine.type('jobs\n');
    await machine.prints(/\[1\]\+ +Running/u);
    // However often it was told to go on so far: a key before it is in front takes `fg` itself away. Whole lines,
    // since `fg` says the command first, with the same words in it.
    const times = (machine.output.match(/here again\r?\n/gu) ?? []).length;
    machine.type('fg\n');
    await machine.prints(/here again\r?\n/u, times + 1);
    machine.type('\u0003');
    expect((await machine.run('jobs')).output).toBe('');
  });

  it('runs kbreq at Alt-Up, each time', async () => {
    await machine.press('alt-up');
    await machine.prints(/^kbreq +running/mu);
    // While it runs another press would start nothing.
    await machine.run('while msvc kbreq >/dev/null; do usleep 9999; done');
    await machine.press('alt-up');
    await machine.prints(/^kbreq +running/mu, 2);
  });

  it('starts a getty again when its user logs out', async () => {
    const before = (await machine.run('msvc -g getty/ttyS0')).output;
    machine.type('exit\n');
    await machine.prints(/minit login: /u, 2);
    machine.type('root\n');
    await machine.prints(/built-in shell/u, 2);
    const after = (await machine.run('msvc -g getty/ttyS0')).output;
    expect(Number(after)).toBeGreaterThan(Number(before));
  });

  it('has its log in /run/minit from the first event on, and it replays elsewhere', async () => {
    expect(await machine.run(copyLog)).toEqual({ status: 0, output: '' });
    await machine.powerOff();
    const log = disk.log();
    log.expectSameReplay();
    const records = log.records();
    expect(records[0]).toMatchObject({ seq: 1, event: { type: 'SupervisorStarted', pid: 1 } });
    const types = records.map(({ event }) => event.type);
    expect(types.indexOf('LogFailed')).toBeLessThan(types.indexOf('LogOpened'));
  });
});

describe('its rescue service', () => {
  it('is a shell with a terminal of its own, and nothing else runs', async () => {
    const disk = new Disk();
    const machine = await bootMachine({ tree: exampleTree, words: ['rescue'], disk });
    await machine.booted();
    expect((await machine.run('tty; echo x >/dev/tty')).output).toBe('/dev/ttyS0\nx\n');
    const { output } = await machine.run('msvc --all');
    expect(output).toMatch(/^mount\/proc +sync-done/mu);
    expect(output).not.toMatch(/^(?:getty|httpd|default)/mu);
    machine.type(`sh -c 'echo "in ""front"; exec sleep 1000'\n`);
    await machine.prints(/^in front$/mu);
    machine.type('\u001a');
    await machine.prints(/\[1\]\+ +Stopped/u);
    await machine.run(copyLog);
    await machine.cutPower();
    disk.log().expectSameReplay();
  });
});
