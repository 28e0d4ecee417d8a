/**
 * The words of a predicate with their places. Pure; takes any text apart.
 *
 * @module
 */

export type Mark = '(' | ')' | '.' | '==' | '!=' | '<' | '<=' | '>' | '>=';

export type Word = {
  /** 1-based, of its first character. */
  readonly column: number;
} & (
  | { readonly kind: 'name'; readonly text: string; readonly isQuoted: boolean }
  | { readonly kind: 'number'; readonly text: string; readonly value: number }
  | { readonly kind: 'symbol'; readonly text: Mark }
  | { readonly kind: 'end'; readonly text: '' }
);

/** What is wrong with a text, and where. */
export interface TextProblem {
  /** 1-based. */
  readonly column: number;
  /** Lower case, no full stop. */
  readonly text: string;
}

/** Bare names: what services mostly have in theirs. A dot stands between service and field. */
const patterns = {
  space: /\s+/uy,
  symbol: /==|!=|<=|>=|[().<>]/uy,
  quoted: /"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)'/suy,
  number: /\d+(?:\.\d+)?(?![\w@:+%/-])/uy,
  name: /[\p{L}\p{N}_@:+%/-]+/uy,
} as const;

/** Returns the words of `text`, the last of them its end, or what is none. */
export function splitWords(text: string): readonly Word[] | TextProblem {
  const words: Word[] = [];
  let at = 0;
  const match = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = at;
    return pattern.exec(text);
  };
  while (at < text.length) {
    const found = match(patterns.space);
    if (found !== null) {
      at += found[0].length;
      continue;
    }
    const word = wordAt(match, at + 1);
    if (word === undefined) return badCharacter(text, at);
    words.push(word.word);
    at += word.length;
  }
  return [...words, { kind: 'end', text: '', column: at + 1 }];
}

function wordAt(
  match: (pattern: RegExp) => RegExpExecArray | null,
  column: number,
): { readonly word: Word; readonly length: number } | undefined {
  const symbol = match(patterns.symbol)?.[0];
  if (symbol !== undefined)
    return { word: { kind: 'symbol', text: symbol as Mark, column }, length: symbol.length };
  const quoted = match(patterns.quoted);
  if (quoted !== null) {
    const name = (quoted[1] ?? quoted[2] ?? '').replace(/\\(.)/gsu, '$1');
    return { word: { kind: 'name', text: name, isQuoted: true, column }, length: quoted[0].length };
  }
  const number = match(patterns.number)?.[0];
  if (number !== undefined)
    return {
      word: { kind: 'number', text: number, value: Number(number), column },
      length: number.length,
    };
  const name = match(patterns.name)?.[0];
  if (name === undefined) return undefined;
  return { word: { kind: 'name', text: name, isQuoted: false, column }, length: name.length };
}

const written: Readonly<Record<string, string>> = {
  '=': '"=="',
  '!': '"not" or "!="',
  '&': '"and"',
  '|': '"or"',
};

function badCharacter(text: string, at: number): TextProblem {
  const column = at + 1;
  const character = String.fromCodePoint(text.codePointAt(at) ?? 0);
  if (character === '"' || character === "'")
    return { column, text: `the quotation mark ${character} is never closed` };
  const instead = written[character];
  const hint =
    instead === undefined ? 'put names with other characters in quotes' : `write ${instead}`;
  return { column, text: `${JSON.stringify(character)} has no meaning here: ${hint}` };
}
