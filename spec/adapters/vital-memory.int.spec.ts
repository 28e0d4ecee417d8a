/**
 * The memory that outlives the program: made, and found again by the variable that names it.
 *
 * Not here: that it outlives an execve(2) (never-dies.e2e).
 *
 * @module
 */
import { closeSync, ftruncateSync, mkdirSync, openSync, readSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { clearCloseOnExec, isOpen, keptOpen, setCloseOnExec } from '../../adapters/libc/fcntl';
import { mappedBytes } from '../../adapters/libc/memory-file';
import {
  environmentFor,
  findVitalMemory,
  makeVitalMemory,
  type VitalMemory,
} from '../../adapters/re-exec/vital-memory';
import { isCloseOnExec } from '../support/close-on-exec';
import { temporaryDirectory } from '../support/temporary-directory';

const variable = 'MINIT_RESUME';
const directory = temporaryDirectory();
const opened: number[] = [];
afterEach(() => {
  Reflect.deleteProperty(process.env, variable);
  for (const fd of opened.splice(0)) {
    keptOpen.delete(fd);
    if (isOpen(fd)) closeSync(fd);
  }
});

function made(now = 5): VitalMemory {
  const memory = makeVitalMemory(now);
  if ('code' in memory) throw new Error(`no memory file can be had here: ${memory.code}`);
  opened.push(memory.fd);
  return memory;
}

/** As the next program finds it, whose environment is that for `memory`. */
function foundBy(environment: Readonly<Record<string, string>>): VitalMemory | undefined {
  Object.assign(process.env, environment);
  const found = findVitalMemory();
  if (found === 'foreign') throw new Error('it is of another version');
  return found;
}

function file(name: string, flags: string, bytes: number): number {
  const path = join(directory, name);
  const writer = openSync(path, 'w');
  ftruncateSync(writer, bytes);
  closeSync(writer);
  const fd = openSync(path, flags);
  opened.push(fd);
  return fd;
}

describe('memory that is made', () => {
  it('begins with a valid page, and a journal that is empty', () => {
    const { page } = made(1_234);
    const { isValid, startedAt, begin, end, performedSeq, count, failuresInARow } = page;
    expect({ isValid, startedAt, begin, end, performedSeq, count, failuresInARow }).toEqual({
      ...{ isValid: true, startedAt: 1_234, begin: 0, end: 0 },
      ...{ performedSeq: 0, count: 0, failuresInARow: 0 },
    });
  });

  it('is a file, in which the words of the page are read', () => {
    const { fd, page } = made();
    page.performedSeq = 77;
    const bytes = Buffer.alloc(16);
    readSync(fd, bytes, 0, 16, 0);
    expect(bytes.readDoubleLE(8)).toBe(77);
    writeSync(fd, Buffer.from(new Float64Array([78]).buffer), 0, 8, 8);
    expect(page.performedSeq).toBe(78);
  });

  it('is another one each time', () => {
    const [one, other] = [made(), made()];
    one.page.performedSeq = 1;
    expect(other.page.performedSeq).toBe(0);
    expect(one.fd).not.toBe(other.fd);
  });
});

describe('memory that is looked for', () => {
  it('is found, and what is written there is the same for both programs', () => {
    const memory = made();
    memory.page.performedSeq = 7;
    const found = foundBy(environmentFor(memory));
    expect(found?.fd).toBe(memory.fd);
    expect(found?.page.performedSeq).toBe(7);
    if (found !== undefined) found.page.performedSeq = 8;
    expect(memory.page.performedSeq).toBe(8);
  });

  it('stays open for the program after that', () => {
    const memory = made();
    // As Node does with what it inherits.
    setCloseOnExec(memory.fd);
    foundBy(environmentFor(memory));
    expect(isCloseOnExec(memory.fd)).toBe(false);
    expect(keptOpen.has(memory.fd)).toBe(true);
  });

  it('is nobody else’s business: the variable is gone, whatever became of it', () => {
    for (const text of [String(made().fd), 'nonsense', '']) {
      foundBy({ [variable]: text });
      expect(process.env[variable]).toBeUndefined();
    }
  });

  it('is not there in a program that is nobody’s successor', () => {
    expect(findVitalMemory()).toBeUndefined();
  });
});

describe('memory of another version', () => {
  it('is not read, and not taken for somebody else’s', () => {
    const { fd } = made();
    const [magic = 0] = new Float64Array(readBytes(fd, 8).buffer);
    writeSync(fd, new Uint8Array(new Float64Array([magic + 1]).buffer), 0, 8, 0);
    process.env[variable] = String(fd);
    expect(findVitalMemory()).toBe('foreign');
    expect(isCloseOnExec(fd)).toBe(true);
    expect(process.env[variable]).toBeUndefined();
  });
});

function readBytes(fd: number, count: number): Uint8Array {
  const bytes = new Uint8Array(count);
  readSync(fd, bytes, 0, count, 0);
  return bytes;
}

describe('what is no memory of ours', () => {
  it.each(['', '-1', 'x', '99999', '999999999', '9999999999'])('is passed over: "%s"', (text) => {
    expect(foundBy({ [variable]: text })).toBeUndefined();
  });

  it.each(['%d.0', '%d ', ' %d', '+%d', '%de0', '%d\n', '-%d'])(
    'is passed over though it could be taken for a number: "%s"',
    (text) => {
      const fd = String(made().fd);
      expect(foundBy({ [variable]: text.replace('%d', fd) })).toBeUndefined();
      expect(foundBy({ [variable]: fd })).toBeDefined();
    },
  );

  it('is a directory', () => {
    mkdirSync(join(directory, 'empty'));
    const fd = openSync(join(directory, 'empty'), 'r');
    opened.push(fd);
    expect(foundBy({ [variable]: String(fd) })).toBeUndefined();
  });

  /** A valid page in a file of another kind. */
  function copyOfPage(name: string, bytes: number): number {
    const page = Buffer.alloc(bytes);
    readSync(made().fd, page, 0, bytes, 0);
    const fd = file(name, 'r+', 0);
    writeSync(fd, page);
    return fd;
  }

  it('is a file that is shorter than what is looked at', () => {
    const fd = copyOfPage('short', mappedBytes - 1);
    expect(foundBy({ [variable]: String(fd) })).toBeUndefined();
    // It is for that reason alone.
    ftruncateSync(fd, mappedBytes);
    expect(foundBy({ [variable]: String(fd) })).toBeDefined();
  });

  it('is a file that may not be written', () => {
    const writer = copyOfPage('read-only', mappedBytes);
    const fd = openSync(join(directory, 'read-only'), 'r');
    opened.push(fd);
    expect(foundBy({ [variable]: String(fd) })).toBeUndefined();
    expect(foundBy({ [variable]: String(writer) })).toBeDefined();
  });

  it('is a file of somebody else, which services do not inherit either', () => {
    const fd = file('foreign', 'r+', mappedBytes);
    clearCloseOnExec(fd);
    expect(foundBy({ [variable]: String(fd) })).toBeUndefined();
    expect(isCloseOnExec(fd)).toBe(true);
    expect(keptOpen.has(fd)).toBe(false);
  });
});
