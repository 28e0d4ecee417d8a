/**
 * Which children SIGCHLD was for. The kernel tells with the signal whose end it is, and Node hands on
 * only that it came; to ask waitpid(2) for any child makes the kernel look at all of them. Signals that
 * come at once are told as one, so that whoever uses this must ask for any child now and then all the same.
 *
 * @module
 */
import { childCodeFor, ringSlots } from './child-code';
import { viewOf } from './koffi';
import { mapMemory, placeProgram } from './memory';
import { SA_SIGINFO, setSignalAction, signalAction } from './signal-action';
import { signals } from '../../machines/service-context';

const ringBytes = 4 * (1 + ringSlots);
/** SIG_IGN; SIG_DFL is below it. */
const ignored = 1n;
/**
 * A count of all that was noted, then the PIDs. For ever, like the code that writes there: another handler, put before
 * ours, may go on to it when nobody here wants it any more.
 */
interface Ring {
  readonly address: bigint;
  readonly words: Int32Array;
}
let ring: Ring | undefined;
let handler: { readonly address: bigint; readonly next: bigint } | undefined;

export interface ChildSignals {
  /** The PIDs of signals since the last time, in order; `undefined` when not all of them are known. */
  take(): readonly number[] | undefined;
}

/**
 * Notes PIDs from now on, before the handler of SIGCHLD that is there now; whoever replaces it ends this.
 * Returns `undefined` where it cannot be done: no handler, no code for this CPU, no memory that may hold a
 * program.
 */
export function noteChildSignals(): ChildSignals | undefined {
  const action = signalAction(signals.SIGCHLD);
  ring ??= mapRing();
  if (ring === undefined || typeof action === 'number' || action.handler <= ignored)
    return undefined;
  if (action.handler !== handler?.address) {
    const next = action.handler;
    const address = handler?.next === next ? handler.address : place(ring, next);
    if (address === undefined) return undefined;
    const flags = action.flags | SA_SIGINFO;
    if (setSignalAction(signals.SIGCHLD, { ...action, handler: address, flags }) !== 0)
      return undefined;
    handler = { address, next };
  }
  return { take: createTaker(ring.words) };
}

function mapRing(): Ring | undefined {
  const address = mapMemory(ringBytes);
  if (typeof address === 'number') return undefined;
  return { address, words: new Int32Array(viewOf(address, ringBytes)) };
}

/** Returns the address of the code; a page is left behind for each handler that it goes on to. */
function place({ address: ringAddress }: Ring, next: bigint): bigint | undefined {
  const code = childCodeFor(process.arch)?.({ ring: ringAddress, next });
  const address = code && placeProgram(code);
  return typeof address === 'bigint' ? address : undefined;
}

function createTaker(words: Int32Array): ChildSignals['take'] {
  let taken = Atomics.load(words, 0);
  return () => {
    const noted = Atomics.load(words, 0);
    const count = (noted - taken) | 0;
    const pids: number[] = [];
    let isKnown = count <= ringSlots;
    for (; isKnown && taken !== noted; taken = (taken + 1) | 0) {
      // 0: the other thread that has counted it has not written it yet.
      const pid = Atomics.exchange(words, 1 + (taken & (ringSlots - 1)), 0);
      pids.push(pid);
      isKnown = pid > 0;
    }
    taken = noted;
    return isKnown ? pids : undefined;
  };
}
