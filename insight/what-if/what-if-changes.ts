/**
 * Changes to a recorded boot, as somebody types them: `web exits 1 at +12s`, `db ready 40s later`, `drop
 * respawn of cron`. Pure, and total: any text gives a change, or says at which column it is none.
 *
 * ```
 * change = SERVICE "exits" [CODE | SIGNAL] "at" TIME
 *        | SERVICE "ready" (DURATION "later" | "at" TIME) | SERVICE "never" "ready"
 *        | SERVICE "spawn" "fails" ERROR
 *        | "add" (MODE | "depends" SERVICE) "to" SERVICE | "drop" (MODE | "depends" SERVICE) "of" SERVICE
 *        | "request" ("start" | "stop") SERVICE "at" TIME | "no" "request" "at" TIME
 *        | "root" DIRECTORY
 * ```
 *
 * @module
 */
import type { ServiceName } from '../../machines/definition';
import type { ExitStatus, SystemError } from '../../machines/events';
import { signalNumber } from '../../machines/describe-process';
import { nearName } from '../near-name';
import { didYouMean, quoted, Unfit } from '../predicate/predicate-compare';
import type { TextProblem } from '../predicate/predicate-words';

/** What a service is in its `depends` and its flag files. */
export type DefinitionEdit =
  | { readonly what: 'respawn' | 'sync' }
  | { readonly what: 'depends'; readonly dependency: ServiceName };

/** When a service is ready instead. Times are µs since the start of minit. */
export type Readiness =
  | { readonly when: 'later'; readonly byUs: number }
  | { readonly when: 'at'; readonly atUs: number }
  | { readonly when: 'never' };

export type Change = {
  readonly text: string;
  /** 1-based: the word of `text` to which a complaint points. */
  readonly column: number;
} & (
  | {
      readonly kind: 'exits';
      readonly service: ServiceName;
      readonly status: ExitStatus;
      readonly atUs: number;
    }
  | { readonly kind: 'ready'; readonly service: ServiceName; readonly readiness: Readiness }
  | { readonly kind: 'spawn-fails'; readonly service: ServiceName; readonly error: SystemError }
  | {
      readonly kind: 'edit';
      readonly service: ServiceName;
      readonly action: 'add' | 'drop';
      readonly edit: DefinitionEdit;
    }
  | {
      readonly kind: 'request';
      readonly service: ServiceName;
      readonly verb: 'start' | 'stop';
      readonly atUs: number;
    }
  | { readonly kind: 'no-request'; readonly atUs: number }
  | { readonly kind: 'root'; readonly directory: string }
);

interface Word {
  readonly text: string;
  readonly isQuoted: boolean;
  readonly column: number;
}

/** Errors that a start can end with, as Linux numbers them. */
const startErrors: Readonly<Record<string, number>> = {
  EPERM: 1,
  ENOENT: 2,
  EIO: 5,
  ENOEXEC: 8,
  EAGAIN: 11,
  ENOMEM: 12,
  EACCES: 13,
  ENOTDIR: 20,
  ELOOP: 40,
};

const microsecondsByUnit: Readonly<Record<string, number>> = {
  ms: 1_000,
  s: 1_000_000,
  min: 60_000_000,
};

/**
 * `services`: those that there are; any are taken where it is not given. Returns the change, what is wrong
 * with the text, or `undefined` where it is empty or only a comment (`#`).
 */
export function parseChange(
  text: string,
  services?: ReadonlySet<ServiceName>,
): Change | TextProblem | undefined {
  try {
    const words = splitWords(text);
    return words.length === 0 ? undefined : new Parser(text.trim(), words, services).whole();
  } catch (error) {
    if (error instanceof Unfit) return { column: error.column, text: error.message };
    throw error;
  }
}

function splitWords(text: string): Word[] {
  const words: Word[] = [];
  for (const match of text.matchAll(/"([^"]*)("?)|'([^']*)('?)|#.*|\S+/gsu)) {
    const [whole, double, doubleEnd, single, singleEnd] = match;
    const column = match.index + 1;
    if (whole.startsWith('#')) break;
    const inner = double ?? single;
    if (inner !== undefined && (doubleEnd ?? singleEnd) === '')
      throw new Unfit(column, `the quotation mark ${whole.charAt(0)} is never closed`);
    words.push({ text: inner ?? whole, isQuoted: inner !== undefined, column });
  }
  return words;
}

const verbs = ['exits', 'ready', 'never', 'spawn'];

class Parser {
  #next = 0;

  constructor(
    private readonly text: string,
    private readonly words: readonly Word[],
    private readonly services: ReadonlySet<ServiceName> | undefined,
  ) {}

