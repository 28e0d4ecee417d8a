/**
 * A persistent map from strings: `set` and `delete` return a new map and share all
 * but a few nodes with the old one, so that a change costs the same with ten services
 * and with ten thousand, and every past state stays valid (time travel for free).
 *
 * A hash array mapped trie (Bagwell, "Ideal Hash Trees", 2001): 32 ways, 5 bits of the
 * hash a level. Iteration order depends on the keys alone, never on the history. Branches have a
 * place for each child, also for those that are not there, and hashes are remembered: at boot all this
 * runs as bytecode, where counting bits and characters would cost more than everything else here.
 *
 * @module
 */

interface Leaf<V> {
  readonly children?: undefined;
  readonly hash: number;
  readonly key: string;
  readonly value: V;
}
/** Keys with one and the same 32-bit hash, sorted by key. */
interface Collision<V> {
  readonly children?: undefined;
  readonly hash: number;
  readonly leaves: readonly Leaf<V>[];
}
/** Never changed once it can be reached from a map. */
interface Branch<V> {
  /** 32 of them, by 5 bits of the hash. */
  readonly children: (Node<V> | undefined)[];
  count: number;
}
type Node<V> = Leaf<V> | Collision<V> | Branch<V>;

const bitsPerLevel = 5;
const ways = 32;
const levelMask = ways - 1;
const noChildren: readonly undefined[] = Array.from({ length: ways }, () => undefined);

const isLeaf = <V>(node: Node<V>): node is Leaf<V> => 'key' in node;
const isCollision = <V>(node: Leaf<V> | Collision<V>): node is Collision<V> => 'leaves' in node;

/** Hashes of keys that were asked for: names of services and PIDs, the same over and over. */
const hashes = new Map<string, number>();
const hashesMax = 8_192;

function hashOf(key: string): number {
  const known = hashes.get(key);
  if (known !== undefined) return known;
  // A memory, nothing that is decided depends on: it may be lost at any time.
  if (hashes.size >= hashesMax) hashes.clear();
  const hash = fnv1a(key);
  hashes.set(key, hash);
  return hash;
}

/** FNV-1a over UTF-16 units: the same on every machine, which replay needs. */
function fnv1a(key: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < key.length; i += 1) hash = Math.imul(hash ^ key.charCodeAt(i), 0x01000193);
  return hash ^ (hash >>> 15);
}

function find<V>(root: Node<V> | undefined, key: string): Leaf<V> | undefined {
  let node = root;
  if (node?.children !== undefined) {
    let hash = hashOf(key);
    do {
      node = node.children[hash & levelMask];
      hash >>>= bitsPerLevel;
    } while (node?.children !== undefined);
  }
  if (node === undefined) return undefined;
  if (isCollision(node)) return node.leaves.find((leaf) => leaf.key === key);
  return node.key === key ? node : undefined;
}

function pair<V>(shift: number, a: Leaf<V> | Collision<V>, b: Leaf<V>): Node<V> {
  if (a.hash === b.hash) {
    const leaves = [...(isCollision(a) ? a.leaves : [a]), b];
    return { hash: b.hash, leaves: leaves.sort((x, y) => (x.key < y.key ? -1 : 1)) };
  }
  const [placeA, placeB] = [(a.hash >>> shift) & levelMask, (b.hash >>> shift) & levelMask];
  const children: (Node<V> | undefined)[] = noChildren.slice();
  if (placeA === placeB) {
    children[placeA] = pair(shift + bitsPerLevel, a, b);
    return { children, count: 1 };
  }
  children[placeA] = a;
  children[placeB] = b;
  return { children, count: 2 };
}

interface Insertion<V> {
  readonly leaf: Leaf<V>;
  /** Branches that nobody else has seen: they are changed in place, no others are. */
  readonly owned: Set<Node<V>> | undefined;
}

function insert<V>(node: Node<V>, shift: number, insertion: Insertion<V>): Node<V> {
  const { leaf, owned } = insertion;
  if (node.children !== undefined) {
    const place = (leaf.hash >>> shift) & levelMask;
    const old = node.children[place];
    const child = old === undefined ? leaf : insert(old, shift + bitsPerLevel, insertion);
    const count = old === undefined ? node.count + 1 : node.count;
    const branch = owned?.has(node) === true ? node : { children: node.children.slice(), count };
    branch.children[place] = child;
    branch.count = count;
    owned?.add(branch);
    return branch;
  }
  if (isCollision(node)) {
    const others = node.leaves.filter((other) => other.key !== leaf.key);
    return pair(shift, { hash: node.hash, leaves: others }, leaf);
  }
  return node.key === leaf.key ? leaf : pair(shift, node, leaf);
}

