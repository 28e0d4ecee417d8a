/**
 * How a service's context changes: one named function for each thing that is noted. Pure.
 *
 * @module
 */
import type { ServiceDefinition } from './definition';
import { InvariantViolation } from './invariant-violation';
import { pidAwaitMsMax } from './limits';
import { PersistentMap } from './persistent-map';
import { fatalProblem } from './service-guards';
import type {
  ServiceContext,
  ServiceEvent,
  ServiceEventType,
  ServiceInput,
  StartFailure,
} from './service-context';

type EventOf<K extends ServiceEventType> = Extract<ServiceEvent, { type: K }>;

/** Narrows an event where the chart allows no other. @throws InvariantViolation otherwise. */
export function expectEvent<K extends ServiceEventType>(
  event: ServiceEvent,
  ...types: K[]
): EventOf<K> {
  if (!(types as string[]).includes(event.type)) {
    throw new InvariantViolation(`expected ${types.join(' or ')}, got ${event.type}`);
  }
  return event as EventOf<K>;
}

/**
 * Returns a copy. Written out, in the one place that makes contexts, so that all have one hidden class: copies
 * by spread have another with each generation, and everything that reads a context would be slow for it.
 */
export const copyContext = (context: ServiceContext): ServiceContext => ({
  name: context.name,
  order: context.order,
  definition: context.definition,
  respawns: context.respawns,
  want: context.want,
  graceMs: context.graceMs,
  takenDown: context.takenDown,
  isRead: context.isRead,
  needs: context.needs,
  waitingFor: context.waitingFor,
  pid: context.pid,
  pidToAdopt: context.pidToAdopt,
  expectsPid: context.expectsPid,
  spawnedAt: context.spawnedAt,
  changedAt: context.changedAt,
  exit: context.exit,
  livedUs: context.livedUs,
  failure: context.failure,
  failures: context.failures,
  restarts: context.restarts,
});

/** In the order of {@link copyContext}, for the same reason. */
export function initialContext({ name, order, definition, at }: ServiceInput): ServiceContext {
  return {
    name,
    order,
    definition,
    respawns: definition.mode === 'respawn',
    want: 'down',
    graceMs: 0,
    takenDown: undefined,
    isRead: false,
    needs: [],
    waitingFor: PersistentMap.empty(),
    pid: undefined,
    pidToAdopt: undefined,
    expectsPid: undefined,
    spawnedAt: undefined,
    changedAt: at,
    exit: undefined,
    livedUs: undefined,
    failure: undefined,
    failures: 0,
    restarts: 0,
  };
}

type Update = (context: ServiceContext, event: ServiceEvent) => Partial<ServiceContext>;

interface Given {
  readonly context: ServiceContext;
  readonly event: ServiceEvent;
}

const note =
  (update: Update) =>
  ({ context, event }: Given): Partial<ServiceContext> =>
    update(context, event);

const wanted = (respawns: boolean) => (respawns ? 'up' : 'once');

const spawned = (pid: number, at: number): Partial<ServiceContext> => ({
  pid,
  pidToAdopt: undefined,
  spawnedAt: at,
  changedAt: at,
  failure: undefined,
  failures: 0,
});

/** The process that counts from now on: not `run`'s, and nothing more is to come. */
const adopted = (pid: number, at: number): Partial<ServiceContext> => ({
  ...spawned(pid, at),
  expectsPid: undefined,
});

const failed = (
  { failures }: ServiceContext,
  failure: StartFailure,
  at: number,
): Partial<ServiceContext> => ({
  failure,
  failures: failures + 1,
  pid: undefined,
  pidToAdopt: undefined,
  expectsPid: undefined,
  changedAt: at,
});

function ended({ spawnedAt }: ServiceContext, event: ServiceEvent): Partial<ServiceContext> {
  const { status, at } = expectEvent(event, 'ProcessExited');
  return {
    exit: status,
    livedUs: at - (spawnedAt ?? at),
    pid: undefined,
    expectsPid: undefined,
    changedAt: at,
  };
}

const noPid: StartFailure = {
  stage: 'learn-pid',
  error: { code: 'ETIMEDOUT', errno: 110 },
  hint: `it went to the background and told no PID within ${String(pidAwaitMsMax / 1_000)} s`,
};

/**
 * `log/` is read once, at first mention. A log that appears later has no service that reads its
 * pipe, and a full pipe would stop the program.
 */
function withFirstLog(first: ServiceDefinition, definition: ServiceDefinition): ServiceDefinition {
  if (first.hasLog === definition.hasLog) return definition;
  const { hasLog: _, ...rest } = definition;
  return { ...rest, ...(first.hasLog && { hasLog: first.hasLog }) };
}

