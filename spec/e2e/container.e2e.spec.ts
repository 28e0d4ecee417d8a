/**
 * minit as the init of a container: a storm of orphans, its end within the grace time, a read-only
 * root, no terminal, no /proc. Not here: what every PID 1 does (pid1.e2e), a kernel that refuses calls
 * (refused-calls.e2e).
 */
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { segmentBytesMax, segmentsMax } from '../../machines/limits';
import { boot, cleanUp, makeRoot, type Supervisor } from '../support/supervisor';
import { eventually, lines, problems } from './fixtures-bad/bad-input';
import {
  contained,
  innerPid,
  inside,
  itContained,
  residentKilobytes,
  zombiesOf,
} from './fixtures/container';
import { change, changesOf, recorded, recordsOf, sleeper } from './fixtures/recorded';

afterAll(cleanUp);

const tree = { 'default/depends': 'good\n', 'good/run': sleeper };
const ended = { code: 0, signal: null };

async function ends(minit: Supervisor, code = 0): Promise<void> {
  process.kill(innerPid(minit), 'SIGTERM');
  expect(await minit.finished()).toEqual({ ...ended, code });
  expect(minit.output).not.toMatch(/\n\s+at .*:\d+/u);
}

/** The log lies on a file system that goes with the container: it is copied while that is there. */
function copyLog(minit: Supervisor): void {
  mkdirSync(minit.log, { recursive: true });
  const from = inside(minit, minit.log);
  for (const name of readdirSync(from)) copyFileSync(join(from, name), join(minit.log, name));
}

/** Both FIFOs, as an image has them whose root is read-only. */
function withFifos(root: string): string {
  for (const name of ['in', 'out']) execFileSync('mkfifo', ['-m', '600', join(root, name)]);
  return root;
}

/** Who mounts something in a user namespace must be in it. */
const enter =
  process.getuid?.() === 0 ? ['--mount'] : ['--mount', '--user', '--preserve-credentials'];
const readOnly =
  'mount --bind "$0" "$0" && mount -o remount,bind,ro "$0" && mount -o remount,bind,ro /';

describe('a storm of 10,000 orphans', () => {
  const count = 10_000;
  /** A fork takes a tenth of a millisecond or a whole one, by the machine, and the shell makes two for each. */
  const stormMsMax = 180_000;
  const askEveryMs = 20;
  const storm = `#!/bin/sh
i=0
while [ $i -lt ${String(count)} ]; do (exit 7 &); i=$((i+1)); done
echo storm over
exec sleep 1000
`;

  itContained(
    'is reaped to the last one, while services run and msvc is answered',
    async () => {
      const minit = boot(
        { 'default/depends': 'good\nstorm\n', 'good/run': sleeper, 'storm/run': storm },
        { wrapper: contained() },
      );
      await minit.reaches('good', 'running');
      await minit.reaches('storm', 'running');
      const pid = innerPid(minit);
      const before = { good: minit.pidOf('good'), kilobytes: residentKilobytes(pid) };
      let answers = 0;
      for (; !minit.output.includes('storm over'); answers += 1) {
        expect(minit.ask('pgood')).toBe(String(before.good));
        // Each question is in the log: without a pause a long storm would push its first orphans out of it.
        await new Promise((resolve) => setTimeout(resolve, askEveryMs));
      }
      const isOrphan = ({ event }: ReturnType<typeof recordsOf>[number]): boolean =>
        event.type === 'ProcessExited' && 'code' in event.status && event.status.code === 7;
      await eventually('the last orphan', () => recordsOf(minit).filter(isOrphan).length === count);
      expect(answers).toBeGreaterThan(10);
      expect(zombiesOf(pid)).toEqual([]);
      expect(minit.status('good')).toMatchObject({
        state: 'running',
        pid: before.good,
        restarts: 0,
      });
      expect(minit.status('storm')).toMatchObject({ state: 'running', restarts: 0 });
      // 126 bytes of log each, of 16 MiB that it may have; 15 to 20 MB more than before.
      const bytes = readdirSync(minit.log).map((name) => statSync(join(minit.log, name)).size);
      expect(bytes.length).toBeLessThanOrEqual(segmentsMax);
      expect(Math.max(...bytes)).toBeLessThan(segmentBytesMax + 65_536);
      expect(residentKilobytes(pid) - before.kilobytes).toBeLessThan(60_000);
      await ends(minit);
      minit.replays();
    },
    stormMsMax,
  );
});

