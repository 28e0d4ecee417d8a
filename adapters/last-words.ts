/**
 * A line on standard error for when all else may be broken: it never blocks, never throws, and never
 * ends the program. What cannot be written at once is lost.
 *
 * @module
 */
import { outputOf } from './output';

const standardError = 2;

/** Prints `minit: text`. */
export function say(text: string): void {
  try {
    const output = outputOf(standardError);
    if (output.isWritable()) output.write(Buffer.from(`minit: ${text}\n`));
  } catch {
    // There is no console; nobody could be told.
  }
}
