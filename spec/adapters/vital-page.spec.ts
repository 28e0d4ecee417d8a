/**
 * The words that outlive the program: each in its place, so that another version finds it there too.
 *
 * @module
 */
import { mappedBytes } from '../../adapters/libc/memory-file';
import { VitalPage } from '../../adapters/re-exec/vital-page';

/** A page as the program that made it has it, and as the next one finds it. */
function madePage(startedAt = 5) {
  const memory = new ArrayBuffer(mappedBytes);
  const page = new VitalPage(memory);
  page.initialize(startedAt);
  return { memory, page, next: () => new VitalPage(memory) };
}

/** As many as can be under way, and remembered. */
const slots = 256;
const services = Array.from({ length: slots }, (_, index) => `service-${String(index)}`);

describe('a page', () => {
  it('is valid from when it is initialized', () => {
    const memory = new ArrayBuffer(mappedBytes);
    const page = new VitalPage(memory);
    expect(page.isValid).toBe(false);
    page.initialize(5);
    expect(page.isValid).toBe(true);
    expect(new VitalPage(memory).isValid).toBe(true);
  });

  it.each([0, 1, 2, 3, 4, 5, 6, 7])('of another magic number or version is not (byte %d)', (at) => {
    const { memory, next } = madePage();
    const bytes = new Uint8Array(memory);
    bytes[at] = (bytes[at] ?? 0) ^ 1;
    expect(next().isValid).toBe(false);
  });

  it('tells the next program all that it was told', () => {
    const { page, next } = madePage(123_456_789);
    Object.assign(page, { performedSeq: 1, begin: 65_536, end: 2 ** 40, failuresInARow: 4 });
    const { performedSeq, begin, end, startedAt, failuresInARow, count } = next();
    expect({ performedSeq, begin, end, startedAt, failuresInARow, count }).toEqual({
      performedSeq: 1,
      begin: 65_536,
      end: 2 ** 40,
      startedAt: 123_456_789,
      failuresInARow: 4,
      count: 0,
    });
  });

  it('has each word where other versions of minit look for it', () => {
    const { memory, page } = madePage(1);
    page.noteStart(11, 12);
    Object.assign(page, { performedSeq: 13, begin: 14, end: 15 });
    page.signal[0] = 16;
    page.slotFor('web', 17)[0] = 18;
    const words = new Float64Array(memory);
    // "minit", version 1.
    expect(words[0]?.toString(16)).toBe(`${Buffer.from('minit').toString('hex')}01`);
    expect([...words.slice(1, 7)]).toEqual([13, 14, 15, 11, 12, 1]);
    expect(new Int32Array(memory)[56 / 4]).toBe(16);
    expect(words[1_024 / 8]).toBe(17);
    expect(new Int32Array(memory)[1_036 / 4]).toBe(18);
  });
});

describe('a start that is noted', () => {
  it('counts, and says when and how often in a row', () => {
    const { page, next } = madePage();
    page.noteStart(1_000, 1);
    page.noteStart(2_000, 2);
    const { count, startedAt, failuresInARow } = next();
    expect({ count, startedAt, failuresInARow }).toEqual({
      count: 2,
      startedAt: 2_000,
      failuresInARow: 2,
    });
  });

  it('forgets the signal that ended the program before, and nothing else', () => {
    const { page, next } = madePage();
    Object.assign(page, { performedSeq: 7, begin: 8, end: 9 });
    page.slotFor('web', 3)[0] = 100;
    page.signal[0] = 11;
    page.noteStart(1_000, 1);
    const { signal, performedSeq, begin, end } = next();
    expect({ signal: [...signal], performedSeq, begin, end }).toEqual({
      signal: [0],
      performedSeq: 7,
      begin: 8,
      end: 9,
    });
    expect(next().pidOf('web', 3)).toBe(100);
  });
});

describe('a page that the next program finds', () => {
  it('says whether anything was ever started, also what has ended or could not be made', () => {
    const { page, next } = madePage();
    page.noteStart(1_000, 1);
    expect(next().hasSpawned).toBe(false);
    page.release(page.slotFor('web', 3));
    expect(next().hasSpawned).toBe(true);
  });
});

