/**
 * When a replay is the same, and what is said when it is not.
 *
 * @module
 */
import { compareEffects, isSame } from '../../effects/replay';
import { effect, type Effect } from '../../machines/effects';
import type { LoggedRecord } from '../../machines/log-format';

const recorded = (...effects: Effect[]): LoggedRecord => ({
  seq: 7,
  at: 1,
  event: { type: 'SignalReceived', signal: 'SIGHUP' },
  effects,
});
const kill = effect('SendSignal', { service: 'web', pid: 7, signal: 9 });
const report = (text: string) => effect('Report', { severity: 'note', code: 'boot', text });
const json = (problem: string) =>
  effect('Reply', { request: 3, text: `{"minit":1,"ok":false,"problem":"${problem}"}\n` });

describe('comparing effects', () => {
  it('finds no difference in the same', () => {
    expect(compareEffects(recorded(kill), [kill])).toBeUndefined();
  });

  it.each([
    ['another parameter', [kill], [effect('SendSignal', { service: 'web', pid: 7, signal: 15 })]],
    ['one less', [kill], []],
    ['one more', [], [kill]],
    [
      'another answer of the letters',
      [effect('Reply', { request: 3, text: '1' })],
      [effect('Reply', { request: 3, text: '0' })],
    ],
    [
      'a refusal that was none',
      [json('no such service')],
      [effect('Reply', { request: 3, text: '{"minit":1,"ok":true}\n' })],
    ],
  ] as [string, Effect[], Effect[]][])('names the event and both sides of %s', (_, then, now) => {
    expect(compareEffects(recorded(...then), now)).toMatchObject({
      seq: 7,
      recorded: then[0],
      replayed: now[0],
    });
  });

  it('names the service', () => {
    expect(compareEffects(recorded(kill), [])?.service).toBe('web');
  });

  it('does not mind better words in reports and in answers that are JSON', () => {
    expect(
      compareEffects(recorded(report('booted'), json('unknown')), [
        report('boot settled'),
        json('no such service'),
      ]),
    ).toBeUndefined();
  });
});

describe('equality as JSON', () => {
  it.each([
    [{ a: 1, b: [2, { c: 3 }] }, { b: [2, { c: 3 }], a: 1 }, true],
    [{ a: 1, b: undefined }, { a: 1 }, true],
    [{ a: 1 }, { a: 2 }, false],
    [{ a: 1 }, { b: 1 }, false],
    [[1], { 0: 1 }, false],
    [[1, 2], [1], false],
    [null, {}, false],
  ])('of %j and %j is %s', (a, b, expected) => {
    expect(isSame(a, b)).toBe(expected);
  });
});
