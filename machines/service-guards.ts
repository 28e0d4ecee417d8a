/**
 * The conditions in the service machine, each a claim about context and event. Pure.
 *
 * @module
 */
import type { DefinitionProblem, ServiceDefinition } from './definition';
import type { SystemError } from './events';
import { signals, type ServiceContext, type ServiceEvent } from './service-context';
import { shortLifeUs } from './limits';
import { loggedService } from './names';

interface Given {
  readonly context: ServiceContext;
  readonly event: ServiceEvent;
}

/** Errors that pass by themselves: the machine is short of something just now. */
const transientErrors = new Set([
  'EAGAIN',
  'ENOMEM',
  'EMFILE',
  'ENFILE',
  'ENOBUFS',
  'EINTR',
  'ETXTBSY',
]);

export const isTransient = ({ code }: SystemError): boolean => transientErrors.has(code);

/** Returns the problem that forbids to run the program at all: with wrong arguments it could do harm. */
export function fatalProblem(definition: ServiceDefinition): DefinitionProblem | undefined {
  return definition.problems.find(
    ({ severity, file }) => severity === 'error' && file === 'params',
  );
}

const isReady = ({ context }: Given): boolean => context.isRead && context.waitingFor.size === 0;
const isBundle = ({ run }: ServiceDefinition): boolean => run === undefined;

export const serviceGuards = {
  isUnread: ({ context }: Given) => !context.isRead,
  isReady,
  isReadyBundle: (given: Given) => isReady(given) && isBundle(given.context.definition),
  isReadyBundleWithSync: (given: Given) =>
    isReady(given) &&
    isBundle(given.context.definition) &&
    given.context.definition.mode === 'sync',
  isUnusable: (given: Given) =>
    isReady(given) && fatalProblem(given.context.definition) !== undefined,
  isUnusableButWantedUp: (given: Given) =>
    isReady(given) &&
    given.context.want === 'up' &&
    fatalProblem(given.context.definition) !== undefined,
  wouldBeUnusable: ({ event }: Given) =>
    event.type === 'DefinitionRead' && fatalProblem(event.definition) !== undefined,
  wouldBeUnusableButWantedUp: ({ context, event }: Given) =>
    context.want === 'up' &&
    event.type === 'DefinitionRead' &&
    fatalProblem(event.definition) !== undefined,
  wouldBeBundle: ({ event }: Given) =>
    event.type === 'DefinitionRead' && isBundle(event.definition),
  willRetry: ({ context, event }: Given) =>
    context.want === 'up' ||
    ((event.type === 'SpawnFailed' || event.type === 'DefinitionMissing') &&
      isTransient(event.failure.error)),
  hasProcess: ({ context }: Given) => context.pid !== undefined,
  hasPidToAdopt: ({ context }: Given) => context.pidToAdopt !== undefined,
  expectsPid: ({ context }: Given) => context.expectsPid === true,
  /** Who fails has not left a daemon behind, and nobody would tell its PID. */
  goesToBackground: ({ context, event }: Given) =>
    context.expectsPid === true &&
    event.type === 'ProcessExited' &&
    'code' in event.status &&
    event.status.code === 0,
  isOwnPid: ({ context, event }: Given) => event.type === 'PidSet' && event.pid === context.pid,
  /** One that the operator has set down stays that. */
  isBundleNotSetDown: ({ context }: Given) =>
    isBundle(context.definition) && context.want !== 'down',
  isUnwanted: ({ context }: Given) => context.want === 'down',
  isWantedUp: ({ context }: Given) => context.want === 'up',
  isStillWanted: ({ context }: Given) => context.want !== 'down',
  livedShortAndIsWantedUp: ({ context, event }: Given) =>
    context.want === 'up' && event.at - (context.spawnedAt ?? event.at) < shortLifeUs,
  isSync: ({ context }: Given) => context.definition.mode === 'sync',
  isFailingSync: ({ context, event }: Given) =>
    context.definition.mode === 'sync' &&
    event.type === 'ProcessExited' &&
    !('code' in event.status && event.status.code === 0),
  /** The shutdown has reached a log service whose process is only just being made. */
  isLogAtTheEnd: ({ context }: Given) =>
    context.graceMs > 0 && loggedService(context.name) !== undefined,
  isStopSignal: ({ event }: Given) =>
    event.type === 'SignalRequested' && event.signal === signals.SIGSTOP,
  isContinueSignal: ({ event }: Given) =>
    event.type === 'SignalRequested' && event.signal === signals.SIGCONT,
} as const;
