/**
 * Which services to start, and in what order: a depth-first walk over the dependencies, in the
 * order of the original (a service, its log, then each line of `depends`), one directory at a time.
 *
 * The walk never waits for a process: it only reads directories, puts each service into
 * `waiting-deps`, and notes whom it waits for. Processes start as their dependencies settle, in
 * parallel. The walk is data in the state (`agenda`), because each directory is read by an effect.
 *
 * @module
 */
import type { Dependency, ServiceDefinition, ServiceName } from './definition';
import type { SystemError } from './events';
import { historyLengthMax } from './limits';
import { PersistentMap } from './persistent-map';
import { answerLater, answerStart } from './replies';
import { restartWith, restartWithout } from './restart-reads';
import {
  isAtRest,
  isSettled,
  isTakenDown,
  serviceStepper,
  stateName,
  type AgendaItem,
  type Asker,
  type Service,
} from './state';
import { retryDelay } from './service-effects';
import { closeService, openService, skipCycle } from './start-cycles';
import {
  reportBlackListed,
  reportIgnoredWord,
  reportMissing,
  reportNothingToStart,
  reportProblems,
  reportReadDelayed,
  whyUnreadable,
} from './start-reports';
import {
  addService,
  dropDependency,
  emit,
  registerWaiter,
  settle,
  tell,
  tellInit,
  type Step,
} from './step';
import { endBySignal } from './shutdown';

type StartItem = AgendaItem & { readonly kind: 'start' };

/** Adds a start request behind those that are being worked on. */
export function requestStart(step: Step, item: AgendaItem): void {
  step.draft.requested = [...step.draft.requested, item];
}

/** Goes on with the walk until a directory must be read, or nothing is left to walk. */
export function advance(step: Step): void {
  const { draft } = step;
  while (draft.reading === undefined) {
    const item = takeItem(step);
    if (item === undefined) return;
    if (item.kind === 'close') closeService(step, item.service);
    else if (item.kind === 'words-done') startDefault(step);
    else begin(step, item);
    settle(step);
  }
}

function takeItem({ draft }: Step): AgendaItem | undefined {
  if (draft.agenda !== undefined) {
    const { item, rest } = draft.agenda;
    draft.agenda = rest;
    return item;
  }
  const [item, ...rest] = draft.requested;
  draft.requested = rest;
  return item;
}

/** `default` is started when no word of the command line named a service. */
function startDefault(step: Step): void {
  if (step.draft.hasStarted) return;
  push(step, [{ kind: 'start', service: 'default', cause: step.seq, asker: { kind: 'default' } }]);
}

function push({ draft }: Step, items: readonly AgendaItem[]): void {
  for (const item of [...items].reverse()) draft.agenda = { item, rest: draft.agenda };
}

function begin(step: Step, item: StartItem): void {
  const { draft } = step;
  const { asker, service } = item;
  if (asker.kind !== 'dependent') {
    draft.blackList = draft.blackList.filter((name) => name !== service);
  } else if (draft.open.has(service)) {
    skipCycle(step, asker, service);
    return;
  }
  const known = draft.services.get(service);
  if (known === undefined || mustStart(known, asker)) {
    draft.reading = item;
    emit(
      step,
      'ReadService',
      item.cause === step.seq ? { service } : { service, cause: item.cause },
    );
    return;
  }
  if (isCounted(known, asker)) noteRequest(step, item);
  // A stopping service hears of it, and starts again when it has ended.
  if (stateName(known) === 'stopping' && asker.kind !== 'dependent') {
    tell(step, service, { type: 'StartRequested', at: step.at });
  }
  applyRespawnWish(step, item);
  answerStart(step, item);
}

const isBlackListed = ({ draft }: Step, name: ServiceName) => draft.blackList.includes(name);

/** What has finished by itself, or was set down, is not started again as a dependency; by hand it is. */
function mustStart(service: Service, asker: Asker): boolean {
  const state = stateName(service);
  if (state === 'down') return true;
  if (asker.kind === 'dependent') return isTakenDown(service);
  return isAtRest(service) || state === 'respawning';
}

/**
 * As in the original, a dependency counts while it is up, a word and a key always, and a start by
 * hand only when it starts something.
 */
function isCounted(known: Service, asker: Asker): boolean {
  if (asker.kind === 'dependent') return !isAtRest(known);
  return asker.kind !== 'operator' || stateName(known) === 'stopping';
}

/** The history, and who asked: the last one counts. */
function noteRequest({ draft }: Step, { service, asker }: StartItem): void {
  draft.history = withNewest(draft.history, service);
  if (asker.kind === 'word' || asker.kind === 'default') draft.hasStarted = true;
  draft.askers =
    asker.kind === 'dependent'
      ? draft.askers.set(service, asker.name)
      : draft.askers.delete(service);
}

/** One by one, without the list between that slicing would make: a boot does it for each service. */
function withNewest(history: readonly ServiceName[], service: ServiceName): ServiceName[] {
  const names = [service];
  const kept = Math.min(history.length, historyLengthMax - 1);
  for (let index = 0; index < kept; index += 1) names.push(history[index] ?? '');
  return names;
}

