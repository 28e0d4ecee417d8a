/**
 * minit as the init of a machine, to the very end: kill, sync, umount, remount, reboot(2), for real, in
 * namespaces where all of it ends only what is in them (fixtures/as-machine.sh). Not here: swap, and
 * disks with a journal, which need a kernel of their own.
 */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { boot, cleanUp, program, type Files, type Supervisor } from '../support/supervisor';
import { change, changesOf, effectsOf, itWhen, recordsOf } from './fixtures/recorded';

afterAll(cleanUp);

const repository = join(__dirname, '../..');
const namespaces = [
  'unshare',
  '--user',
  '--map-root-user',
  '--pid',
  '--mount',
  '--fork',
  '--kill-child',
];
const canMount = ['sh', '-c', 'mount -t tmpfs none /tmp && mount -t proc proc /proc'];
const [unshare = '', ...options] = namespaces;
const works = spawnSync(unshare, [...options, ...canMount], { stdio: 'ignore' }).status === 0;
const test = itWhen(works, 'a user namespace with mounts of its own is refused here');

const wrapper = [...namespaces, join(__dirname, 'fixtures/as-machine.sh'), repository];

/** Asks for the end as soon as the rest is there: nobody else reaches this minit. */
function treeThatAsks(flags: string, more: Files = {}): Files {
  return {
    'default/depends': 'web\nstray\nask\n',
    'web/run': '#!/bin/sh\nexec sleep 1000\n',
    'web/respawn': '',
    'web/depends': 'db\n',
    'db/run': '#!/bin/sh\nexec sleep 1000\n',
    // Two that are no services any more; one of them does not care for TERM.
    'stray/run': "#!/bin/sh\n(trap '' TERM; while :; do sleep 1; done) &\nsleep 1000 &\n",
    'stray/sync': '',
    'ask/run': `#!/bin/sh\ncd /\nexec ${process.execPath} ${program('minit-shutdown')} ${flags} --root "$MINIT_ROOT"\n`,
    'ask/depends': 'web\nstray\n',
    ...more,
  };
}

function bootMachine(
  flags: string,
  more: { files?: Files; env?: NodeJS.ProcessEnv } = {},
): Supervisor {
  // as-machine.sh knows the root only from its arguments.
  const asks = treeThatAsks(flags, more.files);
  return boot(asks, { wrapper, env: { NODE_EXTRA_CA_CERTS: '', ...more.env } });
}

const minitLines = ({ output }: Supervisor): string[] =>
  output
    .split('\n')
    .filter((line) => line.startsWith('minit: '))
    .map((line) => line.replace(/\d+\.\d\d s\)/u, 'T)'));

/** What went well. Warnings come through a pipe of their own, at any time before or after. */
const steps = (minit: Supervisor): string[] =>
  minitLines(minit).filter((line) => !/: (?:warning|error): |settled/u.test(line));

