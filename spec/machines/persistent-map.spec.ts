/**
 * The persistent map against Map, with keys of which many have one and the same hash.
 *
 * @module
 */
import fc from 'fast-check';
import { PersistentMap } from '../../machines/persistent-map';

/** The map's own FNV-1a, written down again: the spec needs keys that collide. */
function hashOf(key: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < key.length; i += 1) hash = Math.imul(hash ^ key.charCodeAt(i), 0x01000193);
  return hash ^ (hash >>> 15);
}

/**
 * Keys with one and the same hash. The last UTF-16 unit of a key can undo any difference in the low
 * 16 bits of the word before it, so it is enough that the high halves of those words are equal.
 */
function findCollisions(): string[] {
  const mix = (word: number, unit: number): number => Math.imul(word ^ unit, 0x01000193);
  const groups = new Map<number, { readonly word: number; readonly prefix: string }[]>();
  for (let first = 97; first < 123; first += 1) {
    for (let second = 32; second < 4_096; second += 1) {
      const word = mix(mix(0x811c9dc5, first), second);
      const group = groups.get(word >>> 16) ?? [];
      groups.set(word >>> 16, group);
      group.push({ word, prefix: String.fromCharCode(first, second) });
    }
  }
  const [largest = []] = [...groups.values()].sort((a, b) => b.length - a.length);
  const target = (largest[0]?.word ?? 0) ^ 97;
  return largest.map(({ word, prefix }) => prefix + String.fromCharCode((word ^ target) & 0xffff));
}

const colliding = findCollisions();
const key = fc.oneof(
  fc.constantFrom('', 'a', 'b', 'web', '__proto__', 'net/eth0'),
  fc.constantFrom(...colliding),
  fc.string({ maxLength: 2 }),
);

type Command = readonly ['set' | 'delete', string, number];
const commands: fc.Arbitrary<Command[]> = fc.array(
  fc.tuple(fc.constantFrom('set', 'set', 'delete'), key, fc.nat(3)),
  { maxLength: 80, size: 'max' },
);

function run(list: readonly Command[]): { map: PersistentMap<number>; model: Map<string, number> } {
  const model = new Map<string, number>();
  let map = PersistentMap.empty<number>();
  for (const [command, name, value] of list) {
    if (command === 'set') model.set(name, value);
    else model.delete(name);
    map = command === 'set' ? map.set(name, value) : map.delete(name);
  }
  return { map, model };
}

const sorted = (entries: Iterable<readonly [string, number]>) =>
  [...entries].sort(([a], [b]) => (a < b ? -1 : 1));

describe('persistent map', () => {
  it('has keys to try that collide', () => {
    expect(colliding.length).toBeGreaterThanOrEqual(3);
    expect(new Set(colliding.map(hashOf)).size).toBe(1);
  });

  it('is as Map is after any changes', () => {
    fc.assert(
      fc.property(commands, (list) => {
        const { map, model } = run(list);
        expect(map.size).toBe(model.size);
        expect(sorted(map)).toEqual(sorted(model));
        expect(sorted(map.toJSON())).toEqual(sorted(model));
        expect([...map.keys()].sort()).toEqual([...model.keys()].sort());
        for (const [, name] of list)
          expect([map.has(name), map.get(name)]).toEqual([model.has(name), model.get(name)]);
      }),
    );
  });

  it('leaves the old map as it was', () => {
    fc.assert(
      fc.property(commands, commands, (first, then) => {
        const { map } = run(first);
        const before = map.toJSON();
        let changed = map;
        for (const [command, name, value] of then)
          changed = command === 'set' ? changed.set(name, value) : changed.delete(name);
        expect(map.toJSON()).toEqual(before);
      }),
    );
  });

  it('takes many entries at once as one after the other, and leaves the old map as it was', () => {
    fc.assert(
      fc.property(commands, commands, (first, then) => {
        const { map } = run(first);
        const before = map.toJSON();
        const entries = then.map(([, name, value]) => [name, value] as const);
        const one = entries.reduce((so, [name, value]) => so.set(name, value), map);
        const all = map.setAll(entries);
        expect([all.size, [...all]]).toEqual([one.size, [...one]]);
        expect(map.toJSON()).toEqual(before);
        expect(all.setAll(entries.slice(0, 1)).toJSON()).toEqual(
          entries
            .slice(0, 1)
            .reduce((so, [name, value]) => so.set(name, value), one)
            .toJSON(),
        );
        expect(map.setAll([])).toBe(map);
      }),
    );
  });

  it('has an order that depends on the keys alone', () => {
    fc.assert(
      fc.property(commands, (list) => {
        const { map, model } = run(list);
        expect([...map.keys()]).toEqual([...PersistentMap.of(sorted(model)).keys()]);
        expect([...map.keys()]).toEqual([...PersistentMap.of(sorted(model).reverse()).keys()]);
      }),
    );
  });

  it('is the very same map when nothing changes', () => {
    fc.assert(
      fc.property(commands, (list) => {
        const { map, model } = run(list);
        for (const [name, value] of model) expect(map.set(name, value)).toBe(map);
        expect(map.delete('no such key')).toBe(map);
      }),
    );
  });

  it('keeps keys apart that have the same hash', () => {
    let map = PersistentMap.of(colliding.map((name, index) => [name, index] as const));
    expect(map.size).toBe(colliding.length);
    for (const [index, name] of colliding.entries()) {
      expect(map.get(name)).toBe(index);
      map = map.delete(name);
      expect(map.has(name)).toBe(false);
    }
    expect(map).toBe(PersistentMap.empty());
  });
});
