/**
 * The comparisons of a predicate: what stands at their sides, whether that goes together, and what to say
 * where it does not. Pure.
 *
 * @module
 */
import type { SupervisorState } from '../../machines/state';
import { nearName } from '../near-name';
import { fields, nothing, type Kind, type Value } from './predicate-fields';
import type { Word } from './predicate-words';

export const comparisons: ReadonlySet<string> = new Set(['==', '!=', '<', '<=', '>', '>=']);

export type Test = (state: SupervisorState) => boolean;

/** What stands at one side of a comparison: something that has a value, or a literal. */
export type Operand = Valued | { readonly word: Word; readonly kind: undefined };

export interface Valued {
  readonly word: Word;
  /** As in messages: `web.state`. */
  readonly label: string;
  readonly kind: Kind;
  readonly value: (state: SupervisorState) => Value;
}

/** Leaves the parser, never its caller. */
export class Unfit extends Error {
  constructor(
    readonly column: number,
    text: string,
  ) {
    super(text);
  }
}

export const quoted = (text: string): string => JSON.stringify(text);

export const didYouMean = (near: string | undefined): string =>
  near === undefined ? '' : `: did you mean ${quoted(near)}?`;

export function unexpected(word: Word, expected: string, names: readonly string[] = []): Unfit {
  const found = word.kind === 'end' ? 'the end' : quoted(word.text);
  const near = word.kind === 'name' ? nearName(word.text, names) : undefined;
  return new Unfit(word.column, `expected ${expected}, found ${found}${didYouMean(near)}`);
}

/** An operand without a comparison: only what is yes or no says something by itself. */
export function alone(operand: Operand, after: Word): Test {
  const { word } = operand;
  if (operand.kind !== undefined) {
    const { kind, label, value } = operand;
    if (kind.of === 'truth') return (state) => value(state) === true;
    throw unexpected(after, `a comparison after ${label}, such as ==`);
  }
  const example = Object.hasOwn(fields, word.text)
    ? `write SERVICE.${word.text}`
    : `write ${word.text}.state == running, say`;
  throw new Unfit(word.column, `${quoted(word.text)} by itself is no condition: ${example}`);
}

interface RightSide {
  readonly right: Operand;
  /** Of the comparison. */
  readonly column: number;
}

export function compare(left: Operand, sign: string, { right, column }: RightSide): Test {
  const kind = left.kind ?? right.kind;
  if (kind === undefined)
    throw new Unfit(
      left.word.column,
      'neither side says something of a service, as web.state does',
    );
  if (kind.of !== 'number' && sign !== '==' && sign !== '!=')
    throw new Unfit(column, `${quoted(sign)} compares numbers: expected "==" or "!="`);
  const [a, b] = [valueOf(left, kind), valueOf(right, kind)];
  switch (sign) {
    case '==':
      return (state) => a(state) === b(state);
    case '!=':
      return (state) => a(state) !== b(state);
    case '<':
      return (state) => number(a(state)) < number(b(state));
    case '<=':
      return (state) => number(a(state)) <= number(b(state));
    case '>':
      return (state) => number(a(state)) > number(b(state));
    default:
      return (state) => number(a(state)) >= number(b(state));
  }
}

/** What is not there is neither less nor more than anything. */
const number = (value: Value): number => (typeof value === 'number' ? value : NaN);

/** What an operand stands for beside something of `kind`. */
function valueOf(operand: Operand, kind: Kind): (state: SupervisorState) => Value {
  const { word } = operand;
  if (operand.kind !== undefined) {
    if (operand.kind.of !== kind.of || nameOf(operand.kind) !== nameOf(kind))
      throw new Unfit(
        word.column,
        `${operand.label} is ${nameOf(operand.kind)}, expected ${nameOf(kind)}`,
      );
    return operand.value;
  }
  if (word.kind === 'name' && word.text === nothing) return () => undefined;
  const literal = literalOf(word, kind);
  return () => literal;
}

const nameOf = (kind: Kind): string => {
  if (kind.of === 'name') return `a ${kind.what}`;
  return kind.of === 'number' ? 'a number' : 'yes or no';
};

function literalOf(word: Word, kind: Kind): Value {
  if (kind.of === 'number') {
    if (word.kind !== 'number') throw unexpected(word, `a number or ${nothing}`);
    return word.value;
  }
  const names = kind.of === 'name' ? kind.names : ['true', 'false'];
  if (word.kind !== 'name' || !names.includes(word.text))
    throw unexpected(word, `${nameOf(kind)} (${[...names, nothing].join(', ')})`, names);
  return kind.of === 'name' ? word.text : word.text === 'true';
}