describe('the end', () => {
  const stubborn = "#!/bin/sh\ntrap '' TERM INT\necho deaf\nwhile :; do sleep 1; done\n";

  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    itContained(
      `on ${signal} takes the grace time where a service is deaf, and no more`,
      async () => {
        const minit = boot(
          { 'default/depends': 'deaf\ngood\n', 'deaf/run': stubborn, 'good/run': sleeper },
          { wrapper: contained(), args: ['--grace', '0.4'] },
        );
        await minit.prints(/^deaf$/mu);
        process.kill(innerPid(minit), signal);
        expect(await minit.finished()).toEqual(ended);
        const changes = changesOf(minit);
        const [from, to] = [
          change(changes, 'deaf', 'stopping'),
          change(changes, 'deaf', 'finished'),
        ];
        expect(to.at - from.at).toBeGreaterThanOrEqual(400_000);
        expect(to.at - from.at).toBeLessThan(2_000_000);
        expect(minit.output).toMatch(/deaf +finished +killed by SIGKILL/u);
        minit.replays();
      },
    );
  }

  itContained('with nothing to start is told by the exit code 100', async () => {
    const minit = boot({}, { wrapper: contained() });
    expect(await minit.finished()).toEqual({ code: 100, signal: null });
    expect(problems(minit)[0]).toMatch(/nothing to start/u);
  });
});

describe('a read-only root', () => {
  itContained('boots, and msvc is answered: the FIFOs are there', async () => {
    const root = withFifos(makeRoot(tree));
    const minit = boot(root, { wrapper: contained(readOnly, root) });
    await minit.reaches('good', 'running');
    await minit.prints(/the event log is held in memory/u);
    expect(problems(minit)).toEqual([
      'minit: warning: LOG: the event log is held in memory: the file system is read-only; make that writable, or name a directory with --log',
    ]);
    expect(minit.msvc('good')).toMatchObject({ code: 0 });
    expect(minit.msvc('-d', 'good')).toMatchObject({ code: 0 });
    expect(await minit.finished()).toEqual(ended);
  });

  itContained('without FIFOs boots all the same, and says how to have control', async () => {
    const root = makeRoot(tree);
    const minit = boot(root, { wrapper: contained(readOnly, root) });
    await minit.reaches('good', 'running');
    await minit.prints(/no control/u);
    expect(problems(minit)).toContain(
      'minit: error: ROOT/in: no control, msvc cannot reach minit: the file system is read-only: make the FIFO beforehand (mkfifo -m 600), or mount it writable',
    );
    await ends(minit);
  });

  itContained(
    'with a log directory that is mounted later: the log is there from its first event',
    async () => {
      const root = withFifos(makeRoot({ ...tree, '../log/': '' }));
      const log = join(dirname(root), 'log');
      const minit = boot(root, {
        wrapper: contained(readOnly, root),
      });
      await minit.reaches('good', 'running');
      await minit.prints(/the event log is held in memory/u);
      execFileSync('nsenter', [
        ...enter,
        '-t',
        String(innerPid(minit)),
        'mount',
        '-t',
        'tmpfs',
        'none',
        log,
      ]);
      minit.ask('pgood');
      await minit.prints(/the event log is written now/u);
      copyLog(minit);
      expect(recordsOf(minit)[0]?.event).toMatchObject({ type: 'SupervisorStarted', pid: 1 });
      minit.replays();
      await ends(minit);
    },
  );
});

