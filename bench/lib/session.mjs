/**
 * One supervisor, alone: a conversation with alone.c.
 *
 * @module
 */
import { spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';

/** All that run now, so that an interrupt ends them. */
const running = new Set();

let isEnding = false;

/** Ends what is running, at once; nothing is launched any more, whoever wants to just waits. */
export function endAll() {
  isEnding = true;
  return Promise.all([...running].map((session) => session.close()));
}

const ms = (text) => Number(text) / 1e6;

/**
 * Launches `argv` under `alone`, in namespaces unless `isShared`, with the directory `etc` as /etc there if one is
 * given; what it says on its standard error goes to the file `said`.
 */
export async function launchAlone({ alone, isShared, etc, argv, env = {}, said }) {
  if (isEnding) await new Promise(() => undefined);
  const errors = openSync(said, 'w');
  // In a session of its own: an interrupt by the terminal is for us, and we end it in order.
  const how = [...(isShared ? ['--shared'] : []), ...(etc === undefined ? [] : ['--etc', etc])];
  const child = spawn(alone, [...how, ...argv], {
    stdio: ['pipe', 'pipe', errors],
    env: { ...process.env, ...env },
    detached: true,
  });
  closeSync(errors);
  const lines = new Map();
  const waiting = new Map();
  const ended = { at: undefined, status: undefined };
  let hasGone = false;

  const reason = () => {
    const last = readFileSync(said, 'utf8').trim().split('\n').at(-1) ?? '';
    const status = ended.status === undefined ? '' : ` with ${String(ended.status)}`;
    return `it ended${status}${last === '' ? '' : `: ${last.slice(0, 160)}`}`;
  };
  const isAlive = () => {
    if (hasGone || ended.at !== undefined) throw new Error(reason());
  };
  const take = (line) => {
    const [word, ...values] = line.split(' ');
    if (word === 'ended') Object.assign(ended, { at: ms(values[0]), status: Number(values[1]) });
    const waiter = waiting.get(word);
    waiting.delete(word);
    if (waiter === undefined) lines.set(word, values);
    else waiter.resolve(values);
  };
  createInterface({ input: child.stdout }).on('line', take);
  child.stdin.on('error', () => undefined);
  const exit = new Promise((resolve) => {
    const settle = () => {
      hasGone = true;
      for (const { reject } of waiting.values()) reject(new Error(reason()));
      waiting.clear();
      resolve();
    };
    child.once('error', settle);
    child.once('close', settle);
  });

  /** The values of the next line that begins with `word`. */
  const hear = (word, timeoutMs = 60_000) => {
    const there = lines.get(word);
    lines.delete(word);
    if (there !== undefined) return Promise.resolve(there);
    if (hasGone) return Promise.reject(new Error(reason()));
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        waiting.delete(word);
        reject(new Error(`not "${word}" within ${String(timeoutMs / 1_000)} s`));
      }, timeoutMs);
      const settle = (how) => (value) => {
        clearTimeout(timer);
        how(value);
      };
      waiting.set(word, { resolve: settle(resolve), reject: settle(reject) });
    });
  };
  const ask = (...words) => child.stdin.write(`${words.join('\t')}\n`);

  const session = {
    pid: child.pid,
    isShared,
    ended,
    isAlive,
    /** Signals these PIDs, or the supervisor if there are none; returns when, in ms. */
    async kill(signal, pids = []) {
      ask('kill', signal, ...pids);
      return ms((await hear('killed'))[0]);
    },
    /** Runs a command beside the supervisor, its output into `file`. */
    async run(file, command) {
      ask('run', file, ...command);
      const [from, to, status] = await hear('ran', 180_000);
      return { from: ms(from), ms: ms(to) - ms(from), status: Number(status) };
    },
    /** How many of these PIDs are there. */
    async count(pids) {
      ask('count', ...pids);
      return Number((await hear('alive'))[0]);
    },
    /** Watches these PIDs; the result gives, when called, the instant at which the last of them had gone. */
    async watch(pids) {
      ask('watch', ...pids);
      await hear('watching');
      return async (timeoutMs) => ms((await hear('gone', timeoutMs))[0]);
    },
    /** Waits for the supervisor to end by itself; returns when. */
    async end() {
      if (ended.at === undefined) await hear('ended');
      return ended.at;
    },
    async close() {
      child.stdin.end();
      const timer = setTimeout(() => child.kill('SIGKILL'), 10_000);
      await exit;
      clearTimeout(timer);
      running.delete(session);
    },
  };
  running.add(session);
  try {
    const [at] = await hear('launched', 10_000);
    return Object.assign(session, { at: ms(at) });
  } catch (error) {
    await session.close();
    throw error;
  }
}