function remove<V>(node: Node<V>, shift: number, { hash, key }: Leaf<V>): Node<V> | undefined {
  if (node.children === undefined) {
    if (!isCollision(node)) return undefined;
    const leaves = node.leaves.filter((leaf) => leaf.key !== key);
    return leaves.length === 1 ? leaves[0] : { hash: node.hash, leaves };
  }
  const place = (hash >>> shift) & levelMask;
  const child = node.children[place];
  if (child === undefined) return node;
  const next = remove(child, shift + bitsPerLevel, { hash, key } as Leaf<V>);
  const count = next === undefined ? node.count - 1 : node.count;
  if (count === 0) return undefined;
  const children = node.children.slice();
  children[place] = next;
  // A branch with a single leaf folds into that leaf, so that equal maps have equal shapes.
  if (count === 1) {
    const only = children.find((one) => one !== undefined);
    if (only !== undefined && only.children === undefined) return only;
  }
  return { children, count };
}

/** Adds what `pick` makes of each leaf below `node`. No generator: a recursive one costs ten times as much. */
function addLeaves<V, T>(node: Node<V> | undefined, pick: (leaf: Leaf<V>) => T, found: T[]): T[] {
  if (node === undefined) return found;
  if (node.children !== undefined) for (const child of node.children) addLeaves(child, pick, found);
  else if (isCollision(node)) for (const leaf of node.leaves) found.push(pick(leaf));
  else found.push(pick(node));
  return found;
}

const keyOf = <V>({ key }: Leaf<V>): string => key;
const valueOf = <V>({ value }: Leaf<V>): V => value;
const itself = <V>(leaf: Leaf<V>): Leaf<V> => leaf;
const entryOf = <V>({ key, value }: Leaf<V>): [string, V] => [key, value];

/** Adds the keys of all leaves that are not the same below `a` and `b`; what both share is passed over. */
function addDiffering<V>(a: Node<V> | undefined, b: Node<V> | undefined, keys: string[]): void {
  if (a === b) return;
  if (a?.children !== undefined && b?.children !== undefined) {
    for (let place = 0; place < ways; place += 1)
      addDiffering(a.children[place], b.children[place], keys);
    return;
  }
  if (a === undefined || b === undefined) {
    addLeaves(a ?? b, keyOf, keys);
    return;
  }
  if (isLeaf(a) && isLeaf(b) && a.key === b.key) {
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
    return PersistentMap.empty<V>().setAll(entries);
  }

  get(key: string): V | undefined {
    return find(this.root, key)?.value;
  }

  has(key: string): boolean {
    return find(this.root, key) !== undefined;
  }

  /** Returns the map with `key` set; the very same map when the value was there already. */
  set(key: string, value: V): PersistentMap<V> {
    const { root, size } = this;
    const old = find(root, key);
    if (old !== undefined && Object.is(old.value, value)) return this;
    const leaf: Leaf<V> = { hash: old === undefined ? hashOf(key) : old.hash, key, value };
    if (root === undefined) return new PersistentMap<V>(leaf, 1);
    return new PersistentMap(
      insert(root, 0, { leaf, owned: undefined }),
      old === undefined ? size + 1 : size,
    );
  }

  /** Returns the map with all of `entries` set, the last of a key: as one `set` after the other, with far fewer copies. */
  setAll(entries: Iterable<readonly [string, V]>): PersistentMap<V> {
    const owned = new Set<Node<V>>();
    let { root, size } = this;
    for (const [key, value] of entries) {
      const leaf: Leaf<V> = { hash: hashOf(key), key, value };
      if (find(root, key) === undefined) size += 1;
      root = root === undefined ? leaf : insert(root, 0, { leaf, owned });
    }
    return root === this.root ? this : new PersistentMap(root, size);
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

  /** The entries, in an order that depends on the keys alone: what `JSON.stringify` sees. */
  toJSON(): [string, V][] {
    return addLeaves<V, [string, V]>(this.root, entryOf, []);
  }
}
