/**
 * The root file system that every image has: Node with its libraries, minit's programs, busybox,
 * the device nodes without which neither a kernel nor Node starts well, and the two FIFOs. No tree yet.
 *
 * @module
 */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, readdirSync, realpathSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { addEntry, textFile, type ImageEntries } from './image-entries';
import { findTool } from './requirements';

export const projectFolder = dirname(__dirname);
const distFolder = join(projectFolder, 'dist');

const programFolder = '/usr/lib/minit';
export const treeFolder = '/etc/minit';

/** Returns the entries. @throws Error saying what is missing. */
export function rootFiles(): ImageEntries {
  const entries: ImageEntries = new Map();
  addFolders(entries);
  addDevices(entries);
  addAccounts(entries);
  const libc = addNode(entries);
  addBusybox(entries);
  // After busybox, whose own init, reboot and so on must not be found.
  addPrograms(entries, libc);
  addFifos(entries);
  return entries;
}

const mountPoints = ['proc', 'sys', 'run', 'mnt', 'var', 'var/log', 'root', 'home'];

function addFolders(entries: ImageEntries): void {
  for (const name of ['bin', 'sbin', 'lib', 'lib64']) {
    addEntry(entries, `/usr/${name}`, { kind: 'directory', mode: 0o755 });
    addEntry(entries, `/${name}`, { kind: 'link', target: `usr/${name}` });
  }
  for (const name of mountPoints) addEntry(entries, `/${name}`, { kind: 'directory', mode: 0o755 });
  addEntry(entries, '/tmp', { kind: 'directory', mode: 0o1777 });
}

/** Numbers: the kernel's Documentation/admin-guide/devices.txt. */
const devices: readonly (readonly [name: string, major: number, minor: number, mode: number])[] = [
  // Without a console and without this one Node ends before it runs anything, and the kernel panics.
  ['null', 1, 3, 0o666],
  ['console', 5, 1, 0o600],
  ['tty', 5, 0, 0o666],
  ['tty0', 4, 0, 0o600],
  ['tty1', 4, 1, 0o600],
  ['ttyS0', 4, 64, 0o600],
];

function addDevices(entries: ImageEntries): void {
  for (const [name, major, minor, mode] of devices) {
    addEntry(entries, `/dev/${name}`, { kind: 'character-device', mode, major, minor });
  }
}

function addAccounts(entries: ImageEntries): void {
  addEntry(entries, '/etc/passwd', textFile('root::0:0:root:/root:/bin/sh\n'));
  addEntry(entries, '/etc/group', textFile('root:x:0:\ntty:x:5:\n'));
  addEntry(entries, '/etc/shells', textFile('/bin/sh\n'));
  addEntry(entries, '/etc/hosts', textFile('127.0.0.1 localhost\n'));
  addEntry(
    entries,
    '/etc/profile',
    textFile('export PATH=/usr/bin:/usr/sbin\nexport PS1="\\h:\\w\\\\$ "\n'),
  );
}

/** Puts Node and its libraries in; returns which libc it is linked with. */
function addNode(entries: ImageEntries): 'glibc' | 'musl' {
  const node = realpathSync(process.execPath);
  addEntry(entries, '/usr/bin/node', { kind: 'file', mode: 0o755, content: { source: node } });
  const libraries = librariesOf(node);
  const loader = libraries.find((path) => /\/ld-[^/]*$/u.test(path));
  if (loader === undefined) throw new Error(`unable to find the loader of "${node}" with ldd`);
  const isMusl = basename(loader).startsWith('ld-musl-');
  // All in one folder that the loader looks into by itself: the image has no cache of others.
  const libc = libraries.find((path) => /\/libc\.so[^/]*$/u.test(path)) ?? loader;
  for (const library of libraries) {
    const path = library === loader ? library : join(dirname(libc), basename(library));
    const content = { source: realpathSync(library) };
    addEntry(entries, merged(path), { kind: 'file', mode: 0o755, content });
  }
  return isMusl ? 'musl' : 'glibc';
}

/** /bin, /sbin and /lib are links into /usr in an image. */
const merged = (path: string): string => path.replace(/^\/(bin|sbin|lib|lib64)\//u, '/usr/$1/');

function librariesOf(program: string): string[] {
  const lines = execFileSync('ldd', [program], { encoding: 'utf8' }).split('\n');
  const missing = lines.find((line) => line.includes('not found'));
  if (missing !== undefined) throw new Error(`a library of "${program}" is missing:${missing}`);
  // `libm.so.6 => /lib/libm.so.6 (0x…)`, `/lib64/ld-linux-x86-64.so.2 (0x…)`
  const paths = lines.map((line) => /(\/\S+) \(0x[\da-f]+\)$/u.exec(line)?.[1]);
  return [...new Set(paths.filter((path) => path !== undefined))];
}

function addBusybox(entries: ImageEntries): void {
  const busybox = findTool('busybox');
  if (busybox === undefined) throw new Error('busybox is missing: install busybox-static');
  const content = { source: realpathSync(busybox) };
  addEntry(entries, '/usr/bin/busybox', { kind: 'file', mode: 0o755, content });
  const applets = execFileSync(busybox, ['--list-full'], { encoding: 'utf8' }).trim().split('\n');
  for (const applet of applets) {
    const path = merged(`/${applet}`);
    if (!entries.has(path)) addEntry(entries, path, { kind: 'link', target: '/usr/bin/busybox' });
  }
}

/** Names under which minit-shutdown ends the machine. */
const endings = ['poweroff', 'reboot', 'halt'];

function addPrograms(entries: ImageEntries, libc: 'glibc' | 'musl'): void {
  if (!existsSync(join(distFolder, 'minit.js'))) {
    throw new Error('there is no dist/minit.js to put into the image: npm run build');
  }
  for (const file of readdirSync(distFolder)) {
    const source = join(distFolder, file);
    const path = `${programFolder}/${file}`;
    if (file.endsWith('.js')) addProgram(entries, path, readFileSync(source, 'utf8'));
    else if (isForHere(file, libc)) {
      addEntry(entries, path, { kind: 'file', mode: 0o644, content: { source } });
    }
  }
  // The kernel runs the script by its first line; a link to Node itself would take "default" for a script.
  addEntry(entries, '/usr/sbin/init', { kind: 'link', target: `${programFolder}/minit.js` });
  if (!entries.has(`${programFolder}/minit-shutdown.js`)) return;
  for (const name of endings) {
    const target = `${programFolder}/minit-shutdown.js`;
    addEntry(entries, `/usr/sbin/${name}`, { kind: 'link', target });
  }
}

/** koffi's binaries for another machine are left out. */
const isForHere = (file: string, libc: string): boolean =>
  !file.endsWith('.node') || file === `koffi-linux-${process.arch}-${libc}.node`;

/** No env(1), which would look for Node in a PATH that a kernel need not have set. */
function addProgram(entries: ImageEntries, path: string, text: string): void {
  addEntry(entries, path, textFile(text.replace(/^#!.*/u, '#!/usr/bin/node'), 0o755));
  addEntry(entries, `/usr/bin/${basename(path, '.js')}`, { kind: 'link', target: path });
}

/** The root is read-only, so minit could not make them. */
function addFifos(entries: ImageEntries): void {
  for (const name of ['in', 'out']) {
    addEntry(entries, `${treeFolder}/${name}`, { kind: 'fifo', mode: 0o600 });
  }
}
