/**
 * The colours of states, the same as in all pictures of minit, by the reader's light or dark.
 *
 * @module
 */
import { darkTone, lightTone, stateTone } from '../diagrams/palette';

export { type Tone } from '../diagrams/palette';

const dark = matchMedia('(prefers-color-scheme: dark)');

export const toneOf = (state: string) =>
  dark.matches ? darkTone(stateTone(state)) : lightTone(stateTone(state));

/** Calls back when the reader changes to the other. */
export function onToneChange(callback: () => void): void {
  dark.addEventListener('change', callback);
}

/** A colour of the style sheet, for what is drawn on a canvas. */
export const styleColor = (name: string): string =>
  getComputedStyle(document.documentElement).getPropertyValue(name).trim();