  whole(): Change {
    const change = this.#change();
    const rest = this.words[this.#next];
    if (rest !== undefined)
      throw new Unfit(rest.column, `expected the end of the change, not ${quoted(rest.text)}`);
    return change;
  }

  #change(): Change {
    const first = this.#peek();
    if (!first.isQuoted)
      switch (first.text) {
        case 'add':
        case 'drop':
          return this.#edit(first.text);
        case 'request':
          return this.#request();
        case 'no':
          this.#expect('no');
          this.#expect('request');
          return { ...this.#at(first), kind: 'no-request', ...this.#atTime() };
        case 'root': {
          this.#expect('root');
          const directory = this.#take('a directory');
          return { ...this.#at(directory), kind: 'root', directory: directory.text };
        }
        default:
      }
    return this.#ofService();
  }

  #ofService(): Change {
    const { word, name: service } = this.#service();
    const verb = this.#take(oneOf(verbs));
    const about = { ...this.#at(word), service };
    switch (verb.text) {
      case 'exits':
        return { ...about, kind: 'exits', status: this.#status(), ...this.#atTime() };
      case 'ready':
        return { ...about, kind: 'ready', readiness: this.#readiness() };
      case 'never':
        this.#expect('ready');
        return { ...about, kind: 'ready', readiness: { when: 'never' } };
      case 'spawn':
        this.#expect('fails');
        return { ...about, kind: 'spawn-fails', error: this.#error() };
      default:
        throw unfit(verb, verbs);
    }
  }

  #edit(action: 'add' | 'drop'): Change {
    this.#expect(action);
    const whats = ['respawn', 'sync', 'depends'];
    const what = this.#take(oneOf(whats));
    let edit: DefinitionEdit;
    if (what.text === 'respawn' || what.text === 'sync') edit = { what: what.text };
    else if (what.text === 'depends')
      edit = { what: 'depends', dependency: this.#service('a dependency').name };
    else throw unfit(what, whats);
    this.#expect(action === 'add' ? 'to' : 'of');
    const { word, name: service } = this.#service();
    return { ...this.#at(word), kind: 'edit', service, action, edit };
  }

  #request(): Change {
    this.#expect('request');
    const verb = this.#take(oneOf(['start', 'stop']));
    if (verb.text !== 'start' && verb.text !== 'stop') throw unfit(verb, ['start', 'stop']);
    const { word, name: service } = this.#service();
    return { ...this.#at(word), kind: 'request', verb: verb.text, service, ...this.#atTime() };
  }

  #status(): ExitStatus {
    const word = this.#peek();
    if (word.text === 'at') return { code: 0 };
    this.#next += 1;
    if (/^\d+$/u.test(word.text) && Number(word.text) <= 255) return { code: Number(word.text) };
    const signal = signalNumber(word.text);
    if (signal !== undefined) return { signal };
    throw new Unfit(
      word.column,
      `expected an exit status from 0 to 255, a signal such as SIGKILL, or "at", not ${quoted(word.text)}`,
    );
  }

  #readiness(): Readiness {
    if (this.#peek().text === 'at') return { when: 'at', ...this.#atTime() };
    const word = this.#take('a time such as 40s, or "at"');
    const byUs = microsecondsOf(word.text);
    if (byUs === undefined)
      throw new Unfit(
        word.column,
        `expected a time such as 40s, or "at", not ${quoted(word.text)}`,
      );
    this.#expect('later');
    return { when: 'later', byUs };
  }

  #error(): SystemError {
    const word = this.#take('an error such as ENOENT');
    const errno = Object.hasOwn(startErrors, word.text) ? startErrors[word.text] : undefined;
    if (errno === undefined) throw unfit(word, Object.keys(startErrors));
    return { code: word.text, errno };
  }

  #atTime(): { readonly atUs: number } {
    this.#expect('at');
    const word = this.#take('a time such as +12s');
    const atUs = word.text.startsWith('+') ? microsecondsOf(word.text.slice(1)) : undefined;
    if (atUs === undefined)
      throw new Unfit(
        word.column,
        `expected a time since the start, such as +12s, not ${quoted(word.text)}`,
      );
    return { atUs };
  }

  #service(expected = 'a service'): { readonly word: Word; readonly name: ServiceName } {
    const word = this.#take(expected);
    // "cron's spawn fails" is how people put it.
    const name = word.isQuoted ? word.text : word.text.replace(/'s$/u, '');
    if (this.services?.has(name) === false)
      throw new Unfit(
        word.column,
        `there is no service ${quoted(name)}${didYouMean(nearName(name, this.services))}`,
      );
    return { word, name };
  }

  #peek(): Word {
    const end = { text: '', isQuoted: false, column: this.text.length + 1 };
    return this.words[this.#next] ?? end;
  }

  #take(expected: string): Word {
    const word = this.words[this.#next];
    if (word === undefined)
      throw new Unfit(this.#peek().column, `expected ${expected}, but the change ends here`);
    this.#next += 1;
    return word;
  }

  #expect(keyword: string): void {
    const word = this.#take(quoted(keyword));
    if (word.text !== keyword) throw unfit(word, [keyword]);
  }

  #at({ column }: Word): { readonly text: string; readonly column: number } {
    return { text: this.text, column };
  }
}

const oneOf = (names: readonly string[]): string =>
  names.length === 1 ? quoted(names[0] ?? '') : `one of ${names.join(', ')}`;

function unfit({ text, column }: Word, names: readonly string[]): Unfit {
  const near = nearName(text, names);
  return new Unfit(column, `expected ${oneOf(names)}, not ${quoted(text)}${didYouMean(near)}`);
}

/** `40s`, `1.5min`, `200ms`; seconds where no unit is given. */
function microsecondsOf(text: string): number | undefined {
  const match = /^(\d{1,9}(?:\.\d{1,6})?)(ms|s|min)?$/u.exec(text);
  if (match === null) return undefined;
  return Math.round(Number(match[1]) * (microsecondsByUnit[match[2] ?? 's'] ?? 0));
}
