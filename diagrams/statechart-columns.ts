/**
 * Where the cards of a chart stand: columns from left to right. Pure.
 *
 * @module
 */
import { allCards, type Card, type Drawing } from './statechart-drawing';

/** Outermost cards by column; what is not named comes in a last column. */
const columnsById: Readonly<Record<string, readonly (readonly string[])[]>> = {
  service: [['at-rest', 'respawning'], ['waiting-deps', 'starting'], ['running'], ['stopping']],
  init: [
    ['booting'],
    ['running', 'emergency'],
    ['shutting-down', 'clearing'],
    ['ending', 'halted'],
  ],
};

/** Cards that stand below each other. */
export interface Column {
  /** Paths of all that are nodes of the drawing, from above. */
  readonly nodes: readonly string[];
  /** The first node of each outermost card. */
  readonly heads: readonly string[];
}

/** Returns the columns of a drawing. Pure. */
export function columnsOf({ id, cards }: Drawing): Column[] {
  const columns = columnsById[id] ?? cards.map(({ path }) => [path]);
  const placed = new Set(columns.flat());
  const rest = cards.filter(({ path }) => !placed.has(path)).map(({ path }) => path);
  return [...columns, rest]
    .map((column) => column.map((path) => nodesOf(cards.filter((card) => card.path === path))))
    .map((groups) => ({ nodes: groups.flat(), heads: groups.flatMap(([head]) => head ?? []) }))
    .filter(({ nodes }) => nodes.length > 0);
}

/** An outer card is a node only if it has rows of its own. */
const nodesOf = (cards: readonly Card[]): string[] =>
  allCards(cards)
    .filter(({ rows, cards: inner }) => rows.length > 0 || inner.length === 0)
    .map(({ path }) => path);
