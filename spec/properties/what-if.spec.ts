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
import { imagine, type Imagined } from '../../adapters/what-if/run';
import { replay } from '../../effects/replay';
import { initialState } from '../../machines/fold';
import type { Change } from '../../insight/what-if-changes';
import type { LoggedRecord } from '../../machines/log-format';
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
      { numRuns: 120 },
    );
  });
});
