/**
 * What all sentences of an explanation have in common: names, times, and who says what. Pure.
 *
 * @module
 */
import { failureText } from '../../machines/describe-failure';
import { describeDuration, describeExit } from '../../machines/describe';
import { showPath } from '../../machines/names';
import type { Claim, Explanation, Link } from './why-chain';

/** CLOCK_BOOTTIME and the wall clock at one instant. */
export interface WallClock {
  /** µs. */
  readonly at: number;
  /** Milliseconds since 1970. */
  readonly wallMs: number;
}

export interface Teller {
  /** The instant that is explained, µs. */
  readonly now: number;
  name(link: Link): string;
  /** What a link rests on, first of all. */
  next(link: Link): Link | undefined;
  /** `at 12:00:01 UTC`, with the day where it is another one; seconds before now where no clock is known. */
  time(at: number): string;
  /** `in 0.50 s`, or `now`. */
  due(at: number): string;
  /** `: exited 1 after 0.20 s`, from the reason of a state that its own sentence gives. */
  because(link: Link): string;
  /** The sentence of another link gives this one's reason. */
  isToldElsewhere(link: Link): boolean;
}

const tellEnds: ReadonlySet<Claim['kind']> = new Set(['respawns', 'ended', 'failed', 'restarted']);
const ends: ReadonlySet<Claim['kind']> = new Set(['process-ended', 'start-failed']);

export function createTeller(
  { service, links, at: now }: Explanation,
  clock: WallClock | undefined,
): Teller {
  const endOf = ({ claim, because }: Link): Link | undefined => {
    if (!tellEnds.has(claim.kind)) return undefined;
    const place = because.find((one) => ends.has(links[one]?.claim.kind ?? 'bundle'));
    return place === undefined ? undefined : links[place];
  };
  const told = new Set(links.map(endOf));
  const askers = links.filter(({ claim }) => claim.kind === 'asked');
  for (const link of askers) {
    // An asker's own asker is told with the first of them; who asked for what stands in the way is no news.
    for (const place of link.because) told.add(links[place]);
    told.add(link);
  }
  for (const link of askers) if (link.subject === service) told.delete(link);
  const wallMs = (at: number): number | undefined =>
    clock && clock.wallMs + (at - clock.at) / 1_000;
  return {
    now,
    next: ({ because: [place] }) => (place === undefined ? undefined : links[place]),
    name: ({ subject }) => subject ?? 'minit',
    time(at) {
      const [then, present] = [wallMs(at), wallMs(now)];
      if (then === undefined || present === undefined) return `${describeDuration(now - at)} ago`;
      const [day = '', time = ''] = new Date(then).toISOString().split('T');
      const today = new Date(present).toISOString().slice(0, 10);
      return `at ${day === today ? '' : `${day} `}${time.slice(0, 8)} UTC`;
    },
    due: (at) => (at <= now ? 'now' : `in ${describeDuration(at - now)}`),
    because(link) {
      const end = endOf(link);
      return end === undefined ? '' : `: ${endText(end.claim)}`;
    },
    isToldElsewhere: (link) => told.has(link),
  };
}

/** How a process ended, or why there is none, and how often. */
export function endText(claim: Claim): string {
  if (claim.kind === 'start-failed') {
    const { failure, failures } = claim;
    const place = failure.path === undefined ? '' : `, ${showPath(failure.path)}`;
    const line = failure.line === undefined ? '' : `:${String(failure.line)}`;
    const often = failures > 1 ? ` (${String(failures)} times in a row)` : '';
    return `${failureText(failure)}${place}${line}${often}`;
  }
  if (claim.kind !== 'process-ended') return '';
  const { status, livedUs, count, withinUs, isSame } = claim;
  const end = `${describeExit(status)} after ${describeDuration(livedUs)}`;
  if (count < 2) return end;
  const times = isSame ? `${String(count)} times` : `${String(count)} processes have ended`;
  return `${end} (${times} in ${describeDuration(withinUs)})`;
}
