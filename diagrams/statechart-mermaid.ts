/**
 * A chart in the language of Mermaid, which GitHub and many editors draw by themselves. Pure.
 *
 * @module
 */
import { lightTone, stateTone } from './palette';
import type { Chart } from './statechart';
import { allCards, drawingOf, type Card, type Row } from './statechart-drawing';
import { eventWords, guardWords, words } from './statechart-words';

/** Returns the chart as a Mermaid state diagram. Pure. */
export function chartToMermaid(chart: Chart): string {
  const { cards, initial } = drawingOf(chart);
  const all = allCards(cards);
  const tones = [
    ...new Set(all.filter(({ isFrame }) => !isFrame).map(({ path }) => stateTone(path))),
  ];
  return [
    'stateDiagram-v2',
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
      .map(({ path }) => `  class ${idOf(path)} ${stateTone(path)}`),
    '',
  ].join('\n');
}

/** Mermaid's ids are words; `-` and `.` mean something else in it. */
const idOf = (path: string): string => path.replaceAll('.', '__').replaceAll('-', '_');

function cardMermaid(card: Card, indent: string): string[] {
  const head = `${indent}state ${JSON.stringify(card.title)} as ${idOf(card.path)}`;
  if (card.cards.length === 0) return [head];
  return [
    `${head} {`,
    ...card.cards.flatMap((inner) => cardMermaid(inner, `${indent}  `)),
    `${indent}}`,
  ];
}

/** What is done without leaving a state stays away: a picture of Mermaid's has no room for it. */
function arrowsMermaid({ path, rows, cards }: Card): string[] {
  const textsByTarget = new Map<string, string[]>();
  for (const row of rows) {
    if (row.to === undefined) continue;
    textsByTarget.set(row.to, [...(textsByTarget.get(row.to) ?? []), rowText(row)]);
  }
  return [...textsByTarget].flatMap(([to, texts]) => {
    // Mermaid cannot draw an arrow from a state to one inside it: each of the others in there gets it.
    const siblings = cards.filter((inner) => inner.path !== to).map((inner) => inner.path);
    const sources = to.startsWith(`${path}.`) ? siblings : [path];
    return sources.map((from) => `  ${idOf(from)} --> ${idOf(to)} : ${texts.join('<br/>')}`);
  });
}

function rowText({ events, guard, effects }: Row): string {
  return [
    eventWords(events),
    guard === undefined ? '' : `[${guardWords(guard)}]`,
    effects.length > 0 ? `/ ${effects.map(words).join(', ')}` : '',
  ]
    .filter((part) => part !== '')
    .join(' ');
}
