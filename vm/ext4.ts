/**
 * Writes an ext4 file system into a file: mkfs.ext4 makes it, debugfs puts the entries in. Needs no
 * root, no mount and no loop device, and everything in it belongs to root.
 *
 * @module
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import type { ImageEntries, ImageEntry } from './image-entries';
import { findTool } from './requirements';

/** Makes `path` an empty ext4 file system; blocks that hold nothing take no space on the host. */
export function makeFileSystem(path: string, megabytes: number, label: string): void {
  writeFileSync(path, '');
  truncateSync(path, megabytes * 1_048_576);
  runTool('mkfs.ext4', ['-q', '-F', '-m', '0', '-L', label, path]);
}

/** Makes the file system in `image`, which holds `present`, hold `wanted`. */
export function writeEntries(image: string, present: ImageEntries, wanted: ImageEntries): void {
  const scratch = mkdtempSync(join(tmpdir(), 'minit-image-'));
  try {
    const commands = [...removals(present, wanted), ...additions(present, wanted, scratch)];
    if (commands.length > 0) runDebugfs(image, commands, scratch);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

/** Runs a command of debugfs(8) that only reads, and returns what it prints. */
export function readFileSystem(image: string, command: string): string {
  return runTool('debugfs', ['-R', command, image]).stdout;
}

const isSame = (one: ImageEntry | undefined, other: ImageEntry | undefined): boolean =>
  JSON.stringify(one) === JSON.stringify(other);

/** What is in a directory goes before the directory. A directory that stays one is left alone. */
function removals(present: ImageEntries, wanted: ImageEntries): string[] {
  const commands: string[] = [];
  for (const [path, entry] of [...present].reverse()) {
    const successor = wanted.get(path);
    if (isSame(entry, successor)) continue;
    if (entry.kind === 'directory' && successor?.kind === 'directory') continue;
    commands.push(`${entry.kind === 'directory' ? 'rmdir' : 'rm'} ${quote(path)}`);
  }
  return commands;
}

function additions(present: ImageEntries, wanted: ImageEntries, scratch: string): string[] {
  const commands: string[] = [];
  let current = '';
  for (const [path, entry] of wanted) {
    const before = present.get(path);
    if (isSame(before, entry)) continue;
    // Some commands of debugfs take a name in the current directory, no path.
    if (dirname(path) !== current) commands.push(`cd ${quote((current = dirname(path)))}`);
    const isThere = entry.kind === 'directory' && before?.kind === 'directory';
    const file = join(scratch, String(commands.length));
    commands.push(...(isThere ? [] : creation(path, entry, file)), ...modeOf(path, entry));
  }
  return commands;
}

function creation(path: string, entry: ImageEntry, scratchFile: string): string[] {
  const name = quote(basename(path));
  switch (entry.kind) {
    case 'directory':
      return [`mkdir ${name}`];
    case 'file': {
      const { content } = entry;
      if ('text' in content) writeFileSync(scratchFile, content.text);
      return [`write ${quote('text' in content ? scratchFile : content.source)} ${name}`];
    }
    case 'link':
      return [`symlink ${name} ${quote(entry.target)}`];
    case 'fifo':
      return [`mknod ${name} p`];
    case 'character-device':
      return [`mknod ${name} c ${String(entry.major)} ${String(entry.minor)}`];
  }
}

/** The bits of st_mode that say what a file is (inode(7)). */
const fileTypes = {
  directory: 0o040000,
  file: 0o100000,
  fifo: 0o010000,
  'character-device': 0o020000,
} as const;

function modeOf(path: string, entry: ImageEntry): string[] {
  if (entry.kind === 'link') return [];
  const mode = (fileTypes[entry.kind] | entry.mode).toString(8);
  return [`set_inode_field ${quote(basename(path))} mode 0${mode}`];
}

/** @throws Error for what debugfs could not read back as one word. */
function quote(text: string): string {
  if (/["\n]/u.test(text)) {
    throw new Error(
      `unable to put ${JSON.stringify(text)} into an image: rename it without a quote`,
    );
  }
  return `"${text}"`;
}

function runDebugfs(image: string, commands: readonly string[], scratch: string): void {
  const script = join(scratch, 'commands');
  writeFileSync(script, `${commands.join('\n')}\n`);
  const { stderr } = runTool('debugfs', ['-w', '-f', script, image]);
  // debugfs exits 0 whatever goes wrong; but for its version it only complains on stderr.
  const complaints = stderr.split('\n').filter((line) => line !== '' && !/^debugfs \d/u.test(line));
  if (complaints.length > 0) throw new Error(`debugfs: ${complaints.slice(0, 5).join('; ')}`);
}

/** Runs one of e2fsprogs. @throws Error with what it has printed if it fails. */
function runTool(name: string, args: readonly string[]): { stdout: string; stderr: string } {
  const { status, stdout, stderr, error } = spawnSync(findTool(name) ?? name, args, {
    encoding: 'utf8',
    maxBuffer: 64 * 1_048_576,
  });
  if (error !== undefined) throw error;
  if (status !== 0) throw new Error(`${name} failed: ${stderr.trim() || stdout.trim()}`);
  return { stdout, stderr };
}
