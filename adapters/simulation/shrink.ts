/**
 * Makes a failing schedule short: takes incidents away, many at once first (delta debugging: Zeller and
 * Hildebrandt, "Simplifying and isolating failure-inducing input", 2002), and makes those that are left
 * simpler, as long as the run still fails in the same way.
 *
 * @module
 */
import { isOfProcess, isTimed, type Incident, type Scenario } from './incidents';

/** Runs that one shrinking may take. */
const runsMax = 2_000;

/** Tells whether a scenario still fails in the way that is being looked for. */
export type Fails = (scenario: Scenario) => boolean;

/**
 * Returns the shortest scenario found that fails: without any single one of its incidents it does not,
 * unless the search had to be given up.
 */
export function shrink(failing: Scenario, fails: Fails): Scenario {
  let runsLeft = runsMax;
  let { incidents } = failing;
  const attempt = (candidate: readonly Incident[]): boolean => {
    if (runsLeft === 0) return false;
    runsLeft -= 1;
    if (!fails({ ...failing, incidents: candidate })) return false;
    incidents = candidate;
    return true;
  };
  // What is made simpler may make another one superfluous.
  do dropSome(() => incidents, attempt);
  while (simplifySome(() => incidents, attempt));
  return { ...failing, incidents };
}

type Attempt = (candidate: readonly Incident[]) => boolean;

function dropSome(current: () => readonly Incident[], attempt: Attempt): void {
  for (let size = current().length; size >= 1;) {
    let hasDropped = false;
    for (let from = 0; from < current().length;) {
      const incidents = current();
      const rest = [...incidents.slice(0, from), ...incidents.slice(from + size)];
      if (attempt(rest)) hasDropped = true;
      else from += size;
    }
    // At the finest, all are tried again until none can be spared.
    if (size > 1 || !hasDropped) size = Math.floor(size / 2);
  }
}

/** Returns whether anything became simpler. */
function simplifySome(current: () => readonly Incident[], attempt: Attempt): boolean {
  let hasChanged = false;
  for (let index = 0; index < current().length; index += 1) {
    for (let isSimpler = true; isSimpler;) {
      const incidents = current();
      isSimpler = simplerOnes(incidents[index]).some((simpler) =>
        attempt(incidents.map((each, at) => (at === index ? simpler : each))),
      );
      hasChanged ||= isSimpler;
    }
  }
  return hasChanged;
}

const second = 1_000_000;

/** Simpler ones than `incident`, the simplest first. */
function simplerOnes(incident: Incident | undefined): Incident[] {
  if (incident === undefined) return [];
  if (isTimed(incident)) return times(incident.atUs).map((atUs) => ({ ...incident, atUs }));
  if (!isOfProcess(incident)) {
    return incident.kind === 'control-fails' && incident.count > 1
      ? [{ ...incident, count: incident.count - 1 }]
      : [];
  }
  const { nth, count } = incident;
  return [
    ...(count > 1
      ? [
          { ...incident, count: 1 },
          { ...incident, count: count - 1 },
        ]
      : []),
    ...(nth > 1 ? [{ ...incident, nth: nth - 1 }] : []),
    ...('byUs' in incident ? times(incident.byUs).map((byUs) => ({ ...incident, byUs })) : []),
    ...('afterUs' in incident
      ? times(incident.afterUs).map((afterUs) => ({ ...incident, afterUs }))
      : []),
  ];
}

/** Rounder and earlier times than `us`. */
function times(us: number): number[] {
  const whole = Math.floor(us / second) * second;
  const half = Math.floor(us / (2 * second)) * second;
  return [...new Set([0, half, whole, Math.floor(us / 1_000) * 1_000])].filter((each) => each < us);
}
