/**
 * One simulated run: the real loop boots the tree in a simulated world, incidents happen, the world is
 * healed, everything that is wanted must come up, and then minit must end. The first thing that is wrong
 * ends the run.
 *
 * @module
 */
import { turns$ } from '../../effects/loop';
import type { LogRecord } from '../../effects/ports';
import type { ServiceName } from '../../machines/definition';
import type { MinitEvent } from '../../machines/events';
import { fold } from '../../machines/fold';
import { checkInvariants } from '../../machines/invariants';
import { graceMsDefault } from '../../machines/limits';
import { fatalProblem } from '../../machines/service-guards';
import { createWorld, type World } from '../simulated/world';
import { behavioursOf, perform, worldFaultsOf } from './enact';
import { finding, findLeftBehind, findNeverUp, findUnsettled, type Finding } from './findings';
import { isTimed, type Scenario } from './incidents';
import { begin, RunObserver, type Fold, type FoldedPath } from './observer';
import type { SimulatedTree } from './tree';

export interface RunOptions {
  /** Folds instead of minit's own: for specs that break something on purpose. */
  readonly fold?: Fold;
  /** What another run of this tree has folded from its beginning: not worked out again. */
  readonly known?: FoldedPath;
}

export interface Run {
  /** The first thing that was wrong. */
  readonly finding: Finding | undefined;
  /** Up to and with the event that showed what is wrong. */
  readonly records: readonly LogRecord[];
  /** In a run without incidents: what of the tree itself never comes up. */
  readonly neverUp: readonly Finding[];
  /** For other runs of this tree, where `known` was not given. */
  readonly path: FoldedPath;
}

const second = 1_000_000;
/** For what the last incident led to. */
const afterLastUs = 2 * second;
/** The longest back-off, the pauses before a log or a FIFO is tried again, and time to start. */
const healingUs = 120 * second;
/** In the last half of that nothing may start any more. */
const restlessUs = healingUs / 2;
/** Each service of a chain may take a grace time to drain, one to end, and one until it is dead. */
const endingUsPerService = 3 * graceMsDefault * 1_000;

/** Carries a scenario out. The same scenario on the same tree gives the same run, byte for byte. */
export function runScenario(
  simulated: SimulatedTree,
  { seed, incidents }: Scenario,
  options: RunOptions = {},
): Run {
  const { tree, broken } = simulated;
  const behaviours = { ...behavioursOf(incidents), ...broken };
  const world = createWorld({ seed, tree, behaviours, faults: worldFaultsOf(incidents) });
  const isBroken = breakage(simulated);
  const observer = new RunObserver({
    foldEvent: options.fold ?? fold,
    startsByItself: (service, state) =>
      isBroken(service) || state.services.get(service)?.context.definition.mode !== 'respawn',
    known: options.known,
  });
  boot(world, simulated, observer);
  const isOver = (): boolean => observer.finding !== undefined || hasEnded(world);
  let nowUs = 0;
  for (const incident of incidents.filter(isTimed).sort((a, b) => a.atUs - b.atUs)) {
    if (!isOver()) world.advance(incident.atUs - nowUs);
    nowUs = incident.atUs;
    if (!isOver()) perform(world, incident);
  }
  if (!isOver()) world.advance(afterLastUs);
  if (!isOver()) healAndCheck(world, observer, isBroken);
  const isCalm = incidents.length === 0 && observer.finding === undefined;
  const neverUp = isCalm ? findNeverUp(observer.state, observer.missing) : [];
  if (observer.finding === undefined) endAndCheck(world, observer);
  const { records, path = [] } = observer;
  return { finding: observer.finding, records, neverUp, path };
}

/** Tells which services can never come up, whatever minit does. */
function breakage({ tree, broken }: SimulatedTree): (service: ServiceName) => boolean {
  return (service) => {
    const definition = tree.get(service);
    const isUnusable = definition !== undefined && fatalProblem(definition) !== undefined;
    return isUnusable || Object.hasOwn(broken, service);
  };
}

/** minit, or the machine with it. */
const hasEnded = (world: World): boolean =>
  world.exitCode() !== undefined || world.systemEnd() !== undefined;

/** What minit learns first. */
export function firstEvent({ root, words, role }: SimulatedTree): MinitEvent {
  return {
    type: 'SupervisorStarted',
    pid: role === 'process' ? 42 : 1,
    role,
    root,
    words,
    graceMs: graceMsDefault,
    endsSystem: true,
  };
}

function boot(world: World, simulated: SimulatedTree, observer: RunObserver): void {
  const first = { at: world.ports.clock.now(), event: firstEvent(simulated) };
  turns$(world.ports, first, { fold: observer.fold, from: begin }).subscribe({
    error: (error: unknown) => {
      observer.noteError(error);
    },
  });
}

function healAndCheck(
  world: World,
  observer: RunObserver,
  isBroken: (service: ServiceName) => boolean,
): void {
  world.heal();
  observer.quietFrom = world.ports.clock.now() + restlessUs;
  world.advance(healingUs);
  observer.quietFrom = Infinity;
  if (observer.finding !== undefined || hasEnded(world)) return;
  // What was looked at event by event is looked at once more as a whole.
  attempt(observer, () => {
    checkInvariants(observer.state);
  });
  observer.note(findUnsettled(observer.state, isBroken));
  const [request] = observer.unanswered();
  if (request !== undefined)
    observer.note(
      finding('unanswered', { text: `the request of event ${String(request)} gets no reply` }),
    );
}

function endAndCheck(world: World, observer: RunObserver): void {
  const { services, shutdown } = observer.state;
  const isHealed = shutdown === undefined && !hasEnded(world);
  if (isHealed) world.signal('SIGTERM');
  world.run(endingUsPerService * (services.size + 1));
  if (!hasEnded(world))
    observer.note(finding('no-end', { text: 'minit was told to end, and does not' }));
  else if (isHealed) observer.note(findLeftBehind(observer.state));
  attempt(observer, () => {
    checkInvariants(observer.state);
  });
}

function attempt(observer: RunObserver, check: () => void): void {
  try {
    check();
  } catch (error) {
    observer.noteError(error);
  }
}
