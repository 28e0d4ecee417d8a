/**
 * Takes back what was asked for before, and not begun: a start that waits until the walk comes to it. Pure.
 *
 * @module
 */
import type { ServiceName } from './definition';
import { answerLater } from './replies';
import type { AgendaItem } from './state';
import type { Step } from './step';

/** Asked for by name. A dependency is the business of whoever needs it. */
const isByName = (item: AgendaItem | undefined, service: ServiceName): boolean =>
  item?.kind === 'start' &&
  item.service === service &&
  item.asker.kind !== 'dependent' &&
  item.asker.kind !== 'default';

/** `service` is set down: a start of it that was asked for earlier, and still waits, must not follow. */
export function withdrawStarts(step: Step, service: ServiceName): void {
  const { draft } = step;
  const { requested, reading } = draft;
  const withdrawn = [reading, ...requested].filter((item) => isByName(item, service));
  if (withdrawn.length === 0) return;
  draft.requested = requested.filter((item) => !isByName(item, service));
  if (isByName(reading, service)) draft.reading = undefined;
  for (const item of withdrawn)
    if (item?.kind === 'start' && item.asker.kind === 'operator')
      answerLater(step, item.asker.reply, 'set down meanwhile');
}
