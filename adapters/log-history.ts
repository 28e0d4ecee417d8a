/**
 * A log file, or a directory of them, as a {@link History}: read once from its beginning, then in pieces
 * wherever somebody looks. Each piece is checked against what was read first, so that a log that is rotated,
 * cut off or replaced meanwhile is noticed; one that grows is read on.
 *
 * @module
 */
import { isSame, type Divergence } from '../effects/replay';
import { CheckpointBuilder, type CheckpointLimits } from '../insight/checkpoints';
import { History, LogChanged, type HistoryPoint } from '../insight/history';
import type { ServiceDefinition } from '../machines/definition';
import { initialState } from '../machines/fold';
import type { LoggedRecord, SegmentHeader } from '../machines/log-format';
import { withEvent } from '../machines/read-record';
import type { SupervisorState } from '../machines/state';
import type { LogNote, LogPosition, OpenedLog } from './event-log/reader';
import { beginning } from './event-log/series';
import { foldOne, placeOf, restore, type Damage } from './fold-log';
import { type Instant } from './log-instant';
import { asOf } from './observed-log';

export interface LogHistory {
  readonly header: SegmentHeader;
  readonly history: History<LogPosition>;
  /** The first there is. */
  readonly divergence: Divergence | undefined;
  readonly damage: readonly Damage[];
  readonly notes: readonly LogNote[];
  /** Reads what has been written meanwhile; returns how many events that is. */
  grow(): number;
}

/** Reads the log once. What cannot be read is in `damage`; everything before it counts. */
export function readHistory(log: OpenedLog, limits?: CheckpointLimits): LogHistory {
  const reading = new Reading(log, limits);
  reading.readOn();
  return reading;
}

/**
 * The moment that `instant` names, the last one where it lies beyond the end; or why the log does not have it.
 *
 * @throws LogChanged
 */
export function pointAt(history: History<LogPosition>, instant: Instant): HistoryPoint | string {
  if (instant === undefined) return history.last();
  const point = 'seq' in instant ? history.atSeq(instant.seq) : history.atTime(instant.at);
  const first = history.first();
  const isBefore = 'seq' in instant ? instant.seq < first.seq : instant.at < first.state.at;
  if (isBefore && first.seq > 0)
    return `the log begins after event ${String(first.seq)}; what was before is gone`;
  const isMissing = 'seq' in instant && point.seq < instant.seq && instant.seq < history.end().seq;
  if (isMissing) return `event ${String(instant.seq)} is not in the log`;
  const goesOn = 'at' in instant && instant.at < history.end().at;
  return goesOn ? { ...point, state: asOf(point.state, instant) } : point;
}

class Reading implements LogHistory {
  readonly header: SegmentHeader;
  readonly history: History<LogPosition>;
  divergence: Divergence | undefined;
  damage: readonly Damage[] = [];
  notes: readonly LogNote[] = [];
  readonly #log: OpenedLog;
  readonly #builder: CheckpointBuilder<LogPosition>;
  readonly #definitions = new Map<string, ServiceDefinition>();
  #state: SupervisorState = initialState();
  #end = beginning;
  #hasBegun = false;

  constructor(log: OpenedLog, limits: CheckpointLimits | undefined) {
    this.#log = log;
    this.header = log.header;
    this.#builder = new CheckpointBuilder(limits);
    this.history = new History(this.#builder, (place, lastSeq) => readAgain(log, place, lastSeq));
  }

  grow(): number {
    const { seq } = this.#state;
    if (this.damage.length > 0) return 0;
    this.#log.findNewSegments();
    this.readOn();
    return this.#state.seq - seq;
  }

  readOn(): void {
    const damage: Damage[] = [];
    for (const item of this.#log.itemsToReplay(this.#end)) {
      const reason =
        item.kind === 'record'
          ? this.#take(item.record)
          : item.kind === 'snapshot'
            ? this.#goOnFrom(item)
            : undefined;
      if (reason !== undefined) {
        damage.push({ ...placeOf(this.#log), reason });
        break;
      }
      this.#end = this.#log.position();
    }
    if (!this.#hasBegun) this.#begin(this.#end);
    this.notes = [...this.#log.notes];
    for (const note of this.notes) if (note.kind === 'damaged') damage.push(note);
    this.damage = damage;
  }

  #begin(place: LogPosition): void {
    this.#builder.begin(this.#state, place);
    this.#hasBegun = true;
  }

  #take(read: LoggedRecord): string | undefined {
    if (!this.#hasBegun) this.#begin(beginning);
    const record = this.#withKnownDefinition(read);
    const next = foldOne(this.#state, record);
    if ('reason' in next) return next.reason;
    this.#state = next.state;
    this.divergence ??= next.divergence;
    this.#builder.observe(next.state, next.transitions, () => this.#log.position());
    return undefined;
  }

  #goOnFrom(snapshot: { readonly seq: number; readonly state: unknown }): string | undefined {
    // What is kept of the segments before, or else the first that there is.
    if (this.#hasBegun && snapshot.seq === this.#state.seq) return undefined;
    const restored = restore(snapshot.state);
    if ('reason' in restored) return restored.reason;
    this.#state = restored.state;
    this.#begin(this.#log.position());
    return undefined;
  }

  /** A service is read again before each start and is mostly as it was: the states then share it. */
  #withKnownDefinition(record: LoggedRecord): LoggedRecord {
    const { event } = record;
    if (event.type !== 'ServiceRead') return record;
    const known = this.#definitions.get(event.service);
    if (known !== undefined && isSame(known, event.definition))
      return withEvent(record, { ...event, definition: known });
    this.#definitions.set(event.service, event.definition);
    return record;
  }
}

/** @throws LogChanged where the records are not there as they were. */
function* readAgain(
  log: OpenedLog,
  place: LogPosition,
  lastSeq: number,
): Generator<LoggedRecord, void, undefined> {
  let seen = place.lastSeq ?? 0;
  for (const item of log.items(place)) {
    if (item.kind !== 'record') continue;
    seen = item.record.seq;
    yield item.record;
    if (seen >= lastSeq) return;
  }
  const note = log.notes.find(({ kind }) => kind === 'damaged' || kind === 'torn');
  const why =
    note?.kind === 'damaged'
      ? `${note.path}:${String(note.line)}: ${note.reason}`
      : `${log.place.path} ends after line ${String(log.place.line)}`;
  throw new LogChanged(
    `the log has changed since it was read: event ${String(seen + 1)} is gone (${why})`,
  );
}
