/**
 * Starting a process by clone(2) alone, on the thread that asks: the child shares all memory with us until its exec, which is
 * why it runs nothing but the machine code of call-list-code.ts. Nobody waits for the exec: the kernel clears a word when
 * the child has left our memory, by its exec or by its end. See decision 0025.
 *
 * @module
 */
import type { CallList } from './call-list';
import { callListRunner } from './call-list';
import {
  cloneArgument,
  cloneCalls,
  niceLevelArgument,
  place,
  trialCalls,
  trialPlace,
} from './clone-calls';
import { addressOf, bindAtOnce, lastingAddressOf, pinned } from './koffi';
import type { FailedCall, NativeOutcome, NativeSpawn, SpawnDone } from './native-spawn';
import { SpawnBlock } from './spawn-block';
import { systemCallsOf, type SystemCalls } from './system-calls';
import { awaitEnd } from './wait';

const F_SETFD = 2;
const AT_FDCWD = -100;
const O_NONBLOCK = 0o4000;
const FUTEX_WAIT = 0;
const nsPerMs = 1_000_000n;

type Run = NonNullable<ReturnType<typeof callListRunner>>;

/** What this machine has for it. */
interface Means {
  readonly numbers: SystemCalls;
  readonly run: Run;
  /** Copied for each {@link CloneBlock}. */
  readonly calls: CallList;
}
/** Absent: not tried yet. */
let found: { readonly means: Means | undefined } | undefined;

const meansOfCloning = (): Means | undefined => (found ??= { means: findMeans() }).means;

/** Says whether processes can be made so: not before Linux 5.9, nor on an unknown CPU, nor where something refuses it. */
export const canClone = (): boolean => meansOfCloning() !== undefined;

function findMeans(): Means | undefined {
  const numbers = systemCallsOf(process.arch);
  const run = callListRunner();
  if (numbers === undefined || run === undefined) return undefined;
  const trial = trialCalls(numbers);
  run(trial.address);
  const pid = trial.result(trialPlace);
  if (pid <= 0) return undefined;
  // Its calls are made by then.
  awaitEnd(pid);
  return { numbers, run, calls: cloneCalls(numbers) };
}

/** Memory of a start, used over and over. */
class CloneBlock {
  private readonly strings = new SpawnBlock();
  private readonly calls: CallList;
  private readonly numbers: SystemCalls;
  /** Not 0 as long as the child is in our memory. */
  private readonly word = new Int32Array(1);
  readonly wordAddress = Number(addressOf(this.word));
  private readonly pidThere = new Int32Array(1);
  private readonly pidAddress = Number(addressOf(this.pidThere));
  private terminal: Buffer | undefined;
  /** What the calls have from the start before: nearly all have the same. */
  private readonly standardFds = [-1, -1, -1];
  private envp: Buffer | undefined;

  constructor({ numbers, calls }: Means) {
    this.numbers = numbers;
    this.calls = calls.copy();
    this.calls.setArgument(place.clone, cloneArgument.word, this.wordAddress);
  }

  get isThrough(): boolean {
    return this.word[0] === 0;
  }

  /** Makes the child; returns its PID, or −errno. */
  begin(request: NativeSpawn, run: Run): number {
    const calls = this.calls;
    const { path, workingDirectory, argv } = this.strings.pack(request);
    const { pidMemory, terminal } = request;
    const pidAddress = pidMemory === undefined ? this.pidAddress : lastingAddressOf(pidMemory);
    calls.setArgument(place.clone, cloneArgument.pid, pidAddress);
    const next = terminal === undefined ? place.lead : this.leadWith(terminal);
    calls.setAfterZero(place.lastReset, next);
    this.setStandard(request.inputFd, 0);
    this.setStandard(request.outputFd, 1);
    this.setStandard(request.errorFd, 2);
    calls.setArgument(place.changeDirectory, 0, workingDirectory);
    this.setNice(request.niceLevel);
    calls.setArgument(place.execute, 0, path);
    calls.setArgument(place.execute, 1, argv);
    this.setEnvironment(request.envp);
    this.word[0] = 1;
    run(calls.address);
    return this.pid;
  }

  get pid(): number {
    return this.calls.result(place.clone);
  }

  /** Returns what came of the child: it executes its program if it was not killed before. Forgets it, for the next one. */
  takeOutcome(): NativeOutcome {
    const niceErrno = this.takeErrno(place.setNice);
    this.takeErrno(place.closeInput);
    if (this.calls.result(place.failed) === 0) return { pid: this.pid, niceErrno };
    this.calls.forgetResult(place.failed);
    let outcome: NativeOutcome = { errno: 0 };
    for (let at: number = place.lead; at <= place.last; at += 1) {
      const errno = this.takeErrno(at);
      if (errno !== 0) outcome = { errno, failedCall: failedCalls.get(at) };
    }
    return outcome;
  }

  private takeErrno(at: number): number {
    const result = this.calls.result(at);
    if (result < 0) this.calls.forgetResult(at);
    return Math.max(0, -result);
  }

  private setEnvironment(envp: Buffer): void {
    if (envp === this.envp) return;
    this.envp = envp;
    this.calls.setArgument(place.execute, 2, Number(addressOf(envp)));
  }

  private setNice(level: number | undefined): void {
    const calls = this.calls;
    const next = level === undefined ? place.closeOthers : place.setNice;
    calls.setAfterZero(place.changeDirectory, next);
    if (level !== undefined) calls.setArgument(place.setNice, niceLevelArgument, level);
  }

