/**
 * Which children SIGCHLD was for. The kernel tells with the signal whose end it is, and Node hands on
 * only that it came; to ask waitpid(2) for any child makes the kernel look at all of them. Signals that
 * come at once are told as one, so that whoever uses this must ask for any child now and then all the same.
 *
 * @module
 */
import { childCodeFor, ringSlots } from './child-code';
import { addressOf } from './koffi';
import { placeProgram } from './memory';
import { SA_SIGINFO, setSignalAction, signalAction } from './signal-action';
import { signals } from '../../machines/service-context';

/** A count of all that was noted, then the PIDs. Aligned, and it stays where it is once its address was asked for. */
const ring = new Int32Array(1 + ringSlots);
/** SIG_IGN; SIG_DFL is below it. */
const ignored = 1n;
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
  if (typeof action === 'number' || action.handler <= ignored) return undefined;
  if (action.handler !== handler?.address) {
    const address = handler?.next === action.handler ? handler.address : place(action.handler);
    if (address === undefined) return undefined;
    const flags = action.flags | SA_SIGINFO;
    if (setSignalAction(signals.SIGCHLD, { ...action, handler: address, flags }) !== 0)
      return undefined;
    handler = { address, next: action.handler };
  }
  return { take: createTaker() };
}

/** Returns the address of the code; a page is left behind for each handler that it goes on to. */
function place(next: bigint): bigint | undefined {
  const code = childCodeFor(process.arch)?.({ ring: addressOf(ring), next });
  const address = code && placeProgram(code);
  return typeof address === 'bigint' ? address : undefined;
}

function createTaker(): ChildSignals['take'] {
  let taken = Atomics.load(ring, 0);
  return () => {
    const noted = Atomics.load(ring, 0);
    const count = (noted - taken) | 0;
    const pids: number[] = [];
    let isKnown = count <= ringSlots;
    for (; isKnown && taken !== noted; taken = (taken + 1) | 0) {
      // 0: the other thread that has counted it has not written it yet.
      const pid = Atomics.exchange(ring, 1 + (taken & (ringSlots - 1)), 0);
      pids.push(pid);
      isKnown = pid > 0;
    }
    taken = noted;
    return isKnown ? pids : undefined;
  };
}
