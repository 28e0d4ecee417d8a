/**
 * A real minit on a tree of its own, for e2e specs: the compiled programs, real processes, no
 * sleeping. What minit prints is what a spec waits for, each time with a deadline.
 *
 * @module
 */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { clientSystem } from '../../adapters/client-system';
import { exchange } from '../../adapters/control-client';
import { openLog } from '../../adapters/event-log/reader';
import { runReplay } from '../../adapters/replay-log';
import { decodeReply, encodeRequest } from '../../machines/control-protocol';
import { toPlain } from '../../machines/snapshot';

/**
 * Files of a tree by path relative to ROOT: a string is the content, `->TARGET` a symbolic link, a
 * content that begins with `#!` an executable, a path that ends in `/` a directory.
 */
export type Files = Readonly<Record<string, string>>;

export const distFolder = join(__dirname, '../../dist');
export const program = (name: string): string => join(distFolder, `${name}.js`);

const deadlineMs = 20_000;
const temporaryFolders: string[] = [];
const running = new Set<ChildProcess>();

/** Makes ROOT in a folder of its own, which goes when the spec file ends. */
export function makeRoot(files: Files): string {
  const root = join(realpathSync(mkdtempSync(join(tmpdir(), 'minit-e2e-'))), 'root');
  temporaryFolders.push(dirname(root));
  mkdirSync(root);
  addFiles(root, files);
  return root;
}

export function addFiles(root: string, files: Files): void {
  for (const [name, content] of Object.entries(files)) {
    const path = join(root, name);
    mkdirSync(name.endsWith('/') ? path : dirname(path), { recursive: true });
    if (name.endsWith('/')) continue;
    if (content.startsWith('->')) symlinkSync(content.slice(2), path);
    else writeFileSync(path, content);
    if (content.startsWith('#!')) chmodSync(path, 0o755);
  }
}

export interface Finished {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface Ran {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs one of the compiled programs to its end. */
export function run(
  name: string,
  args: readonly string[],
  options: { cwd?: string; env?: NodeJS.ProcessEnv } = {},
): Ran {
  const { status, stdout, stderr } = spawnSync(process.execPath, [program(name), ...args], {
    encoding: 'utf8',
    timeout: deadlineMs,
    maxBuffer: 64 * 1_048_576,
    ...options,
  });
  return { code: status, stdout, stderr };
}

export interface BootOptions {
  readonly args?: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
  /** Put before `node dist/minit.js`: `unshare --pid …`, say. */
  readonly wrapper?: readonly string[];
  readonly log?: string;
  /** Path of minit's program, where it is not the one in dist/. */
  readonly program?: string;
}

export class Supervisor {
  #output = '';
  #finished: Finished | undefined;
  readonly #listeners = new Set<() => void>();

  constructor(
    readonly root: string,
    readonly log: string,
    private readonly child: ChildProcess,
  ) {
    const hear = (chunk: Buffer): void => {
      this.#output += chunk.toString();
      for (const listener of this.#listeners) listener();
    };
    child.stdout?.on('data', hear);
    child.stderr?.on('data', hear);
    child.on('close', (code, signal) => {
      running.delete(child);
      this.#finished = { code, signal };
      for (const listener of this.#listeners) listener();
    });
  }

  /** All that minit and its services have printed, both streams. */
  get output(): string {
    return this.#output;
  }

  /** Of minit; of its wrapper, where there is one. */
  get pid(): number {
    return this.child.pid ?? 0;
  }

  kill(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }

  /** Waits until `condition` holds, looking again whenever minit prints something or ends. */
  async until(what: string, condition: () => boolean): Promise<void> {
    if (condition()) return;
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#listeners.delete(look);
        reject(new Error(`no "${what}" within ${String(deadlineMs)} ms in:\n${this.#output}`));
      }, deadlineMs);
      const look = (): void => {
        if (!condition()) return;
        clearTimeout(timer);
        this.#listeners.delete(look);
        resolve();
      };
      this.#listeners.add(look);
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

  async finished(): Promise<Finished> {
    await this.until('the end of minit', () => this.#finished !== undefined);
    return this.#finished ?? { code: null, signal: null };
  }

  msvc(...args: string[]): Ran {
    return run('msvc', ['--root', this.root, ...args]);
  }

  /** Sends raw bytes of a request, under the lock, and returns the raw reply. */
  ask(request: string): string {
    const answer = exchange({ root: this.root, ...clientSystem, timeoutMs: deadlineMs }, [request]);
    if ('code' in answer) throw new Error(answer.text);
    return answer.replies[0] ?? '';
  }

  status(service: string): Record<string, unknown> {
    const reply = decodeReply(this.ask(encodeRequest({ do: 'status', services: [service] })));
    return reply?.services?.[0] as unknown as Record<string, unknown>;
  }

  pidOf(service: string): number {
    return this.status(service)['pid'] as number;
  }

  /**
   * Ends minit in order and replays its log: the fold gives the recorded effects again, and the state
   * that minit itself told just before the end, field by field.
   */
  async stopAndReplay(signal: NodeJS.Signals = 'SIGTERM'): Promise<Finished> {
    const live = decodeReply(this.ask(encodeRequest({ do: 'state' })))?.state as { seq: number };
    this.kill(signal);
    const finished = await this.finished();
    this.replays(live);
    return finished;
  }

  /** Checks the whole log, and the state at `live.seq` if one is given. */
  replays(live?: { readonly seq: number }): void {
    const log = openLog(this.log);
    if ('code' in log) throw new Error(log.text);
    const whole = runReplay(log, undefined);
    expect({ divergence: whole.divergence, damage: whole.damage }).toEqual({
      divergence: undefined,
      damage: [],
    });
    if (live === undefined) return;
    expect(toPlain(runReplay(log, { seq: live.seq }).state)).toEqual(live);
  }
}

/** Starts minit on `files`; the spec waits for what it needs. */
export function boot(files: Files | string, options: BootOptions = {}): Supervisor {
  const root = typeof files === 'string' ? files : makeRoot(files);
  const log = options.log ?? join(dirname(root), 'log');
  const command = [
    ...(options.wrapper ?? []),
    process.execPath,
    options.program ?? program('minit'),
    '--root',
    root,
    '--log',
    log,
    ...(options.args ?? []),
  ];
  const child = spawn(command[0] ?? '', command.slice(1), {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...options.env },
  });
  running.add(child);
  return new Supervisor(root, log, child);
}

/** For `afterAll`: nothing that a failed spec left behind goes on. */
export async function cleanUp(): Promise<void> {
  for (const child of running) {
    // Not its `close`: a service that is left behind would hold the pipes open.
    const gone = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGINT');
    // One that comes later kills what does not end in order.
    const again = setTimeout(() => child.kill('SIGINT'), 1_000);
    const timer = setTimeout(() => child.kill('SIGKILL'), 5_000);
    await gone;
    clearTimeout(again);
    clearTimeout(timer);
    child.stdout?.destroy();
    child.stderr?.destroy();
  }
  for (const folder of temporaryFolders)
    if (existsSync(folder)) rmSync(folder, { recursive: true, force: true });
}
