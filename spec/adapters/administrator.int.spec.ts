/**
 * The console is given away, and is ours again when the shell ends, however soon.
 *
 * Not here: what makes minit give it away (never-dies.e2e), the console as a terminal (emergency.boot).
 */
import '../support/real-process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Role } from '../../machines/events';
import { reapOne, type Reaped } from '../../adapters/libc/wait';
import { hearSignals, rememberSignals, takeSignals } from '../../adapters/early-signals';
import { detectRole } from '../../adapters/role';
import { giveConsoleAway } from '../../adapters/re-exec/administrator';
import { temporaryDirectory } from '../support/temporary-directory';

const given = process.env['MINIT_EMERGENCY'];
afterEach(() => {
  if (given === undefined) delete process.env['MINIT_EMERGENCY'];
  else process.env['MINIT_EMERGENCY'] = given;
});

// Whatever else has run in this process may have left children that nobody has reaped.
beforeAll(() => {
  while (reapOne() !== undefined);
});

const givenAway = (
  shell: string,
  { role = 'machine', pauseMs = 1 }: { readonly role?: Role; readonly pauseMs?: number } = {},
): Promise<Reaped[]> => {
  process.env['MINIT_EMERGENCY'] = shell;
  const reaped: Reaped[] = [];
  return new Promise((resolve) => {
    giveConsoleAway({
      role,
      pauseMs,
      onReaped: (one) => void reaped.push(one),
      onEnded: () => {
        resolve(reaped);
      },
    });
  });
};

it('is ours again when the shell has ended, 50 times in a row', async () => {
  for (let time = 1; time <= 50; time += 1) {
    const statuses = (await givenAway('/bin/false')).map(({ status }) => status);
    expect(statuses).toEqual([{ code: 1 }]);
  }
  expect(process.listenerCount('SIGCHLD')).toBe(0);
});

it('is ours again only after a pause when the shell has ended at once', async () => {
  const begunAt = performance.now();
  await givenAway('/bin/false', { pauseMs: 200 });
  // A timer may be a millisecond early.
  expect(performance.now() - begunAt).toBeGreaterThanOrEqual(199);
});

it('is not ours before that pause is over because another child ends', async () => {
  detectRole();
  const shell = join(temporaryDirectory(), 'shell');
  writeFileSync(shell, '#!/bin/sh\nsleep 1.1 &\n', { mode: 0o755 });
  const begunAt = performance.now();
  const reaped = await givenAway(shell, { pauseMs: 1_500 });
  expect(performance.now() - begunAt).toBeGreaterThanOrEqual(1_499);
  expect(reaped).toHaveLength(2);
});

it('is ours again at once when the shell has lived for a while', async () => {
  const shell = join(temporaryDirectory(), 'shell');
  writeFileSync(shell, '#!/bin/sh\nexec sleep 1.1\n', { mode: 0o755 });
  const reaped = await givenAway(shell, { pauseMs: 3_600_000 });
  expect(reaped.map(({ status }) => status)).toEqual([{ code: 0 }]);
});

it('is ours again in a container where there is no shell', async () => {
  const reaped = await givenAway('/no/such/shell', { role: 'container' });
  // libc reaps the child of a spawn that fails, if nobody gets it first.
  expect(reaped.filter(({ status }) => !('code' in status && status.code === 127))).toEqual([]);
  expect(process.listenerCount('SIGCHLD')).toBe(0);
});

it('is not even given away in a container whose end somebody wants already', async () => {
  rememberSignals();
  process.kill(process.pid, 'SIGPWR');
  await new Promise<void>((resolve) => {
    hearSignals(() => {
      resolve();
    });
  });
  expect(await givenAway('/no/such/shell', { role: 'container' })).toEqual([]);
  expect(takeSignals()).toEqual(['SIGPWR']);
  expect(process.listenerCount('SIGPWR')).toBe(0);
});
