/**
 * `minit-replay --step` and `--diff` on logs of real boots: by commands on standard input, and in a
 * pseudo-terminal. Not here: logs that change meanwhile (spec/adapters/log-history.int.spec.ts).
 */
import { spawn, spawnSync } from 'node:child_process';
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryDirectory } from '../support/temporary-directory';
import { cleanUp, program, run, type Ran } from '../support/supervisor';
import { stackTrace } from './fixtures-bad/bad-input';
import { itWhen } from './fixtures/recorded';

afterAll(cleanUp);

const golden = (name: string): string => join(__dirname, `../golden/${name}.v1.jsonl`);

/** Runs the commands, a line each. */
function step(log: string, commands: readonly string[], ...args: string[]): Ran {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [program('minit-replay'), log, '--step', ...args],
    { encoding: 'utf8', timeout: 20_000, input: commands.map((line) => `${line}\n`).join('') },
  );
  expect(stdout + stderr).not.toMatch(stackTrace);
  return { code: status, stdout, stderr };
}

describe('--step with commands on standard input', () => {
  it('walks through a boot', () => {
    const ran = step(golden('demo'), [
      '# A comment, and an empty line, do nothing.',
      '',
      'next',
      'next 2',
      'next web',
      'prev',
      'list 2',
      'until flaky.state == respawning',
      'state flaky',
      'diff',
      'effects',
      'back net/eth0.up',
      'goto +0.02',
      'state',
      'goto 5',
      'event',
      'diff 5 9',
      'diff 40',
      'last',
      'next',
      'prev web/log',
      'first',
      'prev',
      'quit',
      'next',
    ]);
    expect(ran).toMatchObject({ code: 1, stderr: expect.stringMatching(/web\/log/u) as string });
    expect(ran.stdout).toMatchSnapshot();
  });

  it('runs until conditions, in both directions', () => {
    const ran = step(golden('faults'), [
      'info',
      'until minit == running',
      'until minit == halted',
      'back minit == running',
      'until seq == 3',
      'help until',
      'u seq > 3',
      'b seq > 2',
    ]);
    expect({ ...ran, stdout: '' }).toEqual({ code: 0, stdout: '', stderr: '' });
    expect(ran.stdout).toMatchSnapshot();
  });

  it('begins at the instant of --at', () => {
    expect(step(golden('demo'), ['event'], '--at', '17').stdout).toMatch(/^ +17 {2}\+/u);
    expect(step(golden('demo'), ['event'], '--at', 'noon')).toMatchObject({ code: 1, stdout: '' });
  });

  it.each([
    ['nxt', 'no command "nxt": did you mean next?'],
    ['jump', 'no command "jump": try help'],
    ['next wbe', 'there is no service "wbe" in this log: did you mean "web"?'],
    ['state nobody', 'there is no service "nobody" in this log'],
    ['goto', 'goto what? It takes INSTANT'],
    ['goto 1 2', 'goto takes INSTANT, not "1 2"'],
    ['list web', 'list takes [COUNT], not "web"'],
    ['list -3', 'list takes [COUNT], not "-3"'],
    ['quit now', 'quit takes nothing, not "now"'],
    [
      'goto noon',
      '"noon" is no instant: give a sequence number, +SECONDS since the start, or a time such as 2026-11-24T03:20:16.122Z',
    ],
    ['until', 'until what? It takes CONDITION'],
    ['help me', 'no command "me": try help'],
    [
      'until web.stat == failed',
      'column 5: expected one of state, inner, want, pid, restarts, failures, exit, signal, since, failed, up, found "stat": did you mean "state"?\n  web.stat == failed\n      ^',
    ],
  ])('%s is refused in one sentence, and ends the script', (command, told) => {
    expect(step(golden('demo'), ['next', command, 'next'])).toEqual({
      code: 1,
      stdout: expect.stringMatching(/^ +1 [^]*ReadService default\n$/u) as string,
      stderr: `minit-replay: command 2: ${told}\n`,
    });
  });

  it('of a log that is damaged: what is before it, and exit status 2', () => {
    const log = join(temporaryDirectory(), 'log');
    writeFileSync(log, readFileSync(golden('demo'), 'utf8').replace('"seq":12,', '"seq":13,'));
    const ran = step(log, ['last', 'next', 'next 99999']);
    expect({ ...ran, stdout: '' }).toEqual({
      code: 2,
      stdout: '',
      stderr: `minit-replay: ${log}:13: damaged: its check does not match\n`,
    });
    expect(ran.stdout).toContain(
      `this is the end of the log; what follows cannot be read: ${log}:13: its check does not match\n`,
    );
  });
});

