/**
 * Programs that crash, and what comes after: real processes, also as PID 1 of a PID namespace.
 *
 * Not here: PID 1 of a kernel that has booted, musl, and a worker thread whose stack is full (it has
 * no stack for signals; nothing can be done then). What was run on arm64: decision 0012.
 */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  readFileSync,
  renameSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { bind } from '../../adapters/libc/koffi';
import { temporaryDirectory } from '../support/temporary-directory';
import { itWhen } from '../e2e/fixtures/recorded';

const deadlineMs = 30_000;
const root = join(__dirname, '../..');
const bundle = join(temporaryDirectory(), 'crashes.js');

beforeAll(() => {
  const source = join(__dirname, 'fixtures/crashes.ts');
  const { status, stderr } = spawnSync(
    join(root, 'node_modules/.bin/esbuild'),
    [source, '--bundle', '--platform=node', '--log-level=warning', `--outfile=${bundle}`],
    { encoding: 'utf8' },
  );
  if (status !== 0) throw new Error(stderr);
  const koffi = dirname(
    require.resolve(`@koromix/koffi-linux-${process.arch}/package.json`, { paths: [root] }),
  );
  for (const [libc, folder] of Object.entries({ glibc: 'linux', musl: 'musl' })) {
    const binary = join(koffi, `${folder}_${process.arch}/koffi.node`);
    if (!existsSync(binary)) continue;
    copyFileSync(binary, join(dirname(bundle), `koffi-linux-${process.arch}-${libc}.node`));
  }
});

const started = new Set<ChildProcess>();
afterEach(() => {
  for (const child of started) child.kill('SIGKILL');
  started.clear();
});

interface Report {
  readonly generation: number;
  readonly pid: number;
  readonly signal: number;
  readonly arguments: readonly string[];
  readonly keeps: string;
  readonly timer: number;
  readonly open: readonly number[];
  readonly fds: number;
}

interface Run {
  readonly pid: number;
  /** The program to execute; see the fixture. */
  readonly node: string;
  /** The next line that is JSON; on the way there may be V8's last words. */
  next(): Promise<unknown>;
  line(pattern: RegExp): Promise<string>;
  readonly end: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
}

function run(
  ways: readonly string[],
  { flags = [], inside = [] }: { flags?: readonly string[]; inside?: readonly string[] } = {},
): Run {
  const directory = temporaryDirectory();
  const node = join(directory, 'node');
  symlinkSync(process.execPath, node);
  writeFileSync(join(directory, 'signal'), Buffer.alloc(4));
  const [file = '', ...args] = [...inside, process.execPath, ...flags, bundle, directory, ...ways];
  const child = spawn(file, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: process.env['PATH'], KEPT: 'ä=1 ', GENERATION: '0' },
  });
  started.add(child);
  const errors: Buffer[] = [];
  child.stderr.on('data', (chunk: Buffer) => void errors.push(chunk));
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const end = new Promise<{ code: number | null; signal: NodeJS.Signals | null }>((resolve) => {
    child.on('exit', (code, signal) => resolve({ code, signal }));
  });
  const line = async (pattern: RegExp): Promise<string> => {
    for (;;) {
      const next = await withDeadline(lines.next(), () => Buffer.concat(errors).toString());
      if (next.done === true) throw new Error(`ended: ${Buffer.concat(errors).toString()}`);
      if (pattern.test(next.value)) return next.value;
    }
  };
  return {
    pid: child.pid ?? 0,
    node,
    line,
    next: async () => JSON.parse(await line(/^\{/u)) as unknown,
    end,
  };
}

function withDeadline<T>(promise: Promise<T>, told: () => string): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      reject(new Error(`nothing within ${String(deadlineMs)} ms: ${told()}`));
    }, deadlineMs);
    promise.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}

/** Every generation's report; the last way must be `end`. */
async function generations(program: Run, count: number): Promise<Report[]> {
  const reports: Report[] = [];
  while (reports.length < count) reports.push((await program.next()) as Report);
  expect(await program.end).toEqual({ code: 0, signal: null });
  return reports;
}

/** Whatever the signal was, the next generation is this. */
function expectAnew(first: Report, second: Report): void {
  expect(second).toEqual({
    ...first,
    generation: first.generation + 1,
    signal: second.signal,
  });
  expect(first).toMatchObject({ timer: 0, open: [0, 1, 2], keeps: 'ä=1 ' });
}

const numbers = { ABRT: 6, SEGV: 11, VTALRM: 26 };

