/**
 * A virtual machine that a kernel boots minit in, for `.boot.spec.ts` files: its serial console is read
 * and typed at, keys are pressed, power is cut. No spec sleeps: it waits for what the console says, with
 * a deadline, and hears at once of a kernel panic or of a machine that has ended.
 *
 *     const machine = await bootMachine({ tree: { 'default/run': '#!/bin/sh\necho hello\n' } });
 *     await machine.prints(/^hello$/mu);
 *     await machine.cutPower();
 *
 * See README.md beside this file.
 *
 * @module
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeImage } from '../../vm/make-image';
import { qemuCommand } from '../../vm/qemu-command';
import { projectFolder } from '../../vm/root-files';
import { addFiles, type Files } from '../support/supervisor';
import type { Disk } from './disk';
import { Monitor } from './monitor';

/** The tree that `npm run boot` boots. */
export const exampleTree = join(projectFolder, 'examples/vm');

export interface BootOptions {
  /** Service directories: files by path, or a folder. With `overlay` a folder can be altered. */
  readonly tree: Files | string;
  /** Files by their absolute path in the root, laid over it; a service of `/etc/minit`, say. */
  readonly overlay?: Files;
  /** Paths that the root shall not have. */
  readonly without?: readonly string[];
  /** On the kernel's command line: services, NAME=VALUE for the environment of init, anything. */
  readonly words?: readonly string[];
  /** /dev/nvme0n2. */
  readonly disk?: Disk;
  readonly memoryMegabytes?: number;
}

const deadlineMs = 90_000;
/** No colour, so that lines can be matched; of the kernel's messages only the grave ones. */
const wordsAlways = ['loglevel=4', 'NO_COLOR=1'];
const prompt = /(?:^|\n)[^\n]*[#$] $/u;
const escape = '\u001b';
/** What moves a cursor or asks for it: a shell's line editor does. */
const controlSequences = new RegExp(`${escape}\\[[\\d;?]*[A-Za-z]|\\r`, 'gu');
const unfinishedSequence = new RegExp(`${escape}(?:\\[[\\d;?]*)?$`, 'u');
const running = new Set<VirtualMachine>();

/** Makes the image and starts the machine; the spec waits for what it needs. */
export function bootMachine(options: BootOptions): Promise<VirtualMachine> {
  const folder = mkdtempSync(join(tmpdir(), 'minit-vm-'));
  const { tree, overlay = {}, without = [], disk, words = [] } = options;
  const treeFolder = typeof tree === 'string' ? tree : join(folder, 'tree');
  if (typeof tree !== 'string') layOut(treeFolder, tree);
  layOut(join(folder, 'overlay'), overlay);
  const image = makeImage({
    tree: treeFolder,
    overlays: [join(folder, 'overlay')],
    without,
    output: join(folder, 'root.img'),
  });
  const [program, ...args] = qemuCommand({
    image,
    disk: disk?.path,
    memoryMegabytes: options.memoryMegabytes ?? 256,
    words: [...wordsAlways, ...words],
    connections: [
      ...['-chardev', 'stdio,id=serial,signal=off', '-serial', 'chardev:serial'],
      ...['-qmp', `unix:${join(folder, 'monitor')},server=on,wait=off`],
    ],
  });
  const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'pipe'] });
  return Promise.resolve(new VirtualMachine(folder, child));
}

function layOut(folder: string, files: Files): void {
  mkdirSync(folder);
  const relative = Object.entries(files).map(([path, text]) => [path.replace(/^\/+/u, ''), text]);
  addFiles(folder, Object.fromEntries(relative) as Files);
}

export class VirtualMachine {
  #raw = '';
  #output = '';
  #hasEnded = false;
  #monitor: Monitor | undefined;
  #commands = 0;
  readonly #startedAt = performance.now();
  readonly #listeners = new Set<() => void>();

  constructor(
    private readonly folder: string,
    private readonly child: ChildProcess,
  ) {
    running.add(this);
    const hear = (chunk: Buffer): void => {
      this.#raw += chunk.toString();
      // A sequence that is not whole yet waits for its rest.
      const whole = this.#raw.replace(unfinishedSequence, '');
      this.#raw = this.#raw.slice(whole.length);
      this.#output += whole.replace(controlSequences, '');
      this.#notify();
    };
    child.stdout?.on('data', hear);
    child.stderr?.on('data', hear);
    // A machine that has ended reads nothing any more.
    child.stdin?.on('error', () => undefined);
    child.on('close', () => {
      this.#hasEnded = true;
      this.#monitor?.close();
      running.delete(this);
      rmSync(folder, { recursive: true, force: true });
      this.#notify();
    });
  }

