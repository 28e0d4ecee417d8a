/**
 * Records as they stand in the lines of a log. Half of a line are its effects, and who replays a log wants to know of
 * them only whether they are the same again, for which their text will do: they are parsed when somebody
 * asks. Pure.
 *
 * @module
 */
import type { Effect } from './effects';
import type { MinitEvent, RecordedEvent } from './events';
import { logFormatVersion, recordProblem, upcastRecord, type LoggedRecord } from './log-format';
import { asRecorded } from './recorded-replies';

/** No string in JSON has an unescaped quotation mark, so that this is a member wherever it stands. */
const effectsMember = ',"effects":[';

class ReadRecord implements LoggedRecord {
  readonly seq: number;
  readonly at: number;
  declare readonly cause?: number;
  readonly event: MinitEvent;
  /** The JSON of the effects, with whatever else comes after it. */
  readonly effectsText: string;
  #effects: readonly Effect[] | undefined;

  constructor({ seq, at, cause, event }: RecordedEvent, effectsText: string) {
    this.seq = seq;
    this.at = at;
    if (cause !== undefined) this.cause = cause;
    this.event = event;
    this.effectsText = effectsText;
  }

  /** @throws SyntaxError where they are no JSON. */
  get effects(): readonly Effect[] {
    this.#effects ??= (JSON.parse(`{"effects":${this.effectsText}}`) as LoggedRecord).effects;
    return this.#effects;
  }

  withEvent(event: MinitEvent): ReadRecord {
    const { seq, at, cause } = this;
    return new ReadRecord(
      cause === undefined ? { seq, at, event } : { seq, at, cause, event },
      this.effectsText,
    );
  }

  /** As any other record. */
  toJSON(): LoggedRecord {
    return plainRecord(this);
  }
}

/** Returns all that a record says, as a value of its own. */
export const plainRecord = ({ seq, at, cause, event, effects }: LoggedRecord): LoggedRecord =>
  cause === undefined ? { seq, at, event, effects } : { seq, at, cause, event, effects };

/** Says whether the effects of `record` are known to be these, without a look at each. */
export const hasEffects = (record: LoggedRecord, effects: readonly Effect[]): boolean =>
  record instanceof ReadRecord &&
  record.effectsText === (effects.length === 0 ? '[]' : JSON.stringify(asRecorded(effects)));

/** Returns `record` with another form of its event. */
export const withEvent = (record: LoggedRecord, event: MinitEvent): LoggedRecord =>
  record instanceof ReadRecord ? record.withEvent(event) : { ...record, event };

/**
 * Returns the record that `json` holds, in format `version`, as one of the present format; or what is wrong with it.
 *
 * @throws SyntaxError for what is no JSON.
 */
export type ParseRecord = (version: number, json: string) => LoggedRecord | string;

export const parseRecord: ParseRecord = (version, json) => upcastRecord(version, JSON.parse(json));

/** The same, but that for effects which are no JSON it throws when somebody asks for them. */
export const parseForReplay: ParseRecord = (version, json) => {
  const at = version === logFormatVersion ? json.indexOf(effectsMember) : -1;
  if (at === -1) return parseRecord(version, json);
  const head = parseHead(json, at);
  const effectsText = json.slice(at + effectsMember.length - 1, -1);
  return recordProblem(head) ?? new ReadRecord(head as RecordedEvent, effectsText);
};

const eventMember = ',"event":';
const reading = `${eventMember}{"type":"ServiceRead"`;
/** What was read of a service, by its text: it is read again before each start, and mostly as it was. */
const readings = new Map<string, unknown>();
const readingsMax = 4_096;

/** Parses what stands before the effects, which begin at `end`. */
function parseHead(json: string, end: number): unknown {
  const at = json.indexOf(eventMember);
  if (!json.startsWith(reading, at)) return JSON.parse(`${json.slice(0, end)}}`);
  const head = JSON.parse(`${json.slice(0, at)}}`) as object;
  return { ...head, event: readingOf(json.slice(at + eventMember.length, end)) };
}

function readingOf(text: string): unknown {
  const known = readings.get(text);
  if (known !== undefined) return known;
  // A memory only: it may be lost at any time.
  if (readings.size >= readingsMax) readings.clear();
  const event: unknown = JSON.parse(text);
  readings.set(text, event);
  return event;
}