describe('the end of a machine', () => {
  test('by -r is a reboot, after services, strays and file systems, one after the other', async () => {
    const minit = bootMachine('-r -t 1');
    // How the kernel tells the parent of a namespace's init that it has called reboot(2).
    expect(await minit.finished()).toEqual({ code: null, signal: 'SIGHUP' });
    const lines = minitLines(minit);
    expect(steps(minit)).toEqual([
      'minit: other processes ended, some only by SIGKILL (T)',
      'minit: disks synced (T)',
      'minit: 3 file systems unmounted (T)',
      'minit: / is read-only (T)',
      'minit: disks synced (T)',
      'minit: the machine reboots',
    ]);
    // What is in use by minit itself is not unmounted: its program, and libraries. All else is.
    const busy = lines.filter((line) => line.includes('unable to unmount'));
    expect(busy.filter((line) => /\/(?:disk|a b|log)\b/u.test(line))).toEqual([]);

    const changes = changesOf(minit);
    expect(change(changes, 'web', 'finished').place).toBeLessThan(
      change(changes, 'db', 'stopping').place,
    );
    expect(recordsOf(minit).at(-1)?.event).toEqual({ type: 'ProcessesEnded', by: 'KILL' });
    expect(effectsOf(minit, 'EndProcesses')).toEqual([{ graceMs: 1_000 }]);
    expect(effectsOf(minit, 'EndSystem')).toEqual([{ how: 'reboot' }]);
    minit.replays();
  });

  for (const [flag, how, line] of [
    ['-h', 'halt', 'minit: the machine halts'],
    ['-o', 'power-off', 'minit: the machine powers off'],
  ] as const) {
    test(`by ${flag} with -n is ${how}, and all services are stopped at once`, async () => {
      const minit = bootMachine(`${flag}nt0.2`);
      expect(await minit.finished()).toEqual({ code: null, signal: 'SIGINT' });
      expect(steps(minit).at(-1)).toBe(line);
      const changes = changesOf(minit);
      expect(change(changes, 'db', 'stopping').seq).toBe(change(changes, 'web', 'stopping').seq);
      expect(effectsOf(minit, 'EndSystem')).toEqual([{ how }]);
      minit.replays();
    });
  }

  test('by SIGUSR2, as busybox asks for it, is to power off, with what the service halt lists first', async () => {
    const minit = bootMachine('', {
      files: {
        'ask/run': '#!/bin/sh\nkill -USR2 1\nexec sleep 1000\n',
        'halt/depends': 'db\nstray\nask\n',
        'web/depends': 'other\n',
        'other/run': '#!/bin/sh\nexec sleep 1000\n',
        'default/depends': 'db\nweb\nstray\nask\n',
      },
    });
    expect(await minit.finished()).toEqual({ code: null, signal: 'SIGINT' });
    expect(steps(minit).at(-1)).toBe('minit: the machine powers off');
    const changes = changesOf(minit);
    const places = ['db', 'ask', 'web', 'other'].map(
      (name) => change(changes, name, 'stopping').place,
    );
    expect(places).toEqual([...places].sort((a, b) => a - b));
    minit.replays();
  });

  test('needs no /proc', async () => {
    const minit = bootMachine('-r -t 0.2', { env: { WITHOUT_PROC: 'yes' } });
    expect(await minit.finished()).toEqual({ code: null, signal: 'SIGHUP' });
    const lines = minitLines(minit);
    // Where a procfs may be made (a machine, always) the table of mounts is known all the same.
    expect(
      lines.some((line) => /file systems unmounted|what is mounted is unknown/u.test(line)),
    ).toBe(true);
    expect(steps(minit).slice(-3)).toEqual([
      'minit: / is read-only (T)',
      'minit: disks synced (T)',
      'minit: the machine reboots',
    ]);
  });

  test('by -s leaves a shell on the console, and minit', async () => {
    const minit = bootMachine('-s -t 0.2', {
      files: { rescue: "#!/bin/sh\necho 'a shell for the administrator'\nexec sleep 1000\n" },
      env: { MINIT_EMERGENCY: 'rescue' },
    });
    await minit.prints(/^a shell for the administrator$/mu);
    const events = recordsOf(minit).map(({ event }) => event.type);
    expect(events.filter((type) => type === 'ProcessesEnded')).toHaveLength(1);
    expect(effectsOf(minit, 'EndSystem')).toEqual([]);
    minit.kill('SIGKILL');
    await minit.finished();
  });

  test('that the kernel refuses ends nothing: there is a shell, and minit goes on', async () => {
    const minit = bootMachine('-r -t 0.2', {
      files: { rescue: "#!/bin/sh\necho 'a shell for the administrator'\nexec sleep 1000\n" },
      env: {
        MINIT_EMERGENCY: 'rescue',
        AS_MACHINE_WRAPPER: 'setpriv --bounding-set=-sys_boot --inh-caps=-sys_boot',
      },
    });
    await minit.prints(/^minit: error: unable to reboot: the kernel refuses it \(EPERM\); /mu);
    await minit.prints(/^a shell for the administrator$/mu);
    minit.kill('SIGKILL');
    await minit.finished();
  });
});
