/**
 * What a what-if must be whatever was recorded: with no change the very same boot, event by event.
 *
 * @module
 */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { openLog } from '../../adapters/event-log/reader';
import { Recorder } from '../../adapters/what-if/recorded-world';
import { Impossible } from '../../adapters/what-if/overlay';
import { imagine, type Imagined } from '../../adapters/what-if/run';
import { replay } from '../../effects/replay';
import { initialState } from '../../machines/fold';
import { parseChange, type Change } from '../../insight/what-if/what-if-changes';
import type { LoggedRecord } from '../../machines/log-format';
import { checkInvariants } from '../../machines/invariants';
import { serviceName } from '../support/arbitraries';
import { perform, scenario } from '../support/scenarios';
import { bootTree } from '../support/world';

function whatIf(records: readonly LoggedRecord[], changes: readonly Change[] = []): Imagined {
  const recorder = new Recorder();
  for (const { record, state } of replay(initialState(), records)) recorder.observe(record, state);
  const bootAt = records[0]?.at ?? 0;
  return imagine({ recording: recorder.finish(), changes, bootAt });
}

const golden = join(__dirname, '../golden');
const goldenLogs = readdirSync(golden).filter((name) => name.endsWith('.jsonl'));

function goldenRecords(name: string): LoggedRecord[] {
  const log = openLog(join(golden, name));
  if ('code' in log) throw new Error(log.text);
  return [...log.items()].flatMap((item) => (item.kind === 'record' ? [item.record] : []));
}

const events = (records: readonly LoggedRecord[]) =>
  records.map(({ seq, at, cause, event }) => ({ seq, at, cause, event }));

describe('a what-if with no change', () => {
  it.each(goldenLogs)('is the boot of the golden log %s again', (name) => {
    const records = goldenRecords(name);
    const { records: again, assumed } = whatIf(records);
    expect(events(again)).toEqual(events(records));
    expect(assumed).toEqual([]);
  });

  it('is the same boot again, whatever happened', () => {
    fc.assert(
      fc.property(scenario, (drawn) => {
        const boot = bootTree(drawn);
        for (const act of drawn.acts) perform(boot, act);
        boot.run(5_000_000);
        const records = boot.world.records as readonly LoggedRecord[];
        const { records: again, assumed } = whatIf(records);
        expect(JSON.stringify(again)).toBe(JSON.stringify(records));
        expect(assumed).toEqual([]);
      }),
      { numRuns: 60 },
    );
  });
});

const changeText = fc
  .tuple(
    serviceName.map((name) => JSON.stringify(name)),
    serviceName.map((name) => JSON.stringify(name)),
    fc.constantFrom('0', '0.0001', '0.5', '1', '3', '20'),
    fc.nat(10),
  )
  .map(
    ([name, other, time, which]) =>
      [
        `${name} exits 1 at +${time}s`,
        `${name} exits SIGKILL at +${time}s`,
        `${name} ready ${time}s later`,
        `${name} ready at +${time}s`,
        `${name} never ready`,
        `${name} spawn fails EAGAIN`,
        `drop respawn of ${name}`,
        `add sync to ${name}`,
        `add depends ${other} to ${name}`,
        `request stop ${name} at +${time}s`,
        `request start ${name} at +${time}s`,
      ][which] ?? '',
  );

describe('a what-if with changes', () => {
  it('keeps every invariant, or says why it cannot be', () => {
    let imagined = 0;
    fc.assert(
      fc.property(scenario, fc.array(changeText, { maxLength: 3 }), (drawn, texts) => {
        const boot = bootTree(drawn);
        for (const act of drawn.acts) perform(boot, act);
        boot.run(5_000_000);
        const changes = texts.map((text) => parseChange(text) as Change);
        try {
          const { records, state } = whatIf(boot.world.records, changes);
          imagined += 1;
          checkInvariants(state);
          // The imagined log is one: each event is traced to one before it.
          for (const { seq, cause } of records) expect(cause ?? 0).toBeLessThan(seq);
        } catch (error) {
          if (!(error instanceof Impossible)) throw error;
        }
      }),
      { numRuns: 60 },
    );
    expect(imagined).toBeGreaterThan(5);
  });
});