/** `msvc -u` and `-o` say with the start whether it shall respawn. */
function applyRespawnWish(step: Step, { service, asker }: StartItem): void {
  if (asker.kind !== 'operator' || asker.respawn === undefined) return;
  tell(step, service, { type: asker.respawn ? 'RespawnEnabled' : 'RespawnDisabled', at: step.at });
}

/** The directory of the service that the walk stands at has been read. */
export function continueWithDefinition(step: Step, definition: ServiceDefinition): void {
  const { draft } = step;
  const item = draft.reading;
  if (item === undefined) return;
  draft.reading = undefined;
  const { service } = item;
  if (!draft.services.has(service)) {
    const order = draft.services.size + 1;
    addService(step, serviceStepper.initial({ name: service, order, definition, at: step.at }));
  }
  noteRequest(step, item);
  reportProblems(step, service, definition);
  tell(step, service, { type: 'StartRequested', at: step.at });
  applyRespawnWish(step, item);
  settle(step);
  const started = draft.services.get(service);
  // While its directory was read its own timer, or somebody who told its PID, was faster.
  if (started === undefined || stateName(started) !== 'waiting-deps') {
    restartWith(step, service, definition);
    answerStart(step, item);
    return;
  }
  // `log/` counts as it was at first mention.
  const { hasLog } = started.context.definition;
  const dependencies = acceptedDependencies(step, service, { depends: definition.depends, hasLog });
  const needs = dependencies.map(({ name }) => name);
  const waitingFor = allUndone(step, needs);
  registerWaiter(step, service, waitingFor);
  // Without dependencies it is closed as soon as it is opened.
  if (dependencies.length > 0) openFor(step, service, dependencies);
  tell(step, service, { type: 'DefinitionRead', at: step.at, definition, needs, waitingFor });
  settle(step);
  answerStart(step, item);
}

function openFor(step: Step, service: ServiceName, dependencies: readonly Dependency[]): void {
  openService(step, service);
  push(step, [
    ...dependencies.map(({ name, line }): AgendaItem => ({
      kind: 'start',
      service: name,
      cause: step.seq,
      asker: { kind: 'dependent', name: service, line },
    })),
    { kind: 'close', service },
  ]);
}

function allUndone(step: Step, needs: readonly ServiceName[]): PersistentMap<true> {
  if (needs.length === 0) return PersistentMap.empty();
  return PersistentMap.of(needs.filter((name) => !isDone(step, name)).map((name) => [name, true]));
}

function isDone({ draft }: Step, name: ServiceName): boolean {
  const service = draft.services.get(name);
  return service !== undefined && isSettled(service);
}

function acceptedDependencies(
  step: Step,
  service: ServiceName,
  { depends, hasLog }: { depends: readonly Dependency[]; hasLog: true | undefined },
): Dependency[] {
  if (depends.length === 0 && !hasLog) return [];
  const log: Dependency[] = hasLog ? [{ name: `${service}/log`, line: 0 }] : [];
  const seen = new Set<ServiceName>();
  return [...log, ...depends].filter((dependency) => {
    if (seen.has(dependency.name)) return false;
    seen.add(dependency.name);
    if (!isBlackListed(step, dependency.name)) return true;
    reportBlackListed(
      step,
      { kind: 'dependent', name: service, line: dependency.line },
      dependency.name,
    );
    return false;
  });
}

/** The directory of the service that the walk stands at cannot be read. */
export function continueWithoutDefinition(step: Step, error: SystemError): void {
  const { draft } = step;
  const item = draft.reading;
  if (item === undefined) return;
  draft.reading = undefined;
  const { service, asker } = item;
  restartWithout(step, service, error);
  switch (asker.kind) {
    case 'dependent':
      dropDependency(step, asker.name, service);
      reportMissing(step, asker, { service, error });
      break;
    case 'word':
      reportIgnoredWord(step, service, error);
      break;
    case 'default':
      reportNothingToStart(step, error);
      tellInit(step, { type: 'NothingToStart', at: step.at });
      break;
    case 'key':
      // ctrl-alt-del on a system without a service for it: as SIGTERM.
      if (asker.signal === 'SIGINT') endBySignal(step, 'reboot');
      break;
    case 'operator':
      answerLater(
        step,
        asker.reply,
        error.code === 'ENOENT' ? 'no such service' : whyUnreadable(error),
      );
      break;
  }
}

/** The directory that the walk stands at could not be read for a reason that passes by itself. */
export function readAgainLater(step: Step, service: ServiceName, error: SystemError): void {
  const { reading } = step.draft;
  if (reading === undefined) return;
  const failures = (reading.failures ?? 0) + 1;
  step.draft.reading = { ...reading, failures };
  emit(step, 'StartTimer', { timer: `read:${service}`, delayMs: retryDelay(failures) });
  if (failures === 1) reportReadDelayed(step, service, error);
}

export function readAgain(step: Step, service: ServiceName): void {
  const { reading } = step.draft;
  if (reading?.service === service) emit(step, 'ReadService', { service, cause: reading.cause });
}

/** True when the walk is over and no directory is being read. */
export const isWalkDone = ({ draft }: Step): boolean =>
  draft.agenda === undefined && draft.reading === undefined && draft.requested.length === 0;
