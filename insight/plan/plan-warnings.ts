/**
 * What is to be said about a plan beside its steps: what is skipped, what would be refused, what would
 * not go as somebody might think. Pure.
 *
 * @module
 */
import { reasonOf } from '../../machines/describe';
import type { ServiceName } from '../../machines/definition';
import type { ReportParams } from '../../machines/effects';
import { isActive, servicesInOrder, stateName, type SupervisorState } from '../../machines/state';
import type { TreeFinding } from '../../machines/tree-facts';
import { effectsOf, type IdealStep } from './ideal-world';
import type { PlanOrder } from './plan-order';
import { listed } from './plan-text';

export interface PlanWarning {
  readonly severity: 'error' | 'warning' | 'note';
  readonly code: string;
  readonly service?: ServiceName;
  readonly file?: string;
  /** 1-based. */
  readonly line?: number;
  readonly text: string;
}

export interface Refusal {
  readonly service?: ServiceName;
  readonly problem: string;
}

interface Planned {
  readonly order: PlanOrder;
  readonly begin: SupervisorState;
  readonly end: SupervisorState;
  readonly ideal: readonly IdealStep[];
  readonly findings?: readonly TreeFinding[];
}

/** Returns all warnings: first what minit itself would report, then what the plan shows. Pure. */
export function planWarnings(planned: Planned): PlanWarning[] {
  const reported = reports(planned);
  return [
    ...reported,
    ...findingsOf(planned, reported),
    ...underWay(planned),
    ...needyStops(planned),
    ...troubledNeeds(planned),
    ...stuckWaits(planned),
  ];
}

/** Told by a boot, and no warnings. */
const plain: ReadonlySet<ReportParams['code']> = new Set(['boot']);

function reports({ ideal }: Planned): PlanWarning[] {
  return ideal
    .flatMap(effectsOf)
    .flatMap((effect) =>
      effect.type === 'Report' && !plain.has(effect.params.code) ? [effect.params] : [],
    );
}

/** What is wrong with the files of a service that would be started, where the fold cannot know it. */
function findingsOf(
  { ideal, findings = [] }: Planned,
  reported: readonly PlanWarning[],
): PlanWarning[] {
  const started = new Set(
    ideal
      .flatMap(effectsOf)
      .flatMap(({ type, params }) => (type === 'SpawnProcess' ? [params.service] : [])),
  );
  const told = new Set(reported.map(({ file, line }) => placeOf(file, line)));
  return findings.filter(
    ({ severity, service, file, line }) =>
      severity !== 'note' &&
      service !== undefined &&
      started.has(service) &&
      !told.has(placeOf(file, line)),
  );
}

const placeOf = (file: string | undefined, line: number | undefined): string =>
  `${file ?? ''}:${String(line ?? '')}`;

function underWay({ begin }: Planned): PlanWarning[] {
  if (begin.seq === 0) return [];
  if (begin.init.value === 'halted')
    return [{ severity: 'warning', code: 'has-ended', text: 'minit has ended at this instant' }];
  const isWalking = begin.reading !== undefined || begin.agenda !== undefined;
  const isBusy = isWalking || begin.rising > 0 || begin.shutdown !== undefined;
  if (!isBusy) return [];
  const what =
    begin.shutdown === undefined ? 'services are being started' : 'a shutdown is under way';
  return [
    {
      severity: 'note',
      code: 'under-way',
      text: `${what} already: that goes on in the steps below`,
    },
  ];
}

/** A stop stops what it names, and nothing that needs it. */
function needyStops({ order, begin }: Planned): PlanWarning[] {
  if (order.kind !== 'stop') return [];
  return order.services.flatMap((name): PlanWarning[] => {
    const stopped = begin.services.get(name);
    if (stopped === undefined || !isActive(stopped)) return [];
    const needy = servicesInOrder(begin)
      .filter((service) => isActive(service) && service.context.needs.includes(name))
      .map(({ context }) => context.name)
      .filter((needing) => !order.services.includes(needing));
    if (needy.length === 0) return [];
    return [
      {
        severity: 'warning',
        code: 'dependents-stay',
        service: name,
        text: `${listed(needy)} ${needy.length === 1 ? 'needs' : 'need'} ${name}, and ${needy.length === 1 ? 'is' : 'are'} not stopped with it`,
      },
    ];
  });
}

/** A start does not wait for what has failed, or fails again and again. */
function troubledNeeds({ order, begin, end }: Planned): PlanWarning[] {
  if (order.kind !== 'start') return [];
  const about = new Set<ServiceName>(order.services);
  for (const name of about)
    for (const need of end.services.get(name)?.context.needs ?? []) about.add(need);
  return [...about].flatMap((name): PlanWarning[] => {
    const service = end.services.get(name);
    if (service === undefined || order.services.includes(name)) return [];
    const state = stateName(service);
    if (state !== 'failed' && state !== 'respawning') return [];
    if (begin.services.get(name) !== service) return [];
    return [
      {
        severity: 'warning',
        code: 'dependency-failed',
        service: name,
        text: `${name} is ${state} (${reasonOf(service)}); what needs it does not wait for it`,
      },
    ];
  });
}

function stuckWaits({ end }: Planned): PlanWarning[] {
  return servicesInOrder(end)
    .filter((service) => stateName(service) === 'waiting-deps')
    .map((service) => ({
      severity: 'warning' as const,
      code: 'waits-for-ever',
      service: service.context.name,
      text: `${service.context.name} would not get further than ${reasonOf(service)}`,
    }));
}

/** Returns the orders that are answered with a refusal. Pure. */
export function refusals({
  begin,
  order,
  ideal,
}: Pick<Planned, 'begin' | 'order' | 'ideal'>): Refusal[] {
  const services = order.kind === 'start' || order.kind === 'stop' ? order.services : [];
  return ideal.flatMap(effectsOf).flatMap((effect): Refusal[] => {
    if (effect.type !== 'Reply') return [];
    const body = replyBody(effect.params.text);
    // Somebody else's request, from before.
    const index = effect.params.request - begin.seq - 1;
    if (body?.ok !== false || index < 0) return [];
    const service = services[index];
    return [{ ...(service !== undefined && { service }), problem: body.problem ?? 'refused' }];
  });
}

function replyBody(text: string): { readonly ok?: boolean; readonly problem?: string } | undefined {
  return text.startsWith('{')
    ? (JSON.parse(text) as { ok?: boolean; problem?: string })
    : undefined;
}
