/**
 * The persistent map against Map: not only the newest one, which minit changes all the time, but any that
 * there ever was, since replays and searches go on from old states.
 *
 * @module
 */
import fc from 'fast-check';
import { PersistentMap } from '../../machines/persistent-map';
import { countLiving } from '../support/living';

const key = fc.oneof(
  fc.constantFrom('', 'a', 'b', 'web', '__proto__', 'net/eth0', '10', '9'),
  fc.string({ maxLength: 2 }),
);

/** What is done, to which key, with what, and to which of the maps so far: mostly the newest. */
type Command = readonly ['set' | 'delete', string, number | undefined, number];
const commands: fc.Arbitrary<Command[]> = fc.array(
  fc.tuple(
    fc.constantFrom('set', 'set', 'delete'),
    key,
    fc.option(fc.nat(3), { nil: undefined }),
    fc.oneof({ weight: 4, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.nat() }),
  ),
  { maxLength: 80, size: 'max' },
);

type Value = number | undefined;
interface Version {
  readonly map: PersistentMap<Value>;
  readonly model: ReadonlyMap<string, Value>;
}

/** Every map there was, the newest first. */
function run(list: readonly Command[]): [Version, ...Version[]] {
  const versions: [Version, ...Version[]] = [{ map: PersistentMap.empty(), model: new Map() }];
  for (const [command, name, value, back] of list) {
    const { map, model } = versions[back % versions.length] ?? versions[0];
    const changed = new Map(model);
    if (command === 'set') changed.set(name, value);
    else changed.delete(name);
    versions.unshift({
      map: command === 'set' ? map.set(name, value) : map.delete(name),
      model: changed,
    });
  }
  return versions;
}

const sorted = <V>(entries: Iterable<readonly [string, V]>) =>
  [...entries].sort(([a], [b]) => (a < b ? -1 : 1));

const contentOf = (model: ReadonlyMap<string, Value>, names: readonly string[]) => ({
  size: model.size,
  asked: names.map((name) => [model.has(name), model.get(name)]),
  entries: sorted(model),
});

/** Single questions first: whoever goes through a map has it copy its entries. */
const found = (map: PersistentMap<Value>, names: readonly string[]) => ({
  size: map.size,
  asked: names.map((name) => [map.has(name), map.get(name)]),
  entries: [...map],
});

/** A map of `size` entries, and the newest after `changes` changes: of the first half of the keys, then of the second. */
function changedOften(
  size: number,
  changes: number,
): { old: PersistentMap<object> } & {
  readonly values: WeakRef<object>[];
  readonly newest: PersistentMap<object>;
} {
  const names = Array.from({ length: size }, (_, index) => `s${String(index)}`);
  const old = PersistentMap.of(names.map((name) => [name, {}] as const));
  const values: WeakRef<object>[] = [];
  let newest = old;
  for (let index = 0; index < changes; index += 1) {
    const value = { index };
    values.push(new WeakRef(value));
    const half = size / 2;
    const first = index < changes / 2 ? 0 : half;
    newest = newest.set(names[first + (index % half)] ?? '', value);
  }
  return { old, values, newest };
}

