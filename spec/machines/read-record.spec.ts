/**
 * Records as they stand in the lines of a log: the same as were written, though half of a line is not parsed before
 * somebody asks.
 */
import fc from 'fast-check';
import { logRecord } from '../../effects/loop';
import { compareEffects } from '../../effects/replay';
import { recordJson } from '../../adapters/event-log/records';
import { effect } from '../../machines/effects';
import type { MinitEvent } from '../../machines/events';
import type { LoggedRecord } from '../../machines/log-format';
import { hasEffects, parseForReplay, plainRecord, withEvent } from '../../machines/read-record';
import { asRecorded } from '../../machines/recorded-replies';
import { recordsOf } from '../support/gathered';
import { scenario } from '../support/scenarios';

const read = (json: string, version = 1): LoggedRecord => {
  const record = parseForReplay(version, json);
  if (typeof record === 'string') throw new Error(record);
  return record;
};

const request = (text: string): MinitEvent => ({ type: 'RequestReceived', request: text });
const reply = effect('Reply', { request: 1, text: ',"effects":[' });
const cancel = effect('CancelTimer', { timer: 'stop:a' });

it('says what was written, of each event of any boot', () => {
  fc.assert(
    fc.property(scenario, (drawn) => {
      for (const written of recordsOf(drawn)) {
        // JSON knows no `undefined`.
        const effects = asRecorded(written.effects);
        const asJson = JSON.parse(JSON.stringify({ ...written, effects })) as LoggedRecord;
        const record = read(recordJson(written));
        expect(hasEffects(record, written.effects)).toBe(true);
        expect(plainRecord(record)).toEqual(plainRecord(asJson));
        expect(recordJson(record)).toBe(recordJson(written));
        expect(JSON.stringify(record)).toBe(recordJson(written));
      }
    }),
    { numRuns: 30 },
  );
});

it.each([',"effects":[', '","effects":[', '\\","effects":[{', ',"event":{"type":"ServiceRead"'])(
  'is not misled by %s in an event, nor in an effect',
  (text) => {
    const record = logRecord({ seq: 1, at: 2, cause: 1, event: request(text) }, [
      effect('Reply', { request: 1, text }),
    ]);
    expect(plainRecord(read(recordJson(record)))).toEqual(record);
  },
);

it('does without what comes after the effects', () => {
  const json = '{"seq":1,"at":2,"event":{"type":"x"},"effects":[],"more":[1]}';
  expect(plainRecord(read(json)).effects).toEqual([]);
});

it.each([
  ['{"seq":0,"at":2,"event":{"type":"x"},"effects":[]}', '"seq" is no sequence number'],
  ['{"seq":1,"at":"2","event":{"type":"x"},"effects":[]}', '"at" is no time'],
  ['{"seq":1,"at":2,"cause":"a","event":{"type":"x"},"effects":[]}', '"cause" is no'],
  ['{"seq":1,"at":2,"event":{},"effects":[]}', '"event" is no event'],
  ['{"seq":1,"at":2,"event":{"type":"x"},"effects":{}}', '"effects" is no list'],
  ['{"seq":1,"at":2,"event":{"type":"x"}}', '"effects" is no list'],
])('tells what is wrong with %s', (json, reason) => {
  expect(parseForReplay(1, json)).toContain(reason);
});

it('parses the effects when somebody asks for them', () => {
  const record = read('{"seq":1,"at":2,"event":{"type":"x"},"effects":[{]}');
  expect(() => record.effects).toThrow(SyntaxError);
  expect(() => parseForReplay(1, '{"seq":1,"at":2,"event":{,"effects":[]}')).toThrow(SyntaxError);
});

describe('the effects that it has', () => {
  const written = logRecord({ seq: 1, at: 2, event: request('q') }, [reply, cancel]);
  const record = read(recordJson(written));

  it('are known without parsing them', () => {
    expect(hasEffects(record, [reply, cancel])).toBe(true);
    expect(hasEffects(record, [cancel, reply])).toBe(false);
    expect(hasEffects(record, [reply])).toBe(false);
    expect(hasEffects(record, [])).toBe(false);
    expect(hasEffects(read(recordJson({ ...written, effects: [] })), [])).toBe(true);
  });

  it('are compared one by one where their texts differ', () => {
    expect(compareEffects(record, [reply, cancel])).toBeUndefined();
    // The same in another order of members.
    const turned = { params: reply.params, type: reply.type } as typeof reply;
    expect(hasEffects(record, [turned, cancel])).toBe(false);
    expect(compareEffects(record, [turned, cancel])).toBeUndefined();
    expect(compareEffects(record, [reply])).toMatchObject({ seq: 1, recorded: cancel });
  });

  it('stay with it when its event takes another form', () => {
    const other = withEvent(record, request('other'));
    expect(plainRecord(other)).toEqual({ ...written, event: request('other') });
    expect(hasEffects(other, [reply, cancel])).toBe(true);
    expect(withEvent(written, request('other'))).toEqual(plainRecord(other));
  });
});

it('shares what is read of a service again and again', () => {
  const definition = { directory: '/a', mode: 'sync' };
  const line = (seq: number, more = {}): LoggedRecord =>
    read(
      JSON.stringify({
        ...{ seq, at: 2 },
        event: { type: 'ServiceRead', service: 'a', definition: { ...definition, ...more } },
        effects: [],
      }),
    );
  expect(line(1).event).toBe(line(2).event);
  expect(line(3, { nice: 5 }).event).not.toEqual(line(1).event);
  expect(line(4)).toMatchObject({ seq: 4, at: 2 });
});
