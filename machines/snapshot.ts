/**
 * The state as plain JSON and back: for the head of a log segment, and to compare a replay with
 * what was live, field by field. Pure.
 *
 * @module
 */
import type { InitContext } from './init';
import { PersistentMap } from './persistent-map';
import type { ServiceContext } from './service-context';
import {
  servicesInOrder,
  type AgendaItem,
  type Agenda,
  type Init,
  type Service,
  type Shutdown,
  type SupervisorState,
} from './state';

type Entries<V> = readonly (readonly [string, V])[];
interface PlainService {
  readonly value: Service['value'];
  readonly context: Omit<ServiceContext, 'waitingFor'> & { readonly waitingFor: Entries<true> };
}

/** {@link SupervisorState} with nothing in it but what JSON has. */
export interface PlainState {
  readonly services: readonly PlainService[];
  readonly init: {
    readonly value: Init['value'];
    readonly context: InitContext;
  };
  readonly agenda: readonly AgendaItem[];
  readonly [field: string]: unknown;
}

function agendaItems(agenda: Agenda | undefined): AgendaItem[] {
  const items: AgendaItem[] = [];
  for (let node = agenda; node !== undefined; node = node.rest) items.push(node.item);
  return items;
}

/** Returns the state as `JSON.stringify` takes it, for whoever wants to write it: nothing is copied or sorted. */
export const writable = (state: SupervisorState): object => ({
  ...state,
  services: servicesInOrder(state),
  init: { value: state.init.value, context: state.init.context },
  agenda: agendaItems(state.agenda),
});

/** Returns the state as JSON data; equal states give equal data. */
export const toPlain = (state: SupervisorState): PlainState =>
  // By way of JSON, so that what is compared is what a log can hold: no `undefined`, no classes.
  JSON.parse(JSON.stringify(writable(state), sorted)) as PlainState;

/** The order of keys must not tell a state that was restored from one that was not: replies carry it as text. */
function sorted(this: Readonly<Record<string, unknown>>, key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  const byKey = ([a]: readonly [string, unknown], [b]: readonly [string, unknown]) =>
    a < b ? -1 : 1;
  if (this[key] instanceof PersistentMap) return [...this[key]].sort(byKey);
  return Array.isArray(value) ? value : Object.fromEntries(Object.entries(value).sort(byKey));
}

const mapFields = [
  'serviceByPid',
  'open',
  'askers',
  'unclaimed',
  'pendingStarts',
  'pendingProbes',
] as const satisfies readonly (keyof SupervisorState)[];

/** Fields that JSON leaves out while they are `undefined`. */
const optionalContext = {
  takenDown: undefined,
  pid: undefined,
  pidToAdopt: undefined,
  expectsPid: undefined,
  spawnedAt: undefined,
  exit: undefined,
  livedUs: undefined,
  failure: undefined,
};
const optionalState = {
  reading: undefined,
  stopPlan: undefined,
  pendingUpdate: undefined,
  emergencyShell: undefined,
  resumes: undefined,
  shutdown: undefined,
  isLogOpen: undefined,
  logPath: undefined,
  isControlOpen: undefined,
};
const optionalShutdown = { graceMs: undefined, reading: undefined };

function restoreService({ value, context }: PlainService): Service {
  return {
    value,
    context: { ...optionalContext, ...context, waitingFor: PersistentMap.of(context.waitingFor) },
  };
}

/** Returns the state that {@link toPlain} gave. The data must come from a log whose check was right. */
export function fromPlain(plain: PlainState): SupervisorState {
  const entries = (value: unknown): PersistentMap<unknown> =>
    PersistentMap.of((value ?? []) as Entries<unknown>);
  const maps = Object.fromEntries(mapFields.map((field) => [field, entries(plain[field])]));
  const waiters = (plain['waiters'] as Entries<Entries<true>>).map(
    ([name, waiting]) => [name, PersistentMap.of(waiting)] as const,
  );
  const shutdown = plain['shutdown'] as Shutdown | undefined;
  const stopPlan = plain['stopPlan'] as
    { begunAt: number; blockers: Entries<number>; below: Entries<string[]> } | undefined;
  return {
    ...optionalState,
    ...plain,
    ...maps,
    services: PersistentMap.of(
      plain.services.map((service) => [service.context.name, restoreService(service)]),
    ),
    init: {
      value: plain.init.value,
      context: {
        ...plain.init.context,
        bootedAt: plain.init.context.bootedAt,
        endsSystem: (plain.init.context as Partial<InitContext>).endsSystem ?? false,
      },
    },
    waiters: PersistentMap.of(waiters),
    agenda: plain.agenda.reduceRight<Agenda | undefined>(
      (rest, item) => ({ item, rest }),
      undefined,
    ),
    ...(shutdown && { shutdown: { ...optionalShutdown, ...shutdown } }),
    ...(stopPlan && {
      stopPlan: {
        begunAt: stopPlan.begunAt,
        blockers: PersistentMap.of(stopPlan.blockers),
        below: PersistentMap.of(stopPlan.below),
      },
    }),
  } as unknown as SupervisorState;
}
