/**
 * A what-if as a whole: the boot with the changes beside the boot without, and what is assumed.
 *
 * @module
 */
import type { LogRecord } from '../../effects/ports';
import { diffBoots, type LivedBoot, type WhatIfDiff } from '../../insight/what-if/what-if-diff';
import type { Changes } from './changes';
import { sinceBoot } from './overlay';
import type { WhatIfLog } from './read-log';
import type { Recording } from './recorded-world';
import { imagine, type Imagined } from './run';

export interface Comparison {
  readonly diff: WhatIfDiff;
  /** Sentences without a full stop. */
  readonly assumed: readonly string[];
  /** Of the boot with the changes. */
  readonly records: readonly LogRecord[];
}

/** `bootAt`: when minit started, CLOCK_BOOTTIME in µs. @throws Impossible where a change cannot be. */
export function compareWhatIf(
  { recording, boot }: WhatIfLog,
  { changes, tree }: Pick<Changes, 'changes' | 'tree'>,
  bootAt: number,
): Comparison {
  const imagined = imagine({ recording, changes, tree, bootAt });
  const until = imagined.seenUntil;
  const goesOn = until > recording.endAt && recording.overBeforeEndUs === undefined;
  // What the log does not tell any more is imagined for both, so that only the changes differ.
  const baseline = goesOn ? imagine({ recording, changes: [], bootAt, until }) : undefined;
  const diff = diffBoots(baseline ? livedBoot(baseline) : boot, livedBoot(imagined), {
    bootAt,
    until,
  });
  const { first } = diff;
  const assumed = new Set([...(baseline?.assumed ?? []), ...imagined.assumed]);
  if (goesOn)
    assumed.add(`how it goes on after the log ends, at ${sinceBoot(recording.endAt - bootAt)}`);
  const outside = first && fromOutside(recording, bootAt + first.atUs, bootAt);
  if (typeof outside === 'string') assumed.add(outside);
  return { diff, assumed: [...assumed], records: imagined.records };
}

const livedBoot = ({ timeline, state, records }: Imagined): LivedBoot => ({
  timeline,
  state: state.init.value,
  events: records,
});

/** Says that requests and signals after `firstAt` are as recorded: `undefined` where there are none. */
function fromOutside({ external }: Recording, firstAt: number, bootAt: number): string | undefined {
  const later = external.filter(({ afterUs }) => afterUs > firstAt);
  const requests = later.filter(({ event }) => event.type === 'RequestReceived').length;
  const signals = later.flatMap(({ event, afterUs }) =>
    event.type === 'SignalReceived' ? [`${event.signal} at ${sinceBoot(afterUs - bootAt)}`] : [],
  );
  const told = [
    ...(requests === 0 ? [] : [requests === 1 ? '1 request' : `${String(requests)} requests`]),
    ...signals.slice(0, 3),
    ...(signals.length > 3 ? [`${String(signals.length - 3)} more signals`] : []),
  ];
  return told.length === 0
    ? undefined
    : `what came from outside comes when it came, whatever has changed by then: ${told.join(', ')}`;
}
