/**
 * The memory of a spawn, read back as C would read it: addresses of strings that end with NUL.
 */
import { wordAt } from '../../adapters/libc/koffi';
import { copyString } from '../../adapters/libc/memory';
import { SpawnBlock, type ProgramStrings } from '../../adapters/libc/spawn-block';

const wordBytes = 8;
const program = (more: Partial<ProgramStrings> = {}): ProgramStrings => ({
  path: '/bin/true',
  workingDirectory: '/',
  argv: ['true'],
  argvEncoding: 'utf8',
  ...more,
});

const textAt = (address: number | bigint, encoding: BufferEncoding = 'utf8'): string =>
  copyString(BigInt(address)).toString(encoding).slice(0, -1);

/** What execve(2) would be given. */
function readBack(block: SpawnBlock, strings: ProgramStrings) {
  const { path, workingDirectory, argv } = block.pack(strings);
  const words: bigint[] = [];
  for (let offset = 0; ; offset += wordBytes) {
    const word = wordAt(BigInt(argv), offset);
    if (word === 0n) break;
    words.push(word);
  }
  return {
    path: textAt(path),
    workingDirectory: textAt(workingDirectory),
    argv: words.map((word, index) => textAt(word, index === 0 ? 'utf8' : strings.argvEncoding)),
    argvEncoding: strings.argvEncoding,
  };
}

describe('the memory of a spawn', () => {
  it.each([
    ['no arguments', program()],
    ['no name', program({ argv: [] })],
    ['empty arguments', program({ argv: ['', '', 'x', ''] })],
    ['UTF-8', program({ path: '/bin/é', workingDirectory: '/€', argv: ['é', '𝄞', 'ü'] })],
    ['bytes', program({ argv: ['é', 'a\u00ff\u0080'], argvEncoding: 'latin1' })],
    ['a long argument', program({ argv: ['true', 'x'.repeat(1_000_000), 'y'] })],
    ['many arguments', program({ argv: Array.from({ length: 5_000 }, (_, i) => `é${String(i)}`) })],
    ['what just fits', program({ argv: ['true', '€'.repeat(660)] })],
  ])('holds %s', (_, strings) => {
    expect(readBack(new SpawnBlock(), strings)).toEqual(strings);
  });

  it('holds each program in turn, whatever was there before', () => {
    const block = new SpawnBlock();
    const long = program({ argv: ['true', 'x'.repeat(100_000)] });
    const short = program({ path: '/bin/false', argv: ['false', '-v'] });
    for (const strings of [long, short, program(), long, program({ argv: [] }), short])
      expect(readBack(block, strings)).toEqual(strings);
  });
});
