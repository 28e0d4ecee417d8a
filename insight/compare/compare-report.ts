/**
 * What was not the same in two boots, in words: the most telling first. Pure.
 *
 * @module
 */
import type { ServiceFacts } from './boot-facts';
import type { BootComparison, DurationChange, ServiceChange, ServiceDuration } from './compare';
import type { MovedStart } from './moved-starts';
import type { FieldChange } from '../state-diff';
import { preciseDuration } from '../chart/time-axis';

/** More names than that are a number. */
const namesMax = 3;
/** What is only a consequence of something else need not be told in full. */
const shiftedMax = 5;

const fieldNames: Readonly<Record<string, string>> = {
  executedAnew: 'executed anew',
  toldToEnd: 'told to end',
  ends: 'exits',
  atTheEnd: 'at the end',
  upInBoot: 'up in the boot',
};

/** Returns the lines about the differences; none where there is none. */
export function compareReport(comparison: BootComparison): string[] {
  const { minit, changed, missing, took, shifted, moved } = comparison;
  const shown = shifted.slice(0, shiftedMax);
  const rest = shifted.length - shown.length;
  return [
    ...durationLine('the boot', comparison.boot),
    ...section('minit:', minit.map(changeRow)),
    ...section('went otherwise:', changed.flatMap(serviceRows)),
    ...section('missing now:', missing.map(wholeRow)),
    ...section('new:', comparison.new.map(wholeRow)),
    ...section('took longer or less long until up:', took.map(durationRow)),
    ...section('took as long as before, but up later or sooner:', [
      ...shown.map(durationRow),
      ...(rest > 0 ? [[`and ${String(rest)} more`]] : []),
    ]),
    ...section('started in another order:', moved.map(movedRow)),
    ...durationLine('the shutdown', comparison.ending),
  ];
}

const durationLine = (what: string, change: DurationChange | undefined): string[] =>
  change === undefined ? [] : [`${what} took ${arrow(change)}  (${signed(change)})`];

type Row = readonly string[];

/** A title and the rows below it in columns; nothing where there are no rows. */
function section(title: string, rows: readonly Row[]): string[] {
  if (rows.length === 0) return [];
  const widths: number[] = [];
  for (const row of rows)
    for (const [column, cell] of row.slice(0, -1).entries())
      widths[column] = Math.max(widths[column] ?? 0, cell.length);
  const lines = rows.map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)));
  return [title, ...lines.map((cells) => `  ${cells.join('  ').trimEnd()}`)];
}

const changeRow = ({ field, from, to }: FieldChange): Row => [
  fieldNames[field] ?? field,
  `${told(from)} -> ${told(to)}`,
];

/** The only process that it had, and why it is in its state, are the same words. */
const isTold = ({ field, from, to }: FieldChange, all: readonly FieldChange[]): boolean =>
  field === 'ends' &&
  all.some((other) => other.field === 'why' && other.from === from && other.to === to);

/** The name stands before its first change only. */
function serviceRows({ service, changes, needsNow, needsNoMore }: ServiceChange): Row[] {
  const rows = [
    ...changes.filter((change) => !isTold(change, changes)).map(changeRow),
    ...(needsNow.length > 0 ? [['needs now', listed(needsNow)]] : []),
    ...(needsNoMore.length > 0 ? [['needs no more', listed(needsNoMore)]] : []),
  ];
  return rows.map((row, index) => [index === 0 ? service : '', ...row]);
}

function told(value: FieldChange['from']): string {
  if (value === null) return 'none';
  return typeof value === 'boolean' ? (value ? 'yes' : 'no') : String(value);
}

function wholeRow({ name, state, why }: ServiceFacts): Row {
  return [name, why === undefined ? state : `${state}: ${why}`];
}

const durationRow = ({ service, ...change }: ServiceDuration): Row => [
  service,
  arrow(change),
  signed(change),
];

const arrow = ({ from, to }: DurationChange): string =>
  `${preciseDuration(from)} -> ${preciseDuration(to)}`;

const signed = ({ from, to }: DurationChange): string =>
  `${to < from ? '-' : '+'}${preciseDuration(Math.abs(to - from))}`;

function movedRow({ service, nowAfter, nowBefore }: MovedStart): Row {
  const parts = [
    ...(nowAfter.length > 0 ? [`now after ${listed(nowAfter)}`] : []),
    ...(nowBefore.length > 0 ? [`now before ${listed(nowBefore)}`] : []),
  ];
  return [service, parts.join('; ')];
}

function listed(names: readonly string[]): string {
  if (names.length <= namesMax) return names.join(', ');
  return `${names.slice(0, namesMax).join(', ')} and ${String(names.length - namesMax)} more`;
}
