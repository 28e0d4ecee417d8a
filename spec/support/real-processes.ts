/**
 * The real adapter for processes, with shortcuts to start things and to wait for what comes of it.
 * One for each spec file: all children of the test's process are reaped by it.
 *
 * @module
 */
import './real-process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readFileSync } from 'node:fs';
import { bootTimeUs } from '../../adapters/libc/clock';
import { createProcesses, type ProcessesOptions } from '../../adapters/processes';
import { detectRole } from '../../adapters/role';
import type { SpawnProcessParams } from '../../machines/effects';
import { recordOccurrences, type EventOf } from './occurrences';

export const SIGKILL = 9;
export const SIGTERM = 15;

type Extra = Partial<SpawnProcessParams> & { readonly isAwaited?: boolean };
type Problem = Omit<EventOf<'SpawnFailed'>, 'type' | 'service'>;

export interface Spawned {
  readonly pid: number;
  readonly service: string;
  /** What the spawn was given as its cause. */
  readonly cause: number;
}

// Longer than the deadline of a recorder, which knows better what was waited for.
jest.setTimeout(15_000);

/** Adopts orphans, begins to reap; everything is undone by `close`. */
export function startRealProcesses(options: Pick<ProcessesOptions, 'pidMemory'> = {}) {
  const directory = mkdtempSync(join(tmpdir(), 'minit-processes-'));
  const processes = createProcesses({ now: bootTimeUs, ...options });
  const recorder = recordOccurrences(processes.occurrence$);
  detectRole();
  let names = 0;

  const newName = (): string => `service-${String((names += 1))}`;
  const newPath = (): string => join(directory, newName());
  const file = (content: string | Buffer, mode = 0o755): string => {
    const path = newPath();
    writeFileSync(path, content, { mode });
    return path;
  };
  const script = (...lines: readonly string[]): string => file(`#!/bin/sh\n${lines.join('\n')}\n`);

  const spawn = (path: string, { isAwaited, ...extra }: Extra = {}): Omit<Spawned, 'pid'> => {
    const service = newName();
    const cause = 1_000 + names;
    const params = { path, argv: ['run'], workingDirectory: directory, service, ...extra };
    processes.spawn(params, cause, isAwaited);
    return { service, cause };
  };
  const spawned = async (path: string, extra: Extra = {}): Promise<Spawned> => {
    const { service, cause } = spawn(path, extra);
    const { event } = await recorder.first('ProcessSpawned', (one) => one.service === service);
    return { pid: event.pid, cause, service };
  };
  const exited = (pid: number) => recorder.first('ProcessExited', (exit) => exit.pid === pid);
  /** Runs a program to its end; returns how it ended. */
  const run = async (path: string, extra: Extra = {}) => {
    const { pid } = await spawned(path, extra);
    return (await exited(pid)).event.status;
  };
  /** Runs a program that is to succeed; returns what it wrote, a character a byte. */
  const outputOf = async (path: string, extra: Extra = {}): Promise<string> => {
    const output = file('', 0o644);
    const status = await run(path, { output, ...extra });
    expect(status).toEqual({ code: 0 });
    return readFileSync(output, 'latin1');
  };
  /** Starts what cannot be started; returns why. */
  const failure = async (path: string, extra: Extra = {}): Promise<Problem> => {
    const { service, cause } = spawn(path, extra);
    const failed = await recorder.first('SpawnFailed', (one) => one.service === service);
    expect(failed.cause).toBe(cause);
    const { type: _type, service: _service, ...problem } = failed.event;
    return problem;
  };
  const end = async ({ pid, service }: Spawned): Promise<void> => {
    processes.signal({ service, pid, signal: SIGKILL }, 1);
    await exited(pid);
  };
  const close = (): void => {
    processes.close();
    rmSync(directory, { recursive: true });
  };
  return {
    directory,
    processes,
    recorder,
    newName,
    newPath,
    file,
    script,
    spawn,
    spawned,
    exited,
    run,
    outputOf,
    failure,
    end,
    close,
  };
}
