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
}

/** Explains services of the minit at the other end, all as of the same instant. */
export function explainLive(
  client: ControlClient,
  services: readonly string[],
): { readonly reports: readonly WhyReport[]; readonly state: SupervisorState } | ControlError {
  const basis = readBasis(client);
  if ('code' in basis) return basis;
  const { state, history, notes } = basis;
  const clock: WallClock = { at: state.at, wallMs: Date.now() };
  const reports = services.map((service): WhyReport => {
    const explanation: Explanation = explain(state, service, history);
    return { explanation, clock, notes };
  });
  return { reports, state };
}

function readBasis(client: ControlClient): Basis | ControlError {
  const reply = ask(client, { do: 'log' });
  if ('code' in reply) return reply;
  const found = findLog(reply);
  if (typeof found !== 'string') return { ...found, notes: [] };
  const whole = ask(client, { do: 'state' });
  if ('code' in whole) return whole;
  if (!whole.ok) return { code: 'system', text: whole.problem ?? 'minit tells no state' };
  try {
    const state = fromPlain(whole.state as PlainState);
    return {
      state,
      history: undefined,
      notes: [`${found}: this is from minit's present state alone`],
    };
  } catch {
    return { code: 'system', text: 'its state is that of another version of minit' };
  }
}

function ask(
  client: ControlClient,
  request: { readonly do: 'log' | 'state' },
): ClientReply | ControlError {
  const answer = client.ask(encodeRequest(request));
  if ('code' in answer) return answer;
  const reply = decodeReply(answer.reply);
  return reply ?? { code: 'system', text: 'it is the original minit, which keeps no log' };
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