describe('a program that crashes is executed anew', () => {
  it.each([
    ['abort', 'calls abort', numbers.ABRT, []],
    ['bad-address', 'reads a bad address in native code', numbers.SEGV, []],
    ['full-heap', 'fills its heap', numbers.ABRT, ['--max-old-space-size=16']],
    ['endless-loop', 'turns in a loop', numbers.VTALRM, []],
    ['full-stack', 'fills its stack', numbers.SEGV, ['--stack-size=1000000']],
    ['worker', 'reads a bad address on another thread', numbers.SEGV, []],
  ])('%s: when it %s', async (way, _, signal, flags) => {
    const program = run([way, 'end'], { flags });
    const [first, second] = await generations(program, 2);
    if (first === undefined || second === undefined) throw new Error('unreachable');
    expectAnew(first, second);
    expect(first).toMatchObject({ generation: 0, pid: program.pid, signal: 0 });
    expect(first.arguments.slice(0, flags.length)).toEqual(flags);
    expect(second.signal).toBe(signal);
  });

  it.each([
    ['SIGABRT', 6],
    ['SIGBUS', 7],
    ['SIGFPE', 8],
    ['SIGILL', 4],
    ['SIGSEGV', 11],
    ['SIGSYS', 31],
    ['SIGTRAP', 5],
    ['SIGVTALRM', 26],
  ] as const)('when somebody sends it %s', async (name, signal) => {
    const program = run(['wait', 'end']);
    const first = (await program.next()) as Report;
    process.kill(program.pid, name);
    const second = (await program.next()) as Report;
    expectAnew(first, second);
    expect(second.signal).toBe(signal);
    expect(await program.end).toEqual({ code: 0, signal: null });
  });

  it('with no signal blocked', async () => {
    const program = run(['masked']);
    expect(await program.line(/^Name/u)).toBe('Name:\tgrep');
    expect(await program.line(/^SigBlk/u)).toBe('SigBlk:\t0000000000000000');
  });

  it('ten times in a row', async () => {
    const ways = ['abort', 'bad-address', 'worker', 'orderly', 'abort'];
    const reports = await generations(run([...ways, ...ways, 'end']), 11);
    reports.slice(1).forEach((report, index) => {
      expectAnew(reports[index] ?? report, report);
    });
    expect(reports.at(-1)).toMatchObject({ generation: 10 });
  });

  it('as soon as there is a program to be executed', async () => {
    const program = run(['wait', 'end']);
    await program.next();
    renameSync(program.node, `${program.node}.away`);
    process.kill(program.pid, 'SIGSEGV');
    await sleepsInHandler(program.pid);
    renameSync(`${program.node}.away`, program.node);
    expect(await program.next()).toMatchObject({ generation: 1, pid: program.pid, signal: 11 });
    expect(await program.end).toEqual({ code: 0, signal: null });
  });
});

/** Waits until the process is in the nanosleep(2) of the handler; libc itself uses clock_nanosleep(2). */
async function sleepsInHandler(pid: number): Promise<void> {
  const nanosleep = process.arch === 'arm64' ? '101 ' : '35 ';
  const until = performance.now() + deadlineMs;
  while (!readFileSync(`/proc/${String(pid)}/syscall`, 'utf8').startsWith(nanosleep)) {
    if (performance.now() > until) throw new Error('not in the handler');
    await new Promise((resolve) => setImmediate(resolve));
  }
}

describe('as PID 1', () => {
  const ways = ['abort', 'bad-address', 'full-heap', 'endless-loop', 'worker', 'full-stack'];
  const flags = ['--max-old-space-size=16', '--stack-size=1000000'];
  const namespace = ['--pid', '--fork', '--mount-proc', '--kill-child'];
  const kinds = {
    'of a namespace of root': ['unshare', ...namespace],
    'of a namespace without privileges': ['unshare', '--user', '--map-root-user', ...namespace],
  };
  for (const [name, inside] of Object.entries(kinds)) {
    const [file = '', ...args] = inside;
    const works = spawnSync(file, [...args, 'true'], { stdio: 'ignore' }).status === 0;
    itWhen(works, `no ${inside.join(' ')} here`)(`${name} it survives all of that`, async () => {
      const program = run([...ways, 'end'], { inside, flags });
      const reports = await generations(program, ways.length + 1);
      const { ABRT, SEGV, VTALRM } = numbers;
      expect(reports.map(({ signal }) => signal)).toEqual([
        0,
        ABRT,
        SEGV,
        ABRT,
        VTALRM,
        SEGV,
        SEGV,
      ]);
      expect(new Set(reports.map(({ pid }) => pid))).toEqual(new Set([1]));
      reports.slice(1).forEach((report, index) => {
        expectAnew(reports[index] ?? report, report);
      });
    });
  }
});

describe('a crash handler', () => {
  it('is not there any more when it is disarmed', async () => {
    const program = run(['disarmed']);
    await program.next();
    expect(await program.end).toEqual({ code: null, signal: 'SIGABRT' });
  });

  // PR_GET_MDWE(2const)
  const canRefuse =
    bind<[number, number, number, number, number]>('int prctl(int, long, long, long, long)')(
      66,
      0,
      0,
      0,
      0,
    ) >= 0;
  itWhen(canRefuse, 'kernels before 6.3 do not know PR_SET_MDWE')(
    'is refused where memory may not become executable, and the program runs on',
    async () => {
      const program = run(['refused'], { flags: ['--jitless'] });
      expect(await program.next()).toEqual({ prctl: 0 });
      expect(await program.next()).toEqual({
        isArmed: false,
        errno: 13,
      });
    },
  );
});
