/**
 * A plan as it is printed: lines for people, or one JSON object. Pure.
 *
 * @module
 */
import { showPath } from '../../machines/names';
import type { Plan, PlanOrder, PlanWarning } from './plan';
import { listed } from './plan-text';

/** Returns the lines of `plan`; `basis` says what it begins with. Pure. */
export function planLines(plan: Plan, basis: string): string[] {
  const { steps, unchanged, refused, warnings } = plan;
  return [
    `${orderText(plan.order)} (${basis}): ${count(steps.length, 'step')}`,
    ...refused.map(
      ({ service, problem }) =>
        `  refused: ${service === undefined ? '' : `${service}: `}${problem}`,
    ),
    ...steps.flatMap(({ actions }, index) =>
      actions.map(({ text }, place) => {
        const head = place === 0 ? `${String(index + 1)}.` : '';
        return `${head.padStart(4)} ${text}`;
      }),
    ),
    ...(steps.length === 0 && refused.length === 0 ? ['  nothing to do'] : []),
    ...unchanged.map(
      ({ service, state, reason }) => `  as it is: ${service} (${state}: ${reason})`,
    ),
    ...warnings.map(warningLine),
  ];
}

function orderText(order: PlanOrder): string {
  switch (order.kind) {
    case 'boot':
      return order.words.length === 0 ? 'boot' : `boot ${order.words.join(' ')}`;
    case 'shutdown':
      return `shutdown ${order.how}`;
    case 'start':
    case 'stop':
      return `${order.kind} ${listed(order.services)}`;
  }
}

function warningLine({ severity, file, line, text }: PlanWarning): string {
  if (file === undefined) return `${severity}: ${text}`;
  return `${showPath(file)}:${line === undefined ? '' : `${String(line)}:`} ${severity}: ${text}`;
}

const count = (amount: number, noun: string): string =>
  `${String(amount)} ${noun}${amount === 1 ? '' : 's'}`;

/** Returns `plan` as JSON text. Pure. */
export function planToJson(plan: Plan, basis: string): string {
  return JSON.stringify({ basis, ...plan }, undefined, 2);
}
