/**
 * The end of a machine against a kernel that only takes notes: the order of calls, busy mounts, calls
 * that hang, failures. Nothing here signals a process, unmounts anything or ends this machine.
 *
 * @module
 */
import type { EndingCalls } from '../../adapters/ending-calls';
import { createSystemEnding } from '../../adapters/system-ending';
import type { Role, SystemError } from '../../machines/events';
import { recordOccurrences } from '../support/occurrences';

const [EPERM, EIO, EBUSY, EINVAL, ETIMEDOUT] = [1, 5, 16, 22, 110];
const hangs = 'hangs';

interface Kernel {
  /** By the call as it is noted: what it comes to, one after the other, the last one for ever; 0 if not here. */
  readonly results?: Readonly<Record<string, readonly (number | typeof hangs)[]>>;
  readonly mounts?: string | SystemError;
  readonly swaps?: string | SystemError;
  /** Processes are left until this time, ms; after `KILL` until that one. */
  readonly endMs?: number;
  readonly killedMs?: number;
}

const disks = `/dev/sda1 / ext4 rw 0 0
proc /proc proc rw 0 0
/dev/sda2 /home ext4 rw 0 0
/dev/sda3 /home/a\\040b xfs rw 0 0
`;

function machine(kernel: Kernel, role: Role = 'machine') {
  const done: string[] = [];
  const said: string[] = [];
  let nowMs = 0;
  let isKilled = false;
  const counts = new Map<string, number>();
  const call = (name: string): Promise<number> => {
    done.push(name);
    const results = kernel.results?.[name] ?? [0];
    const count = counts.get(name) ?? 0;
    counts.set(name, count + 1);
    const result = results[Math.min(count, results.length - 1)] ?? 0;
    return result === hangs ? new Promise(() => undefined) : Promise.resolve(result);
  };
  const table = (content: string | SystemError): Buffer | SystemError =>
    typeof content === 'string' ? Buffer.from(content) : content;
  const calls: EndingCalls = {
    killEveryProcess(signal) {
      done.push(`kill ${String(signal)}`);
      if (signal === 9) isKilled = true;
      return 0;
    },
    hasChildren: () =>
      nowMs < (kernel.endMs ?? 0) && !(isKilled && nowMs >= (kernel.killedMs ?? Infinity)),
    readProc: (name) =>
      name === 'swaps' ? table(kernel.swaps ?? 'Filename\n') : table(kernel.mounts ?? disks),
    syncDisks: () => call('sync'),
    swapOff: (path) => call(`swapoff ${path.toString()}`),
    unmount: (path, { isLazy }) => call(`${isLazy ? 'detach' : 'umount'} ${path.toString()}`),
    remountReadOnly: (path) => call(`remount ${path.toString()}`),
    drainConsole: () => call('drain'),
    endMachine(how) {
      done.push(how);
      return -EPERM;
    },
    now: () => nowMs * 1_000,
    sleep(ms) {
      nowMs += ms;
      return Promise.resolve();
    },
    // A call that has come to its end does so within a few ticks; time goes on only for one that has not.
    async within(limitMs, result) {
      const late = new Promise<number>((resolve) => {
        setImmediate(() => {
          resolve(-ETIMEDOUT);
        });
      });
      const outcome = await Promise.race([result, late]);
      if (outcome === -ETIMEDOUT) nowMs += limitMs;
      return outcome;
    },
  };
  const port = createSystemEnding({
    role,
    calls,
    log: { release: () => void done.push('release log') },
    console: {
      transitions: () => undefined,
      report: ({ severity, text }) => void said.push(`${severity}: ${text}`),
    },
  });
  return { port, done, said, heard: recordOccurrences(port.occurrence$), now: () => nowMs };
}

/** Ends the machine; its kernel refuses the last call, so that there is something to wait for. */
async function end(kernel: Kernel) {
  const made = machine(kernel);
  made.port.endSystem({ how: 'reboot' }, 7);
  const { event, cause } = await made.heard.first('SystemEndFailed');
  expect([event.how, event.error.code, cause]).toEqual(['reboot', 'EPERM', 7]);
  return made;
}

