/**
 * The tree of the talk (examples/talk) with its quirks, booted by the compiled minit. The programs
 * are stand-ins, so nothing is said of the real sshd and smbd. Not here: the keyboard (PID 1 of a
 * booted kernel), the boot loader that would pass the words on.
 */
import { boot, cleanUp, type Supervisor } from '../support/supervisor';
import { change, changesOf, effectsOf, printed, statesOf } from './fixtures/recorded';
import { copyTalk } from './fixtures/talk-tree';

afterAll(cleanUp);

const bootTalk = (...args: string[]): Supervisor => boot(copyTalk(), { args });

const said: Readonly<Record<string, string>> = {
  proc: 'mount -t proc proc /proc',
  keymap: 'loadkeys de-latin1',
  'net/eth0': 'ifconfig eth0 10.0.0.6 netmask 255.255.255.0',
  'net/route': 'route add default gw 10.0.0.1',
  samba: 'smbd -F',
  sshd: 'sshd -6D',
  xmode: 'xdm -nodaemon',
};
const plain = (text: string): RegExp => new RegExp(`^${text.replaceAll('.', '\\.')}$`, 'mu');

async function says(minit: Supervisor, ...names: string[]): Promise<void> {
  await minit.booted();
  for (const name of names) await minit.prints(plain(said[name] ?? ''));
  expect(printed(minit).sort()).toEqual(names.map((name) => said[name]).sort());
}
const spawnedOnce = (minit: Supervisor): string[] =>
  effectsOf(minit, 'SpawnProcess')
    .map(({ service }) => service)
    .sort();

describe('the tree of the talk', () => {
  it('boots `default`: each program is called as on the slides, once', async () => {
    const minit = bootTalk();
    await says(minit, 'proc', 'keymap', 'net/eth0', 'net/route', 'samba', 'sshd');
    await minit.reaches('net/route', 'finished');
    // The last one that asked counts.
    const because = {
      default: 'keymap\nsamba\nsshd\n',
      samba: 'net/route\n',
      'net/route': '',
      sshd: 'net/eth0\n',
      'net/eth0': 'proc\n',
    };
    for (const [name, started] of Object.entries(because))
      expect(minit.msvc('-D', name)).toEqual({ code: 0, stdout: started, stderr: '' });
    expect(await minit.stopAndReplay()).toEqual({ code: 0, signal: null });
    expect(spawnedOnce(minit)).toEqual([
      'keymap',
      'net/eth0',
      'net/route',
      'proc',
      'samba',
      'sshd',
    ]);
  });

  it('net/route waits until net/eth0 has terminated, and that for proc', async () => {
    const minit = bootTalk('net/route');
    await minit.reaches('net/route', 'running');
    await minit.stopAndReplay();
    const changes = changesOf(minit);
    expect(change(changes, 'proc', 'sync-done').place).toBeLessThan(
      change(changes, 'net/eth0', 'starting').place,
    );
    expect(change(changes, 'net/eth0', 'sync-done').place).toBeLessThan(
      change(changes, 'net/route', 'starting').place,
    );
  });

  it('samba waits only until net/route has been started', async () => {
    const minit = bootTalk('samba');
    await minit.booted();
    await minit.reaches('net/route', 'finished');
    await minit.stopAndReplay();
    const changes = changesOf(minit);
    const [route, samba] = [
      change(changes, 'net/route', 'running'),
      change(changes, 'samba', 'starting'),
    ];
    expect(samba.seq).toBe(route.seq);
    expect(samba.place).toBeLessThan(change(changes, 'net/route', 'finished').place);
  });

  it('sshd comes when net/eth0 has terminated, without a word about net/route', async () => {
    const minit = bootTalk('sshd');
    await minit.reaches('sshd', 'running');
    expect(minit.status('net/route')).toMatchObject({ state: 'unknown' });
    await minit.stopAndReplay();
    const changes = changesOf(minit);
    expect(change(changes, 'sshd', 'starting').seq).toBe(
      change(changes, 'net/eth0', 'sync-done').seq,
    );
  });

  it('keymap and proc do not wait for each other', async () => {
    const minit = bootTalk();
    await minit.booted();
    await minit.stopAndReplay();
    const changes = changesOf(minit);
    expect(change(changes, 'keymap', 'running').place).toBeLessThan(
      change(changes, 'proc', 'sync-done').place,
    );
    expect(change(changes, 'proc', 'running').place).toBeLessThan(
      change(changes, 'keymap', 'sync-done').place,
    );
  });

  it('`default xmode`: xmode as well, and keymap no second time', async () => {
    const minit = bootTalk('default', 'xmode');
    await says(minit, 'proc', 'keymap', 'net/eth0', 'net/route', 'samba', 'sshd', 'xmode');
    expect(minit.msvc('-D', '-').stdout).toBe('default\nxmode\n');
    await minit.stopAndReplay();
    expect(spawnedOnce(minit)).toEqual([
      'keymap',
      'net/eth0',
      'net/route',
      'proc',
      'samba',
      'sshd',
      'xmode',
    ]);
  });

  it('`-sshd`: default without sshd, until somebody starts it', async () => {
    const minit = bootTalk('-sshd');
    await says(minit, 'proc', 'keymap', 'net/eth0', 'net/route', 'samba');
    expect(minit.msvc('sshd')).toMatchObject({ code: 1 });
    expect(minit.msvc('-u', 'sshd')).toMatchObject({ code: 0 });
    expect(minit.msvc('sshd')).toMatchObject({ code: 0 });
    await minit.stopAndReplay();
  });

  it('sshd that is killed comes back, with another PID', async () => {
    const minit = bootTalk();
    await minit.reaches('sshd', 'running');
    const pid = minit.pidOf('sshd');
    process.kill(pid, 'SIGKILL');
    await minit.reaches('sshd', 'running', 2);
    expect(minit.pidOf('sshd')).not.toBe(pid);
    expect(minit.status('sshd')).toMatchObject({
      state: 'running',
      restarts: 1,
      exit: { text: 'killed by SIGKILL' },
    });
    await minit.stopAndReplay();
    const states = statesOf(changesOf(minit), 'sshd');
    expect(states.filter((state) => state === 'running')).toHaveLength(2);
  });

  it('stops samba before what it needs, and has nothing to stop of what has terminated', async () => {
    const minit = bootTalk();
    await minit.booted();
    await minit.reaches('net/route', 'finished');
    await minit.stopAndReplay('SIGINT');
    expect(
      effectsOf(minit, 'SendSignal')
        .map(({ service, signal }) => `${service} ${String(signal)}`)
        .sort(),
    ).toEqual(['samba 15', 'samba 18', 'sshd 15', 'sshd 18']);
  });
});
