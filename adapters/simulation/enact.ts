/**
 * From incidents to what a simulated world is told: how programs behave, which faults it has, and what is
 * done to it from outside.
 *
 * @module
 */
import type { Behaviour, Behaviours, Faults } from '../simulated/behaviours';
import type { World } from '../simulated/world';
import { simulatedError } from '../simulated/behaviours';
import { isOfProcess, type Incident, type ProcessIncident, type TimedIncident } from './incidents';

/** How the programs behave: the processes that no incident is about do as good programs do. */
export function behavioursOf(incidents: readonly Incident[]): Behaviours {
  const byService: Record<string, Behaviour[]> = {};
  for (const incident of incidents.filter(isOfProcess)) {
    const processes = (byService[incident.service] ??= []);
    const last = incident.nth + incident.count;
    // The last one goes for all that follow, and those are good.
    while (processes.length < last) processes.push({});
    for (let index = incident.nth - 1; index < last - 1; index += 1)
      processes[index] = { ...processes[index], ...behaviourOf(incident) };
  }
  return byService;
}

function behaviourOf(incident: ProcessIncident): Behaviour {
  switch (incident.kind) {
    case 'ends':
      return { livesUs: incident.afterUs, exit: incident.exit };
    case 'starts-slowly':
      return { spawnUs: incident.byUs };
    case 'hangs':
      return { hangs: true };
    case 'never-ends':
      return { livesUs: Infinity };
    case 'ignores-term':
      return { termUs: 'ignored', isUnkillable: incident.isUnkillable };
    case 'fork-fails':
      return { failure: { ...simulatedError('EAGAIN'), stage: 'fork' } };
    case 'told-late':
      return { reportUs: incident.byUs };
  }
}

export function worldFaultsOf(incidents: readonly Incident[]): Faults {
  const failures = incidents.map((each) => (each.kind === 'control-fails' ? each.count : 0));
  return {
    reorders: incidents.some(({ kind }) => kind === 'reordered'),
    controlFailures: failures.reduce((sum, count) => sum + count, 0),
  };
}

/** Lets one thing happen, now. */
export function perform(world: World, incident: TimedIncident): void {
  switch (incident.kind) {
    case 'request':
      world.request(incident.request);
      break;
    case 'signal':
      world.signal(incident.signal);
      break;
    case 'kill':
      world.kill(incident.service, incident.signal);
      break;
    case 'orphan':
      world.processes.endOrphan();
      break;
    case 'clock-step':
      world.stepClock(incident.byUs);
      break;
    case 'disk':
      world.fillDisk(incident.isFull);
  }
}
