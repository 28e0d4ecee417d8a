/**
 * Conditions on a moment of a log, as somebody types them: `web.state == failed`, `restarts(db) > 3`,
 * `not (web.up and "web/log".up)`. Pure, and total: any text gives a predicate, or says at which column it
 * is none and what is expected there.
 *
 * ```
 * or      = and { "or" and }
 * and     = not { "and" not }
 * not     = "not" not | "(" or ")" | compare
 * compare = operand [ ("==" | "!=" | "<" | "<=" | ">" | ">=") operand ]
 * operand = SERVICE "." FIELD | FIELD "(" SERVICE ")" | "minit" | "seq" | NUMBER | NAME | "none"
 * ```
 *
 * @module
 */
import type { ServiceName } from '../../machines/definition';
import type { SupervisorState } from '../../machines/state';
import { nearName } from '../near-name';
import {
  alone,
  compare,
  comparisons,
  didYouMean,
  quoted,
  unexpected,
  Unfit,
  type Operand,
  type Test,
} from './predicate-compare';
import { fields, ownFields } from './predicate-fields';
import { splitWords, type Mark, type TextProblem, type Word } from './predicate-words';

export type { TextProblem } from './predicate-words';

export interface Predicate {
  readonly text: string;
  readonly holds: (state: SupervisorState) => boolean;
}

/** More is no condition that anybody typed. */
const depthMax = 50;
const keywords = ['and', 'or', 'not'];

/** `services`: those that there are; any are taken where it is not given. */
export function parsePredicate(
  text: string,
  services?: ReadonlySet<ServiceName>,
): Predicate | TextProblem {
  const words = splitWords(text);
  if ('column' in words) return words;
  try {
    return { text, holds: new Parser(words, services).whole() };
  } catch (error) {
    if (error instanceof Unfit) return { column: error.column, text: error.message };
    throw error;
  }
}

const isKeyword = (word: Word, keyword: string): boolean =>
  word.kind === 'name' && !word.isQuoted && word.text === keyword;

class Parser {
  #next = 0;
  #depth = 0;

  constructor(
    private readonly words: readonly Word[],
    private readonly services: ReadonlySet<ServiceName> | undefined,
  ) {}

  whole(): Test {
    const test = this.#or();
    const rest = this.#peek();
    if (rest.kind !== 'end') throw unexpected(rest, '"and", "or" or the end', ['and', 'or']);
    return test;
  }

  #or(): Test {
    const tests = [this.#and()];
    while (isKeyword(this.#peek(), 'or')) {
      this.#take();
      tests.push(this.#and());
    }
    const [only] = tests;
    return tests.length === 1 && only ? only : (state) => tests.some((test) => test(state));
  }

  #and(): Test {
    const tests = [this.#not()];
    while (isKeyword(this.#peek(), 'and')) {
      this.#take();
      tests.push(this.#not());
    }
    const [only] = tests;
    return tests.length === 1 && only ? only : (state) => tests.every((test) => test(state));
  }

  #not(): Test {
    const word = this.#peek();
    this.#depth += 1;
    if (this.#depth > depthMax) throw new Unfit(word.column, 'this is nested too deeply');
    const test = this.#nested(word);
    this.#depth -= 1;
    return test;
  }

  #nested(word: Word): Test {
    if (isKeyword(word, 'not')) {
      this.#take();
      const test = this.#not();
      return (state) => !test(state);
    }
    if (word.kind === 'symbol' && word.text === '(') {
      this.#take();
      const test = this.#or();
      this.#expect(')', `"and", "or" or the ")" for column ${String(word.column)}`);
      return test;
    }
    return this.#compare();
  }

  #compare(): Test {
    const left = this.#operand();
    const sign = this.#peek();
    if (sign.kind !== 'symbol' || !comparisons.has(sign.text)) return alone(left, sign);
    this.#take();
    return compare(left, sign.text, { right: this.#operand(), column: sign.column });
  }

  #operand(): Operand {
    const word = this.#take();
    if (word.kind === 'number' && !this.#isNext('.')) return { word, kind: undefined };
    if (word.kind !== 'name' && word.kind !== 'number')
      throw unexpected(word, 'a service, as in web.state or restarts(web)');
    const isBare = word.kind === 'number' || !word.isQuoted;
    if (isBare && keywords.includes(word.text))
      throw new Unfit(word.column, `expected a service before ${quoted(word.text)}`);
    if (this.#isNext('.')) {
      this.#take();
      return this.#fieldOf(this.#take(), word);
    }
    if (isBare && this.#isNext('(')) {
      this.#take();
      const service = this.#take();
      if (service.kind !== 'name' && service.kind !== 'number')
        throw unexpected(service, 'the name of a service');
      this.#expect(')', '")"');
      return this.#fieldOf(word, service);
    }
    const own = isBare && Object.hasOwn(ownFields, word.text) ? ownFields[word.text] : undefined;
    return own === undefined
      ? { word, kind: undefined }
      : { word, label: word.text, kind: own.kind, value: own.value };
  }

  #fieldOf(word: Word, service: Word): Operand {
    const names = Object.keys(fields);
    const field = word.kind === 'name' && names.includes(word.text) ? fields[word.text] : undefined;
    if (field === undefined) throw unexpected(word, `one of ${names.join(', ')}`, names);
    const { text: name } = service;
    if (this.services?.has(name) === false) {
      const near = nearName(name, this.services);
      throw new Unfit(service.column, `there is no service ${quoted(name)}${didYouMean(near)}`);
    }
    return {
      word: service.column < word.column ? service : word,
      label: `${name}.${word.text}`,
      kind: field.kind,
      value: (state) => {
        const found = state.services.get(name);
        return found && field.value(found, state);
      },
    };
  }

  #peek(): Word {
    return this.words[this.#next] ?? { kind: 'end', text: '', column: 1 };
  }

  #take(): Word {
    const word = this.#peek();
    this.#next += 1;
    return word;
  }

  #isNext(mark: Mark): boolean {
    const word = this.#peek();
    return word.kind === 'symbol' && word.text === mark;
  }

  #expect(mark: Mark, expected: string): void {
    const word = this.#take();
    if (word.kind !== 'symbol' || word.text !== mark) throw unexpected(word, expected);
  }
}
