/**
 * A debugger for a log: where somebody is in it, and what each command does and shows. Knows no
 * terminal: lines come in, lines go out.
 *
 * @module
 */
import { LogChanged, type HistoryEvent, type HistoryPoint } from '../../insight/history';
import { nearName } from '../../insight/near-name';
import { parsePredicate } from '../../insight/predicate/predicate';
import { touchedServices } from '../../insight/touched';
import type { SupervisorState } from '../../machines/state';
import { pointAt, type LogHistory } from '../log-history';
import { parseInstant, type Instant } from '../log-instant';
import { helpLines, parseCommand, type Argument, type Command, type CommandName } from './commands';
import { showDiff, showEffects, showInfo, showList, showPoint, showState } from './views';

/** `failed`: there was something wrong with the line, and a script should not go on. */
export type Outcome = 'done' | 'failed' | 'quit';

/** On each side of the present event, unless somebody says how many. */
const listedEvents = 5;

/** A command under way: gives a value now and then, so that whoever drives it can look up, or stop. */
type Running<T> = Generator<undefined, T, undefined>;

type ViewName = Exclude<
  CommandName,
  'next' | 'prev' | 'until' | 'back' | 'goto' | 'first' | 'last' | 'quit'
>;

/** What is wrong with a command; leaves the session as a line of text. */
class CommandProblem extends Error {}

export interface SessionOutput {
  readonly print: (line: string) => void;
  readonly complain: (text: string) => void;
}

export class StepSession {
  #point: HistoryPoint;
  readonly #log: LogHistory;
  readonly #output: SessionOutput;

  constructor(log: LogHistory, at: HistoryPoint, output: SessionOutput) {
    this.#log = log;
    this.#output = output;
    this.#point = at;
  }

  /** `17 +1.204531> ` */
  get prompt(): string {
    const { seq, state } = this.#point;
    return `${String(seq)} +${this.#secondsOf(state).toFixed(6)}> `;
  }

  /** Of all that the log names. */
  serviceNames(): ReadonlySet<string> {
    return new Set(this.#log.history.end().services.keys());
  }

  /** Shows where it begins. */
  begin(): void {
    this.#show(showInfo(this.#log));
    this.#show(showPoint(this.#point, this.#log.header.at));
  }

  /** Does what `line` says. Never throws. */
  *run(line: string): Running<Outcome> {
    const command = parseCommand(line);
    if (command === undefined) return 'done';
    if (typeof command === 'string') return this.#fail(command);
    if (command.name === 'quit') return 'quit';
    try {
      yield* this.#do(command);
      return 'done';
    } catch (error) {
      if (error instanceof CommandProblem || error instanceof LogChanged)
        return this.#fail(error.message);
      throw error;
    }
  }

  #fail(text: string): Outcome {
    this.#output.complain(text);
    return 'failed';
  }

