/**
 * Places where the event log cannot be written: the tree boots, minit says so, holds the records and
 * writes them when it can. Not here: more records than minit holds (spec/adapters/event-log.int.spec.ts).
 */
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { decodeReply, encodeRequest } from '../../machines/control-protocol';
import { boot, cleanUp, makeRoot, type Supervisor } from '../support/supervisor';
import {
  bootUnprivileged,
  bootWith,
  endBegun,
  endsWell,
  eventually,
  giveAway,
  itUnprivileged,
  itWithMounts,
  lines,
  minitCommand,
  problems,
  sleeper,
  tells,
  unprivileged,
  withMounts,
} from './fixtures-bad/bad-input';
import { recordsOf } from './fixtures/recorded';

afterAll(async () => {
  endBegun();
  await cleanUp();
});

const tree = { 'good/run': sleeper, 'default/depends': 'good\n' };
const held = 'the event log is held in memory';

const seqOf = (minit: Supervisor): number =>
  (decodeReply(minit.ask(encodeRequest({ do: 'state' })))?.state as { seq: number }).seq;

/** Any event makes minit try again. */
async function healed(minit: Supervisor): Promise<void> {
  expect(minit.ask('pgood')).toBe(String(minit.pidOf('good')));
  await minit.prints(/the event log is written now$/mu);
}

describe('the log directory', () => {
  it('that is missing is made, with those above it', async () => {
    const root = makeRoot(tree);
    const minit = boot(root, { log: join(dirname(root), 'a/b/c') });
    await minit.reaches('good', 'running');
    await tells(minit, []);
    await endsWell(minit);
  });

  it('that is a file: the tree boots, and all records are written when the file has gone', async () => {
    const root = makeRoot(tree);
    const log = join(dirname(root), 'log');
    writeFileSync(log, 'precious');
    const minit = boot(root, { log });
    await minit.reaches('good', 'running');
    await tells(minit, [
      `minit: warning: LOG: ${held}: a component is not a directory; make that writable, or name a directory with --log`,
    ]);
    rmSync(log);
    await healed(minit);
    await endsWell(minit);
  });

  it('below a file', async () => {
    const root = makeRoot(tree);
    const file = join(dirname(root), 'file');
    writeFileSync(file, 'precious');
    const minit = boot(root, { log: join(file, 'log') });
    await minit.reaches('good', 'running');
    await tells(minit, [
      `minit: warning: LOG: ${held}: a component is not a directory; make that writable, or name a directory with --log`,
    ]);
    rmSync(file);
    await healed(minit);
    await endsWell(minit);
  });

  it('that is a link to nothing', async () => {
    const root = makeRoot({ ...tree, '../log': '->/no/such/place' });
    const minit = boot(root);
    await minit.reaches('good', 'running');
    await minit.prints(/^minit: warning: .*: the event log is held in memory: /mu);
    rmSync(minit.log);
    await healed(minit);
    await endsWell(minit);
  });

  itUnprivileged('that is not writable', async () => {
    const root = makeRoot({ ...tree, '../log/': '' });
    giveAway(root);
    const log = join(dirname(root), 'log');
    chmodSync(log, 0o555);
    const minit = bootUnprivileged(root);
    await minit.reaches('good', 'running');
    await tells(minit, [
      `minit: warning: LOG: ${held}: permission denied; make that writable, or name a directory with --log`,
    ]);
    chmodSync(log, 0o755);
    await healed(minit);
    await endsWell(minit);
  });

  itWithMounts('on a read-only file system', async () => {
    const root = makeRoot({ ...tree, '../log/': '' });
    const log = join(dirname(root), 'log');
    const minit = boot(root, {
      wrapper: withMounts('mount --bind "$0" "$0" && mount -o remount,bind,ro "$0"', log),
    });
    await minit.reaches('good', 'running');
    await tells(minit, [
      `minit: warning: LOG: ${held}: the file system is read-only; make that writable, or name a directory with --log`,
    ]);
    expect(minit.ask('pgood')).toBe(String(minit.pidOf('good')));
    minit.kill('SIGTERM');
    expect(await minit.finished()).toEqual({ code: 0, signal: null });
    expect(readdirSync(log)).toEqual([]);
  });

  it('that is removed while minit runs is made anew, and minit says so', async () => {
    const minit = boot(tree);
    await minit.reaches('good', 'running');
    rmSync(minit.log, { recursive: true });
    await healed(minit);
    await minit.until('both', () => problems(minit).length >= 2);
    // One is on standard error, the other on standard output.
    expect(new Set(problems(minit))).toEqual(
      new Set([
        `minit: warning: LOG/minit-000001.jsonl: ${held}: no such file or directory; make that writable, or name a directory with --log`,
        'minit: LOG/minit-000001.jsonl: the event log is written now',
      ]),
    );
    expect(existsSync(join(minit.log, 'minit-000001.jsonl'))).toBe(true);
    await endsWell(minit);
  });

  it('that is removed while minit runs and cannot be made anew: minit says so once, and is as idle as before', async () => {
    const minit = boot(tree);
    await minit.reaches('good', 'running');
    rmSync(minit.log, { recursive: true });
    symlinkSync('/no/such/place', minit.log);
    expect(minit.ask('pgood')).toBe(String(minit.pidOf('good')));
    const before = seqOf(minit);
    // Longer than it takes until minit tries again, which is an event, and what comes of it another.
    await new Promise((resolve) => setTimeout(resolve, 6_500));
    expect(seqOf(minit) - before).toBeLessThan(10);
    await tells(minit, [
      `minit: warning: LOG: ${held}: no such file or directory; make that writable, or name a directory with --log`,
    ]);
    rmSync(minit.log);
    await healed(minit);
    await endsWell(minit);
  });
});