describe('a directory that is mounted over', () => {
  itContained('takes the event log along, from its first event', async () => {
    const root = makeRoot({
      'default/depends': 'mounts\ngood\n',
      'good/run': sleeper,
      'good/depends': 'mounts\n',
      'mounts/sync': '',
      // Not before there is something to hide.
      'mounts/run': `#!/bin/sh\nuntil [ -s "$(cat where)/minit-000001.jsonl" ]; do :; done\nexec mount -t tmpfs none "$(cat where)"\n`,
      '../log/': '',
    });
    const log = join(dirname(root), 'log');
    writeFileSync(join(root, 'mounts/where'), log);
    const minit = boot(root, { wrapper: contained() });
    await minit.booted();
    const hidden = recordsOf(minit);
    expect(hidden[0]?.event.type).toBe('SupervisorStarted');
    expect(minit.ask('pgood')).toBe(String(minit.pidOf('good')));
    copyLog(minit);
    const seen = recordsOf(minit);
    expect(seen.slice(0, hidden.length)).toEqual(hidden);
    expect(seen.length).toBeGreaterThan(hidden.length);
    // When it was made, and when it was carried over.
    expect(seen.filter(({ event }) => event.type === 'LogOpened')).toHaveLength(2);
    expect(problems(minit)).toEqual([]);
    minit.replays();
    await ends(minit);
  });
});

describe('a poor container', () => {
  itContained('without a terminal and without standard input: its services run', async () => {
    const wrapper = [...contained(), 'setsid', 'sh', '-c', 'exec "$@" <&-', 'sh'];
    const minit = boot(tree, { wrapper });
    await minit.booted();
    expect(minit.status('good')).toMatchObject({ state: 'running' });
    await ends(minit);
    minit.replays();
  });

  itContained('without /proc: its services run, orphans are reaped, msvc is answered', async () => {
    const minit = boot(
      {
        ...tree,
        'default/depends': 'good\nforks\n',
        'forks/run': '#!/bin/sh\n(sh -c "exit 5" &)\nls /proc | wc -l\nexec sleep 1000\n',
      },
      { wrapper: contained('mount -t tmpfs none /proc') },
    );
    await minit.booted();
    await minit.prints(/^0$/mu);
    await recorded(
      minit,
      ({ event }) =>
        event.type === 'ProcessExited' && 'code' in event.status && event.status.code === 5,
    );
    expect(minit.msvc('good')).toMatchObject({ code: 0 });
    expect(problems(minit)).toEqual([]);
    await ends(minit);
    minit.replays();
  });

  itContained('with a console that gives errors: it goes on', async () => {
    const wrapper = [...contained(), 'sh', '-c', 'exec "$@" >/dev/full 2>&1', 'sh'];
    const minit = boot(tree, { wrapper });
    await eventually('msvc is answered', () => minit.msvc('good').code === 0);
    await ends(minit);
    minit.replays();
  });
});

describe('words about the console', () => {
  itContained('"quiet" leaves problems only, and is a service like any word', async () => {
    const minit = boot(
      { ...tree, 'quiet/run': '#!/bin/sh\necho I am quiet\nexec sleep 1000\n' },
      { wrapper: contained(), args: ['default', 'quiet', 'gone'] },
    );
    await minit.prints(/^I am quiet$/mu);
    await ends(minit);
    expect(lines(minit)).toEqual(['I am quiet', '']);
  });

  itContained('"minit.debug" wins, and is missed by nobody', async () => {
    const minit = boot(tree, {
      wrapper: contained(),
      args: ['--quiet', 'default', 'quiet', 'minit.debug'],
    });
    await minit.booted();
    await minit.prints(
      /^minit: argument "minit\.debug" taken for the console; there is no such service in /mu,
    );
    await ends(minit);
  });
});

describe('an option that there is not', () => {
  itContained('is ignored, and told: only a kernel has words of all kinds', async () => {
    const minit = boot(tree, { wrapper: contained(), args: ['--gracee'] });
    await minit.prints(
      /^minit: warning: option "--gracee" ignored: there is none of that name, see minit --help$/mu,
    );
    await ends(minit);
  });
});
