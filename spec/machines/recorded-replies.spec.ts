/**
 * What is put on record of long answers, and that nothing is lost by it.
 */
import { compareEffects } from '../../effects/replay';
import { recordJson } from '../../adapters/event-log/records';
import { effect } from '../../machines/effects';
import { recordedReplyMax } from '../../machines/limits';
import { hasEffects, parseForReplay } from '../../machines/read-record';
import { asRecorded, withWholeReplies } from '../../machines/recorded-replies';
import { jsonReply } from '../../machines/replies';

const reply = (text: string, request = 7) => effect('Reply', { request, text });
const long = jsonReply({
  ok: true,
  services: Array.from({ length: 100 }, (_, i) => `s${String(i)}`),
});
const cancel = effect('CancelTimer', { timer: 'reply:7' });

it('is of an answer in JSON that is long its beginning, and how long it is', () => {
  const [first, second] = asRecorded([cancel, reply(long)]);
  expect(first).toBe(cancel);
  expect(second).toEqual({
    type: 'Reply',
    params: { request: 7, text: long.slice(0, recordedReplyMax), wholeLength: long.length },
  });
});

it.each([
  ['a short one', '{"minit":1,"ok":true}\n'],
  ['one of just that length', `{${' '.repeat(recordedReplyMax - 1)}`],
  ['the original’s bytes, which programs depend on', 'x'.repeat(5_000)],
])('is the same for %s', (_, text) => {
  const effects = [reply(text), cancel];
  expect(asRecorded(effects)).toBe(effects);
});

it('is the same when it is recorded again', () => {
  const once = asRecorded([reply(long)]);
  expect(asRecorded(once)).toBe(once);
});

it('is whole again with what the fold gives', () => {
  const effects = [reply('1', 6), reply(long), cancel];
  const recorded = asRecorded(effects);
  expect(withWholeReplies(recorded, effects)).toEqual(effects);
  expect(withWholeReplies(recorded, [cancel])).toEqual(recorded);
  expect(withWholeReplies(effects, [])).toBe(effects);
});

describe('a record of one', () => {
  const written = { seq: 7, at: 1, event: { type: 'RequestReceived', request: 'q' } } as const;
  const record = (text: string) => {
    const read = parseForReplay(1, recordJson({ ...written, effects: [reply(text)] }));
    if (typeof read === 'string') throw new Error(read);
    return read;
  };

  it('is known by its text', () => {
    expect(recordJson({ ...written, effects: [reply(long)] }).length).toBeLessThan(
      2 * recordedReplyMax,
    );
    expect(hasEffects(record(long), [reply(long)])).toBe(true);
    expect(hasEffects(record(long), [reply(`${long} `)])).toBe(false);
  });

  it('is compared as it is where it was written in full, by an older minit', () => {
    const whole = { ...written, effects: [reply(long)] };
    expect(compareEffects(whole, [reply(long)])).toBeUndefined();
  });

  it('differs from a refusal', () => {
    const refusal = jsonReply({ ok: false, problem: 'no'.repeat(recordedReplyMax) });
    expect(compareEffects(record(long), [reply(refusal)])).toMatchObject({ seq: 7 });
    expect(compareEffects(record(refusal), [reply(long)])).toMatchObject({ seq: 7 });
  });
});
