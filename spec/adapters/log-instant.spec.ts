/**
 * Instants as people write them. Not here: that the zone of who reads the log does not count
 * (replay.e2e).
 */
import { parseInstant } from '../../adapters/log-instant';
import type { SegmentHeader } from '../../machines/log-format';

/** The clock of the log stood at 5 s when it was twenty-two hours past midnight. */
const header = { at: 5_000_000, wallAt: '2026-01-31T22:00:16.500Z' } as SegmentHeader;
const secondsIn = (text: string): number | string => {
  const instant = parseInstant(text, header);
  if (instant === undefined || typeof instant === 'string') return String(instant);
  return 'at' in instant ? (instant.at - header.at) / 1_000_000 : `event ${String(instant.seq)}`;
};

describe('an instant', () => {
  it.each([
    ['17', 'event 17'],
    ['+17', 17],
    ['+0.25', 0.25],
    ['2026-01-31T22:00:17Z', 0.5],
    ['2026-01-31 22:00:17.25z', 0.75],
    ['2026-01-31T23:00:17+01:00', 0.5],
    ['2026-01-31T17:00:17-0500', 0.5],
    ['2026-02-01', 7_183.5],
  ])('%s is what it says', (text, seconds) => {
    expect(secondsIn(text)).toBe(seconds);
  });

  it.each([
    ['22:00:17', 0.5],
    ['22:00:16.5', 0],
    ['22:00:16.499', 86_399.999],
    ['22:00:16.75', 0.25],
    ['23:30', 5_383.5],
    ['00:00:01', 7_184.5],
    ['00:10', 7_783.5],
    ['21:59:00', 86_323.5],
    // The very second, or minute, in which the boot began.
    ['22:00:16', -0.5],
    ['22:00', -16.5],
  ])('%s is the first such time of day since the boot began', (text, seconds) => {
    expect(secondsIn(text)).toBe(seconds);
  });

  it.each([
    'soon',
    '-1',
    '+x',
    '1.5',
    '25:00',
    '2026-01-31T25:00',
    '2026-13-01',
    '2026-01-31Tnoon',
  ])('%s is none', (text) => {
    expect(secondsIn(text)).toBe(
      `"${text}" is no instant: give a sequence number, +SECONDS since the start, or a time such as 2026-01-31T22:00:16.500Z`,
    );
  });
});
