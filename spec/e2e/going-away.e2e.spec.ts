/**
 * What minit stands on goes away while it runs: ROOT (moved, unmounted), its console (a terminal that
 * hangs up). A file system that gives I/O errors: spec/boot/going-away.boot.spec.ts.
 */
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, renameSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { openPseudoTerminal } from '../support/pseudo-terminal';
import { boot, cleanUp, makeRoot, program, run, Supervisor } from '../support/supervisor';
import { endsWell, eventually, problems } from './fixtures-bad/bad-input';
import { contained, innerPid, inside, itContained } from './fixtures/container';
import { itWhen, mark, sleeper } from './fixtures/recorded';

const marked = mark();

afterAll(async () => {
  for (const pid of marked.processes()) process.kill(pid, 'SIGKILL');
  await cleanUp();
});

const tree = {
  'default/depends': 'stays\ncomes-back\n',
  'stays/run': sleeper,
  'comes-back/run': sleeper,
  'comes-back/respawn': '',
};
const lost =
  'minit: error: ROOT/in: no control, msvc cannot reach minit: the FIFO has gone: make or mount the directory again';
const unreadable =
  'minit: error: ROOT/comes-back: cannot read its service directory: no such file or directory (ENOENT)';

/** Else its shell may not have read the script yet. */
const hasBegun = (pid: number): boolean =>
  readFileSync(`/proc/${String(pid)}/cmdline`, 'utf8').startsWith('sleep');

describe('ROOT that goes away', () => {
  it('leaves what runs alone; control and respawn are lost with a word, and come back with it', async () => {
    const minit = boot(tree);
    await minit.booted();
    const pids = { stays: minit.pidOf('stays'), comesBack: minit.pidOf('comes-back') };
    await eventually('it sleeps', () => hasBegun(pids.comesBack));
    const away = `${minit.root}-away`;
    renameSync(minit.root, away);
    process.kill(pids.comesBack, 'SIGKILL');
    await minit.prints(/comes-back: cannot read its service directory: .* \(3 times in a row\)/u);
    await minit.prints(/no control, msvc cannot reach minit/u);
    expect(problems(minit)).toContain(lost);
    expect(problems(minit)).toContain(unreadable);
    expect(problems(minit).filter((line) => line === lost)).toHaveLength(1);
    renameSync(away, minit.root);
    await minit.prints(/^minit: control is open now$/mu);
    await minit.reaches('comes-back', 'running', 2);
    expect(minit.status('stays')).toMatchObject({ pid: pids.stays, restarts: 0 });
    await endsWell(minit);
  });

  itContained('because it is unmounted, and is mounted again', async () => {
    const root = makeRoot({});
    const source = makeRoot(tree);
    const minit = boot(root, { wrapper: contained(`mount --bind ${source} "$0"`, root) });
    await minit.booted();
    const mounted = inside(minit, root);
    const enter = ['nsenter', '--pid', '--mount', '-t', String(innerPid(minit))];
    const enterAs =
      process.getuid?.() === 0 ? enter : [...enter, '--user', '--preserve-credentials'];
    const within = (...command: string[]): void => {
      const [file = '', ...args] = [...enterAs, ...command];
      execFileSync(file, args);
    };
    const isAnswered = (): boolean => run('msvc', ['--root', mounted, 'stays']).code === 0;
    expect(isAnswered()).toBe(true);
    within('umount', '--lazy', root);
    // The directory below is empty: minit makes FIFOs there, and clients find them.
    await eventually('control in the directory below', isAnswered);
    within('mount', '--bind', source, root);
    await eventually('control in the directory that was mounted', isAnswered);
    expect(run('msvc', ['--root', mounted, '-k', 'comes-back']).code).toBe(0);
    await minit.reaches('comes-back', 'running', 2);
    process.kill(innerPid(minit), 'SIGTERM');
    expect(await minit.finished()).toEqual({ code: 0, signal: null });
    minit.replays();
  });
});

describe('a terminal that hangs up', () => {
  const hasTerminal = spawnSync('script', ['-qec', 'true', '/dev/null']).status === 0;

  itWhen(hasTerminal, 'script(1) is not installed')(
    'stops neither minit nor a service on it',
    async () => {
      const root = makeRoot(tree);
      const log = join(dirname(root), 'log');
      mkdirSync(log);
      const command = `setsid --fork ${process.execPath} ${program('minit')} --root ${root} --log ${log}; sleep 1000`;
      const terminal = spawn('script', ['-qec', command, '/dev/null'], {
        stdio: ['ignore', 'pipe', 'pipe'],
        env: { ...process.env, ...marked.env },
      });
      const minit = new Supervisor(root, log, terminal);
      await minit.booted();
      const pid = minit.pidOf('stays');
      terminal.kill('SIGKILL');
      await minit.finished();
      // Each line is an error now (EIO).
      expect(minit.msvc('-k', 'comes-back')).toMatchObject({ code: 0 });
      await eventually(
        'it has come back',
        () =>
          minit.status('comes-back')['state'] === 'running' &&
          minit.status('comes-back')['restarts'] === 1,
      );
      expect(minit.status('stays')).toMatchObject({ pid, restarts: 0 });
      expect(minit.msvc('-d', 'comes-back', 'stays')).toMatchObject({ code: 0 });
      await eventually('minit has ended', () => marked.processes().length === 0);
      minit.replays();
    },
  );

  it('does not make a crash of the orderly end', async () => {
    const root = makeRoot(tree);
    const log = join(dirname(root), 'log');
    mkdirSync(log);
    const terminal = openPseudoTerminal();
    const child = spawn(process.execPath, [program('minit'), '--root', root, '--log', log], {
      stdio: [terminal.fd, 'pipe', 'pipe'],
      env: { ...process.env, ...marked.env },
    });
    const minit = new Supervisor(root, log, child);
    await minit.booted();
    terminal.close();
    minit.kill('SIGHUP');
    expect(await minit.finished()).toEqual({ code: 0, signal: null });
    minit.replays();
  });
});
