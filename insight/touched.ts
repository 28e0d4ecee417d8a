/**
 * Which services an event touched: what a log, a debugger and the page show of one service. Pure.
 *
 * @module
 */
import type { ServiceName } from '../machines/definition';
import type { Effect } from '../machines/effects';
import type { RecordedEvent } from '../machines/events';
import type { Transition } from '../machines/fold';
import { orderOf } from './why/why-orders';

interface FoldedEvent {
  readonly record: RecordedEvent & { readonly effects: readonly Effect[] };
  readonly transitions: readonly Transition[];
}

/** Those that the event is about, whose state it changed, or on which it led to an effect. */
export function touchedServices({ record, transitions }: FoldedEvent): ReadonlySet<ServiceName> {
  const names = new Set(transitions.map(({ after }) => after.context.name));
  const { event, effects } = record;
  if ('service' in event) names.add(event.service);
  // It may change what a service is to do next without a change of its state: once, say, instead of respawn.
  const order = orderOf(event);
  if (order !== undefined) names.add(order.service);
  for (const { params } of effects) if ('service' in params) names.add(params.service);
  return names;
}
