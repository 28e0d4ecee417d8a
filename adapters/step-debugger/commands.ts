/**
 * The commands of `minit-replay --step`: their names, what they take, and what somebody typed.
 *
 * @module
 */
import { nearName } from '../../insight/near-name';

interface CommandHelp {
  readonly alias?: string;
  readonly takes: string;
  readonly does: string;
}

export const commands = {
  next: {
    alias: 'n',
    takes: '[COUNT|SERVICE]',
    does: 'the next event, or the next that touches SERVICE',
  },
  prev: { alias: 'p', takes: '[COUNT|SERVICE]', does: 'the same backwards' },
  until: { alias: 'u', takes: 'CONDITION', does: 'run until CONDITION becomes true' },
  back: { alias: 'b', takes: 'CONDITION', does: 'run backwards to where CONDITION became true' },
  goto: { alias: 'g', takes: 'INSTANT', does: 'SEQ, +SECONDS since the start, or TIME of day' },
  first: { takes: '', does: 'the beginning of the log' },
  last: { takes: '', does: 'its end; reads on where it has grown' },
  event: { alias: 'e', takes: '', does: 'this event, what it changed, what minit did' },
  effects: { alias: 'x', takes: '', does: 'what minit did, as it is on record' },
  state: { alias: 's', takes: '[SERVICE]', does: 'all services, or everything about SERVICE' },
  diff: {
    alias: 'd',
    takes: '[INSTANT [INSTANT]]',
    does: 'what this event changed, or what did between instants',
  },
  list: { alias: 'l', takes: '[COUNT]', does: 'the events around this one' },
  info: { alias: 'i', takes: '', does: 'the log as a whole' },
  help: { alias: 'h', takes: '[COMMAND]', does: 'this' },
  quit: { alias: 'q', takes: '', does: 'end' },
} as const satisfies Readonly<Record<string, CommandHelp>>;

export type CommandName = keyof typeof commands;
export const commandNames = Object.keys(commands) as readonly CommandName[];

const helpOf = (name: CommandName): CommandHelp => commands[name];

export interface Command {
  readonly name: CommandName;
  /** All that follows the name. */
  readonly rest: string;
  readonly words: readonly Argument[];
}

/** A word; in quotes where it must not be taken for a number. */
export interface Argument {
  readonly text: string;
  readonly isQuoted: boolean;
}

/** Returns the command in `line`, `undefined` where it has none, or what is wrong with it. */
export function parseCommand(line: string): Command | string | undefined {
  const trimmed = line.trim();
  if (trimmed === '' || trimmed.startsWith('#')) return undefined;
  const [, typed = '', rest = ''] = /^(\S+)\s*(.*)$/su.exec(trimmed) ?? [];
  const name = commandNames.find((known) => known === typed || helpOf(known).alias === typed);
  if (name === undefined) {
    const near = nearName(typed, commandNames);
    const hint = near === undefined ? 'try help' : `did you mean ${near}?`;
    return `no command "${typed}": ${hint}`;
  }
  const words = [...rest.matchAll(/"([^"]*)"|'([^']*)'|\S+/gu)].map(([text, double, single]) => ({
    text: double ?? single ?? text,
    isQuoted: (double ?? single) !== undefined,
  }));
  const { takes } = helpOf(name);
  const max = takes === '' ? 0 : takes === 'CONDITION' ? Infinity : takes.split(' ').length;
  if (words.length > max) return `${name} takes ${takes === '' ? 'nothing' : takes}, not "${rest}"`;
  if (words.length === 0 && /^[A-Z]/u.test(takes)) return `${name} what? It takes ${takes}`;
  return { name, rest, words };
}

/** Of one command, or of all. */
export function helpLines(only?: string): string[] | string {
  const names = commandNames.filter(
    (name) => only === undefined || name === only || helpOf(name).alias === only,
  );
  if (names.length === 0) return `no command "${only ?? ''}": try help`;
  const lines = names.map((name) => {
    const { alias, takes, does } = helpOf(name);
    const usage = `${alias === undefined ? '' : `${alias}, `}${name} ${takes}`;
    return `${usage.padEnd(28)}${does}`;
  });
  if (only !== undefined && !names.some((name) => name === 'until' || name === 'back'))
    return lines;
  return [...lines, ...conditionHelp];
}

const conditionHelp = [
  'CONDITION: web.state == failed, restarts(db) > 3, not (web.up and "web/log".up), minit == halted;',
  '  fields: state inner want pid restarts failures exit signal since failed up',
];

/** For the TAB key. Returns what `line` could end with, and the part of it that is meant. */
export function complete(line: string, services: Iterable<string>): [string[], string] {
  const typed = /[^\s(]*$/u.exec(line)?.[0] ?? '';
  const isFirst = line.trimStart() === typed;
  const names: Iterable<string> = isFirst ? commandNames : services;
  return [[...names].filter((name) => name.startsWith(typed)), typed];
}