  /** All that came over the serial console: the kernel, minit and its services. */
  get output(): string {
    return this.#output;
  }

  /** Since qemu was started. */
  get seconds(): number {
    return (performance.now() - this.#startedAt) / 1_000;
  }

  /** Waits until `condition` holds, looking whenever the console says something. */
  async until(what: string, condition: () => boolean): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      const end = (finish: () => void): void => {
        clearTimeout(timer);
        this.#listeners.delete(look);
        finish();
      };
      const fail = (reason: string): void => {
        end(() => {
          reject(new Error(`${reason} while waiting for ${what}; the console:\n${this.#output}`));
        });
      };
      const look = (): void => {
        if (condition()) end(resolve);
        else if (this.#output.includes('Kernel panic')) fail('the kernel has panicked');
        else if (this.#hasEnded) fail('the machine has ended');
      };
      const timer = setTimeout(() => {
        fail(`nothing for ${String(deadlineMs)} ms`);
      }, deadlineMs);
      this.#listeners.add(look);
      look();
    });
  }

  /** Waits until `pattern` stands in the output, `times` times. */
  async prints(pattern: RegExp, times = 1): Promise<void> {
    const global = new RegExp(pattern.source, `${pattern.flags.replace('g', '')}g`);
    await this.until(
      `${String(pattern)} × ${String(times)}`,
      () => (this.#output.match(global) ?? []).length >= times,
    );
  }

  /** Waits until `service` has come to `state`, `times` times since the start. */
  async reaches(service: string, state: string, times = 1): Promise<void> {
    const escaped = service.replace(/[.*+?^${}()|[\]\\]/gu, '\\$&');
    await this.prints(new RegExp(`^ *\\d+\\.\\d{3}  ${escaped} +${state}\\b`, 'mu'), times);
  }

  async booted(): Promise<void> {
    await this.prints(/boot settled/u);
  }

  /** Types at the serial console. */
  type(text: string): void {
    this.child.stdin?.write(text);
  }

  /** Logs in as root where a getty asks, and waits for the shell. */
  async logIn(): Promise<void> {
    await this.prints(/login: /u);
    this.type('root\n');
    await this.until('a prompt', () => prompt.test(this.#output));
  }

  /** Runs a line in the shell that is on the serial console; not one that ends with `&`. */
  async run(command: string): Promise<{ readonly status: number; readonly output: string }> {
    const id = String((this.#commands += 1));
    // The quotes keep what is echoed while it is typed from looking like what is printed.
    this.type(`echo "be""gin ${id}"; ${command}; echo "en""d ${id} $?"\n`);
    const pattern = new RegExp(`^begin ${id}\\n([^]*?)end ${id} (\\d+)\\n[^]*[#$] `, 'mu');
    // Up to the next prompt: what is typed before it would be echoed between.
    await this.until(`the end of "${command}"`, () => pattern.test(this.#output));
    const [, output = '', status] = pattern.exec(this.#output) ?? [];
    return { status: Number(status), output };
  }

  /** Presses keys together, by qemu's names: `ctrl-alt-delete`, `alt-up`. */
  async press(keys: string): Promise<void> {
    await this.monitor(`sendkey ${keys}`);
  }

  /** Runs a command of qemu's monitor. */
  async monitor(command: string): Promise<void> {
    this.#monitor ??= await Monitor.connect(join(this.folder, 'monitor'));
    await this.#monitor.run(command);
  }

  /** Turns it off from its shell, without a word to minit. */
  async powerOff(): Promise<void> {
    this.type('sync; busybox poweroff -f\n');
    await this.ended();
  }

  /** Kills qemu: what the kernel has not yet given to the disk is lost. */
  async cutPower(): Promise<void> {
    this.child.kill('SIGKILL');
    await this.ended();
  }

  /** Waits until the machine is off, or has rebooted, which is the same here; a panic is an error. */
  async ended(): Promise<void> {
    await this.until('the end of the machine', () => this.#hasEnded);
    if (this.#output.includes('Kernel panic')) {
      throw new Error(`the kernel has panicked; the console:\n${this.#output}`);
    }
  }

  #notify(): void {
    for (const listener of [...this.#listeners]) listener();
  }
}

afterAll(async () => {
  for (const machine of running) await machine.cutPower().catch(() => undefined);
});
