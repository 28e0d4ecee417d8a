/**
 * What the debugger of a log shows, as lines.
 *
 * @module
 */
import type { History, HistoryPoint } from '../../insight/history';
import { diffStates } from '../../insight/state-diff';
import { describeDuration } from '../../machines/describe';
import type { SupervisorState } from '../../machines/state';
import { statusOf } from '../../machines/status';
import type { LogHistory } from '../log-history';
import { noteTexts } from '../log-notes';
import { eventLine, eventLines, serviceLines } from '../replay-report';
import { diffLines } from '../state-diff-report';

/** `startedAt`, here and below: when the boot began, CLOCK_BOOTTIME µs. */
export function showPoint({ seq, event }: HistoryPoint, startedAt: number): string[] {
  if (event !== undefined) return eventLines(event, startedAt);
  return [
    seq === 0 ? 'before the first event' : `a snapshot: the state after event ${String(seq)}`,
  ];
}

export function showEffects({ event }: HistoryPoint): string[] {
  const effects = event?.record.effects ?? [];
  return effects.length === 0 ? ['no effects'] : effects.map((effect) => JSON.stringify(effect));
}

/** All services, or all that is known of one. */
export function showState(state: SupervisorState, name?: string): string[] {
  if (name === undefined) return [`minit is ${state.init.value}`, ...serviceLines(state)];
  const service = state.services.get(name);
  if (service === undefined) return [`${name}: minit knows nothing of it yet`];
  const { since, exit, ...status } = statusOf(service, state.at);
  const { definition, needs, waitingFor, failures } = service.context;
  const rows: Readonly<Record<string, string | number | null>> = {
    ...status,
    since: describeDuration(since * 1_000_000),
    exit: exit?.text ?? null,
    failures,
    mode: definition.mode,
    run: definition.run?.path ?? null,
    needs: needs.join(' ') || null,
    'waits for': [...waitingFor.keys()].sort().join(' ') || null,
  };
  return Object.entries(rows).map(
    ([field, value]) => `${field.padEnd(10)}${String(value ?? 'none')}`,
  );
}

export function showDiff(from: HistoryPoint, to: HistoryPoint, startedAt: number): string[] {
  return [
    `${placeOf(from, startedAt)} -> ${placeOf(to, startedAt)}`,
    ...diffLines(diffStates(from.state, to.state)),
  ];
}

const placeOf = ({ seq, state }: Pick<HistoryPoint, 'seq' | 'state'>, startedAt: number): string =>
  `event ${String(seq)} (+${(Math.max(0, state.at - startedAt) / 1_000_000).toFixed(6)})`;

/** Up to `count` events on each side, the present one marked. */
export function showList<Place>(
  history: History<Place>,
  here: HistoryPoint,
  { at, count }: { readonly at: number; readonly count: number },
): string[] {
  const before: HistoryPoint[] = [];
  const after: HistoryPoint[] = [];
  for (
    let point = history.previous(here);
    point && before.length < count;
    point = history.previous(point)
  )
    before.unshift(point);
  for (let point = history.next(here); point && after.length < count; point = history.next(point))
    after.push(point);
  return [...before, here, ...after].map((point) => {
    const { event } = point;
    const mark = point === here ? '>' : ' ';
    const [line = ''] = event === undefined ? showPoint(point, at) : [eventLine(event, at)];
    return `${mark}${line}`;
  });
}

export function showInfo({ header, history, damage, divergence, notes }: LogHistory): string[] {
  const [first, end] = [history.first(), history.end()];
  const from = first.seq === 0 ? 'event 1' : `a snapshot after event ${String(first.seq)}`;
  return [
    `boot ${header.boot} on ${header.host}, ${header.wallAt}, minit ${header.program}`,
    `from ${from} to ${placeOf({ seq: end.seq, state: end }, header.at)}; minit is ${end.init.value} there`,
    ...damage.map(
      ({ path, line, reason }) =>
        `${path}:${String(line)}: damaged: ${reason}; the log counts up to there`,
    ),
    ...noteTexts(notes),
    ...(divergence === undefined
      ? []
      : [
          `from event ${String(divergence.seq)} on this minit decides otherwise than the one that wrote the log`,
        ]),
  ];
}
