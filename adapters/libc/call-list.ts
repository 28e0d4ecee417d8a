/**
 * Lists of system calls in memory, and the making of them by machine code, on the thread that asks.
 *
 * @module
 */
import { argumentsMax, callListCodeFor, callWord, callWords } from './call-list-code';
import { addressOf, functionAt, type NativeFunction } from './koffi';
import { placeProgram } from './memory';

const wordBytes = 8;
const callBytes = callWords * wordBytes;
const highWord = 4_294_967_296;
const endNumber = -1;

/** A call; which one follows is told by its place in the list, and is the next one where nothing is told. */
export interface Call {
  /** Absent: the end of the list. */
  readonly number?: number;
  /** Whole numbers, and addresses below 2^53: there are none above 2^47 in user space. */
  readonly arguments?: readonly number[];
  readonly afterZero?: number;
  readonly afterError?: number;
}

type Run = NativeFunction<[number]>;
/** Absent: not looked for yet. */
let code: { readonly run: Run | undefined } | undefined;

/** Returns what makes the calls; `undefined` on an unknown CPU, or where no memory may hold a program. */
export function callListRunner(): Run | undefined {
  if (code === undefined) {
    const program = callListCodeFor(process.arch);
    const address = program && placeProgram(program);
    code = {
      run: typeof address === 'bigint' ? functionAt(address, 'int run(uintptr_t)') : undefined,
    };
  }
  return code.run;
}

/** Must be kept for as long as somebody may make its calls. */
export class CallList {
  private readonly memory: Buffer;
  private readonly words: Uint32Array;
  private readonly results: Int32Array;
  /** Of the first call. */
  readonly address: number;

  private constructor(memory: Buffer) {
    this.memory = memory;
    this.words = new Uint32Array(memory.buffer, memory.byteOffset, memory.length / 4);
    this.results = new Int32Array(memory.buffer, memory.byteOffset, memory.length / 4);
    this.address = Number(addressOf(memory));
  }

  static of(calls: readonly Call[]): CallList {
    const list = new CallList(Buffer.allocUnsafeSlow(calls.length * callBytes).fill(0));
    for (const [place, call] of calls.entries()) list.write(place, call);
    return list;
  }

  /** Returns a list of the same calls in memory of its own. */
  copy(): CallList {
    const memory = Buffer.allocUnsafeSlow(this.memory.length);
    this.memory.copy(memory);
    return new CallList(memory);
  }

  /** Puts another call in a place, which is followed by the same ones. */
  setCall(place: number, number: number, values: readonly number[]): void {
    this.set(place, callWord.number, number);
    for (let index = 0; index < values.length; index += 1)
      this.setArgument(place, index, values[index] ?? 0);
  }

  setArgument(place: number, index: number, value: number): void {
    this.set(place, callWord.arguments + index, value);
  }

  setAfterZero(place: number, next: number): void {
    this.set(place, callWord.afterZero, (next - place) * callBytes);
  }

  /** Returns what the call last came to if that was not 0: −errno, or a number below 2^31. */
  result(place: number): number {
    return this.results[2 * (place * callWords + callWord.result)] ?? 0;
  }

  forgetResult(place: number): void {
    this.set(place, callWord.result, 0);
  }

  private write(place: number, call: Call): void {
    this.setCall(place, call.number ?? endNumber, call.arguments?.slice(0, argumentsMax) ?? []);
    this.setAfterZero(place, call.afterZero ?? place + 1);
    const afterError = call.afterError ?? place + 1;
    this.set(place, callWord.afterError, (afterError - place) * callBytes);
  }

  private set(place: number, word: number, value: number): void {
    const at = 2 * (place * callWords + word);
    this.words[at] = value;
    this.words[at + 1] = Math.floor(value / highWord);
  }
}
