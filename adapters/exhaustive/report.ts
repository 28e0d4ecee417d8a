/**
 * What an exhaustive exploration saw, for people and for programs. The same exploration reads the same, byte
 * for byte.
 *
 * @module
 */
import { describeEvent } from '../../machines/describe-event';
import type { MinitEvent } from '../../machines/events';
import { describeRequest } from '../simulation/requests';
import type { Exploration } from './explore';

/** Returns the lines of the report. */
export function explorationText(exploration: Exploration): string[] {
  const { services, states, transitions, depth } = exploration;
  return [
    ...findingLines(exploration),
    `${count(services, 'service')}: ${count(states, 'state')}, ${count(transitions, 'transition')}, up to ${count(depth, 'step')} deep`,
    completeness(exploration),
  ];
}

function completeness({ cutBy, depth }: Exploration): string {
  switch (cutBy) {
    case undefined:
      return 'everything was seen: every order of events, in every state that can be reached';
    case 'depth':
      return `not everything was seen: stopped at --depth ${String(depth)}`;
    case 'states':
      return `not everything was seen: stopped at --states; all that is up to ${count(depth, 'step')} deep was`;
    case 'finding':
      return 'not everything was seen: stopped at the finding, to which there is no shorter way';
  }
}

function findingLines({ finding, records }: Exploration): string[] {
  if (finding === undefined) return [];
  return [
    `${finding.kind}: ${finding.text}`,
    `  after ${count(records.length, 'event')}:`,
    ...records.map(({ seq, event }) => `    ${String(seq)} ${eventText(event)}`),
  ];
}

/** A request in words. */
const eventText = (event: MinitEvent): string =>
  event.type === 'RequestReceived' && 'request' in event
    ? `an operator asks: ${describeRequest(event.request)}`
    : describeEvent(event);

const count = (amount: number, noun: string): string =>
  `${String(amount)} ${noun}${amount === 1 ? '' : 's'}`;

/** The report as data. */
export function explorationJson({ finding, records, cutBy, ...totals }: Exploration): string {
  const found = finding && {
    kind: finding.kind,
    service: finding.service ?? null,
    text: finding.text,
    events: records.map(({ seq, event }) => ({ seq, text: eventText(event) })),
  };
  const isComplete = cutBy === undefined;
  return JSON.stringify(
    { ...totals, isComplete, cutBy: cutBy ?? null, finding: found ?? null },
    undefined,
    2,
  );
}