  *#do({ name, words, rest }: Command): Running<void> {
    const { history } = this.#log;
    const [first] = words;
    switch (name) {
      case 'next':
        yield* this.#move(first, 1);
        break;
      case 'prev':
        yield* this.#move(first, -1);
        break;
      case 'until':
        yield* this.#until(rest, 1);
        break;
      case 'back':
        yield* this.#until(rest, -1);
        break;
      case 'goto':
        this.#go(this.#pointAt(first));
        break;
      case 'first':
        this.#go(history.first());
        break;
      case 'last':
        this.#log.grow();
        this.#go(history.last());
        break;
      case 'quit':
        break;
      case 'event':
      case 'effects':
      case 'state':
      case 'diff':
      case 'list':
      case 'info':
      case 'help':
        this.#show(this.#view(name, words));
    }
  }

  /** What a command shows that goes nowhere. */
  #view(name: ViewName, [first, second]: readonly Argument[]): readonly string[] {
    const { history, header } = this.#log;
    switch (name) {
      case 'event':
        return showPoint(this.#point, header.at);
      case 'effects':
        return showEffects(this.#point);
      case 'state':
        if (first !== undefined) this.#checkService(first.text);
        return showState(this.#point.state, first?.text);
      case 'diff': {
        const from = first === undefined ? history.previous(this.#point) : this.#pointAt(first);
        const to = second === undefined ? this.#point : this.#pointAt(second);
        return showDiff(from ?? this.#point, to, header.at);
      }
      case 'list': {
        const count = first === undefined ? listedEvents : countOf(first);
        if (count === undefined)
          throw new CommandProblem(`list takes [COUNT], not "${first?.text ?? ''}"`);
        return showList(history, this.#point, { at: header.at, count });
      }
      case 'info':
        return showInfo(this.#log);
      case 'help': {
        const lines = helpLines(first?.text);
        if (typeof lines === 'string') throw new CommandProblem(lines);
        return lines;
      }
    }
  }

  *#move(argument: Argument | undefined, direction: 1 | -1): Running<void> {
    const count = argument === undefined ? 1 : countOf(argument);
    if (count === undefined) {
      const service = argument?.text ?? '';
      this.#checkService(service);
      return yield* this.#search(
        direction,
        `no ${direction === 1 ? 'later' : 'earlier'} event touches ${service}`,
        (event) => touchedServices(event).has(service),
      );
    }
    const { history } = this.#log;
    for (let i = 0; i < count; i += 1) {
      let point = direction === 1 ? history.next(this.#point) : history.previous(this.#point);
      if (point === undefined && direction === 1 && this.#log.grow() > 0)
        point = history.next(this.#point);
      if (point === undefined) {
        this.#output.print(
          direction === 1
            ? `this is the end of the log${this.#whyEnd()}`
            : 'this is the beginning of the log',
        );
        return;
      }
      if (point.seq > this.#point.seq + 1) this.#tellGap(this.#point.seq + 1, point.seq);
      this.#point = point;
      this.#show(showPoint(point, this.#log.header.at));
      yield;
    }
  }

  /** Where more may follow that cannot be read. */
  #whyEnd(): string {
    const [damage] = this.#log.damage;
    if (damage === undefined) return '';
    const { path, line, reason } = damage;
    return `; what follows cannot be read: ${path}:${String(line)}: ${reason}`;
  }

  #tellGap(from: number, to: number): void {
    this.#output.print(`events ${String(from)} to ${String(to)} are not in the log`);
  }

  *#until(text: string, direction: 1 | -1): Running<void> {
    const predicate = parsePredicate(text, this.serviceNames());
    if ('column' in predicate) {
      const { column } = predicate;
      const pointer = `  ${text}\n  ${' '.repeat(Math.max(0, column - 1))}^`;
      throw new CommandProblem(`column ${String(column)}: ${predicate.text}\n${pointer}`);
    }
    const { holds } = predicate;
    const becomes = (event: HistoryEvent, before: SupervisorState) =>
      holds(event.state) && !holds(before);
    const isAlready = holds(this.#point.state) ? 'holds here, and ' : '';
    const missing = direction === 1 ? 'does not become true later' : 'did not become true earlier';
    yield* this.#search(direction, `${text}: ${isAlready}${missing}`, becomes);
  }

  *#search(
    direction: 1 | -1,
    missing: string,
    isWanted: (event: HistoryEvent, before: SupervisorState) => boolean,
  ): Running<void> {
    const { history } = this.#log;
    let from = this.#point;
    do {
      for (const found of history.search(from, direction, isWanted)) {
        if (found.done && found.point !== undefined) {
          this.#go(found.point);
          return;
        }
        yield;
      }
      from = { seq: history.end().seq, state: history.end(), event: undefined };
    } while (direction === 1 && this.#log.grow() > 0);
    this.#output.print(direction === 1 ? `${missing}${this.#whyEnd()}` : missing);
  }

  #go(point: HistoryPoint): void {
    this.#point = point;
    this.#show(showPoint(point, this.#log.header.at));
  }

  #pointAt({ text }: Argument = { text: '', isQuoted: false }): HistoryPoint {
    const { history, header } = this.#log;
    const instant = parseInstant(text, header);
    if (typeof instant === 'string') throw new CommandProblem(instant);
    if (instant !== undefined && isBeyond(instant, history.end())) this.#log.grow();
    const point = pointAt(history, instant);
    if (typeof point === 'string') throw new CommandProblem(point);
    return point;
  }

  #checkService(name: string): void {
    const names = this.serviceNames();
    if (names.has(name)) return;
    const near = nearName(name, names);
    const hint = near === undefined ? '' : `: did you mean "${near}"?`;
    throw new CommandProblem(`there is no service "${name}" in this log${hint}`);
  }

  #secondsOf(state: SupervisorState): number {
    return Math.max(0, state.at - this.#log.header.at) / 1_000_000;
  }

  #show(lines: readonly string[]): void {
    for (const line of lines) this.#output.print(line);
  }
}

const isBeyond = (instant: Exclude<Instant, undefined>, { seq, at }: SupervisorState): boolean =>
  'seq' in instant ? instant.seq > seq : instant.at > at;

/** The number that is meant; `undefined` for the name of a service. */
function countOf(word: Argument | undefined): number | undefined {
  return word !== undefined && !word.isQuoted && /^\d{1,9}$/u.test(word.text)
    ? Number(word.text)
    : undefined;
}
