/**
 * Why a minit was executed anew.
 *
 * @module
 */
import type { ResumeReason } from '../../machines/events';

/** A reason that the program itself could still put on record; a signal is told by the crash handler. */
export type FailureReason = Exclude<ResumeReason, { readonly kind: 'signal' }>;
