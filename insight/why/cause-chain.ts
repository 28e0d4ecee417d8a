/**
 * Each event with its recorded cause, that one's cause, and so on to the event that came from outside. Of a
 * chain that grows for ever (a service that is restarted for days) the middle is forgotten, never its origin. Pure.
 *
 * @module
 */
import type { MinitEvent, RecordedEvent } from '../../machines/events';
import type { Moment } from '../timeline';

/** An event, and what led to it. */
export interface CauseNode extends Moment {
  /** Without the definition that a `ServiceRead` carries: it would be kept for ever. */
  readonly event: MinitEvent;
  /** The recorded cause; `undefined` for what came from outside, and where it is forgotten. */
  readonly cause: CauseNode | undefined;
  /** Where the walk up the causes ends. */
  readonly origin: CauseNode;
}

interface Growing {
  seq: number;
  at: number;
  event: MinitEvent;
  cause: Growing | undefined;
  origin: Growing;
  depth: number;
}

/** A chain longer than this loses its older half. */
const depthMax = 64;
/** Events of which an effect may still come to something; the oldest are dropped. */
const openMax = 65_536;

const noDirectory = {
  directory: '',
  mode: 'oneshot',
  params: [],
  depends: [],
  workingDirectory: '',
  problems: [],
} as const;

export class CauseChain {
  readonly #bySeq = new Map<number, Growing>();

  add({ seq, at, cause, event }: RecordedEvent): CauseNode {
    const parent = cause === undefined ? undefined : this.#bySeq.get(cause);
    const node: Growing = {
      seq,
      at,
      event: event.type === 'ServiceRead' ? { ...event, definition: noDirectory } : event,
      cause: parent,
      depth: parent === undefined ? 0 : parent.depth + 1,
    } as Growing;
    node.origin = parent?.origin ?? node;
    if (node.depth > depthMax) shorten(node);
    this.#bySeq.set(seq, node);
    if (this.#bySeq.size > openMax) this.#bySeq.delete(this.#bySeq.keys().next().value ?? 0);
    return node;
  }

  find(seq: number): CauseNode | undefined {
    return this.#bySeq.get(seq);
  }
}

/** Lets go of the older half, so that nothing keeps it in memory. */
function shorten(node: Growing): void {
  let last = node;
  for (let kept = depthMax / 2; kept >= 0; kept -= 1) {
    last.depth = kept;
    if (kept > 0 && last.cause !== undefined) last = last.cause;
  }
  last.cause = undefined;
}
