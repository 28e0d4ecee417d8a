/**
 * A persistent map from strings: `set` and `delete` return a new map, the old one stays as it was, so that
 * every past state remains valid. A change costs the same with ten services and with ten thousand.
 *
 * After Baker, "Shallow Binding Makes Functional Arrays Fast" (1991): the newest map has the entries, in a `Map`
 * of JavaScript's, which it takes over from the one before; that one knows in what it differs, and whom to ask for the
 * rest. So what minit does all the time, which is to change the newest, is a change of a `Map`. Whoever goes on from an
 * old map, or goes through it, works on a copy. Now and then an old one gets a copy for good: however long somebody
 * keeps it, it holds no more than a few times what is in it.
 *
 * Its members are private for TypeScript only: a boot touches them a hundred times for each service, and as bytecode, or by its
 * baseline compiler, V8 takes several times as long for what JavaScript itself keeps private.
 *
 * What is inside changes, but nobody can tell. Iteration is in the order of the keys, whatever has become of them in between.
 *
 * @module
 */

/** In place of a value: there is none. */
const absent: unique symbol = Symbol('absent');

/** An old map gets entries of its own when there have been so many changes since the last that did, for each entry there is. */
const changesPerEntry = 2;
const changesMin = 64;

/** See the module's head. Construct with {@link PersistentMap.empty} or {@link PersistentMap.of}. */
export class PersistentMap<V> {
  /** All entries; undefined in an old map that has handed them on. */
  private entries: Map<string, V> | undefined;
  /** Of an old map: whom it asks for what is no different there. */
  private next: PersistentMap<V> | undefined;
  /** What is different there: one key and its value here; or several, of a map that has forgotten those between. */
  private key = '';
  private value: V | typeof absent = absent;
  private others: ReadonlyMap<string, V | typeof absent> | undefined;
  /** Maps before this one that have handed on their entries. */
  private changes: number;

  private constructor(
    entries: Map<string, V>,
    readonly size: number,
    changes = 0,
  ) {
    this.entries = entries;
    this.changes = changes;
  }

  static empty<V>(): PersistentMap<V> {
    return none;
  }

  static of<V>(entries: Iterable<readonly [string, V]>): PersistentMap<V> {
    const map = new Map(entries);
    return new PersistentMap(map, map.size);
  }

  get(key: string): V | undefined {
    if (this.entries !== undefined) return this.entries.get(key);
    const value = PersistentMap.find(this, key);
    return value === absent ? undefined : value;
  }

  has(key: string): boolean {
    return PersistentMap.find(this, key) !== absent;
  }

  /** Returns the map with `key` set; the very same map when the value was there already. */
  set(key: string, value: V): PersistentMap<V> {
    // What is empty is everybody's: it is no one's past.
    if (this.size === 0) return new PersistentMap(new Map([[key, value]]), 1);
    const old = PersistentMap.find(this, key);
    if (Object.is(old, value)) return this;
    const next = this.handOn(key, old, old === absent ? this.size + 1 : this.size);
    next.entries?.set(key, value);
    return next;
  }

  /** Returns the map with all of `entries` set, the last of a key. */
  setAll(entries: Iterable<readonly [string, V]>): PersistentMap<V> {
    if (this.size === 0) {
      const map = PersistentMap.of(entries);
      return map.size === 0 ? this : map;
    }
    return [...entries].reduce<PersistentMap<V>>((map, [key, value]) => map.set(key, value), this);
  }

  /** Returns the map without `key`; the very same map when it was not there. */
  delete(key: string): PersistentMap<V> {
    const old = PersistentMap.find(this, key);
    if (old === absent) return this;
    if (this.size === 1) return PersistentMap.empty();
    const next = this.handOn(key, old, this.size - 1);
    next.entries?.delete(key);
    return next;
  }

  clear(): PersistentMap<V> {
    return PersistentMap.empty();
  }

  keys(): string[] {
    return [...this.all().keys()].sort();
  }

