/**
 * pidfilehack without a minit, and with the C original's protocol: what it asks, how it ends, and
 * that it leaves nothing behind that nobody watches. With our minit: pidfilehack.e2e.
 */
import '../support/real-process';
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { hack, type Hack } from '../../adapters/pidfilehack';
import { temporaryDirectory } from '../support/temporary-directory';

interface Original {
  readonly root: string;
  readonly requests: () => string[];
  /** The path of a file in a folder of its own. */
  readonly file: (name: string) => string;
}

const original = join(__dirname, '../support/original-minit.cjs');
const ends: (() => void)[] = [];
afterEach(() => {
  for (const end of ends.splice(0)) end();
});

/** The C minit, as far as it matters here, which knows the service `d`. */
async function startOriginal(): Promise<Original> {
  const root = temporaryDirectory();
  const child = spawn(process.execPath, [original, root], { stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  await new Promise<void>((resolve) => {
    child.stdout.on('data', (chunk: Buffer) => {
      output += chunk.toString();
      resolve();
    });
  });
  const gone = new Promise((resolve) => child.once('exit', resolve));
  ends.push(() => void (child.kill('SIGKILL'), gone));
  return {
    root,
    requests: () =>
      output
        .split('\n')
        .slice(1, -1)
        .map((line) => JSON.parse(line) as string),
    file: (name) => join(root, name),
  };
}

interface Ended {
  readonly code: number;
  readonly text: string | undefined;
}

const ended = (options: Omit<Hack, 'finish'>): Promise<Ended> =>
  new Promise((resolve) => {
    hack({
      ...options,
      finish: (code, text) => {
        resolve({ code, text });
      },
    });
  });

/** Waits for what another process does. */
async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 10));
}

const shell = (script: string): Hack['argv'] => ['/bin/sh', '-c', script];
/** Ends the daemon of a spec with it: it is nobody's child. */
function endLater(pidFile: string): string {
  ends.push(() => {
    const pid = Number(readFileSync(pidFile, 'utf8'));
    // 0 would be the spec itself, and all that it has started.
    if (pid > 1) process.kill(pid, 'SIGKILL');
  });
  return pidFile;
}

