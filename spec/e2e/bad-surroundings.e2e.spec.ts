/**
 * Where the programs are started from: closed and full pipes, closed descriptors, no HOME, no current
 * directory, signals; and services that do strange things with their own. Not here: a terminal that
 * hangs up (it cannot be had without one).
 */
import { execFileSync, spawnSync } from 'node:child_process';
import {
  closeSync,
  constants,
  mkdirSync,
  openSync,
  readFileSync,
  readSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { boot, cleanUp, makeRoot, program, run, type Supervisor } from '../support/supervisor';
import {
  bootWith,
  endBegun,
  endsWell,
  eventually,
  minitCommand,
  problems,
  sleeper,
  stackTrace,
  tells,
  tried,
} from './fixtures-bad/bad-input';

afterAll(async () => {
  endBegun();
  await cleanUp();
});

const tree = { 'good/run': sleeper, 'default/depends': 'good\n' };
const programs = [
  ...[
    'minit',
    'msvc',
    'minit-list',
    'minit-replay',
    'minit-check',
    'minit-shutdown',
    'minit-update',
  ],
  ...['minit-sim', 'minit-diagram', 'minit-chart', 'minit-plan'],
] as const;
const brokenPipe = 141;

/** Runs a command whose standard output is a pipe without a reader; returns its exit code and standard error. */
function withoutReader(command: readonly string[]): { code: number | null; stderr: string } {
  const folder = join(makeRoot({}), '..');
  const fifo = join(folder, 'pipe');
  execFileSync('mkfifo', [fifo]);
  const reader = openSync(fifo, constants.O_RDONLY | constants.O_NONBLOCK);
  const writer = openSync(fifo, constants.O_WRONLY);
  closeSync(reader);
  const [file = '', ...args] = command;
  const { status, stderr } = spawnSync(file, args, {
    stdio: ['ignore', writer, 'pipe'],
    encoding: 'utf8',
    timeout: 20_000,
  });
  closeSync(writer);
  return { code: status, stderr };
}

/** Waits until `minit`, which prints nothing that can be read, answers with `good` running. */
async function runsSilently(minit: Supervisor): Promise<void> {
  await eventually('minit answers', () => {
    const { code } = run('msvc', ['--root', minit.root, 'good']);
    return code === 0;
  });
}

describe('a reader that has gone', () => {
  it.each(programs)('ends %s --help without a word', (name) => {
    expect(withoutReader([process.execPath, program(name), '--help'])).toEqual({
      code: brokenPipe,
      stderr: '',
    });
  });

  it('ends the programs that show much without a word', async () => {
    const minit = boot(tree);
    await minit.reaches('good', 'running');
    const node = [process.execPath];
    expect(withoutReader([...node, program('msvc'), '--root', minit.root, '--all'])).toEqual({
      code: brokenPipe,
      stderr: '',
    });
    expect(withoutReader([...node, program('minit-list'), '--root', minit.root])).toEqual({
      code: brokenPipe,
      stderr: '',
    });
    expect(withoutReader([...node, program('minit-check'), minit.root])).toEqual({
      code: brokenPipe,
      stderr: '',
    });
    await endsWell(minit);
    expect(withoutReader([...node, program('minit-replay'), minit.log])).toEqual({
      code: brokenPipe,
      stderr: '',
    });
    expect(withoutReader([...node, program('minit-replay'), '--json', minit.log])).toEqual({
      code: brokenPipe,
      stderr: '',
    });
  });

  it('ends minit-diagram without a word, whatever it draws', () => {
    const demo = join(__dirname, '../golden/demo.v1.jsonl');
    const node = [process.execPath, program('minit-diagram')];
    for (const args of [['service'], ['init', '--format', 'svg'], ['sequence', demo]])
      expect(withoutReader([...node, ...args])).toEqual({ code: brokenPipe, stderr: '' });
  });

  it('of messages ends nothing but itself: the usage error keeps quiet', () => {
    const { status, stdout } = spawnSync(
      'sh',
      ['-c', '"$0" "$@" 2>&1 >/dev/null | true', process.execPath, program('msvc'), '--bogus'],
      {
        encoding: 'utf8',
      },
    );
    expect({ status, stdout }).toEqual({ status: 0, stdout: '' });
  });
});

describe('a full disk under standard output', () => {
  it.each(programs)('is told by %s', (name) => {
    expect(
      tried(['sh', '-c', 'exec "$0" "$@" >/dev/full', process.execPath, program(name), '--help']),
    ).toEqual({
      code: 1,
      text: 'unable to write standard output: ENOSPC\n',
    });
  });
});

it('a comparison that cannot be written on a full disk is trouble, and no difference', () => {
  const log = join(__dirname, '../golden/demo.v1.jsonl');
  const wrapper = ['sh', '-c', 'exec "$0" "$@" >/dev/full', process.execPath];
  expect(tried([...wrapper, program('minit-replay'), '--compare', log, log])).toEqual({
    code: 2,
    text: 'unable to write standard output: ENOSPC\n',
  });
});

describe('minit whose output nobody takes', () => {
  it('goes on when the reader has gone', async () => {
    const root = makeRoot(tree);
    const log = join(dirname(root), 'log');
    // `true` has gone before minit says its first word, or soon after.
    const minit = bootWith(root, {
      log,
      command: [
        'sh',
        '-c',
        '{ "$@"; echo "code $?" >&3; } 3>&2 2>&1 | true',
        'sh',
        ...minitCommand(root, '--log', log),
      ],
    });
    await runsSilently(minit);
    const state = JSON.parse(run('msvc', ['--root', root, '--json', 'good']).stdout) as {
      pid: number;
    };
    process.kill(state.pid, 'SIGKILL');
    await minit.prints(/^code 0$/mu);
    await minit.finished();
    minit.replays();
  });

  it('goes on when the pipe is full from the start', async () => {
    const root = makeRoot(tree);
    const fifo = join(dirname(root), 'pipe');
    const log = join(dirname(root), 'log');
    execFileSync('mkfifo', [fifo]);
    const filler = openSync(fifo, constants.O_RDWR | constants.O_NONBLOCK);
    try {
      for (;;) writeSync(filler, Buffer.alloc(4_096, 'x'));
    } catch (error) {
      expect(error).toMatchObject({ code: 'EAGAIN' });
    }
    const out = openSync(fifo, constants.O_WRONLY);
    const minit = bootWith(root, {
      log,
      command: minitCommand(root, '--log', log),
      stdio: ['ignore', out, out],
    });
    closeSync(out);
    await runsSilently(minit);
    for (let count = 0; count < 20; count += 1) minit.ask('s../x');
    expect(minit.msvc('good')).toMatchObject({ code: 0 });
    // Somebody reads at last: what waited comes, whole.
    const buffer = Buffer.alloc(65_536);
    minit.ask('s../y');
    let text = '';
    await eventually('the lines that waited', () => {
      try {
        text += buffer.toString('utf8', 0, readSync(filler, buffer));
      } catch {
        // Nothing new yet.
      }
      return (text.match(/request refused/gu) ?? []).length === 21 && text.includes('boot settled');
    });
    expect(text.replace(/^x+/u, '')).toMatch(/^minit \d+\.\d+\.\d+: /u);
    closeSync(filler);
    await endsWell(minit);
  });

  it('goes on when a line is longer than the room in the pipe', async () => {
    const names = Array.from({ length: 200 }, (_, index) => `${'n'.repeat(195)}${String(index)}`);
    const circle = Object.fromEntries(
      names.map((name, index) => [
        `${name}/depends`,
        `${names[(index + 1) % names.length] ?? ''}\n`,
      ]),
    );
    const root = makeRoot({ ...tree, ...circle, 'default/depends': `${names[0] ?? ''}\ngood\n` });
    const fifo = join(dirname(root), 'pipe');
    const log = join(dirname(root), 'log');
    execFileSync('mkfifo', [fifo]);
    const filler = openSync(fifo, constants.O_RDWR | constants.O_NONBLOCK);
    writeSync(filler, Buffer.alloc(11 * 4_096, 'x'));
    const out = openSync(fifo, constants.O_WRONLY);
    const minit = bootWith(root, {
      log,
      command: minitCommand(root, '--log', log, '--quiet'),
      stdio: ['ignore', out, out],
    });
    closeSync(out);
    await runsSilently(minit);
    let text = '';
    const buffer = Buffer.alloc(65_536);
    await eventually('the whole line', () => {
      // Any problem makes minit look whether the rest can go now.
      minit.ask('s../x');
      try {
        text += buffer.toString('utf8', 0, readSync(filler, buffer));
      } catch {
        // Nothing new yet.
      }
      return text.includes('request refused');
    });
    expect(text.replaceAll(root, 'ROOT')).toContain(
      `: dependency "${names[0] ?? ''}" skipped: it closes the cycle ${[...names, names[0]].join(' -> ')}; remove one of these lines`,
    );
    closeSync(filler);
    await endsWell(minit);
  });

  it('goes on without descriptors 0, 1 and 2, and so do its services', async () => {
    const root = makeRoot({
      ...tree,
      'good/run': '#!/bin/sh\nls -l /proc/self/fd > fds\nexec sleep 1000\n',
    });
    const log = join(dirname(root), 'log');
    const minit = bootWith(root, {
      log,
      command: ['sh', '-c', 'exec "$@" <&- >&- 2>&-', 'sh', ...minitCommand(root, '--log', log)],
    });
    await runsSilently(minit);
    await eventually('it has looked', () =>
      readFileSync(join(root, 'good/fds'), 'utf8').includes(' 2 -> '),
    );
    const fds = readFileSync(join(root, 'good/fds'), 'utf8');
    expect(fds).toMatch(/ 0 -> \/dev\/null\n/u);
    expect(fds).toMatch(/ 2 -> \/dev\/null\n/u);
    await endsWell(minit);
  });

  it.each(['msvc', 'minit-list', 'minit-replay', 'minit-check'])(
    '%s without descriptors does not mind',
    (name) => {
      expect(
        spawnSync('sh', [
          '-c',
          'exec "$0" "$@" <&- >&- 2>&-',
          process.execPath,
          program(name),
          '--help',
        ]).status,
      ).toBe(0);
    },
  );
});

describe('a current directory that has been removed', () => {
  const gone = (command: readonly string[]) => {
    const folder = join(makeRoot({}), '..', 'gone');
    mkdirSync(folder);
    return tried(['sh', '-c', 'rmdir "$0" && exec "$@"', folder, ...command], { cwd: folder });
  };
  const where =
    'minit: fatal: the current directory does not exist any more: go to another one, or name ROOT and the log by their full paths\n';

  it('is told where a path is relative', () => {
    const root = makeRoot({});
    expect(gone([process.execPath, program('minit'), '--root', 'tree'])).toEqual({
      code: 100,
      text: where,
    });
    expect(gone([...minitCommand(root), '--log', 'log'])).toEqual({ code: 100, text: where });
    expect(gone([process.execPath, program('msvc'), '--root', 'tree', 'good'])).toEqual({
      code: 1,
      text: 'msvc: tree/in does not exist: is this the directory of a running minit?\n',
    });
    expect(gone([process.execPath, program('minit-replay'), 'log'])).toEqual({
      code: 1,
      text: 'minit-replay: log does not exist\n',
    });
    expect(gone([process.execPath, program('minit-check'), 'tree'])).toMatchObject({ code: 1 });
  });

  it('does not matter where all paths are whole', () => {
    const root = makeRoot({ 'default/run': '#!/bin/sh\n' });
    expect(gone(minitCommand(root, '--log', join(dirname(root), 'log')))).toMatchObject({
      code: 0,
    });
  });
});

describe('signals to minit that mean nothing', () => {
  it.each(['SIGPIPE', 'SIGUSR1', 'SIGUSR2', 'SIGWINCH', 'SIGCONT', 'SIGCHLD', 'SIGURG'] as const)(
    '%s: it lives, and opens no debugger',
    async (signal) => {
      const minit = boot(tree);
      await minit.reaches('good', 'running');
      for (let count = 0; count < 5; count += 1) minit.kill(signal);
      expect(minit.msvc('good')).toMatchObject({ code: 0 });
      await tells(minit, []);
      await endsWell(minit);
      expect(minit.output).not.toMatch(/debugger/iu);
    },
  );
});

describe('services that do strange things', () => {
  it('one that closes its descriptors is supervised, and so is its log', async () => {
    const minit = boot({
      ...tree,
      'mute/run': '#!/bin/sh\necho before\nexec <&- >&- 2>&-\nexec sleep 1000\n',
      'mute/log/run': '#!/bin/sh\nexec cat > said\n',
      'mute/log/respawn': '',
      'default/depends': 'mute\ngood\n',
    });
    await minit.reaches('mute', 'running');
    await minit.reaches('mute/log', 'running');
    await eventually(
      'it is logged',
      () => readFileSync(join(minit.root, 'mute/log/said'), 'utf8') === 'before\n',
    );
    expect(minit.msvc('mute')).toMatchObject({ code: 0 });
    await endsWell(minit);
  });

  it('one that makes the shared output non-blocking, or sets it to another offset, harms nobody', async () => {
    const minit = boot({
      ...tree,
      'rude/run': `#!${process.execPath}\nprocess.stdout.write('x\\n');\nsetInterval(() => {}, 1000);\n`,
      'default/depends': 'rude\ngood\n',
    });
    await minit.prints(/^x$/mu);
    expect(minit.msvc('-k', 'rude')).toMatchObject({ code: 0 });
    await minit.reaches('rude', 'finished');
    await endsWell(minit);
  });

  it('one whose directory is removed while it runs is reported when it starts again', async () => {
    const minit = boot({
      ...tree,
      'brief/run': sleeper,
      'brief/respawn': '',
      'default/depends': 'brief\ngood\n',
    });
    await minit.reaches('brief', 'running');
    // Else its shell may not have read the script yet.
    await eventually('sleep has begun', () =>
      readFileSync(`/proc/${String(minit.pidOf('brief'))}/cmdline`, 'utf8').startsWith('sleep'),
    );
    rmSync(join(minit.root, 'brief'), { recursive: true });
    expect(minit.msvc('-k', 'brief')).toMatchObject({ code: 0 });
    await minit.prints(/\(2 times in a row\)/u);
    expect(problems(minit)[0]).toBe(
      'minit: error: ROOT/brief: cannot read its service directory: no such file or directory (ENOENT)',
    );
    await endsWell(minit);
  });
});

describe('options that mean nothing', () => {
  it.each([
    ['msvc', ['-Z', 'x'], "msvc: error: unknown option '-Z'\n"],
    ['msvc', ['--bogus'], "msvc: error: unknown option '--bogus'\n"],
    ['msvc', ['-P'], "msvc: error: option '-P <pid>' argument missing\n"],
    ['msvc', ['-P', 'x', 'good'], 'msvc: x is no PID\n'],
    ['msvc', ['-P0', 'good'], 'msvc: 0 is no PID\n'],
    ['msvc', ['-P', '1', 'good'], 'msvc: 1 is no PID\n'],
    ['msvc', ['-P', '4194305', 'good'], 'msvc: 4194305 is no PID\n'],
    ['msvc', ['-u'], 'msvc: no service named\n'],
    ['msvc', ['-u', '-d', 'good'], 'msvc: -u and -d cannot be used together\n'],
    ['minit-list', ['--bogus'], "minit-list: error: unknown option '--bogus'\n"],
    [
      'minit-list',
      ['x'],
      'minit-list: error: too many arguments. Expected 0 arguments but got 1.\n',
    ],
  ])('%s %j', (name, args, stderr) => {
    expect(run(name, args)).toEqual({ code: 1, stdout: '', stderr });
  });

  it.each([
    [[], "minit-check: fatal: missing required argument 'root'\n"],
    [['--bogus', 'x'], "minit-check: fatal: unknown option '--bogus'\n"],
    [['--start'], "minit-check: fatal: option '--start <name>' argument missing\n"],
  ])('minit-check %j', (args, stderr) => {
    const ran = run('minit-check', args);
    expect(ran).toEqual({ code: 2, stdout: '', stderr });
    expect(ran.stderr).not.toMatch(stackTrace);
  });
});
