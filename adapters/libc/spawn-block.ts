/**
 * Memory for what execve(2) is given of one process, used over and over: a boot makes a thousand
 * calls, and each would leave half a dozen buffers to the garbage collector.
 *
 * @module
 */
import { addressOf } from './koffi';

const wordBytes = 8;
/** Enough for the paths and arguments of nearly all services. */
const stringBytesUsual = 2_048;
/** UTF-8 needs no more for a UTF-16 unit. */
const bytesPerUnitMax = 3;
const highWord = 4_294_967_296;

export interface ProgramStrings {
  readonly path: string;
  readonly workingDirectory: string;
  readonly argv: readonly string[];
  /** Of the arguments; the program's own name comes from a path and is always UTF-8. */
  readonly argvEncoding: 'utf8' | 'latin1';
}

/** Addresses below 2^53: there are none above 2^47 in user space. */
export interface PackedProgram {
  readonly path: number;
  readonly workingDirectory: number;
  readonly argv: number;
}

export class SpawnBlock {
  private strings = Buffer.allocUnsafeSlow(stringBytesUsual);
  /** The same memory. */
  private words = wordsOf(this.strings);
  private address = Number(addressOf(this.strings));
  private end = 0;

  /** Writes argv, a vector of addresses that ends with NULL, and all strings. They stay until the next time. */
  pack(program: ProgramStrings): PackedProgram {
    const { path, workingDirectory, argv } = program;
    let units = path.length + workingDirectory.length + 2;
    for (let index = 0; index < argv.length; index += 1) units += (argv[index]?.length ?? 0) + 1;
    const vectorBytes = (argv.length + 1) * wordBytes;
    this.reserve(vectorBytes + units * bytesPerUnitMax);
    this.end = vectorBytes;
    this.word(argv.length, 0);
    return this.packTogether(program) ?? this.packEach(program);
  }

  /** All strings with one write, which takes longer than a few bytes; `undefined` where they are not ASCII, as they nearly always are. */
  private packTogether({
    path,
    workingDirectory,
    argv,
  }: ProgramStrings): PackedProgram | undefined {
    const text = `${path}\0${workingDirectory}\0${argv.join('\0')}\0`;
    const start = this.address + this.end;
    if (this.strings.write(text, this.end) !== text.length) return undefined;
    let address = start + path.length + workingDirectory.length + 2;
    for (let index = 0; index < argv.length; index += 1) {
      this.word(index, address);
      address += (argv[index]?.length ?? 0) + 1;
    }
    return { argv: this.address, path: start, workingDirectory: start + path.length + 1 };
  }

  private packEach({ path, workingDirectory, argv, argvEncoding }: ProgramStrings): PackedProgram {
    for (let index = 0; index < argv.length; index += 1)
      this.word(index, this.string(argv[index] ?? '', index === 0 ? 'utf8' : argvEncoding));
    return {
      argv: this.address,
      path: this.string(path, 'utf8'),
      workingDirectory: this.string(workingDirectory, 'utf8'),
    };
  }

  private reserve(bytes: number): void {
    const isUsual = bytes <= stringBytesUsual;
    if (isUsual ? this.strings.length === stringBytesUsual : this.strings.length >= bytes) return;
    // What an unusual program needed is not kept.
    this.strings = Buffer.allocUnsafeSlow(isUsual ? stringBytesUsual : bytes);
    this.words = wordsOf(this.strings);
    this.address = Number(addressOf(this.strings));
  }

  private string(text: string, encoding: 'utf8' | 'latin1'): number {
    const address = this.address + this.end;
    this.end += this.strings.write(text, this.end, encoding);
    this.strings[this.end] = 0;
    this.end += 1;
    return address;
  }

  private word(index: number, address: number): void {
    this.words[2 * index] = address % highWord;
    this.words[2 * index + 1] = address / highWord;
  }
}

/** Whole words of memory of its own, which is aligned; little-endian on all machines we run on. */
const wordsOf = ({ buffer, byteOffset, length }: Buffer): Uint32Array =>
  new Uint32Array(buffer, byteOffset, Math.floor(length / 4));