describe('the log of a minit that is executed anew', () => {
  /** As much as makes the journal begin anew, so that the next program knows the last events only. */
  async function asksMuch(minit: Supervisor): Promise<void> {
    for (let count = 0; count < 450; count += 1) minit.ask(`p${'x'.repeat(1_400)}`);
    // In a moment in which nothing happens.
    await new Promise((resolve) => setTimeout(resolve, 300));
  }

  async function isExecutedAnew(minit: Supervisor, count: number): Promise<void> {
    minit.kill('SIGSEGV');
    await eventually('the next program', () =>
      recordsOf(minit).some(
        ({ event }) => event.type === 'SupervisorResumed' && event.count === count,
      ),
    );
  }

  it('goes on in the directory that it was carried over to', async () => {
    const minit = boot(tree);
    await minit.reaches('good', 'running');
    renameSync(minit.log, `${minit.log}.old`);
    minit.ask('pgood');
    for (const count of [1, 2]) {
      await asksMuch(minit);
      await isExecutedAnew(minit, count);
    }
    expect(readdirSync(minit.log)).toEqual(['minit-000001.jsonl']);
    await endsWell(minit);
  });

  it('goes on in another segment, from a snapshot, when somebody has emptied the present one', async () => {
    const minit = boot(tree);
    await minit.reaches('good', 'running');
    await asksMuch(minit);
    truncateSync(join(minit.log, 'minit-000001.jsonl'));
    minit.ask('pgood');
    minit.kill('SIGSEGV');
    const next = join(minit.log, 'minit-000002.jsonl');
    await eventually('the next segment', () => existsSync(next) && statSync(next).size > 0);
    await endsWell(minit);
  });

  it('goes on from what was held, when its directory was removed and could not be made anew', async () => {
    const minit = boot(tree);
    await minit.reaches('good', 'running');
    await asksMuch(minit);
    rmSync(minit.log, { recursive: true });
    symlinkSync('/no/such/place', minit.log);
    minit.ask('pgood');
    await minit.prints(/the event log is held in memory/u);
    minit.kill('SIGSEGV');
    await eventually('the next program', () => minit.ask('pgood') !== '');
    rmSync(minit.log);
    minit.ask('pgood');
    await eventually('a log', () => existsSync(join(minit.log, 'minit-000001.jsonl')));
    await endsWell(minit);
  });
});

