/**
 * `msvc`: shows and controls services, by the flags, formats and exit codes of the original.
 *
 * @module
 */
import { CommanderError } from 'commander';
import { realpathSync } from 'node:fs';
import { resolve } from 'node:path';
import { openControlClient } from '../adapters/control-client';
import { clientSystem } from '../adapters/client-system';
import { isTerminal } from '../adapters/libc/fcntl';
import { createServiceControl } from '../adapters/minit-control';
import type { Order, Seen, ServiceControl } from '../adapters/service-control';
import { pidMax } from '../machines/limits';
import { chosenAction, orders, parser, type Flags } from './msvc-views/options';
import { complain as complainAs, print, printAll } from './program';

const exitCode = { up: 0, failed: 1, down: 2, finished: 3 } as const;

const complain = (text: string): void => {
  complainAs('msvc', text);
};

/** `ROOT/NAME` and trailing slashes are for people with a shell that completes file names. */
function serviceNames(typed: readonly string[], root: string): string[] {
  const prefixes = [root, resolve(root), realRoot(root)].map(
    (path) => `${path.replace(/\/+$/u, '')}/`,
  );
  return typed.map((text) => {
    const trimmed = text.replace(/\/+$/u, '');
    const prefix = prefixes.find((one) => trimmed.startsWith(one));
    return prefix === undefined ? trimmed : trimmed.slice(prefix.length);
  });
}

function realRoot(root: string): string {
  try {
    return realpathSync(root);
  } catch {
    return root;
  }
}

function statusLine(typed: string, { condition, pid, seconds }: Seen): string {
  if (!isTerminal(1)) return `${String(pid)} ${String(seconds)}`;
  const known = pid === 0 ? 'PID not known yet' : `pid ${String(pid)}`;
  const state = condition === 'up' ? `up (${known})` : condition;
  return `msvc: ${typed}: ${state} ${String(seconds)} seconds`;
}

/** The worst of several: an error before anything, else the highest. */
const worst = (codes: readonly number[]): number =>
  codes.includes(exitCode.failed) ? exitCode.failed : Math.max(0, ...codes);

function show(control: ServiceControl, typed: readonly string[], flags: Flags): number {
  const answer = control.see(serviceNames(typed, flags.root));
  if ('code' in answer) return fail(answer.text);
  const lines: string[] = [];
  const codes = answer.value.map((seen, index) => {
    const name = typed[index] ?? '';
    const { condition, pid, seconds: since, status } = seen;
    if (flags.json) lines.push(JSON.stringify(status ?? { name, state: condition, pid, since }));
    else if (condition !== 'unknown') lines.push(statusLine(name, seen));
    else {
      // In the order in which they were asked for, on a terminal.
      printAll(lines.splice(0));
      complain(`${name}: no such service.`);
    }
    return condition === 'unknown' ? exitCode.failed : exitCode[condition];
  });
  printAll(lines);
  return worst(codes);
}

function showAll(control: ServiceControl, { json }: Flags): number {
  const answer = control.seeAll();
  if ('code' in answer) return fail(answer.text);
  const width = Math.max(0, ...answer.value.map(({ name }) => name.length));
  printAll(
    answer.value.map((status) => {
      if (json) return JSON.stringify(status);
      const since = `${String(Math.floor(status.since))} s`.padStart(8);
      return `${status.name.padEnd(width)}  ${status.state.padEnd(12)} ${since}  ${status.reason}`;
    }),
  );
  return 0;
}

function showPids(control: ServiceControl, typed: readonly string[], { root }: Flags): number {
  const answer = control.see(serviceNames(typed, root));
  if ('code' in answer) return fail(answer.text);
  return worst(
    answer.value.map(({ condition, pid }, index) => {
      if (condition === 'up' && pid !== 0) {
        print(String(pid));
        return 0;
      }
      return fail(`${typed[index] ?? ''}: ${whyNoPid[condition]}`);
    }),
  );
}

/** Words of the original; a daemon in the background is something that it does not know. */
const whyNoPid: Readonly<Record<Seen['condition'], string>> = {
  unknown: 'no such service',
  up: 'its PID is not known yet',
  down: 'service terminated',
  finished: 'service terminated',
};

function list(answer: ReturnType<ServiceControl['dependents']>, name: string): number {
  if ('code' in answer) return fail(answer.text);
  if (answer.value === undefined) return fail(`${name}: no such service.`);
  for (const service of answer.value) print(service);
  return 0;
}

function command(
  control: ServiceControl,
  typed: readonly string[],
  { order, root }: { order: Order; root: string },
): number {
  return worst(
    typed.map((name) => {
      const answer = control.order(serviceNames([name], root)[0] ?? '', order);
      if ('code' in answer) return fail(answer.text);
      if (answer.value.isDone) return 0;
      return fail(
        `${name}: ${answer.value.problem === 'no such service' ? 'no such service.' : answer.value.problem}`,
      );
    }),
  );
}

function fail(text: string): number {
  complain(text);
  return exitCode.failed;
}

/** Of a service, as minit takes it: 1 is minit itself. */
const isPid = (text: string): boolean => /^(?!1$)[1-9]\d*$/u.test(text) && Number(text) <= pidMax;

async function run(typed: readonly string[], flags: Flags): Promise<number> {
  const choice = chosenAction(flags, typed);
  if ('problem' in choice) return fail(choice.problem);
  const { action } = choice;
  if (action === 'P' && !isPid(flags.P ?? '')) return fail(`${flags.P ?? ''} is no PID`);
  if (action === 'why') return await why(typed, flags);
  const client = connect(flags);
  if ('code' in client) return fail(client.text);
  try {
    return act(createServiceControl(client), typed, { action, flags });
  } finally {
    client.close();
  }
}

const connect = ({ root }: Flags) => openControlClient({ root, ...clientSystem });

async function why(typed: readonly string[], flags: Flags): Promise<number> {
  const { showWhy } = await import('./msvc-views/why.js');
  const seen = showWhy(() => connect(flags), serviceNames(typed, flags.root), flags);
  if (seen === undefined) return exitCode.failed;
  return worst(seen.map((one) => (one === 'unknown' ? exitCode.failed : exitCode[one])));
}

function act(
  control: ServiceControl,
  typed: readonly string[],
  { action, flags }: { action: string; flags: Flags },
): number {
  const order =
    action === 'P' ? ({ do: 'set-pid', pid: Number(flags.P) } as const) : orders[action];
  if (order !== undefined) return command(control, typed, { order, root: flags.root });
  switch (action) {
    case 'g':
      return showPids(control, typed, flags);
    case 'all':
      return showAll(control, flags);
    case 'H':
      return list(control.history(), '');
    case 'D':
      return worst(
        typed.map((name) =>
          list(
            control.dependents(name === '-' ? undefined : serviceNames([name], flags.root)[0]),
            name,
          ),
        ),
      );
    default:
      return show(control, typed, flags);
  }
}

async function main(argv: readonly string[]): Promise<number> {
  const program = parser();
  if (argv.length === 0) {
    program.outputHelp();
    return 0;
  }
  try {
    program.parse(argv, { from: 'user' });
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : exitCode.failed;
    throw error;
  }
  return await run(program.args, program.opts<Flags>());
}

void main(process.argv.slice(2)).then((code) => {
  process.exitCode = code;
});
