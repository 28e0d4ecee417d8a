/**
 * What the end of a machine says on the console while it goes on: one line a step, with its time.
 *
 * @module
 */
import type { Console } from '../effects/ports';
import { describeErrorCode } from '../machines/describe-failure';
import { libcError } from './libc/errors';

export interface Say {
  /** A step is done that began at `sinceUs`. */
  did(what: string, sinceUs: number): void;
  /** A step could not be done, by its −errno; the machine ends all the same. */
  failed(what: string, result: number): void;
  warn(text: string): void;
}

/** What these mean here. */
const reasons: Readonly<Partial<Record<string, string>>> = {
  EBUSY: 'it is in use',
  EPERM: 'not permitted',
  ETIMEDOUT: 'no answer in time',
};

/** Returns what speaks on `console`; what went well is silent where minit is quiet. */
export function sayOn(console: Console, now: () => number): Say {
  const warn = (text: string): void => {
    console.report({ severity: 'warning', code: 'shutdown', text }, now());
  };
  return {
    warn,
    did(what, sinceUs) {
      const seconds = ((now() - sinceUs) / 1_000_000).toFixed(2);
      console.report({ severity: 'note', code: 'shutdown', text: `${what} (${seconds} s)` }, now());
    },
    failed(what, result) {
      const { code } = libcError(-result);
      warn(`${what}: ${reasons[code] ?? describeErrorCode(code)} (${code})`);
    },
  };
}
