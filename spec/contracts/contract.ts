/**
 * What all contract suites share: a port, and a way to let its world go on until something is heard.
 *
 * @module
 */
import type { Source } from '../../effects/ports';
import { recordOccurrences, type Recorder } from '../support/occurrences';

/** A port under contract. */
export interface Subject<P> {
  readonly port: P;
  /** Lets the world go on for a while; the real one does so by itself. */
  readonly goOn: () => void;
  readonly close?: () => void;
}

/** A port that is listened to: everything `heard` lets the world go on first. */
export interface Listened<P> {
  readonly port: P;
  readonly occurrences: Recorder['occurrences'];
  readonly first: Recorder['first'];
  readonly goOn: () => void;
}

/** Subscribes at once, so that nothing is missed. */
export function listen<P extends Source>({ port, goOn }: Subject<P>): Listened<P> {
  const recorder = recordOccurrences(port.occurrence$);
  return {
    port,
    goOn,
    occurrences: recorder.occurrences,
    first(type, matches) {
      goOn();
      return recorder.first(type, matches);
    },
  };
}
