/**
 * `msvc --why SERVICE...`: the chain of causes that has led to its present state. Loaded only when it is asked
 * for: it needs all of the fold.
 *
 * @module
 */
import type { ControlClient, ControlError } from '../../adapters/control-client';
import { explainLive } from '../../adapters/why-live';
import { printWhy } from '../../adapters/why-report';
import { conditionOf, type Condition } from '../../machines/condition';
import { nameProblem, showName } from '../../machines/names';
import { stateName } from '../../machines/state';
import { complain, print } from '../program';

/** Prints why each of `services` is in its state; returns what is known of each. `undefined`: a problem, which is told. */
export function showWhy(
  connect: () => ControlClient | ControlError,
  services: readonly string[],
  options: { readonly json?: unknown },
): readonly (Condition | 'unknown')[] | undefined {
  for (const name of services) {
    const problem = nameProblem(name);
    if (problem === undefined) continue;
    fail(`${showName(name)} names no service: ${problem}`);
    return undefined;
  }
  const answer = explainLive(connect, services);
  if ('code' in answer) {
    fail(answer.text);
    return undefined;
  }
  for (const report of answer.reports) printWhy(report, options, print);
  return services.map((name) => {
    const service = answer.state.services.get(name);
    return service === undefined
      ? 'unknown'
      : conditionOf(stateName(service), service.context.pid ?? null);
  });
}

function fail(text: string): undefined {
  complain('msvc', text);
  return undefined;
}
