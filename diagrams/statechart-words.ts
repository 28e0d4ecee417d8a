/**
 * Names in the source as words for people: short enough to stand at an arrow. Pure.
 *
 * @module
 */

/** `StopRequested` → `stop requested`. */
export const words = (name: string): string =>
  name
    .replace(/(?<=[a-z0-9])(?=[A-Z])/gu, ' ')
    .toLowerCase()
    .replace(/\bpid\b/gu, 'PID');

/** `isWantedUp` → `wanted up`: what stands in brackets is a claim anyway. */
export const guardWords = (guard: string): string => words(guard).replace(/^is /u, '');

/** `respawn disabled / stop / shutdown / drain requested`: an end that neighbours have in common is written once. */
export function eventWords(events: readonly string[]): string {
  const all = events.map((event) => words(event).split(' '));
  return all
    .map((parts, index) => {
      const isShared = parts.length > 1 && parts.at(-1) === all[index + 1]?.at(-1);
      return (isShared ? parts.slice(0, -1) : parts).join(' ');
    })
    .join(' / ');
}

/** Breaks `text` between words, into lines of at most `lengthMax` characters where that is possible. */
export function wrapWords(text: string, lengthMax: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const line = lines.at(-1);
    if (word === '') continue;
    if (line === undefined || line.length + 1 + word.length > lengthMax) lines.push(word);
    else lines[lines.length - 1] = `${line} ${word}`;
  }
  return lines;
}
