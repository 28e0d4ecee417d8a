/**
 * What this program does when a signal comes: struct sigaction, for handlers that are machine code. sigaction(2)
 *
 * @module
 */
import { bind, lastErrno, resultOrErrno } from './koffi';

export const SA_SIGINFO = 4;
export const SA_ONSTACK = 0x08000000;
export const SA_NODEFER = 0x40000000;

/** struct sigaction of glibc and musl, x64 and arm64: handler, a mask of 128 bytes, flags, restorer. */
const actionBytes = 152;
const maskOffset = 8;
const flagsOffset = 136;

const sigaction = bind<[number, Buffer | number, Buffer | number]>(
  'int sigaction(int, void *, void *)',
);

export interface SignalAction {
  /** Its address; 0 is the default action, 1 to ignore the signal. */
  readonly handler: bigint;
  readonly flags: number;
  /** The signals that wait while the handler runs, a sigset_t; none where it is absent. */
  readonly mask?: Buffer;
}

/** Returns what is done now, or the errno. */
export function signalAction(signal: number): SignalAction | number {
  const action = Buffer.alloc(actionBytes);
  if (sigaction(signal, 0, action) !== 0) return lastErrno();
  return {
    handler: action.readBigUInt64LE(0),
    flags: action.readInt32LE(flagsOffset),
    mask: action.subarray(maskOffset, flagsOffset),
  };
}

/** Returns 0 or −errno. */
export function setSignalAction(signal: number, { handler, flags, mask }: SignalAction): number {
  const action = Buffer.alloc(actionBytes);
  action.writeBigUInt64LE(handler, 0);
  mask?.copy(action, maskOffset);
  action.writeInt32LE(flags, flagsOffset);
  return resultOrErrno(sigaction(signal, action, 0));
}