describe('the PID of a spawn', () => {
  it('is found by its service and by the event that asked', () => {
    const { page, next } = madePage();
    page.slotFor('web', 3)[0] = 100;
    page.slotFor('db', 3)[0] = 101;
    page.slotFor('web', 4)[0] = 102;
    const found = next();
    expect([found.pidOf('web', 3), found.pidOf('db', 3), found.pidOf('web', 4)]).toEqual([
      100, 101, 102,
    ]);
    expect([found.pidOf('db', 4), found.pidOf('web', 5), found.pidOf('', 0)]).toEqual([0, 0, 0]);
  });

  it('is not known before the kernel has told it', () => {
    const { page, next } = madePage();
    const slot = page.slotFor('web', 3);
    expect(next().pidOf('web', 3)).toBe(0);
    slot[0] = 100;
    expect(next().pidOf('web', 3)).toBe(100);
  });

  it('of the emergency shell has the empty name', () => {
    const { page, next } = madePage();
    page.slotFor('', 3)[0] = 100;
    expect(next().pidOf('', 3)).toBe(100);
    expect(next().pidOf('web', 3)).toBe(0);
  });

  it('is the highest that there can be', () => {
    const { page, next } = madePage();
    page.slotFor('wéb/ü', 2 ** 53 - 1)[0] = 4_194_304;
    expect(next().pidOf('wéb/ü', 2 ** 53 - 1)).toBe(4_194_304);
  });

  it('is known for as many as there are slots, and no word is hurt by them', () => {
    const { page, next } = madePage(5);
    page.noteStart(6, 7);
    for (const [index, service] of services.entries()) page.slotFor(service, 3)[0] = 1_000 + index;
    const found = next();
    expect(services.map((service) => found.pidOf(service, 3))).toEqual(
      services.map((_, index) => 1_000 + index),
    );
    const { isValid, performedSeq, begin, end, startedAt, failuresInARow, count } = found;
    expect({ isValid, performedSeq, begin, end, startedAt, failuresInARow, count }).toEqual({
      ...{ isValid: true, performedSeq: 0, begin: 0, end: 0 },
      ...{ startedAt: 6, failuresInARow: 7, count: 1 },
    });
    expect([...found.signal]).toEqual([0]);
  });

  it('gives way to the next one when all slots are used, the oldest first', () => {
    const { page, next } = madePage();
    for (const service of services) page.slotFor(service, 3)[0] = 100;
    page.slotFor('newest', 4);
    // Its slot was used before, but by another process.
    expect(next().pidOf('newest', 4)).toBe(0);
    expect(next().pidOf('service-0', 3)).toBe(0);
    expect(next().pidOf('service-1', 3)).toBe(100);
    expect(next().pidOf('service-255', 3)).toBe(100);
  });

  it('has its slot to itself as long as the spawn is under way, however many others come and go', () => {
    const { page, next } = madePage();
    const hanging = page.slotFor('hanging', 3);
    for (let spawn = 0; spawn < 3 * slots; spawn += 1) {
      const slot = page.slotFor('web', 4 + spawn);
      slot[0] = 1_000 + spawn;
      page.release(slot);
    }
    expect([...hanging]).toEqual([0]);
    hanging[0] = 100;
    expect(next().pidOf('hanging', 3)).toBe(100);
  });

  it('is still known when its spawn is over, until all other slots have been used', () => {
    const { page, next } = madePage();
    const use = (service: string, pid: number): void => {
      const slot = page.slotFor(service, 3);
      slot[0] = pid;
      page.release(slot);
    };
    use('first', 100);
    for (const service of services.slice(1)) use(service, 200);
    expect(next().pidOf('first', 3)).toBe(100);
    use('last', 300);
    expect(next().pidOf('first', 3)).toBe(0);
  });

  it('is that of the last attempt, where the next program tried once more', () => {
    const { page, next } = madePage();
    for (const service of services.slice(0, 5)) page.slotFor(service, 3);
    const successor = next();
    for (const [index, service] of services.slice(0, 5).entries())
      successor.slotFor(service, 3)[0] = 200 + index;
    const found = next();
    expect(services.slice(0, 5).map((service) => found.pidOf(service, 3))).toEqual([
      200, 201, 202, 203, 204,
    ]);
  });
});
