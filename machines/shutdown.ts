/**
 * From a wish to end to the end: who may ask for it, in what order services go down, and what
 * follows when they are down. Stopping itself is the business of stop-order.ts. Pure.
 *
 * @module
 */
import type { ServiceName } from './definition';
import { describeErrorCode } from './describe-failure';
import type { MinitEvent, ShutdownGoal, SystemEnd } from './events';
import { sameRequestUs } from './limits';
import type { Shutdown } from './state';
import { emit, tellInit, type Step } from './step';
import { beginStop, dropPlanned, endShutdown, holdStarts, killAll } from './stop-order';

type Wanted = Pick<Shutdown, 'goal' | 'isOrdered' | 'graceMs'>;

/** Services are being taken down, or nothing must be started any more. */
export const isEnding = ({ draft }: Step): boolean =>
  draft.stopPlan !== undefined || draft.shutdown !== undefined || draft.init.value === 'halted';

/** Is minit to end the machine, or only itself? */
export const endsMachine = ({ draft }: Step): boolean =>
  draft.init.context.role === 'machine' && draft.init.context.endsSystem;

/**
 * Begins to take the services down, or says why not. When that is under way already, whoever asks for
 * the same again wants it at once, and whoever asks for something else gets that afterwards.
 */
export function requestShutdown(step: Step, wanted: Wanted): string | undefined {
  const { draft } = step;
  if (draft.init.value === 'ending' || draft.init.value === 'halted') {
    return 'it is too late: the end has come';
  }
  if (isEnding(step)) {
    const { shutdown } = draft;
    const isOther = shutdown !== undefined && shutdown.goal !== wanted.goal;
    if (isOther) draft.shutdown = { ...shutdown, goal: wanted.goal };
    else pressOn(step);
    return undefined;
  }
  begin(step, wanted, adviser(wanted));
  return undefined;
}

/** A signal, or a key without a service of its own, asks for the end. `goal`: what it means to a machine. */
export function endBySignal(step: Step, goal: SystemEnd): void {
  if (endsMachine(step)) {
    requestShutdown(step, { goal, isOrdered: true, graceMs: undefined });
  } else if (step.draft.stopPlan !== undefined || step.draft.shutdown !== undefined) {
    pressOn(step);
  } else {
    begin(step, { goal: 'power-off', isOrdered: true, graceMs: undefined }, undefined);
  }
}

/** Asked for again: KILL. But one Ctrl-C may come twice, from the terminal and forwarded by npm. */
export function pressOn(step: Step): void {
  const { stopPlan, shutdown } = step.draft;
  const begunAt = stopPlan?.begunAt ?? shutdown?.begunAt ?? step.at;
  if (step.at - begunAt < sameRequestUs) return;
  if (stopPlan === undefined) takeDown(step, []);
  else killAll(step);
}

/** The service whose `depends` says what goes down first. */
function adviser({ goal, isOrdered }: Wanted): ServiceName | undefined {
  if (!isOrdered) return undefined;
  if (goal === 'reboot') return 'reboot';
  return goal === 'halt' || goal === 'power-off' ? 'halt' : undefined;
}

function begin(step: Step, wanted: Wanted, reading: ServiceName | undefined): void {
  const { draft } = step;
  draft.shutdown = { ...wanted, begunAt: step.at, reading };
  holdStarts(step);
  if (reading === undefined) {
    takeDown(step, []);
    return;
  }
  dropPlanned(step);
  emit(step, 'ReadService', { service: reading });
}

function takeDown(step: Step, first: readonly ServiceName[]): void {
  const { draft } = step;
  if (draft.shutdown === undefined) return;
  draft.shutdown = { ...draft.shutdown, reading: undefined };
  beginStop(step, { isOrdered: draft.shutdown.isOrdered, first });
}

/** Is this the directory that the shutdown waits for? */
export const isAdvice = ({ draft }: Step, service: ServiceName): boolean =>
  draft.shutdown?.reading === service;

/** The directory of `reboot` or `halt` has been read; that there is none is nothing to speak of. */
export function takeAdvice(
  step: Step,
  event: MinitEvent & { type: 'ServiceRead' | 'ServiceMissing' },
): void {
  if (event.type === 'ServiceRead') {
    takeDown(
      step,
      event.definition.depends.map(({ name }) => name),
    );
    return;
  }
  const { code } = event.error;
  if (code !== 'ENOENT' && code !== 'ENOTDIR') {
    emit(step, 'Report', {
      severity: 'warning',
      code: 'shutdown',
      file: `${step.draft.root}/${event.service}`,
      text: `what goes down first is unknown, all go down in the reverse of the start order: ${describeErrorCode(code)} (${code})`,
    });
  }
  takeDown(step, []);
}

/** Nothing is left of a machine but minit, or only what cannot be killed. */
export function processesEnded(step: Step, { by }: MinitEvent & { type: 'ProcessesEnded' }): void {
  const { draft } = step;
  if (draft.init.value !== 'clearing') return;
  if (by === 'left') {
    emit(step, 'Report', {
      severity: 'warning',
      code: 'shutdown',
      text: 'some processes are left, even after SIGKILL; minit goes on without waiting for them',
    });
  }
  tellInit(step, {
    type: 'ProcessesEnded',
    at: step.at,
    goal: draft.shutdown?.goal ?? 'power-off',
  });
  goOnIfStayed(step);
}

const deeds: Readonly<Record<SystemEnd, string>> = {
  reboot: 'reboot',
  halt: 'halt',
  'power-off': 'power off',
};

/** The kernel has refused the end: PID 1 must not exit, so that the machine goes on. */
export function systemEndFailed(
  step: Step,
  { how, error }: MinitEvent & { type: 'SystemEndFailed' },
): void {
  if (step.draft.init.value !== 'ending') return;
  emit(step, 'Report', {
    severity: 'error',
    code: 'shutdown',
    text: `unable to ${deeds[how]}: the kernel refuses it (${error.code}); there is a shell on the console`,
  });
  emit(step, 'OpenLog', {});
  tellInit(step, { type: 'SystemEndFailed', at: step.at });
  goOnIfStayed(step);
}

function goOnIfStayed(step: Step): void {
  if (step.draft.init.value === 'emergency') endShutdown(step);
}

/** What follows when the services are down, for whoever asked. */
export const followUp = (step: Step, goal: ShutdownGoal): ShutdownGoal | 'exit' =>
  endsMachine(step) ? goal : 'exit';
