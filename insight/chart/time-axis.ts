/**
 * The marks of a time axis: round numbers, not too many of them. Pure.
 *
 * @module
 */

export interface AxisMark {
  /** How far along the axis, µs. */
  readonly at: number;
  /** `0.5 s`; all of an axis with as many digits. */
  readonly label: string;
}

/** Returns the marks of an axis of `us` µs that begins at `beginUs`, at most `countMax` and one more. */
export function axisMarks(us: number, countMax: number, beginUs = 0): AxisMark[] {
  // One more where none stands at the very beginning.
  const least = Math.max(1, us / Math.max(1, beginUs === 0 ? countMax : countMax + 1));
  const power = 10 ** Math.floor(Math.log10(least));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((each) => each >= least) ?? least;
  const first = Math.ceil(beginUs / step);
  return Array.from({ length: Math.floor((beginUs + us) / step) + 1 - first }, (_, index) => {
    const time = (first + index) * step;
    return { at: time - beginUs, label: labelOf(time, step) };
  });
}

function labelOf(at: number, step: number): string {
  if (step < 1_000) return `${String(at)} µs`;
  if (step < 100_000) return `${String(at / 1_000)} ms`;
  return `${(at / 1_000_000).toFixed(step < 1_000_000 ? 1 : 0)} s`;
}

/** `1.026 s`, `0.4 ms`: exact enough to compare. */
export function preciseDuration(us: number): string {
  const magnitude = Math.abs(us);
  if (magnitude < 1_000) return `${String(us)} µs`;
  if (magnitude < 99_950) return `${(us / 1_000).toFixed(1)} ms`;
  if (magnitude < 9_999_500) return `${(us / 1_000_000).toFixed(3)} s`;
  return `${(us / 1_000_000).toFixed(1)} s`;
}
