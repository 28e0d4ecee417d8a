/**
 * As much of a boot's messages as can be read in one picture, and what was left out. Pure.
 *
 * @module
 */
import type { ServiceName } from '../machines/definition';
import type { BootSequence, SequenceMessage } from './boot-sequence';

/** How much is shown: a picture with more of it cannot be read. */
export const sequenceLimits = { servicesMax: 20, messagesMax: 150, restartsMax: 3 } as const;

export interface SequenceExcerpt {
  /** In the order of first mention. */
  readonly services: readonly ServiceName[];
  readonly messages: readonly SequenceMessage[];
  /** Sentences without a full stop; none where everything is there. */
  readonly leftOut: readonly string[];
}

/**
 * Returns what is to be shown: of `chosen` services only, where there are such; of too many services those that
 * failed go first; of a service that is started again and again the first times; of too many messages the
 * first ones. Pure.
 */
export function excerptOf(
  { services, messages, questions }: BootSequence,
  chosen?: ReadonlySet<ServiceName>,
): SequenceExcerpt {
  const { servicesMax, messagesMax, restartsMax } = sequenceLimits;
  const wanted = services.filter((name) => chosen?.has(name) !== false);
  const shown = new Set(inOrderOfInterest(wanted, messages).slice(0, servicesMax));
  const ofShown = messages.filter(({ service }) => service === undefined || shown.has(service));
  const first = ofShown.filter(({ restarts }) => restarts <= restartsMax);
  const seen = first.slice(0, messagesMax);
  const last = seen.at(-1);
  const unseen = first.length - seen.length;
  return {
    services: wanted.filter((name) => shown.has(name)),
    messages: seen,
    leftOut: [
      ...counted(services.length - wanted.length, 'service that was not asked for', {
        many: 'services that were not asked for',
      }),
      ...counted(
        wanted.length - shown.size,
        `service: no more than ${String(servicesMax)} are shown`,
        {
          many: `services: no more than ${String(servicesMax)} are shown`,
        },
      ),
      ...restartsLeftOut(ofShown, shown),
      ...counted(questions, 'request that only asks how things are', {
        many: 'requests that only ask how things are',
      }),
      ...counted(unseen, `message after event ${String(last?.seq)}`, {
        many: `messages after event ${String(last?.seq)}`,
      }),
    ],
  };
}

const counted = (count: number, one: string, { many }: { readonly many: string }): string[] =>
  count === 0 ? [] : [`${String(count)} ${count === 1 ? one : many}`];

/** Those with a failure first; otherwise as they were mentioned. */
function inOrderOfInterest(
  services: readonly ServiceName[],
  messages: readonly SequenceMessage[],
): ServiceName[] {
  const failing = new Set(
    messages.flatMap(({ kind, service }) => (kind === 'failure' ? (service ?? []) : [])),
  );
  return [
    ...services.filter((name) => failing.has(name)),
    ...services.filter((name) => !failing.has(name)),
  ];
}

function restartsLeftOut(
  messages: readonly SequenceMessage[],
  services: ReadonlySet<ServiceName>,
): string[] {
  const { restartsMax } = sequenceLimits;
  return [...services].flatMap((name) => {
    const restarts = messages.reduce(
      (most, message) => (message.service === name ? Math.max(most, message.restarts) : most),
      0,
    );
    return counted(Math.max(0, restarts - restartsMax), `further restart of ${name}`, {
      many: `further restarts of ${name}`,
    });
  });
}
