/**
 * The tables of the kernel that say what is mounted and where is swapped to: proc_pid_mounts(5),
 * proc_swaps(5). Paths are bytes, which may be no UTF-8.
 *
 * @module
 */

export interface Mount {
  readonly path: Buffer;
  readonly type: string;
  readonly isReadOnly: boolean;
}

/** Returns what is mounted, in the order in which it was. */
export function parseMounts(table: Buffer): Mount[] {
  return linesOf(table).map(([, path = '', type = '', options = '']) => ({
    path: unescaped(path),
    type,
    isReadOnly: options.split(',').includes('ro'),
  }));
}

/** Returns the files and devices that are swapped to. */
export function parseSwaps(table: Buffer): Buffer[] {
  // The first line says what the columns are.
  return linesOf(table)
    .slice(1)
    .map(([path = '']) => unescaped(path));
}

const linesOf = (table: Buffer): string[][] =>
  table
    .toString('latin1')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => line.split(/[ \t]+/u));

/** Blanks and the like stand there in octal: `\040`. */
const unescaped = (text: string): Buffer =>
  Buffer.from(
    text.replace(/\\([0-7]{3})/gu, (_, octal: string) =>
      String.fromCharCode(Number.parseInt(octal, 8)),
    ),
    'latin1',
  );

/** File systems that hold nothing which outlasts the machine: it is no loss when they stay in use. */
const typesInMemory: ReadonlySet<string> = new Set([
  ...['proc', 'sysfs', 'devtmpfs', 'devpts', 'tmpfs', 'ramfs', 'rootfs', 'cgroup', 'cgroup2'],
  ...['securityfs', 'debugfs', 'tracefs', 'configfs', 'mqueue', 'hugetlbfs', 'pstore', 'bpf'],
  ...['efivarfs', 'fusectl', 'binfmt_misc', 'rpc_pipefs', 'autofs', 'selinuxfs', 'nsfs'],
]);

export const isInMemory = ({ type }: Mount): boolean => typesInMemory.has(type);
