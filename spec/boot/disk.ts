/**
 * A drive that a virtual machine may write, and what is found on it when the machine is off.
 *
 * @module
 */
import { spawnSync } from 'node:child_process';
import { copyFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { openLog } from '../../adapters/event-log/reader';
import { runReplay, type ReplayReport } from '../../adapters/replay-log';
import type { LoggedRecord } from '../../machines/log-format';
import { makeFileSystem, readFileSystem } from '../../vm/ext4';
import { findTool } from '../../vm/requirements';
import { temporaryDirectory } from '../support/temporary-directory';

const megabytes = 32;

/** An ext4 file system, with a journal: /dev/nvme0n2 of the machine that it is given to. */
export class Disk {
  readonly path = join(temporaryDirectory(), 'disk.img');

  constructor() {
    makeFileSystem(this.path, megabytes, 'disk');
  }

  /**
   * Copies what is on it into a folder, and returns that. The journal is replayed on a copy first, as
   * the next boot would: the disk itself stays as the machine has left it.
   */
  files(): string {
    const folder = temporaryDirectory();
    const copy = join(folder, 'copy.img');
    copyFileSync(this.path, copy);
    const { status, stdout } = spawnSync(findTool('e2fsck') ?? '', ['-f', '-y', copy], {
      encoding: 'utf8',
    });
    // 1: errors were corrected, which is what a replay of the journal may count as.
    if ((status ?? 8) > 1) throw new Error(`the disk cannot be repaired:\n${stdout}`);
    readFileSystem(copy, `rdump / "${folder}"`);
    rmSync(copy);
    return folder;
  }

  /**
   * Takes bytes off the end of a file, as a power cut in the middle of a write does, having done first
   * what a boot would do.
   */
  tear(path: string, bytes: number): void {
    spawnSync(findTool('e2fsck') ?? '', ['-f', '-y', this.path]);
    const [, size] = /Size: (\d+)/u.exec(readFileSystem(this.path, `stat "${path}"`)) ?? [];
    const left = String(Number(size) - bytes);
    const command = `set_inode_field "${path}" size ${left}`;
    const { stderr } = spawnSync(findTool('debugfs') ?? '', ['-w', '-R', command, this.path], {
      encoding: 'utf8',
    });
    if (!readFileSystem(this.path, `stat "${path}"`).includes(`Size: ${left}`))
      throw new Error(`unable to tear ${path}: ${stderr}`);
  }

  /** Says whether the file system was unmounted: its journal needs no replay, and no check finds an error. */
  isClean(): boolean {
    const { status } = spawnSync(findTool('e2fsck') ?? '', ['-f', '-n', this.path]);
    return status === 0 && !readFileSystem(this.path, 'stats').includes('needs_recovery');
  }

  /** The event log in `directory` of this disk, of its newest boot; `boot` 1 is the one before, and so on. */
  log(directory = 'minit'): MachineLog {
    return new MachineLog(join(this.files(), directory));
  }
}

/** The event log of a machine, read and replayed on the host. */
export class MachineLog {
  constructor(readonly directory: string) {}

  /** The records of the newest boot. */
  records(): LoggedRecord[] {
    return [...this.#opened().items()].flatMap((item) =>
      item.kind === 'record' ? [item.record] : [],
    );
  }

  /** Folds it again. */
  replay(): ReplayReport {
    return runReplay(this.#opened(), undefined);
  }

  /** Expects that it is whole from the first event on, but for a torn end, and decides now what it decided then. */
  expectSameReplay(): ReplayReport {
    const report = this.replay();
    const { divergence, damage } = report;
    expect({ divergence, damage }).toEqual({ divergence: undefined, damage: [] });
    expect(this.records()[0]).toMatchObject({ seq: 1, event: { type: 'SupervisorStarted' } });
    return report;
  }

  #opened() {
    const log = openLog(this.directory);
    if ('code' in log) throw new Error(log.text);
    return log;
  }
}