describe('the end of all processes', () => {
  const endProcesses = async (kernel: Kernel, graceMs = 3_000) => {
    const made = machine(kernel);
    made.port.endProcesses({ graceMs }, 5);
    const { event, cause } = await made.heard.first('ProcessesEnded');
    expect(cause).toBe(5);
    return { ...made, by: event.by };
  };

  it('is TERM and CONT, and no longer a wait than it takes', async () => {
    const { by, done, said, now } = await endProcesses({ endMs: 120 });
    expect([by, done, now()]).toEqual(['TERM', ['kill 15', 'kill 18', 'kill 9'], 120]);
    expect(said).toEqual(['note: all other processes ended (0.12 s)']);
  });

  it('is KILL for those that are left after the grace time', async () => {
    const { by, done, said, now } = await endProcesses({ endMs: Infinity, killedMs: 3_020 });
    expect([by, done, now()]).toEqual(['KILL', ['kill 15', 'kill 18', 'kill 9'], 3_020]);
    expect(said).toEqual(['note: other processes ended, some only by SIGKILL (3.02 s)']);
  });

  it('does not wait for ever for those that not even KILL ends', async () => {
    const { by, now } = await endProcesses({ endMs: Infinity }, 0);
    expect([by, now()]).toEqual(['left', 2_000]);
  });
});

