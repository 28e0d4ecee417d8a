/**
 * Why a service of a running minit is in its state: from minit's own event log, as of now; from its state
 * alone where there is no log that can be read.
 *
 * @module
 */
import { dirname } from 'node:path';
import { explain } from '../insight/why/why';
import type { Explanation } from '../insight/why/why-chain';
import type { WallClock } from '../insight/why/why-text';
import { decodeReply, encodeRequest, type ClientReply } from '../machines/control-protocol';
import { fromPlain, type PlainState } from '../machines/snapshot';
import type { SupervisorState } from '../machines/state';
import type { ControlClient, ControlError } from './control-client';
import { openLog, type OpenedLog } from './event-log/reader';
import { readWhyLog, type WhyLog } from './why-log';
import type { WhyReport } from './why-report';

/** Boots in one directory that are looked through for the one that runs. */
const bootsMax = 8;

interface Basis {
  readonly state: SupervisorState;
  readonly history: WhyLog['history'] | undefined;
  readonly notes: readonly string[];
  /** What the clock on the wall said at the instant of the state. */
  readonly wallMs: number;
}

/** Takes the lock. */
type Connect = () => ControlClient | ControlError;

/**
 * Explains services of the minit at the other end, all as of the same instant. The lock is held for each question
 * only: a log may take seconds to read. `wallNow`: the time, ms; for specs.
 */
export function explainLive(
  connect: Connect,
  services: readonly string[],
  wallNow: () => number = Date.now,
): { readonly reports: readonly WhyReport[]; readonly state: SupervisorState } | ControlError {
  const basis = readBasis(connect, wallNow);
  if ('code' in basis) return basis;
  const { state, history, notes, wallMs } = basis;
  const clock: WallClock = { at: state.at, wallMs };
  const reports = services.map((service): WhyReport => {
    const explanation: Explanation = explain(state, service, history);
    return { explanation, clock, notes };
  });
  return { reports, state };
}

function readBasis(connect: Connect, wallNow: () => number): Basis | ControlError {
  const reply = ask(connect, { do: 'log' }, wallNow);
  if ('code' in reply) return reply;
  const found = findLog(reply);
  if (typeof found !== 'string') return { ...found, notes: [], wallMs: reply.wallMs };
  const whole = ask(connect, { do: 'state' }, wallNow);
  if ('code' in whole) return whole;
  if (!whole.ok) return { code: 'system', text: whole.problem ?? 'minit tells no state' };
  try {
    const state = fromPlain(whole.state as PlainState);
    return {
      state,
      history: undefined,
      notes: [`${found}: this is from minit's present state alone`],
      wallMs: whole.wallMs,
    };
  } catch {
    return { code: 'system', text: 'its state is that of another version of minit' };
  }
}

function ask(
  connect: Connect,
  request: { readonly do: 'log' | 'state' },
  wallNow: () => number,
): (ClientReply & { readonly wallMs: number }) | ControlError {
  const client = connect();
  if ('code' in client) return client;
  const answer = client.ask(encodeRequest(request));
  const wallMs = wallNow();
  client.close();
  if ('code' in answer) return answer;
  const reply = decodeReply(answer.reply);
  if (reply === undefined)
    return { code: 'system', text: 'it is the original minit, which keeps no log' };
  return { ...reply, wallMs };
}

/**
 * The log that holds the very request that was asked just now, which is on record before it is answered.
 * Returns why there is none otherwise.
 */
function findLog(reply: ClientReply): Pick<WhyLog, 'state' | 'history'> | string {
  const { log: path, seq, at } = reply;
  if (path === undefined) return 'this minit does not tell where its log is';
  if (path === null || seq === undefined) return 'the event log is not being written';
  const directory = dirname(path);
  let problem = `${directory} holds no log of this boot`;
  for (let bootsBack = 0; bootsBack < bootsMax; bootsBack += 1) {
    const log = openLog(directory, { bootsBack });
    if ('code' in log) {
      if (bootsBack === 0) problem = log.text;
      break;
    }
    if (!mayHold(log, at)) continue;
    const { state, history, damage } = readWhyLog(log, { seq });
    if (state.seq === seq && state.at === at) return { state, history };
    const [first] = damage;
    if (first !== undefined)
      problem = `${first.path}:${String(first.line)} is damaged: ${first.reason}`;
  }
  return problem;
}

/** It was begun before the instant. */
const mayHold = ({ header }: OpenedLog, at: number | undefined): boolean =>
  at !== undefined && header.at <= at;