export const notes = {
  noteChange: note((_, { at }) => ({ changedAt: at })),

  noteStartRequested: note(({ respawns }, { at }) => ({
    want: wanted(respawns),
    takenDown: undefined,
    isRead: false,
    failures: 0,
    changedAt: at,
  })),
  /** A shutdown that it was stopped by is over: the machine went on after it. */
  noteGraceOver: note(() => ({ graceMs: 0 })),
  noteStopRequested: note(({ want, graceMs, takenDown }, event) => ({
    want: 'down',
    graceMs: 'graceMs' in event ? event.graceMs : graceMs,
    // What the operator has set down is not a shutdown's, whichever of the two came first.
    takenDown: 'graceMs' in event ? (want === 'down' ? takenDown : true) : undefined,
  })),
  /** It has nothing to stop, but what it stands for goes down. */
  noteTakenDown: note(() => ({ takenDown: true })),

  noteRespawnEnabled: note(({ want }) => ({ respawns: true, want: want === 'once' ? 'up' : want })),
  /** At rest it is for the next start only: a service that is not started is not wanted `up`. */
  noteRespawnEnabledAtRest: note(() => ({ respawns: true })),
  noteRespawnDisabled: note(({ want }) => ({
    respawns: false,
    want: want === 'up' ? 'once' : want,
  })),
  /** The original restarts a dying service whose respawn was switched on again; so do we. */
  noteRespawnEnabledWhileStopping: note(() => ({
    respawns: true,
    want: 'up',
    takenDown: undefined,
  })),

  noteDefinition: note((context, event) => {
    const { definition, needs, waitingFor } = expectEvent(event, 'DefinitionRead');
    return {
      definition: withFirstLog(context.definition, definition),
      needs,
      waitingFor,
      isRead: true,
    };
  }),
  noteDependencySettled: note(({ waitingFor }, event) => ({
    waitingFor: waitingFor.delete(expectEvent(event, 'DependencySettled').dependency),
  })),
  noteDependencyDropped: note(({ needs, waitingFor }, event) => {
    const { dependency } = expectEvent(event, 'DependencyDropped');
    return {
      needs: needs.filter((name) => name !== dependency),
      waitingFor: waitingFor.delete(dependency),
    };
  }),
  /** It has no process that could be started again, so that `up` would never come true. */
  noteBundleDone: note(({ want }, { at }) => ({
    want: want === 'up' ? 'once' : want,
    changedAt: at,
    failure: undefined,
    failures: 0,
  })),

  noteSpawned: note((_, event) => {
    const { pid, at } = expectEvent(event, 'ProcessSpawned');
    return spawned(pid, at);
  }),
  /** The process is there, but its end is already wanted: what counts is still the stop request. */
  noteSpawnedLate: note((_, event) => ({
    ...spawned(expectEvent(event, 'ProcessSpawned').pid, event.at),
  })),
  noteAdopted: note((_, event) => {
    const { pid, at } = expectEvent(event, 'PidSet');
    return adopted(pid, at);
  }),
  /** Nobody started it, but it runs: from now on it is kept up as after a start. */
  noteAdoptedFromRest: note(({ respawns }, event) => {
    const { pid, at } = expectEvent(event, 'PidSet');
    return { ...adopted(pid, at), want: wanted(respawns), takenDown: undefined };
  }),
  noteAdoptedEarly: note(({ pidToAdopt }, { at }) =>
    pidToAdopt === undefined ? {} : adopted(pidToAdopt, at),
  ),
  notePidToAdopt: note((_, event) => ({ pidToAdopt: expectEvent(event, 'PidSet').pid })),

  notePidExpected: note(() => ({ expectsPid: true })),
  notePidKnown: note(() => ({ expectsPid: undefined })),
  noteBackgrounded: note(ended),
  /** `run` did exit 0, but the service is as good as not started. */
  noteNoPid: note((context, { at }) => failed(context, noPid, at)),

  noteExit: note(ended),
  noteRestart: note(({ restarts }) => ({ restarts: restarts + 1 })),

  noteFailure: note((context, event) => {
    const { failure, at } = expectEvent(event, 'SpawnFailed', 'DefinitionMissing');
    return failed(context, failure, at);
  }),
  noteUnusable: note((context, { at }) => {
    const problem = fatalProblem(context.definition);
    if (problem === undefined) throw new InvariantViolation('noteUnusable without a fatal problem');
    const failure: StartFailure = {
      stage: 'params',
      error: { code: 'EINVAL', errno: 22 },
      path: `${context.definition.directory}/${problem.file}`,
      ...(problem.line !== undefined && { line: problem.line }),
      hint: problem.text,
    };
    return failed(context, failure, at);
  }),
} as const;
