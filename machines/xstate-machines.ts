/**
 * The charts as machines of XState's: for whatever draws, walks, counts or inspects them. minit steps the same charts itself
 * (chart-stepper.ts); a spec holds it to what these do.
 *
 * @module
 */
import { assign, setup } from 'xstate';
import {
  initChart,
  initImplementation,
  type InitContext,
  type InitEvent,
  type InitInput,
} from './init';
import { serviceChart, serviceImplementation } from './service';
import type { ServiceContext, ServiceEvent, ServiceInput } from './service-context';
import { effectActions } from './service-effects';

/** Returns a note as XState has it. */
const assigning = <Context extends object, TEvent extends { type: string }>(
  note: (given: { readonly context: Context; readonly event: TEvent }) => Partial<Context>,
) =>
  assign<Context, TEvent, undefined, TEvent, never>(({ context, event }) =>
    note({ context, event }),
  );

/** The same for all of them. */
function assignments<Context extends object, TEvent extends { type: string }, Name extends string>(
  notes: Readonly<Record<Name, (given: { context: Context; event: TEvent }) => Partial<Context>>>,
) {
  const entries = Object.entries<(typeof notes)[Name]>(notes);
  return Object.fromEntries(entries.map(([name, note]) => [name, assigning(note)])) as Record<
    Name,
    ReturnType<typeof assigning<Context, TEvent>>
  >;
}

export const serviceMachine = setup({
  types: {
    context: {} as ServiceContext,
    events: {} as ServiceEvent,
    input: {} as ServiceInput,
  },
  guards: serviceImplementation.guards,
  actions: {
    ...effectActions,
    ...assignments<ServiceContext, ServiceEvent, keyof typeof serviceImplementation.notes>(
      serviceImplementation.notes,
    ),
  },
}).createMachine(serviceChart);

export const initMachine = setup({
  types: {
    context: {} as InitContext,
    events: {} as InitEvent,
    input: {} as InitInput,
  },
  guards: initImplementation.guards,
  actions: {
    ...effectActions,
    ...assignments<InitContext, InitEvent, keyof typeof initImplementation.notes>(
      initImplementation.notes,
    ),
  },
}).createMachine(initChart);