describe('the end of a machine', () => {
  it('goes from the log over swap and disks to reboot(2)', async () => {
    const { done, said } = await end({
      swaps:
        'Filename Type Size Used Priority\n/dev/sda9 partition 1 0 -2\n/swap\\040file file 1 0 -3\n',
    });
    expect(done).toEqual([
      'release log',
      'sync',
      'swapoff /dev/sda9',
      'swapoff /swap file',
      'umount /home/a b',
      'umount /home',
      'remount /',
      'sync',
      'drain',
      'reboot',
    ]);
    expect(said).toEqual([
      'note: disks synced (0.00 s)',
      'note: swap on /dev/sda9 off (0.00 s)',
      'note: swap on /swap file off (0.00 s)',
      'note: 2 file systems unmounted (0.00 s)',
      'note: / is read-only (0.00 s)',
      'note: disks synced (0.00 s)',
      'note: the machine reboots',
    ]);
  });

  it('tries again what was only busy because of another one', async () => {
    const { done, said } = await end({ results: { 'umount /home/a b': [-EBUSY, 0] } });
    expect(done.filter((each) => each.startsWith('umount'))).toEqual([
      'umount /home/a b',
      'umount /home',
      'umount /home/a b',
    ]);
    expect(said).toContain('note: 2 file systems unmounted (0.00 s)');
  });

  it('makes read-only what stays busy', async () => {
    const { done, said } = await end({ results: { 'umount /home': [-EBUSY] } });
    expect(done.slice(done.indexOf('umount /home/a b') + 1)).toEqual([
      'umount /home',
      'umount /home',
      'remount /home',
      'remount /',
      'sync',
      'drain',
      'reboot',
    ]);
    expect(said).toContain('warning: unable to unmount /home: it is in use (EBUSY)');
    expect(said).toContain('warning: /home is read-only now, its data are safe');
  });

  it('says of what is busy and cannot be made read-only what that means', async () => {
    const { said } = await end({
      results: { 'umount /home': [-EBUSY], 'remount /home': [-EIO] },
    });
    expect(said).toContain(
      'warning: unable to make /home read-only, it may need a check: input/output error (EIO)',
    );
  });

  it('detaches what is busy and only in memory without a word, and tries again what it stood on', async () => {
    const { done, said } = await end({
      mounts: '/dev/sda1 / ext4 rw 0 0\n/dev/sda2 /srv ext4 rw 0 0\nrun /srv/run tmpfs rw 0 0\n',
      results: { 'umount /srv/run': [-EBUSY], 'umount /srv': [-EBUSY, 0] },
    });
    expect(done.slice(2, -4)).toEqual([
      'umount /srv/run',
      'umount /srv',
      'detach /srv/run',
      'umount /srv',
    ]);
    expect(said.filter((line) => line.startsWith('warning'))).toEqual([]);
  });

  it('leaves what is in memory and stands on no disk but /', async () => {
    const { done } = await end({
      mounts: '/dev/sda1 / ext4 rw 0 0\nrun /run tmpfs rw 0 0\n/dev/sr0 /run/cd iso9660 ro 0 0\n',
    });
    expect(done.slice(2, -4)).toEqual(['umount /run/cd']);
  });

  it('counts what is no mount any more as unmounted', async () => {
    const { done, said } = await end({ results: { 'umount /home': [-EINVAL] } });
    expect(done.filter((each) => each.endsWith(' /home'))).toEqual(['umount /home']);
    expect(said.filter((line) => line.startsWith('warning'))).toEqual([]);
  });

  it('leaves alone what is read-only already', async () => {
    const { done } = await end({
      mounts: '/dev/sda1 / ext4 ro,relatime 0 0\n/dev/sr0 /cd iso9660 ro 0 0\n',
      results: { 'umount /cd': [-EBUSY] },
    });
    expect(done.filter((each) => each.startsWith('remount'))).toEqual([]);
  });

  it('goes on after each call that hangs, and asks no second time', async () => {
    const { done, said, now } = await end({
      results: { sync: [hangs, 0], 'umount /home': [hangs], 'remount /home': [hangs] },
    });
    expect(done.filter((each) => each === 'umount /home')).toHaveLength(1);
    expect(done.at(-1)).toBe('reboot');
    expect(said).toContain('warning: unable to sync all disks: no answer in time (ETIMEDOUT)');
    expect(said).toContain('warning: unable to unmount /home: no answer in time (ETIMEDOUT)');
    // 10 s for sync(2), umount2(2).
    expect(now()).toBe(20_000);
  });

  it('spends half a minute on unmounting at most, however many hang', async () => {
    const many = Array.from(
      { length: 200 },
      (_, i) => `server:/${String(i)} /n${String(i)} nfs rw 0 0`,
    );
    const { done, now } = await end({
      mounts: `/dev/sda1 / ext4 rw 0 0\n${many.join('\n')}\n`,
      results: Object.fromEntries(many.map((_, i) => [`umount /n${String(i)}`, [hangs]])),
    });
    expect(now()).toBe(30_000);
    expect(done.slice(-4)).toEqual(['remount /', 'sync', 'drain', 'reboot']);
  });

  it('without any /proc makes / read-only, and says what it does not know', async () => {
    const none: SystemError = { code: 'ENOSYS', errno: 38 };
    const { done, said } = await end({ mounts: none, swaps: none });
    expect(done).toEqual(['release log', 'sync', 'remount /', 'sync', 'drain', 'reboot']);
    expect(said).toContain(
      'warning: what is mounted is unknown (ENOSYS), only / is made read-only',
    );
  });

  it('tries / three times while it is busy', async () => {
    const { done, said } = await end({ results: { 'remount /': [-EBUSY] } });
    expect(done.filter((each) => each === 'remount /')).toHaveLength(3);
    expect(said).toContain(
      'warning: unable to make / read-only, it may need a check: it is in use (EBUSY)',
    );
  });

  it('says nothing of a / that is only memory', async () => {
    const { said } = await end({
      mounts: 'rootfs / rootfs rw 0 0\n',
      results: { 'remount /': [-EINVAL] },
    });
    expect(said.filter((line) => line.startsWith('warning'))).toEqual([]);
  });
});

describe.each(['container', 'process'] as const)('as a %s', (role) => {
  it('nothing is ended: all of it is somebody else’s', async () => {
    const { port, done, heard } = machine({}, role);
    port.endProcesses({ graceMs: 0 }, 1);
    port.endSystem({ how: 'halt' }, 2);
    expect((await heard.first('SystemEndFailed')).event.error.code).toBe('EPERM');
    expect((await heard.first('ProcessesEnded')).event.by).toBe('left');
    expect(done).toEqual([]);
  });
});
