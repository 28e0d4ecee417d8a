/**
 * The marks of a time axis: round numbers, not too many of them. Pure.
 *
 * @module
 */

export interface AxisMark {
  /** µs. */
  readonly at: number;
  /** `0.5 s`; all of an axis with as many digits. */
  readonly label: string;
}

/** Returns the marks of an axis of `us` µs, at most `countMax` and the one at 0. */
export function axisMarks(us: number, countMax: number): AxisMark[] {
  const least = Math.max(1, us / Math.max(1, countMax));
  const power = 10 ** Math.floor(Math.log10(least));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((each) => each >= least) ?? least;
  return Array.from({ length: Math.floor(us / step) + 1 }, (_, index) => {
    const at = index * step;
    return { at, label: labelOf(at, step) };
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
