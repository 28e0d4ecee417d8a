/**
 * A chart in the language of Mermaid, which GitHub and many editors draw by themselves. Pure.
 *
 * @module
 */
import { lightTone } from './palette';
import type { Chart } from './statechart';
import { allCards, drawingOf, type Card, type Drawing, type Row } from './statechart-drawing';
import { cardTone, takenWords, timesTaken, visitsWords } from './statechart-visits';
import { eventWords, guardWords, words } from './statechart-words';

/** Returns the chart as a Mermaid state diagram. Pure. */
export const chartToMermaid = (chart: Chart): string => drawingToMermaid(drawingOf(chart));

/** Returns the drawing as a Mermaid state diagram. Pure. */
export function drawingToMermaid({ cards, initial, subject }: Drawing): string {
  const all = allCards(cards);
  const tones = [...new Set(all.filter(({ isFrame }) => !isFrame).map(cardTone))];
  return [
    'stateDiagram-v2',
    ...(subject === undefined ? [] : [`  %% ${subject}`]),
    ...cards.flatMap((card) => cardMermaid(card, '  ')),
    `  [*] --> ${idOf(initial)}`,
    ...all.flatMap(arrowsMermaid),
    ...tones.map((name) => {
      const { fill, line, text } = lightTone(name);
      return `  classDef ${name} fill:${fill},stroke:${line},color:${text}`;
    }),
    // A class on a state with inner ones would colour their text, but not their ground.
    ...all
      .filter((card) => card.cards.length === 0)
      .map((card) => `  class ${idOf(card.path)} ${cardTone(card)}`),
    ...presentMermaid(all),
    '',
  ].join('\n');
}

/** Mermaid's ids are words; `-` and `.` mean something else in it. */
const idOf = (path: string): string => path.replaceAll('.', '__').replaceAll('-', '_');

const titleOf = ({ title, visits }: Card): string =>
  visits === undefined || visits.entered + visits.us === 0
    ? title
    : `${title}, ${visitsWords(visits)}`;

/** Where the service is at the end: with a thick border. */
function presentMermaid(cards: readonly Card[]): string[] {
  const present = cards.find((card) => card.cards.length === 0 && card.visits?.isPresent === true);
  return present === undefined
    ? []
    : ['  classDef present stroke-width:4px', `  class ${idOf(present.path)} present`];
}

function cardMermaid(card: Card, indent: string): string[] {
  const head = `${indent}state ${JSON.stringify(titleOf(card))} as ${idOf(card.path)}`;
  if (card.cards.length === 0) return [head];
  return [
    `${head} {`,
    ...card.cards.flatMap((inner) => cardMermaid(inner, `${indent}  `)),
    `${indent}}`,
  ];
}

/** What is done without leaving a state stays away: a picture of Mermaid's has no room for it. */
function arrowsMermaid({ path, rows, cards }: Card): string[] {
  const rowsByTarget = new Map<string, Row[]>();
  for (const row of rows) {
    if (row.to === undefined) continue;
    rowsByTarget.set(row.to, [...(rowsByTarget.get(row.to) ?? []), row]);
  }
  return [...rowsByTarget].flatMap(([to, these]) => {
    // Mermaid cannot draw an arrow from a state to one inside it: each of the others in there gets it.
    const siblings = cards.filter((inner) => inner.path !== to).map((inner) => inner.path);
    if (!to.startsWith(`${path}.`))
      return [
        arrow(
          path,
          to,
          these.map((row) => rowText(row)),
        ),
      ];
    return siblings.map((from) =>
      arrow(
        from,
        to,
        these.map((row) => rowText(row, from)),
      ),
    );
  });
}

const arrow = (from: string, to: string, texts: readonly string[]): string =>
  `  ${idOf(from)} --> ${idOf(to)} : ${texts.join('<br/>')}`;

/** `left`: counts only how often it led out of that state. */
function rowText(row: Row, left?: string): string {
  const { events, guard, effects } = row;
  const text = [
    eventWords(events),
    guard === undefined ? '' : `[${guardWords(guard)}]`,
    effects.length > 0 ? `/ ${effects.map(words).join(', ')}` : '',
  ]
    .filter((part) => part !== '')
    .join(' ');
  return `${takenWords(timesTaken(row, left))}${text}`;
}
