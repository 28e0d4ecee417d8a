/**
 * A persistent map from strings: `set` and `delete` return a new map and share all
 * but a few nodes with the old one, so that a change costs the same with ten services
 * and with ten thousand, and every past state stays valid (time travel for free).
 *
 * A hash array mapped trie (Bagwell, "Ideal Hash Trees", 2001): 32 ways, 5 bits of the
 * hash a level. Iteration order depends on the keys alone, never on the history.
 *
 * @module
 */

interface Leaf<V> {
  readonly kind: 'leaf';
  readonly hash: number;
  readonly key: string;
  readonly value: V;
}
/** Keys with one and the same 32-bit hash, sorted by key. */
interface Collision<V> {
  readonly kind: 'collision';
  readonly hash: number;
  readonly leaves: readonly Leaf<V>[];
}
interface Branch<V> {
  readonly kind: 'branch';
  readonly bitmap: number;
  readonly children: readonly Node<V>[];
}
type Node<V> = Leaf<V> | Collision<V> | Branch<V>;

const bitsPerLevel = 5;
const levelMask = 31;

/** FNV-1a over UTF-16 units: the same on every machine, which replay needs. */
function hashOf(key: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < key.length; i += 1) hash = Math.imul(hash ^ key.charCodeAt(i), 0x01000193);
  return hash ^ (hash >>> 15);
}

