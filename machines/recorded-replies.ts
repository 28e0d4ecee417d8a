/**
 * Long answers on record. What minit says when it is asked is in its state already: of a thousand services it is
 * 140 kB, and somebody who asks every second must not push the history out of the event log. So of a long answer
 * in JSON the beginning is written, which tells whether it was a refusal, and how long the whole is. Pure.
 *
 * @module
 */
import type { Effect, EffectParams } from './effects';
import { recordedReplyMax } from './limits';

type Reply = { readonly type: 'Reply' } & { readonly params: EffectParams<'Reply'> };

const isLong = (effect: Effect): effect is Reply =>
  effect.type === 'Reply' &&
  effect.params.text.length > recordedReplyMax &&
  effect.params.text.startsWith('{');

const isCut = (effect: Effect): effect is Reply =>
  effect.type === 'Reply' && effect.params.wholeLength !== undefined;

const cut = ({ type, params }: Reply): Effect => ({
  type,
  params: {
    ...params,
    text: params.text.slice(0, recordedReplyMax),
    wholeLength: params.text.length,
  },
});

/** Returns `effects` as they are written. */
export const asRecorded = (effects: readonly Effect[]): readonly Effect[] =>
  effects.some(isLong) ? effects.map((effect) => (isLong(effect) ? cut(effect) : effect)) : effects;

/** Returns `recorded` with its answers whole again, from `folded`: what the same event gives when it is folded anew. */
export const withWholeReplies = (
  recorded: readonly Effect[],
  folded: readonly Effect[],
): readonly Effect[] =>
  recorded.some(isCut)
    ? recorded.map((effect) => (isCut(effect) ? (wholeOf(effect, folded) ?? effect) : effect))
    : recorded;

const wholeOf = ({ params: { request } }: Reply, folded: readonly Effect[]): Effect | undefined =>
  folded.find(({ type, params }) => type === 'Reply' && params.request === request);