describe('pidfilehack with the C minit', () => {
  it('tells the PID by its letter', async () => {
    const { root, requests, file } = await startOriginal();
    const pidFile = endLater(file('pid'));
    writeFileSync(pidFile, '4194303\n');
    const argv = shell(
      `[ ! -e ${pidFile} ] && (setsid sleep 1000 > /dev/null 2>&1 & echo $! > ${pidFile})`,
    );
    expect(await ended({ root, service: 'd', pidFile, argv })).toEqual({
      code: 0,
      text: undefined,
    });
    const pid = readFileSync(pidFile, 'utf8').trim();
    expect(requests().slice(0, 1)).toEqual([expect.stringContaining('expect-pid')]);
    await until(() => requests().at(-1) === `Pd\0${pid}\0`);
  });

  it('ends with 111 when the service is none of its services', async () => {
    const { root, file } = await startOriginal();
    const pidFile = endLater(file('pid'));
    const argv = shell(`setsid sleep 1000 > /dev/null 2>&1 & echo $! > ${pidFile}`);
    const { code, text } = await ended({ root, service: 'x', pidFile, argv });
    expect(code).toBe(111);
    expect(text).toMatch(/^minit refuses PID \d+ for x: no such service$/u);
  });

  it.each<[string, (file: (name: string) => string) => string, number, string]>([
    ['writes no PID file', () => 'true', 111, 'no PID file "FILE" within 0.4 s'],
    [
      'writes an empty one',
      (file) => `: > ${file('pid')}`,
      111,
      'the PID file "FILE" is still empty after 0.4 s',
    ],
    [
      'writes nonsense',
      (file) => `echo yes > ${file('pid')}`,
      111,
      'the PID file "FILE" holds no PID',
    ],
    [
      'writes the PID of init',
      (file) => `echo 1 > ${file('pid')}`,
      111,
      'the PID file "FILE" holds no PID',
    ],
    [
      'makes a directory',
      (file) => `mkdir ${file('pid')}`,
      111,
      'the PID file "FILE" holds no PID',
    ],
    ['makes a FIFO', (file) => `mkfifo ${file('pid')}`, 111, 'the PID file "FILE" holds no PID'],
    [
      'names a process that is not there',
      (file) => `echo 4194303 > ${file('pid')}`,
      111,
      'the PID file "FILE" names process 4194303, which does not exist',
    ],
    ['fails', () => 'exit 7', 7, '"/bin/sh" exited 7 and left no PID'],
    ['is killed', () => 'kill -KILL $$', 137, '"/bin/sh" killed by SIGKILL and left no PID'],
  ])('says so when the command %s', async (_, script, code, text) => {
    const { root, file } = await startOriginal();
    const pidFile = file('pid');
    const options = { root, service: 'd', pidFile, limitMs: 400 };
    expect(await ended({ ...options, argv: shell(script(file)) })).toEqual({
      code,
      text: text.replace('FILE', pidFile),
    });
  });

  it('takes a PID also from a command that fails', async () => {
    const { root, file } = await startOriginal();
    const pidFile = endLater(file('pid'));
    const argv = shell(`setsid sleep 1000 > /dev/null 2>&1 & echo $! > ${pidFile}; exit 3`);
    expect(await ended({ root, service: 'd', pidFile, argv })).toMatchObject({ code: 0 });
  });

  it('ends what has written no PID, so that the next attempt is alone', async () => {
    const { root, file } = await startOriginal();
    const script = `trap "echo TERM > ${file('got')}; exit" TERM; : > ${file('up')}; while :; do sleep 0.02; done`;
    const { code } = await ended({
      root,
      service: 'd',
      pidFile: file('pid'),
      argv: shell(script),
      limitMs: 600,
    });
    expect(code).toBe(111);
    expect(existsSync(file('up'))).toBe(true);
    await until(() => existsSync(file('got')));
  });

  it.each<[string, (file: (name: string) => string) => void, number, RegExp]>([
    ['is not there', () => undefined, 127, /no such file or directory$/u],
    [
      'is not executable',
      (file) => {
        writeFileSync(file('x'), '#!/bin/sh\n');
      },
      126,
      /it is not executable$/u,
    ],
    [
      'has no interpreter',
      (file) => {
        writeFileSync(file('x'), '#!/no/such\n', { mode: 0o755 });
      },
      127,
      /its interpreter "\/no\/such" does not exist$/u,
    ],
    [
      'is a directory',
      (file) => {
        mkdirSync(file('x'));
      },
      126,
      /it is a directory$/u,
    ],
    [
      'is a link to nothing',
      (file) => {
        symlinkSync('/no/such', file('x'));
      },
      127,
      /symbolic link to "\/no\/such", which does not exist$/u,
    ],
  ])('says why a command that %s cannot be executed', async (_, prepare, code, text) => {
    const { root, file } = await startOriginal();
    prepare(file);
    const outcome = await ended({ root, service: 'd', pidFile: file('pid'), argv: [file('x')] });
    expect(outcome).toEqual({ code, text: expect.stringMatching(text) as string });
    expect(outcome.text).toContain(`unable to execute "${file('x')}"`);
  });

  it('runs nothing when an old PID file cannot be removed', async () => {
    const { root, file } = await startOriginal();
    mkdirSync(file('pid'));
    const argv = shell(`: > ${file('ran')}`);
    const outcome = await ended({ root, service: 'd', pidFile: file('pid'), argv });
    expect(outcome).toEqual({
      code: 111,
      text: `unable to remove "${file('pid')}": is a directory`,
    });
    expect(existsSync(file('ran'))).toBe(false);
  });
});

describe('pidfilehack without a minit', () => {
  it('runs nothing, because nobody would watch it', async () => {
    const root = temporaryDirectory();
    const argv = shell(`: > ${join(root, 'ran')}`);
    expect(await ended({ root, service: 'd', pidFile: join(root, 'pid'), argv })).toEqual({
      code: 111,
      text: `${root}/in does not exist: is this the directory of a running minit?`,
    });
    expect(existsSync(join(root, 'ran'))).toBe(false);
  });
});
