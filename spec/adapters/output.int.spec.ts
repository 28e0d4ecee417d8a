/**
 * Writing to a terminal that is read slowly, or never, without ever blocking; and without a trace for
 * those who have the same terminal. That a program with a write that blocks can end: console.e2e.
 */
import { readFileSync } from 'node:fs';
import { openOutput, type Output } from '../../adapters/output';
import { openAnew } from '../../adapters/own-opening';
import { openPseudoTerminal, type PseudoTerminal } from '../support/pseudo-terminal';

const terminals: PseudoTerminal[] = [];
const makeTerminal = (): PseudoTerminal => {
  const made = openPseudoTerminal();
  terminals.push(made);
  return made;
};
afterAll(() => {
  for (const one of terminals) one.close();
});

const flagsOf = (fd: number): number =>
  Number.parseInt(
    /^flags:\s+(\d+)/mu.exec(readFileSync(`/proc/self/fdinfo/${String(fd)}`, 'utf8'))?.[1] ?? '',
    8,
  );
const O_NONBLOCK = 0o4000;
const O_CLOEXEC = 0o2000000;
const line = Buffer.from(`${'x'.repeat(98)}\n`);

/** Writes until nothing more is taken; returns how many bytes were. */
function fill(output: Output): number {
  let taken = 0;
  for (let round = 0; round < 100_000 && output.isWritable(); round += 1) {
    try {
      taken += output.write(line);
    } catch (error) {
      expect(error).toMatchObject({ code: 'EAGAIN' });
      break;
    }
  }
  return taken;
}

describe('output to a terminal', () => {
  it('goes through an opening of its own, and leaves the shared one as it is', () => {
    const { fd, read } = makeTerminal();
    const own = openAnew(fd);
    expect(flagsOf(own ?? 0) & (O_NONBLOCK | O_CLOEXEC)).toBe(O_NONBLOCK | O_CLOEXEC);
    expect(flagsOf(fd) & O_NONBLOCK).toBe(0);
    openOutput(fd).write(Buffer.from('hello\n'));
    expect(read()).toBe('hello\r\n');
  });

  it('never blocks when nobody reads, and goes on when somebody does', async () => {
    const { fd, read } = makeTerminal();
    const output = openOutput(fd);
    const taken = fill(output);
    expect(taken).toBeGreaterThan(4_096);
    const goesOn = new Promise<void>((resolve) => {
      output.onWritable(resolve);
    });
    let text = '';
    while (text.replaceAll('\r', '').length < taken) text += read();
    await goesOn;
    expect(fill(output)).toBeGreaterThan(0);
  });

  it('never blocks when the terminal is stopped, and goes on when it is not', async () => {
    const { fd, setStopped, read } = makeTerminal();
    const output = openOutput(fd);
    setStopped(true);
    expect(fill(output)).toBe(0);
    const goesOn = new Promise<void>((resolve) => {
      output.onWritable(resolve);
    });
    setStopped(false);
    await goesOn;
    output.write(line);
    expect(read().trim()).toBe(line.toString().trim());
  });

  it('never blocks either where the terminal cannot be opened again', async () => {
    const { fd, read } = makeTerminal();
    const output = openOutput(fd, () => undefined);
    const goesOn = (): Promise<void> =>
      new Promise((resolve) => {
        output.onWritable(resolve);
      });
    const size = 200_000;
    output.write(Buffer.alloc(size, 'x'));
    expect(output.isWritable()).toBe(false);
    let text = '';
    const reading = setInterval(() => (text += read()), 1);
    await goesOn();
    expect(output.isWritable()).toBe(true);
    output.write(Buffer.from('\n'));
    await goesOn();
    clearInterval(reading);
    text += read();
    expect(text).toBe(`${'x'.repeat(size)}\r\n`);
  });
});
