/**
 * Numbers into lines for people.
 *
 * @module
 */
import { cpus, release, arch } from 'node:os';

/** Middle of the sorted values; of an even number the mean of the two. */
export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const half = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
}

/** `{median, min, max}` of some numbers. */
export const summary = (values) => ({
  median: median(values),
  min: Math.min(...values),
  max: Math.max(...values),
});

const digits = (value) => (Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2);
const show = (value) => (Number.isInteger(value) ? String(value) : value.toFixed(digits(value)));

/** `1.87 [1.71–2.03]`, or the number alone where there is one only. */
export function showSummary({ median: middle, min, max }, unit) {
  const range = min === max ? '' : ` [${show(min)}–${show(max)}]`;
  return `${show(middle)}${range}${unit === '' ? '' : ` ${unit}`}`;
}

/** What was measured on, without names. */
export const machine = () =>
  `${String(cpus().length)} cores (${cpus()[0]?.model.trim() ?? 'unknown'}, ${arch()}), Linux ${release().replace(/-.*/u, '')}, Node ${process.version}`;

/** The table of all rows. A row without a goal is there to explain the others. */
export function table(rows) {
  const lines = rows.map(({ name, values, unit, goal, strict }) => {
    const found = summary(values);
    const holds =
      goal === undefined ? '' : (strict ? found.max : found.median) <= goal ? 'yes' : '**no**';
    return `| ${name} | ${showSummary(found, unit)} | ${goal === undefined ? '' : `≤ ${String(goal)}${unit === '' ? '' : ` ${unit}`}`} | ${holds} |`;
  });
  return [
    '| measure | median [min–max] | goal | holds |',
    '| --- | ---: | ---: | --- |',
    ...lines,
  ].join('\n');
}
