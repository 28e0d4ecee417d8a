/**
 * An explanation in plain sentences, from the service to the root causes. Pure.
 *
 * @module
 */
import { describeDuration } from '../../machines/describe';
import type { Claim, Explanation, Link } from './why-chain';
import { createTeller, type Teller, type WallClock } from './why-teller';
import { reasonText } from './why-reason-text';

export type { WallClock } from './why-teller';

type ClaimOf<K extends Claim['kind']> = Extract<Claim, { kind: K }>;

/** Returns one sentence a link, in the order of `links`; `undefined` where another one's says it. */
export function sentencesOf(
  explanation: Explanation,
  clock: WallClock | undefined,
): readonly (string | undefined)[] {
  const teller = createTeller(explanation, clock);
  return explanation.links.map((link) => {
    if (teller.isToldElsewhere(link)) return undefined;
    const text = stateText(link, teller) ?? reasonText(link, teller);
    return `${text}.`;
  });
}

/** The whole explanation as one text. */
export function explanationText(explanation: Explanation, clock: WallClock | undefined): string {
  const sentences = sentencesOf(explanation, clock);
  const isAsker = (place: number): boolean => explanation.links[place]?.claim.kind === 'asked';
  return [
    ...sentences.filter((_, place) => !isAsker(place)),
    // Last comes who asked for it: the root of all that is before.
    ...sentences.filter((_, place) => isAsker(place)),
  ]
    .filter((sentence) => sentence !== undefined)
    .join(' ');
}

/** What a link says of a state; `undefined` for one that gives a reason. */
function stateText(link: Link, teller: Teller): string | undefined {
  const { claim } = link;
  const is = isText(link, teller);
  // eslint-disable-next-line @typescript-eslint/switch-exhaustiveness-check -- the others give a reason
  switch (claim.kind) {
    case 'waits':
      return `${is}: ${waitText(claim)}`;
    case 'is-read':
      return `${is}: ${readText(claim)}`;
    case 'is-spawned':
      return `${is}: its process is being made`;
    case 'runs':
      return runsText(link, claim, teller);
    case 'paused':
      return `${is}: process ${String(claim.pid)} was sent SIGSTOP, and SIGCONT has not followed`;
    case 'in-background':
      return `${is}: it has gone to the background, and the PID of its daemon must be told ${teller.due(claim.dueAt)}`;
    case 'respawns':
      return `${is}, restart ${String(claim.restart)} ${teller.due(claim.dueAt)}${teller.because(link)}`;
    case 'stops':
      return `${is}: ${stopsText(link, claim, teller)}`;
    case 'bundle':
      return `${is}: it has no run, and its dependencies were started`;
    case 'ended':
      return `${is}${teller.because(link)}${respawnText(claim)}`;
    case 'failed':
      return `${is}${teller.because(link)}`;
    case 'never-ran':
      return `${is}: it was stopped before it ran`;
    case 'queued':
      return `${teller.name(link)} is not loaded yet: its turn to be read has not come`;
    case 'not-loaded':
      return `${teller.name(link)} is not loaded: ${notLoadedText(link, claim)}`;
    default:
      return undefined;
  }
}

/** `web is stopping (draining)`; that what runs is ready is nothing to speak of. */
const isText = (link: Link, teller: Teller): string => {
  const { state, inner } = link;
  const detail = inner === undefined || inner === 'ready' ? '' : ` (${inner})`;
  return `${teller.name(link)} is ${state}${detail}`;
};

function waitText({ for: needs, more }: ClaimOf<'waits'>): string {
  if (needs.length === 0) return 'it needs nothing more';
  const listed = needs.map(({ name, isHard }) => {
    if (isHard === undefined) return name;
    return `${name} (${isHard ? 'hard' : 'soft'})`;
  });
  return `needs ${listed.join(', ')}${more > 0 ? ` and ${String(more)} more` : ''}`;
}

function readText({ failures, again }: ClaimOf<'is-read'>): string {
  if (failures > 0)
    return `its directory could not be read just now (${String(failures)} times), and is tried again`;
  return again ? 'its directory is being read again' : 'its directory is being read';
}

function runsText(link: Link, claim: ClaimOf<'runs'>, teller: Teller): string {
  const { pid, since, isHard } = claim;
  const duration = describeDuration(teller.now - since);
  const text = `${isText(link, teller)}, as process ${String(pid)} for ${duration}`;
  return isHard ? `${text}; it is sync: its dependents wait until it has terminated` : text;
}

/** What each step of a stop is waiting for. */
const stopSteps: Readonly<Record<string, string>> = {
  spawning: 'its process is only being made, and is ended as soon as it is there',
  draining: 'what it reads has come to its end, and it may read what is left',
  terminating: 'it was sent SIGTERM',
  killing: 'it was sent SIGKILL',
  stuck: 'not even SIGKILL has ended it, and it is not waited for any more',
};
/** What comes next. */
const nextSteps: Readonly<Record<string, string>> = {
  spawning: 'it is given up',
  draining: 'SIGTERM follows',
  terminating: 'SIGKILL follows',
  killing: 'it is given up',
};

function stopsText({ inner = '' }: Link, claim: ClaimOf<'stops'>, teller: Teller): string {
  const { pid, want, nextStepAt } = claim;
  const isHanging = inner === 'stuck' && pid === undefined;
  const step = isHanging ? 'its process never came to be: the exec hangs' : stopSteps[inner];
  const process = pid === undefined ? '' : `process ${String(pid)} has not ended; `;
  const next =
    nextStepAt === undefined
      ? inner === 'terminating'
        ? ', and no SIGKILL follows by itself'
        : ''
      : `; ${nextSteps[inner] ?? 'more follows'} ${teller.due(nextStepAt)}`;
  return `${process}${step ?? ''}${next}${want === 'down' ? '' : '; it starts again then'}`;
}

const respawnText = ({ respawns, mode, want, isKeptDown }: ClaimOf<'ended'>): string => {
  if (isKeptDown === true) return '; it is to stay down';
  if (want === 'down') return '; it was asked to end';
  if (mode === 'sync') return '; it is sync, and has done its step';
  if (!respawns && mode === 'respawn') return '; its respawn is switched off';
  return respawns ? '' : '; it does not respawn';
};

function notLoadedText({ root }: Link, { isBlackListed }: ClaimOf<'not-loaded'>): string {
  const listed = isBlackListed ? '; it is black-listed on the command line' : '';
  return `${root === 'never-asked' ? 'nobody ever asked for it' : 'it was never started'}${listed}`;
}
