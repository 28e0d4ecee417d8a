/**
 * The difference between a recorded and an imagined boot in lines for people. Pure.
 *
 * @module
 */
import { describeDuration } from '../../machines/describe-process';
import type {
  BootOutcome,
  FirstDifference,
  OutcomeChange,
  ServiceDifference,
  ServiceOutcome,
  WhatIfDiff,
} from './what-if-diff';

export interface WhatIfStory {
  /** The changes as they were typed. */
  readonly changes: readonly string[];
  readonly diff: WhatIfDiff;
  /** Sentences without a full stop. */
  readonly assumed: readonly string[];
}

const labels: Readonly<Record<keyof ServiceOutcome | keyof BootOutcome, string>> = {
  state: 'at the end',
  upAtUs: 'up at',
  doneAtUs: 'done at',
  upUs: 'time up',
  starts: 'starts',
  failures: 'failures',
  settledAtUs: 'settled at',
  endedAtUs: 'ended at',
};

interface Row {
  readonly name: string;
  readonly label: string;
  readonly text: string;
}

/** Shorter differences say nothing to a reader, who sees hundredths of seconds. */
const shownUsMin = 10_000;

export function whatIfText({ changes, diff, assumed }: WhatIfStory): string[] {
  const lines = changes.map((change) => `what if: ${change}`);
  if (diff.first === null) return [...lines, 'nothing would have been otherwise'];
  const shown = diff.services.map(rowsOf).filter((rows) => rows.length > 0);
  const rows = [...diff.minit.flatMap((change) => rowOf('(minit)', change)), ...shown.flat()];
  const sameCount = diff.sameCount + diff.services.length - shown.length;
  return [
    ...lines,
    firstText(diff.first),
    ...tableOf(rows),
    ...(sameCount > 0 ? [`as before: ${String(sameCount)} ${plural(sameCount, 'service')}`] : []),
    ...(assumed.length > 0 ? ['assumed, not on record:'] : ['nothing of it is assumed']),
    ...gathered(assumed).map((text) => `  ${text}`),
  ];
}

/** What is assumed alike of many processes of a service is one line: a crash loop has hundreds. */
function gathered(assumed: readonly string[]): string[] {
  const countByFate = new Map<string, number>();
  const fateOf = (text: string): string => text.replace(/^(process|start) \d+ of /u, '$1 of ');
  for (const text of assumed) {
    const fate = fateOf(text);
    countByFate.set(fate, (countByFate.get(fate) ?? 0) + 1);
  }
  return assumed.flatMap((text) => {
    const fate = fateOf(text);
    const others = (countByFate.get(fate) ?? 0) - 1;
    if (!countByFate.delete(fate)) return [];
    if (others === 0) return [text];
    return [`${text}; ${others === 1 ? 'so does 1 more' : `so do ${String(others)} more`}`];
  });
}

const plural = (count: number, noun: string): string => (count === 1 ? noun : `${noun}s`);

function firstText({ atUs, before, after }: FirstDifference): string {
  const when = `first difference at +${describeDuration(atUs)}: `;
  if (before === null) return `${when}${after ?? ''}`;
  if (after === null) return `${when}not any more: ${before}`;
  return before === after
    ? `${when}${after}, not as it was`
    : `${when}${after}, instead of: ${before}`;
}

function rowsOf({ service, is, after, before, changes }: ServiceDifference): Row[] {
  if (is === 'changed') {
    // Where it was never up on one side, that says it all.
    const isPlain = before?.upAtUs !== null && after?.upAtUs !== null;
    const told = changes.filter(({ field }) => isPlain || (field !== 'upUs' && field !== 'starts'));
    return told.flatMap((change) => rowOf(service, change));
  }
  const outcome = after ?? before;
  const state = outcome === null ? '' : outcome.state;
  const up = outcome === null ? null : outcome.upAtUs;
  const text = up === null ? state : `${state}, up at +${describeDuration(up)}`;
  return [{ name: service, label: is, text }];
}

function rowOf(
  name: string,
  { field, from, to }: OutcomeChange<ServiceOutcome> | OutcomeChange<BootOutcome>,
): Row[] {
  const [then, now] = [from, to].map((value) => valueText(field, value));
  const byUs =
    field.endsWith('Us') && typeof from === 'number' && typeof to === 'number' ? to - from : 0;
  const isTiny = byUs !== 0 && Math.abs(byUs) < shownUsMin;
  if (isTiny || (then === now && byUs === 0)) return [];
  const text = then === now ? deltaText(field, byUs) : String(now);
  return [{ name, label: labels[field], text: `${String(then)} -> ${text}` }];
}

/** Of two times that are told by the second, and look the same. */
function deltaText(field: keyof typeof labels, byUs: number): string {
  const duration = describeDuration(Math.abs(byUs));
  if (field === 'upUs') return `${duration} ${byUs < 0 ? 'less' : 'more'}`;
  return `${duration} ${byUs < 0 ? 'sooner' : 'later'}`;
}

function valueText(field: keyof typeof labels, value: string | number | null): string {
  if (value === null) return 'never';
  if (typeof value === 'string' || !field.endsWith('Us')) return String(value);
  return field === 'upUs' ? describeDuration(value) : `+${describeDuration(value)}`;
}

/** A name is written once. */
function tableOf(rows: readonly Row[]): string[] {
  const nameWidth = Math.max(0, ...rows.map(({ name }) => name.length));
  const labelWidth = Math.max(0, ...rows.map(({ label }) => label.length));
  return rows.map(({ name, label, text }, index) => {
    const shown = rows[index - 1]?.name === name ? '' : name;
    return `${shown.padEnd(nameWidth)}  ${label.padEnd(labelWidth)}  ${text}`;
  });
}
