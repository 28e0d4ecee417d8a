/**
 * What a plan is made of: a state to begin with, and the directories of the services. From the tree alone,
 * from the minit that runs, or from a log.
 *
 * @module
 */
import { resolve } from 'node:path';
import { checkTree } from '../machines/check-tree';
import type { ServiceDefinition, ServiceName } from '../machines/definition';
import { describeErrorCode } from '../machines/describe-failure';
import { initialState } from '../machines/fold';
import { graceMsDefault } from '../machines/limits';
import type { SupervisorState } from '../machines/state';
import type { TreeFinding } from '../machines/tree-facts';
import type { ReadDirectory } from '../insight/plan/ideal-world';
import { stateAfter, type PlanOrder } from '../insight/plan/plan';
import { openLog, type LogNote, type OpenedLog } from './event-log/reader';
import { readLiveState } from './live-state';
import { parseInstant } from './log-instant';
import { runReplay } from './replay-log';
import { readServiceDirectory } from './service-directories';
import { systemError } from './system-error';
import { surveyTree } from './tree-survey';

export interface PlanBasis {
  /** For people: what the plan begins with. */
  readonly text: string;
  readonly state: SupervisorState;
  readonly read: ReadDirectory;
  readonly findings: readonly TreeFinding[];
  /** What of the log cannot be read: lines to print. */
  readonly damage?: readonly string[];
  /** What it lacks beside that. */
  readonly notes?: readonly LogNote[];
}

/** `isDamaged`: the log is to blame. */
export interface BasisProblem {
  readonly problem: string;
  readonly isDamaged?: true;
}

const reader =
  (root: string): ReadDirectory =>
  (service) =>
    readServiceDirectory(root, service);

interface Survey {
  readonly root: string;
  readonly findings: readonly TreeFinding[];
}

function survey(rootAsTyped: string): Survey | BasisProblem {
  const root = resolve(rootAsTyped);
  const tree = surveyTree(root);
  if (tree.error === undefined) return { root, findings: checkTree(tree) };
  const { code } = tree.error;
  return {
    problem: `unable to read ${JSON.stringify(rootAsTyped)}: ${describeErrorCode(code)} (${code})`,
  };
}

/**
 * The tree alone. A boot and a start begin with nothing; what is to be stopped has been started before, by a
 * boot that went well, and by hand where that did not.
 */
export function basisFromTree(rootAsTyped: string, order: PlanOrder): PlanBasis | BasisProblem {
  const tree = survey(rootAsTyped);
  if ('problem' in tree) return tree;
  const { root, findings } = tree;
  const read = reader(root);
  const nothing = { state: initialState(), read, findings };
  if (order.kind === 'boot') return { ...nothing, text: `a boot of ${root}` };
  if (order.kind === 'start')
    return { ...nothing, state: idle(root), text: `${root}, with nothing started` };
  const boot: PlanOrder = { kind: 'boot', words: [], root, graceMs: graceMsDefault };
  let state = stateAfter({ order: boot, state: initialState(), read });
  const missing =
    order.kind === 'stop' ? order.services.filter((name) => !state.services.has(name)) : [];
  if (missing.length > 0)
    state = stateAfter({ order: { kind: 'start', services: missing }, state, read });
  return { ...nothing, state, text: `${root}, booted without a fault` };
}

/** A minit that takes orders, and has something else to do: it does not end when this is done. */
function idle(root: string): SupervisorState {
  return { ...initialState(), root, hasStarted: true, active: 1 };
}

/** The minit that runs, and its directories as they are now. */
export function basisFromLive(rootAsTyped: string): PlanBasis | BasisProblem {
  const tree = survey(rootAsTyped);
  if ('problem' in tree) return tree;
  const live = readLiveState(tree.root);
  if ('code' in live) return { problem: live.text };
  const { state } = live;
  return {
    state,
    read: reader(tree.root),
    findings: tree.findings,
    text: `the minit of ${tree.root}, as it is now`,
  };
}

export interface LogPlace {
  readonly path: string;
  readonly at: string | undefined;
  /** Where directories are read; as they were last read in the log, or else next, where there is none. */
  readonly root: string | undefined;
}

/** An instant of a log. */
export function basisFromLog({ path, at, root }: LogPlace): PlanBasis | BasisProblem {
  const log = openLog(path);
  if ('code' in log)
    return { problem: log.text, ...(log.code !== 'missing' && { isDamaged: true as const }) };
  const until = parseInstant(at, log.header);
  if (typeof until === 'string') return { problem: until };
  const { state, beginsAfter, damage } = runReplay(log, until);
  if (beginsAfter !== undefined) {
    return {
      problem: `the log begins after event ${String(beginsAfter)}; what was before is gone`,
    };
  }
  const damaged = damage.map(
    (one) => `${one.path}:${String(one.line)}: damaged: ${one.reason}; what is before it counts`,
  );
  if (state.seq === 0) {
    const [problem] = damaged;
    return problem === undefined
      ? { problem: 'the log has no event up to there' }
      : { problem, isDamaged: true };
  }
  const tree = root === undefined ? undefined : survey(root);
  if (tree !== undefined && 'problem' in tree) return tree;
  const notes = [...log.notes];
  let later: Definitions | undefined;
  const recorded: ReadDirectory = (service) => {
    const known = state.services.get(service);
    if (known !== undefined) return { definition: known.context.definition };
    const definition = (later ??= definitionsAfter(log, state.seq)).get(service);
    return definition === undefined ? { error: systemError('ENOENT') } : { definition };
  };
  return {
    state,
    read: tree === undefined ? recorded : reader(tree.root),
    findings: tree?.findings ?? [],
    notes,
    damage: damaged,
    text: `event ${String(state.seq)} of ${path}`,
  };
}

type Definitions = ReadonlyMap<ServiceName, ServiceDefinition>;

/** In the middle of a boot most directories are still to be read: as each is read first after event `seq`. */
function definitionsAfter(log: OpenedLog, seq: number): Definitions {
  const found = new Map<ServiceName, ServiceDefinition>();
  for (const item of log.items()) {
    if (item.kind !== 'record' || item.record.seq <= seq) continue;
    const { event } = item.record;
    if (event.type === 'ServiceRead' && !found.has(event.service))
      found.set(event.service, event.definition);
  }
  return found;
}
