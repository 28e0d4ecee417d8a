/**
 * The directory of a service that starts again by itself: read before each restart, apart from the walk
 * of start-order.ts. The walk may ask for the same directory at the same time, and then one answer has to
 * do for both: told here, it is ignored by every service but one that waits for it. Pure.
 *
 * @module
 */
import type { ServiceDefinition, ServiceName } from './definition';
import type { SystemError } from './events';
import { PersistentMap } from './persistent-map';
import { tell, type Step } from './step';

const nobody = PersistentMap.empty<true>();

/** A service is read again before each restart. It may have changed its state, or gone, meanwhile. */
export function restartWith(step: Step, service: ServiceName, definition: ServiceDefinition): void {
  const known = step.draft.services.get(service);
  if (known === undefined) return;
  const { needs } = known.context;
  tell(step, service, {
    type: 'DefinitionRead',
    at: step.at,
    definition,
    needs,
    waitingFor: nobody,
  });
}

/** The same, when the directory cannot be read. */
export function restartWithout(step: Step, service: ServiceName, error: SystemError): void {
  if (!step.draft.services.has(service)) return;
  const path = `${step.draft.root}/${service}`;
  const failure = { stage: 'read-directory', error, path } as const;
  tell(step, service, { type: 'DefinitionMissing', at: step.at, failure });
}