function countBits(word: number): number {
  let v = word - ((word >>> 1) & 0x55555555);
  v = (v & 0x33333333) + ((v >>> 2) & 0x33333333);
  return Math.imul((v + (v >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}

const bitAt = (hash: number, shift: number): number => 1 << ((hash >>> shift) & levelMask);
const indexOf = (bitmap: number, bit: number): number => countBits(bitmap & (bit - 1));

function find<V>(root: Node<V> | undefined, key: string): Leaf<V> | undefined {
  const hash = hashOf(key);
  let node = root;
  for (let shift = 0; node?.kind === 'branch'; shift += bitsPerLevel) {
    const bit = bitAt(hash, shift);
    node = (node.bitmap & bit) === 0 ? undefined : node.children[indexOf(node.bitmap, bit)];
  }
  if (node?.kind === 'collision') return node.leaves.find((leaf) => leaf.key === key);
  return node?.key === key ? node : undefined;
}

function pair<V>(shift: number, a: Leaf<V> | Collision<V>, b: Leaf<V>): Node<V> {
  if (a.hash === b.hash) {
    const leaves = [...(a.kind === 'leaf' ? [a] : a.leaves), b];
    return {
      kind: 'collision',
      hash: b.hash,
      leaves: leaves.sort((x, y) => (x.key < y.key ? -1 : 1)),
    };
  }
  const [bitA, bitB] = [bitAt(a.hash, shift), bitAt(b.hash, shift)];
  if (bitA === bitB) {
    return { kind: 'branch', bitmap: bitA, children: [pair(shift + bitsPerLevel, a, b)] };
  }
  const aFirst = bitA >>> 0 < bitB >>> 0;
  return { kind: 'branch', bitmap: bitA | bitB, children: aFirst ? [a, b] : [b, a] };
}

function insert<V>(node: Node<V> | undefined, shift: number, leaf: Leaf<V>): Node<V> {
  if (node === undefined) return leaf;
  if (node.kind === 'leaf') return node.key === leaf.key ? leaf : pair(shift, node, leaf);
  if (node.kind === 'collision') {
    const others = node.leaves.filter((other) => other.key !== leaf.key);
    return pair(shift, { ...node, leaves: others }, leaf);
  }
  const bit = bitAt(leaf.hash, shift);
  const index = indexOf(node.bitmap, bit);
  const children = node.children.slice();
  if ((node.bitmap & bit) === 0) {
    children.splice(index, 0, leaf);
    return { kind: 'branch', bitmap: node.bitmap | bit, children };
  }
  children[index] = insert(node.children[index], shift + bitsPerLevel, leaf);
  return { kind: 'branch', bitmap: node.bitmap, children };
}

function remove<V>(node: Node<V>, shift: number, { hash, key }: Leaf<V>): Node<V> | undefined {
  if (node.kind === 'leaf') return undefined;
  if (node.kind === 'collision') {
    const leaves = node.leaves.filter((leaf) => leaf.key !== key);
    return leaves.length === 1 ? leaves[0] : { ...node, leaves };
  }
  const bit = bitAt(hash, shift);
  const index = indexOf(node.bitmap, bit);
  const child = node.children[index];
  if (child === undefined) return node;
  const next = remove(child, shift + bitsPerLevel, { hash, key } as Leaf<V>);
  const children = node.children.slice();
  if (next === undefined) children.splice(index, 1);
  else children[index] = next;
  const [only] = children;
  if (only === undefined) return undefined;
  // A branch with a single leaf folds into that leaf, so that equal maps have equal shapes.
  if (children.length === 1 && only.kind !== 'branch') return only;
  return {
    kind: 'branch',
    bitmap: next === undefined ? node.bitmap & ~bit : node.bitmap,
    children,
  };
}

/** Adds what `pick` makes of each leaf below `node`. No generator: a recursive one costs ten times as much. */
function addLeaves<V, T>(node: Node<V> | undefined, pick: (leaf: Leaf<V>) => T, found: T[]): T[] {
  if (node === undefined) return found;
  if (node.kind === 'leaf') found.push(pick(node));
  else if (node.kind === 'collision') for (const leaf of node.leaves) found.push(pick(leaf));
  else for (const child of node.children) addLeaves(child, pick, found);
  return found;
}

const keyOf = <V>({ key }: Leaf<V>): string => key;
const valueOf = <V>({ value }: Leaf<V>): V => value;
const itself = <V>(leaf: Leaf<V>): Leaf<V> => leaf;
const entryOf = <V>({ key, value }: Leaf<V>): [string, V] => [key, value];

const childAt = <V>({ bitmap, children }: Branch<V>, bit: number): Node<V> | undefined =>
  (bitmap & bit) === 0 ? undefined : children[indexOf(bitmap, bit)];

/** Adds the keys of all leaves that are not the same below `a` and `b`; what both share is passed over. */
function addDiffering<V>(a: Node<V> | undefined, b: Node<V> | undefined, keys: string[]): void {
  if (a === b) return;
  if (a?.kind === 'branch' && b?.kind === 'branch') {
    for (let bits = a.bitmap | b.bitmap; bits !== 0; bits &= bits - 1)
      addDiffering(childAt(a, bits & -bits), childAt(b, bits & -bits), keys);
    return;
  }
  if (a === undefined || b === undefined) {
    addLeaves(a ?? b, keyOf, keys);
    return;
  }
  if (a.kind === 'leaf' && b.kind === 'leaf' && a.key === b.key) {
    if (!Object.is(a.value, b.value)) keys.push(a.key);
    return;
  }
  const before = new Map<string, V>();
  for (const { key, value } of addLeaves(a, itself, [])) before.set(key, value);
  for (const { key, value } of addLeaves(b, itself, [])) {
    if (!before.has(key) || !Object.is(before.get(key), value)) keys.push(key);
    before.delete(key);
  }
  keys.push(...before.keys());
}

/** See the module's head. Construct with {@link PersistentMap.empty} or {@link PersistentMap.of}. */
export class PersistentMap<V> {
  private constructor(
    private readonly root: Node<V> | undefined,
    readonly size: number,
  ) {}

  private static readonly none = new PersistentMap<never>(undefined, 0);

  static empty<V>(): PersistentMap<V> {
    return PersistentMap.none;
  }

  static of<V>(entries: Iterable<readonly [string, V]>): PersistentMap<V> {
    let map = PersistentMap.empty<V>();
    for (const [key, value] of entries) map = map.set(key, value);
    return map;
  }

  get(key: string): V | undefined {
    return find(this.root, key)?.value;
  }

  has(key: string): boolean {
    return find(this.root, key) !== undefined;
  }

  /** Returns the map with `key` set; the very same map when the value was there already. */
  set(key: string, value: V): PersistentMap<V> {
    const old = find(this.root, key);
    if (old !== undefined && Object.is(old.value, value)) return this;
    const leaf: Leaf<V> = { kind: 'leaf', hash: hashOf(key), key, value };
    return new PersistentMap(
      insert(this.root, 0, leaf),
      old === undefined ? this.size + 1 : this.size,
    );
  }

  /** Returns the map without `key`; the very same map when it was not there. */
  delete(key: string): PersistentMap<V> {
    const old = find(this.root, key);
    if (old === undefined || this.root === undefined) return this;
    if (this.size === 1) return PersistentMap.empty();
    return new PersistentMap(remove(this.root, 0, old), this.size - 1);
  }

  clear(): PersistentMap<V> {
    return PersistentMap.empty();
  }

  keys(): string[] {
    return addLeaves(this.root, keyOf, []);
  }

  values(): V[] {
    return addLeaves(this.root, valueOf, []);
  }

  [Symbol.iterator](): Iterator<[string, V]> {
    return addLeaves<V, [string, V]>(this.root, entryOf, [])[Symbol.iterator]();
  }

  /** Returns the keys that have another value than in `before`, or are in one of the two only. Costs what differs. */
  changedKeys(before: PersistentMap<V>): string[] {
    const keys: string[] = [];
    addDiffering(before.root, this.root, keys);
    return keys;
  }

  /** The entries sorted by key: what `JSON.stringify` and comparisons see. */
  toJSON(): [string, V][] {
    return [...this].sort(([a], [b]) => (a < b ? -1 : 1));
  }
}