  values(): V[] {
    return this.toJSON().map(([, value]) => value);
  }

  [Symbol.iterator](): Iterator<[string, V]> {
    return this.toJSON()[Symbol.iterator]();
  }

  /** The entries, in the order of the keys: what `JSON.stringify` sees. */
  toJSON(): [string, V][] {
    const entries = this.all();
    return [...entries.keys()].sort().map((key) => [key, entries.get(key) as V]);
  }

  /**
   * Returns the keys, in order, that have another value than in `before`, or are in one of the two only. Costs what was
   * changed in between where one comes from the other, else what both of them hold.
   */
  changedKeys(before: PersistentMap<V>): string[] {
    const keys = before.changedUntil(this) ?? this.changedUntil(before);
    return [...(keys ?? new Set([...before.all().keys(), ...this.all().keys()]))]
      .filter((key) => !Object.is(PersistentMap.find(before, key), PersistentMap.find(this, key)))
      .sort();
  }

  /**
   * Forgets what was between this map and a later one: of all that was changed and changed again there only what is
   * different in the end is kept. For who keeps one map out of many.
   */
  forgetUntil(later: PersistentMap<V>): void {
    if (this.size === 0 || later.path().includes(this)) return;
    const keys = later.changedKeys(this);
    this.others = new Map(keys.map((key) => [key, PersistentMap.find(this, key)]));
    this.next = later;
    this.entries = undefined;
  }

  private static find<V>(map: PersistentMap<V>, key: string): V | typeof absent {
    let asked = map;
    for (let next = map.next; next !== undefined; next = asked.next) {
      if (asked.others === undefined) {
        if (asked.key === key) return asked.value;
      } else {
        const value = asked.others.get(key);
        if (value !== undefined || asked.others.has(key)) return value as V | typeof absent;
      }
      asked = next;
    }
    const value = asked.entries?.get(key);
    return value !== undefined || asked.entries?.has(key) === true ? (value as V) : absent;
  }

  /** Returns the entries of this very map: its own, or else a copy. */
  private all(): Map<string, V> {
    if (this.entries !== undefined) return this.entries;
    let entries = new Map<string, V>();
    for (const map of this.path().reverse()) {
      if (map.entries === undefined) map.undo(entries);
      else entries = new Map(map.entries);
    }
    return entries;
  }

  /** Makes the entries of the next map those of this one. */
  private undo(entries: Map<string, V>): void {
    for (const [key, value] of this.others ?? [[this.key, this.value] as const]) {
      if (value === absent) entries.delete(key);
      else entries.set(key, value);
    }
  }

  /** Returns this map, whom it asks, and so on, to the one that has the entries. */
  private path(): PersistentMap<V>[] {
    const path: PersistentMap<V>[] = [this];
    for (let next = this.next; next !== undefined; next = next.next) path.push(next);
    return path;
  }

  /** Returns the next map, which has the entries as they are; its caller changes `key` there. */
  private handOn(key: string, old: V | typeof absent, size: number): PersistentMap<V> {
    const entries = this.entries;
    // Somebody goes on from an old one: this becomes another branch.
    if (entries === undefined) return new PersistentMap(this.all(), size);
    if (this.changes >= changesMin + changesPerEntry * this.size) {
      this.entries = new Map(entries);
      return new PersistentMap(entries, size);
    }
    const next = new PersistentMap(entries, size, this.changes + 1);
    this.entries = undefined;
    this.next = next;
    this.key = key;
    this.value = old;
    return next;
  }

  /** Returns the keys of all changes from this map to `last`; undefined when that does not come from this one. */
  private changedUntil(last: PersistentMap<V>): Set<string> | undefined {
    const path = this.path();
    const end = path.indexOf(last);
    return end < 0
      ? undefined
      : new Set(path.slice(0, end).flatMap((map) => [...(map.others?.keys() ?? [map.key])]));
  }
}

const none = PersistentMap.of<never>([]);