  /** dup3(2) refuses what is in its place already; but that may be close-on-exec. */
  private setStandard(fd: number, wanted: number): void {
    if (fd === this.standardFds[wanted]) return;
    this.standardFds[wanted] = fd;
    const { fcntl, dup3 } = this.numbers;
    const at = place.standard + wanted;
    if (fd === wanted) this.calls.setCall(at, fcntl, [fd, F_SETFD, 0]);
    else this.calls.setCall(at, dup3, [fd, wanted, 0]);
  }

  /**
   * A session leader that opens a terminal for reading gets it for its session, also when that fd is replaced at once by
   * the one that minit has opened and checked (tty_ioctl(4)).
   */
  private leadWith(terminal: string): number {
    this.terminal = Buffer.from(`${terminal}\0`);
    const path = Number(addressOf(this.terminal));
    this.calls.setCall(place.openTerminal, this.numbers.openat, [AT_FDCWD, path, O_NONBLOCK]);
    return place.leadWithTerminal;
  }
}

const failedCalls: ReadonlyMap<number, FailedCall> = new Map([
  [place.openTerminal, 'terminal'],
  [place.standard, 'standard-files'],
  [place.standard + 1, 'standard-files'],
  [place.standard + 2, 'standard-files'],
  [place.changeDirectory, 'change-directory'],
  [place.execute, 'execute'],
]);

interface Begun {
  readonly block: CloneBlock;
  /** Held, since the child uses its memory. */
  readonly request: NativeSpawn;
  readonly done: SpawnDone;
  /** How often it was looked at without being through. */
  looks: number;
}

const idleBlocks: CloneBlock[] = [];
/** In order. */
let begun: Begun[] = [];

/** Starts a process, see spawn.ts. Returns false where this cannot be had. */
export function spawnByClone(request: NativeSpawn, done: SpawnDone): boolean {
  const means = meansOfCloning();
  if (means === undefined) return false;
  const block = idleBlocks.pop() ?? new CloneBlock(means);
  const pid = block.begin(request, means.run);
  if (pid < 0) {
    idleBlocks.push(block);
    done({ errno: -pid, failedCall: 'clone' });
    return true;
  }
  begun.push({ block, request, done, looks: 0 });
  if (request.isAwaited) watchSoon(means);
  else lookLater(means, 0);
  return true;
}

/** Says `done` of all that are through, in the order in which they were begun. */
export function settleClones(): void {
  const through: Begun[] = [];
  const others: Begun[] = [];
  for (let index = 0; index < begun.length; index += 1) {
    const one = begun[index] as Begun;
    (one.block.isThrough ? through : others).push(one);
  }
  if (through.length === 0) return;
  begun = others;
  for (let index = 0; index < through.length; index += 1) finish(through[index] as Begun);
}

function finish({ block, request: { pidMemory }, done }: Begun): void {
  const { pid } = block;
  const outcome = block.takeOutcome();
  idleBlocks.push(block);
  if ('errno' in outcome) {
    // As posix_spawn(3) does: of a child that has executed nothing there is nothing to tell. It may still be ending.
    awaitEnd(pid);
    if (pidMemory !== undefined) pidMemory[0] = 0;
  }
  done(outcome);
}

const systemCall = bindAtOnce<[number, number, number, number, number]>(
  'long syscall(long, uintptr_t, long, long, uintptr_t)',
);
/** struct timespec. */
const patience = pinned(Buffer.from(BigInt64Array.of(0n, 2n * nsPerMs).buffer));
/** An exec that is not through after so many waits hangs. */
const waitsMax = 4;
const laterMsMax = 100;
let isWatchDue = false;
let isWaitedFor = false;
let later: { readonly timer: NodeJS.Timeout; readonly delayMs: number } | undefined;

/** After all that is begun in this turn of Node's loop: who is through by then need not be waited for. */
function watchSoon(means: Means): void {
  if (isWatchDue) return;
  isWatchDue = true;
  setImmediate(() => {
    isWatchDue = false;
    lookAgain(means);
  });
}

/** Of those that are not through, after `looks` looks at the newest; never later than is arranged already. */
function lookLater(means: Means, looks: number): void {
  const delayMs = Math.min(2 ** looks, laterMsMax);
  if (later !== undefined && later.delayMs <= delayMs) return;
  clearTimeout(later?.timer);
  const timer = setTimeout(() => {
    later = undefined;
    lookAgain(means);
  }, delayMs);
  later = { timer, delayMs };
}

function lookAgain(means: Means): void {
  settleClones();
  watch(means);
}

/**
 * Looks after those that are not through. When the newest is, those before it are, or hang. To wake a thread for it takes longer
 * than an exec, and holds up ours while the child is to run: only for what somebody waits for. Else it is looked at after 1 ms,
 * which the end of a child or another start may forestall, then less and less often.
 */
function watch(means: Means): void {
  const awaited = begun.findLast(({ request, looks }) => request.isAwaited && looks < waitsMax);
  const one = awaited ?? begun.at(-1);
  if (one === undefined || (awaited !== undefined && isWaitedFor)) return;
  one.looks += 1;
  if (awaited === undefined) lookLater(means, one.looks);
  else waitFor(awaited, means);
}

/** Has a thread wait. futex(2) */
function waitFor({ block }: Begun, means: Means): void {
  isWaitedFor = true;
  const { futex } = means.numbers;
  systemCall.async(futex, block.wordAddress, FUTEX_WAIT, 1, patience.address, () => {
    isWaitedFor = false;
    lookAgain(means);
  });
}