describe('a full disk', () => {
  const inside = (minit: Supervisor, path: string) => `/proc/${String(minit.pid)}/root${path}`;

  /** The log lies on a file system that goes with minit: it is copied while that is there. */
  async function endsWithCopy(minit: Supervisor): Promise<void> {
    for (const name of readdirSync(inside(minit, minit.log)))
      copyFileSync(inside(minit, join(minit.log, name)), join(minit.log, name));
    minit.replays();
    minit.kill('SIGTERM');
    expect(await minit.finished()).toEqual({ code: 0, signal: null });
    expect(minit.output).not.toMatch(/\n\s+at .*:\d+/u);
  }

  itWithMounts(
    'from the start: the tree boots, and the log is whole when there is room',
    async () => {
      const root = makeRoot({ ...tree, '../log/': '' });
      const log = join(dirname(root), 'log');
      const setup = 'mount -t tmpfs -o size=64k none "$0" && head -c 65536 /dev/zero > "$0/filler"';
      const minit = boot(root, { wrapper: withMounts(setup, log) });
      await minit.reaches('good', 'running');
      await tells(minit, [
        `minit: warning: LOG: ${held}: no space left on the device; make room there, or name a directory with --log`,
      ]);
      rmSync(inside(minit, join(log, 'filler')));
      await healed(minit);
      await endsWithCopy(minit);
    },
  );

  itWithMounts('in the middle of a line: what is torn is finished when there is room', async () => {
    const root = makeRoot({ ...tree, '../log/': '' });
    const log = join(dirname(root), 'log');
    const minit = boot(root, { wrapper: withMounts('mount -t tmpfs -o size=128k none "$0"', log) });
    await minit.reaches('good', 'running');
    try {
      for (let index = 0; ; index += 1)
        writeFileSync(inside(minit, join(log, `filler-${String(index)}`)), Buffer.alloc(4_096));
    } catch (error) {
      expect(error).toMatchObject({ code: 'ENOSPC' });
    }
    for (let count = 0; count < 60; count += 1) minit.ask(`pno-such-service-${'x'.repeat(180)}`);
    await minit.prints(
      /the event log is held in memory: no space left on the device; make room there, or name a directory with --log$/mu,
    );
    const before = minit.ask('pgood');
    for (const name of readdirSync(inside(minit, log)))
      if (name.startsWith('filler')) rmSync(inside(minit, join(log, name)));
    await healed(minit);
    expect(minit.ask('pgood')).toBe(before);
    await endsWithCopy(minit);
  });

  itWithMounts(
    'of the log itself: its segment is removed to make room, and there is some',
    async () => {
      const root = makeRoot({ ...tree, '../log/': '' });
      const log = join(dirname(root), 'log');
      const minit = boot(root, {
        wrapper: withMounts('mount -t tmpfs -o size=128k none "$0"', log),
      });
      await minit.reaches('good', 'running');
      for (let count = 0; count < 100; count += 1) minit.ask(`p${'x'.repeat(1_400)}`);
      await minit.prints(/the event log is held in memory: no space left on the device/u);
      const [name = ''] = readdirSync(inside(minit, log));
      rmSync(inside(minit, join(log, name)));
      await healed(minit);
      await endsWithCopy(minit);
    },
  );
});

describe('the default place', () => {
  const environment = (changes: NodeJS.ProcessEnv): NodeJS.ProcessEnv => {
    const { MINIT_LOG: _log, XDG_STATE_HOME: _state, HOME: _home, ...others } = process.env;
    return { ...others, ...changes };
  };
  const beside = (root: string, name: string): string => {
    const path = join(dirname(root), name);
    mkdirSync(path);
    return path;
  };

  it('is MINIT_LOG', async () => {
    const root = makeRoot(tree);
    const log = join(dirname(root), 'by-environment');
    const minit = bootWith(root, {
      log,
      command: minitCommand(root),
      env: environment({ MINIT_LOG: log }),
    });
    await minit.reaches('good', 'running');
    await endsWell(minit);
  });

  it('is --log rather than MINIT_LOG', async () => {
    const root = makeRoot(tree);
    const other = join(dirname(root), 'not-here');
    const minit = boot(root, { env: { MINIT_LOG: other } });
    await minit.reaches('good', 'running');
    await endsWell(minit);
    expect(existsSync(other)).toBe(false);
  });

  itUnprivileged('of a user is XDG_STATE_HOME, else ~/.local/state', async () => {
    for (const variable of ['XDG_STATE_HOME', 'HOME']) {
      const root = makeRoot(tree);
      const home = beside(root, 'home');
      giveAway(root);
      const log = join(home, variable === 'HOME' ? '.local/state' : '', 'minit/root');
      const env = environment(
        variable === 'HOME'
          ? { HOME: home, XDG_STATE_HOME: 'relative/counts/as/none' }
          : { XDG_STATE_HOME: home },
      );
      const minit = bootWith(root, { log, command: [...unprivileged, ...minitCommand(root)], env });
      await minit.reaches('good', 'running');
      expect(lines(minit)[0]).toMatch(/; event log in LOG$/u);
      await endsWell(minit);
    }
  });

  itUnprivileged(
    'of a user without a home cannot be written: the tree boots, and minit says so',
    async () => {
      for (const home of process.getuid?.() === 0
        ? [{}, { HOME: '' }, { HOME: 'relative' }]
        : [{ HOME: '' }]) {
        const root = makeRoot(tree);
        giveAway(root);
        const log = '/.local/state/minit/root';
        const minit = bootWith(root, {
          log,
          command: [...unprivileged, ...minitCommand(root)],
          env: environment(home),
        });
        await minit.reaches('good', 'running');
        await tells(minit, [
          `minit: warning: LOG: ${held}: permission denied; make that writable, or name a directory with --log`,
        ]);
        expect(minit.ask('pgood')).toBe(String(minit.pidOf('good')));
        minit.kill('SIGTERM');
        expect(await minit.finished()).toEqual({ code: 0, signal: null });
      }
    },
  );
});
