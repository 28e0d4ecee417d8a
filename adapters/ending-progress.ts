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
  tell(text: string): void;
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
  const say = (severity: 'note' | 'warning', text: string): void => {
    console.report({ severity, code: 'shutdown', text }, now());
  };
  return {
    tell(text) {
      say('note', text);
    },
    did(what, sinceUs) {
      say('note', `${what} (${((now() - sinceUs) / 1_000_000).toFixed(2)} s)`);
    },
    failed(what, result) {
      const { code } = libcError(-result);
      const reason = reasons[code] ?? describeErrorCode(code);
      say('warning', `${what}: ${reason === code ? code : `${reason} (${code})`}`);
    },
    warn(text) {
      say('warning', text);
    },
  };
}
