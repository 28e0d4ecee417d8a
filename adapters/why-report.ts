/**
 * What `--why` prints, as sentences and as JSON.
 *
 * @module
 */
import type { Explanation } from '../insight/why/why-chain';
import { explanationText, sentencesOf, type WallClock } from '../insight/why/why-text';

export interface WhyReport {
  readonly explanation: Explanation;
  readonly clock: WallClock | undefined;
  /** What could not be looked at. */
  readonly notes: readonly string[];
}

/** Prints the sentences, and a line for each note; or one object. */
export function printWhy(
  { explanation, clock, notes }: WhyReport,
  options: { readonly json?: unknown },
  print: (line: string) => void,
): void {
  if (options.json !== true) {
    print(explanationText(explanation, clock));
    for (const note of notes) print(`note: ${note}`);
    return;
  }
  const sentences = sentencesOf(explanation, clock);
  const links = explanation.links.map((link, place) => ({
    ...link,
    subject: link.subject ?? null,
    inner: link.inner ?? null,
    cause: link.cause ?? null,
    root: link.root ?? null,
    text: sentences[place] ?? null,
  }));
  print(
    JSON.stringify({ ...explanation, links, text: explanationText(explanation, clock), notes }),
  );
}