describe('persistent map', () => {
  it('is as Map is after any changes of any map there was, and so are they all', () => {
    fc.assert(
      fc.property(commands, (list) => {
        const versions = run(list);
        const names = [...new Set(list.map(([, name]) => name))];
        const expected = versions.map(({ model }) => contentOf(model, names));
        expect(versions.map(({ map }) => found(map, names))).toEqual(expected);
        expect(versions.map(({ map }) => found(map, names))).toEqual(expected);
      }),
    );
  });

  it('is so when some forget what was between them and others', () => {
    const pairs = fc.array(fc.tuple(fc.nat(), fc.nat()), { minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(commands, pairs, commands, (list, forgetting, more) => {
        const versions = run(list);
        const names = [...new Set(list.map(([, name]) => name))];
        const expected = versions.map(({ model }) => contentOf(model, names));
        for (const [one, other] of forgetting) {
          const [first, second] = [one % versions.length, other % versions.length];
          versions[Math.max(first, second)]?.map.forgetUntil(
            (versions[Math.min(first, second)] ?? versions[0]).map,
          );
        }
        expect(versions.map(({ map }) => found(map, names))).toEqual(expected);
        for (const { map } of versions)
          for (const [, name, value] of more.slice(0, 3)) map.set(name, value);
        expect(versions.map(({ map }) => found(map, names))).toEqual(expected);
      }),
    );
  });

  it('forgets nothing until an older one', () => {
    const old = PersistentMap.of([['a', 1]]);
    const newer = old.set('a', 2);
    newer.forgetUntil(old);
    old.forgetUntil(old);
    expect([old.get('a'), newer.get('a')]).toEqual([1, 2]);
  });

  it.each([
    ['near', 5],
    ['too far away to be asked', 100],
    ['behind one that has kept its entries', 1_000],
  ])('an old map is as it was: the newest is %s', (_, changes) => {
    const { old, newest } = changedOften(10, changes);
    expect(old.get('s3')).toEqual({});
    expect(newest.get('s0')).toMatchObject({ index: expect.any(Number) as number });
    expect(old.toJSON()).toEqual(old.keys().map((name) => [name, {}]));
    expect([...old.set('s3', { index: -1 }).delete('s4').keys()]).toEqual(
      old.keys().filter((name) => name !== 's4'),
    );
    expect(newest.has('s4')).toBe(true);
  });

  it('an old map with ten thousand entries is asked for one that has changed last', () => {
    const { old } = changedOften(10_000, 15_000);
    expect(old.get('s9999')).toEqual({});
    expect(old.has('s10000')).toBe(false);
  });

  it('an old map that is kept does not keep what has changed since', async () => {
    const size = 10;
    const { old, values, newest } = changedOften(size, 10_000);
    const living = await countLiving(values);
    expect([old.size, newest.size]).toEqual([size, size]);
    expect(living).toBeGreaterThanOrEqual(size);
    expect(living).toBeLessThan(200);
  });

  it('an old map that has forgotten what was between keeps nothing of it', async () => {
    const size = 100;
    const { old, values, newest } = changedOften(size, 250);
    expect(await countLiving(values)).toBe(250);
    old.forgetUntil(newest);
    expect(await countLiving(values)).toBe(size);
    expect([old.get('s0'), newest.size]).toEqual([{}, size]);
  });

  it('takes many entries at once as one after the other, and leaves the old map as it was', () => {
    fc.assert(
      fc.property(commands, commands, (first, then) => {
        const [{ map }] = run(first);
        const before = map.toJSON();
        const entries = then.map(([, name, value]) => [name, value] as const);
        const one = entries.reduce((so, [name, value]) => so.set(name, value), map);
        const all = map.setAll(entries);
        expect([all.size, [...all]]).toEqual([one.size, [...one]]);
        expect(map.toJSON()).toEqual(before);
        expect(map.setAll([])).toBe(map);
        expect(all.setAll(all)).toBe(all);
      }),
    );
  });

  it('has an order that depends on the keys alone', () => {
    fc.assert(
      fc.property(commands, (list) => {
        const [{ map, model }] = run(list);
        expect(map.keys()).toEqual(sorted(model).map(([name]) => name));
        expect(map.values()).toEqual(sorted(model).map(([, value]) => value));
        expect(map.toJSON()).toEqual(sorted(model));
        expect(map.keys()).toEqual(PersistentMap.of(sorted(model).reverse()).keys());
      }),
    );
  });

  it('is the very same map when nothing changes', () => {
    fc.assert(
      fc.property(commands, (list) => {
        for (const { map, model } of run(list)) {
          for (const [name, value] of model) expect(map.set(name, value)).toBe(map);
          expect(map.delete('no such key')).toBe(map);
        }
      }),
    );
  });

  it('is the empty map when its last entry goes, and that is nobody’s past', () => {
    const empty = PersistentMap.empty<number>();
    expect(empty.set('a', 1).delete('a')).toBe(empty);
    expect(empty.set('b', 1).clear()).toBe(empty);
    expect(empty.size).toBe(0);
    expect(empty.keys()).toEqual([]);
  });

  it('tells which keys differ in any two maps there were', () => {
    fc.assert(
      fc.property(commands, fc.nat(), fc.nat(), (list, one, other) => {
        const versions = run(list);
        const a = versions[one % versions.length] ?? versions[0];
        const b = versions[other % versions.length] ?? versions[0];
        const names = [...new Set([...a.model.keys(), ...b.model.keys()])].sort();
        expect(b.map.changedKeys(a.map)).toEqual(
          names.filter(
            (name) =>
              a.model.has(name) !== b.model.has(name) || a.model.get(name) !== b.model.get(name),
          ),
        );
      }),
    );
  });
});