describe('--diff', () => {
  it('tells what has changed between two instants', () => {
    const ran = run('minit-replay', [golden('demo'), '--diff', '20', '+1']);
    expect({ ...ran, stdout: '' }).toEqual({ code: 0, stdout: '', stderr: '' });
    expect(ran.stdout).toMatchSnapshot();
  });

  it('tells it as JSON', () => {
    const { stdout } = run('minit-replay', [golden('end'), '--diff', '4', '8', '--json']);
    expect(JSON.parse(stdout)).toMatchSnapshot();
  });

  it('of one instant twice: nothing', () => {
    const { code, stdout } = run('minit-replay', [golden('demo'), '--diff', '9', '9']);
    expect([code, stdout.split('\n').slice(1)]).toEqual([0, ['nothing has changed', '']]);
  });

  it.each([
    [['--diff', '1'], '--diff takes two instants, not 1: LOG --diff A B'],
    [['--diff', '1', '2', '3'], '--diff takes two instants, not 3: LOG --diff A B'],
  ])('%s is refused', (args, told) => {
    expect(run('minit-replay', [golden('demo'), ...args])).toEqual({
      code: 1,
      stdout: '',
      stderr: `minit-replay: ${told}\n`,
    });
  });

  it('refuses what is no instant', () => {
    const { code, stderr } = run('minit-replay', [golden('demo'), '--diff', '1', 'noon']);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^minit-replay: "noon" is no instant: .+\n$/u);
  });
});

const hasTerminal = spawnSync('script', ['-qec', 'true', '/dev/null']).status === 0;
const onTerminal = itWhen(hasTerminal, 'script(1) is not installed');
const deadlineMs = 20_000;

/** A person at a terminal: types, and waits for what is shown. */
function sit(log: string) {
  const command = `${process.execPath} ${program('minit-replay')} ${log} --step`;
  const child = spawn('script', ['-qec', command, '/dev/null'], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...process.env, TERM: 'xterm' },
  });
  let seen = '';
  let read = 0;
  let look = (): void => undefined;
  child.stdout.on('data', (chunk: Buffer) => {
    seen += chunk.toString();
    look();
  });
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  return {
    ended,
    type: (text: string) => child.stdin.write(text),
    /** What is shown up to and with the first match after what was seen before. */
    shows: (pattern: RegExp): Promise<string> =>
      new Promise((resolve, reject) => {
        const timer = setTimeout(() => {
          child.kill();
          reject(new Error(`no ${String(pattern)} in ${JSON.stringify(seen.slice(read))}`));
        }, deadlineMs);
        look = () => {
          const found = pattern.exec(seen.slice(read));
          if (found === null) return;
          look = () => undefined;
          clearTimeout(timer);
          const shown = seen.slice(read, read + found.index + found[0].length);
          read += shown.length;
          resolve(shown);
        };
        look();
      }),
  };
}

describe('--step in a terminal', () => {
  onTerminal(
    'shows where it is, does the same again on an empty line, and goes on after a mistake',
    async () => {
      const log = join(temporaryDirectory(), 'log');
      copyFileSync(golden('demo'), log);
      const terminal = sit(log);
      expect(await terminal.shows(/0 \+0\.000000> /u)).toMatch(
        /boot 83e1cb3d.+help tells the commands/su,
      );
      terminal.type('next\r');
      expect(await terminal.shows(/1 \+0\.001619> /u)).toContain('minit started as PID 16760');
      terminal.type('\r');
      await terminal.shows(/2 \+0\.005057> /u);
      terminal.type('until web.stte == running\r');
      expect(await terminal.shows(/2 \+0\.005057> /u)).toMatch(
        /did you mean "state"\?\r\n {2}web\.stte == running\r\n {6}\^\r\n/u,
      );
      terminal.type('until web.state == running\r');
      expect(await terminal.shows(/31 \+1\.023607> /u)).toMatch(
        /web: starting -> running {2}pid \d+/u,
      );
      // The TAB key ends the word.
      terminal.type('sta');
      await terminal.shows(/sta/u);
      terminal.type('\t');
      await terminal.shows(/te/u);
      terminal.type('\r');
      expect(await terminal.shows(/clock\/log +running[^]+?> /u)).toContain('minit is booting');
      // Ctrl-c gives the line up.
      terminal.type('nonsense\u0003');
      await terminal.shows(/\^C[^]*> /u);
      terminal.type('first\r');
      await terminal.shows(/before the first event[^]*0 \+0\.000000> /u);
      terminal.type('quit\r');
      expect(await terminal.ended).toBe(0);
    },
  );

  onTerminal('reads a log on that grows, and ends with ctrl-d', async () => {
    const log = join(temporaryDirectory(), 'log');
    const lines = readFileSync(golden('demo'), 'utf8').split('\n').slice(0, -1);
    const write = (count: number) =>
      writeFileSync(
        log,
        lines
          .slice(0, count + 1)
          .map((line) => `${line}\n`)
          .join(''),
      );
    write(10);
    const terminal = sit(log);
    await terminal.shows(/0 \+0\.000000> /u);
    terminal.type('last\r');
    await terminal.shows(/10 \+\d\.\d{6}> /u);
    write(12);
    terminal.type('next\r');
    await terminal.shows(/11 \+\d\.\d{6}> /u);
    write(43);
    terminal.type('until minit == halted\r');
    await terminal.shows(/43 \+1\.034576> /u);
    terminal.type('\u0004');
    // The prompt of the shell has a line of its own.
    await terminal.shows(/\r\n/u);
    expect(await terminal.ended).toBe(0);
  });
});
