/**
 * Names in the source as words for people: short enough to stand at an arrow. Pure.
 *
 * @module
 */

/** `StopRequested` → `stop requested`. */
export const words = (name: string): string =>
  name
    .replace(/(?<=[a-z0-9])(?=[A-Z])/gu, ' ')
    .replace(/^notify /u, '')
    .toLowerCase()
    .replace(/\bpid\b/gu, 'PID');

/** `isWantedUp` → `wanted up`: what stands in brackets is a claim anyway. */
export const guardWords = (guard: string): string => words(guard).replace(/^is /u, '');

/** `stop / shutdown / drain requested`: an end that all have in common is written once. */
export function eventWords(events: readonly string[]): string {
  const all = events.map(words);
  const ending = all[0]?.split(' ').at(-1) ?? '';
  if (all.length < 2 || !all.every((text) => text.endsWith(` ${ending}`))) return all.join(' / ');
  const stems = all.map((text) => text.slice(0, -ending.length - 1));
  return `${stems.join(' / ')} ${ending}`;
}
