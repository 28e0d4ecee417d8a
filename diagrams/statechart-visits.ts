/**
 * What one service went through, put into the drawing of its machine: how often each state was entered and
 * each transition taken, and the time spent in each state. Pure.
 *
 * @module
 */
import type { ChartTally } from '../insight/chart-tally';
import { describeDuration } from '../machines/describe-process';
import { stateTone, type ToneName } from './palette';
import type { Card, Drawing, Row, Visits } from './statechart-drawing';

/** Returns the drawing with what was counted. `subject`: of which service, and until when. Pure. */
export function withVisits(drawing: Drawing, tally: ChartTally, subject: string): Drawing {
  return { ...drawing, subject, cards: drawing.cards.map((card) => visitedCard(card, tally)) };
}

function visitedCard(card: Card, tally: ChartTally): Card {
  const { path, isFrame } = card;
  const known = tally.states.find((state) => state.path === path);
  const isPresent = tally.present === path || tally.present.startsWith(`${path}.`);
  // The rows of a frame are those of each state in it.
  const sources = isFrame ? card.cards.map((inner) => inner.path) : [path];
  return {
    ...card,
    rows: card.rows.map((row) => countedRow(row, sources, tally)),
    cards: card.cards.map((inner) => visitedCard(inner, tally)),
    ...(!isFrame && {
      visits: { entered: known?.entered ?? 0, us: known?.us ?? 0, isPresent },
    }),
  };
}

function countedRow(row: Row, sources: readonly string[], { taken }: ChartTally): Row {
  if (row.to === undefined) return row;
  const ways = taken.filter(
    ({ from, event, guard, to }) =>
      sources.includes(from) &&
      guard === row.guard &&
      to === row.to &&
      (event === '' ? row.events.length === 0 : row.events.includes(event)),
  );
  const counts = new Map<string, number>();
  for (const { left, count } of ways) counts.set(left, (counts.get(left) ?? 0) + count);
  return { ...row, taken: counts };
}

/** Returns the tone of a state; one where the service never was is grey. Pure. */
export const cardTone = ({ path, visits }: Card): ToneName =>
  visits !== undefined && visits.entered + visits.us === 0 && !visits.isPresent
    ? 'neutral'
    : stateTone(path);

/** `3× 12.4 s`. */
export const visitsWords = ({ entered, us }: Visits): string =>
  `${String(entered)}× ${describeDuration(us)}`;

/** Returns how often the row was taken from the state at `path`, or one in it; `undefined` where nobody counted. Pure. */
export function timesTaken({ taken }: Row, path = ''): number | undefined {
  if (taken === undefined) return undefined;
  const counts = [...taken].map(([left, count]) =>
    path === '' || left === path || left.startsWith(`${path}.`) ? count : 0,
  );
  return counts.reduce((sum, count) => sum + count, 0);
}

/** `3× `, before what was taken so often; nothing where it never was. */
export const takenWords = (times: number | undefined): string =>
  times === undefined || times === 0 ? '' : `${String(times)}× `;
