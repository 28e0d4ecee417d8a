/**
 * What is exported runs elsewhere: the JSON in XState itself, the SCXML in SCION, an engine of another
 * house. Both get the same events and the same truths of the guards, and must do the same. The SCXML is read
 * here, for SCION's own reader (`@scion-scxml/scxml`, which takes both documents) is 120 MB.
 */
import { isDeepStrictEqual } from 'node:util';
import { fc, test } from '@fast-check/jest';
import { Statechart, type ScionState, type ScionTransition } from '@scion-scxml/core';
import { DOMParser, type Element } from '@xmldom/xmldom';
import {
  createActor,
  createMachine,
  type AnyStateMachine,
  type AnyStateNode,
  type AnyTransitionDefinition,
} from 'xstate';
import { chartOf } from '../../diagrams/statechart';
import { chartToJson } from '../../diagrams/statechart-json';
import { chartToScxml } from '../../diagrams/statechart-scxml';
import { initMachine, serviceMachine } from '../../machines/xstate-machines';
import * as serviceEffects from '../../machines/service-effects';

/** Which guards hold at an event. */
type Truths = ReadonlySet<string>;

interface Engine {
  /** Sends an event; returns what was done, and the states that it is in afterwards. */
  send(event: string, truths: Truths): { readonly done: string[]; readonly states: string[] };
}

const loaded = (machine: AnyStateMachine): AnyStateMachine =>
  createMachine(JSON.parse(chartToJson(chartOf(machine))) as Parameters<typeof createMachine>[0]);

interface XStateEngine extends Engine {
  /** Whether it has a transition for `event`. */
  takes(event: string, truths: Truths): boolean;
}

type Engines = readonly [XStateEngine, Engine];

/** Returns what starts an actor of the exported machine. */
function xstateEngine(machine: AnyStateMachine): () => XStateEngine {
  let holds: Truths = new Set();
  let done: string[] = [];
  const guards = allNodes(machine.root)
    .flatMap(transitionsOf)
    .flatMap(({ guard }) => (guard === undefined ? [] : [guardName(guard)]));
  const stubbed = loaded(machine).provide({
    guards: Object.fromEntries(guards.map((name) => [name, () => holds.has(name)])),
    actions: Object.fromEntries(namesIn(machine).map((name) => [name, () => void done.push(name)])),
  } as never);
  const statesOf = (value: unknown): string[] =>
    typeof value === 'string'
      ? [value]
      : Object.entries(value as object).flatMap(([name, inner]) =>
          statesOf(inner).map((path) => `${name}.${path}`),
        );
  return () => {
    holds = new Set();
    const actor = createActor(stubbed).start();
    return {
      takes(event, truths) {
        holds = truths;
        return actor.getSnapshot().can({ type: event });
      },
      send(event, truths) {
        [holds, done] = [truths, []];
        actor.send({ type: event });
        return { done, states: statesOf(actor.getSnapshot().value) };
      },
    };
  };
}

const childrenOf = (element: Element, name: string): Element[] =>
  [...element.childNodes].filter((node): node is Element => node.nodeName === name);

/** Reads the document as its recommendation says; returns what starts it in SCION. */
function scxmlEngine(document: string): () => Engine {
  const root = new DOMParser().parseFromString(document, 'text/xml').documentElement;
  if (root === null) throw new Error('no document');
  let holds: Truths = new Set();
  let done: string[] = [];
  let isTaken = false;
  const guards = childrenOf(root, 'datamodel').flatMap((model) =>
    childrenOf(model, 'data').map((data) => data.getAttribute('id') ?? ''),
  );
  const logs = (element: Element) =>
    childrenOf(element, 'log').map((log) => () => {
      done.push((log.getAttribute('expr') ?? '').slice(1, -1));
    });
  const transitionOf = (element: Element): ScionTransition => {
    const cond = element.getAttribute('cond');
    if (cond !== null && !guards.includes(cond)) throw new Error(`no data ${cond}`);
    return {
      ...(element.hasAttribute('event') && { event: element.getAttribute('event') ?? '' }),
      ...(element.hasAttribute('target') && { target: element.getAttribute('target') ?? '' }),
      ...(element.hasAttribute('type') && { type: element.getAttribute('type') ?? '' }),
      ...(cond !== null && {
        cond: () => holds.has(cond) && (isTaken || element.hasAttribute('event')),
      }),
      onTransition: logs(element),
    };
  };
  const stateOf = (element: Element): ScionState => ({
    id: element.getAttribute('id') ?? '',
    ...(element.hasAttribute('initial') && { initial: element.getAttribute('initial') ?? '' }),
    onEntry: childrenOf(element, 'onentry').flatMap(logs),
    onExit: childrenOf(element, 'onexit').flatMap(logs),
    transitions: childrenOf(element, 'transition').map(transitionOf),
    states: childrenOf(element, 'state').map(stateOf),
  });
  return () => {
    holds = new Set();
    const chart = new Statechart(() => ({
      initial: root.getAttribute('initial') ?? '',
      states: childrenOf(root, 'state').map(stateOf),
    }));
    // It looks for transitions without an event before it takes one, too; nothing can have changed then.
    chart.on('onSmallStepBegin', () => {
      isTaken = true;
    });
    chart.start();
    return {
      send(event, truths) {
        [holds, done, isTaken] = [truths, [], false];
        return { states: chart.gen({ name: event }), done };
      },
    };
  };
}

/** The names that effects have in the source: several are of one type. */
const effectNames = new Map<unknown, string>(
  Object.entries(serviceEffects).map(([name, effect]) => [effect, name]),
);

function actionName(action: unknown): string {
  if (typeof action === 'string') return action;
  const { type } = action as { type: string };
  return effectNames.get(action) ?? type.charAt(0).toLowerCase() + type.slice(1);
}

const guardName = (guard: unknown): string =>
  typeof guard === 'object' ? (guard as { type: string }).type : (guard as string);

const allNodes = (node: AnyStateNode): AnyStateNode[] => [
  node,
  ...Object.values(node.states).flatMap(allNodes),
];

const transitionsOf = (node: AnyStateNode): AnyTransitionDefinition[] => [
  ...(node.always ?? []),
  ...([...node.transitions.values()].flat() as AnyTransitionDefinition[]),
];

const namesIn = (machine: AnyStateMachine): string[] =>
  allNodes(machine.root).flatMap((node) =>
    [...node.entry, ...node.exit, ...transitionsOf(node).flatMap(({ actions }) => actions)].map(
      actionName,
    ),
  );

/** All that XState knows of a node, with names in place of code. */
const asData = (node: AnyStateNode) => ({
  id: node.id,
  key: node.key,
  path: node.path,
  type: node.type,
  order: node.order,
  initial: node.initial.target.map(({ id }) => id),
  entry: node.entry.map(actionName),
  exit: node.exit.map(actionName),
  events: [...node.transitions.keys()] as string[],
  transitions: transitionsOf(node).map(
    ({ eventType, source, target, guard, actions, reenter }) => ({
      eventType: eventType as string,
      source: source.id,
      target: target?.map(({ id }) => id),
      guard: guard === undefined ? undefined : guardName(guard),
      actions: actions.map(actionName),
      reenter,
    }),
  ),
});

const machines = [
  ['service', serviceMachine],
  ['init', initMachine],
] as const;

describe('JSON', () => {
  it.each(machines)('of %s loads back, node by node and transition by transition', (_, machine) => {
    const [original, again] = [machine as AnyStateMachine, loaded(machine)].map(({ root }) =>
      allNodes(root).map(asData),
    );
    expect(original?.length).toBeGreaterThan(5);
    expect(again).toEqual(original);
  });
});

const documents = machines.map(([name, machine]) => {
  const document = chartToScxml(chartOf(machine));
  return [name, machine as AnyStateMachine, document] as const;
});

/** Guards change with what a machine remembers, and that with a transition: without one they are as before. */
interface Step {
  readonly event: string;
  /** Guards that hold. */
  readonly truths: readonly string[];
}

/** Each event, with the guards that stand at its transitions, or at those without an event. */
function guardsByEvent(
  machine: AnyStateMachine,
): readonly (readonly [string, readonly string[]])[] {
  const transitions = allNodes(machine.root).flatMap(transitionsOf);
  const guardsAt = (wanted: string): string[] =>
    transitions.flatMap(({ eventType, guard }) =>
      eventType === wanted && guard !== undefined ? [guardName(guard)] : [],
    );
  const events = [...new Set(transitions.map(({ eventType }) => eventType as string))];
  return events
    .filter((event) => event !== '')
    .map((event) => [event, [...new Set([...guardsAt(event), ...guardsAt('')])]] as const);
}

const stepsOf = (machine: AnyStateMachine): fc.Arbitrary<readonly Step[]> =>
  fc.array(
    fc
      .constantFrom(...guardsByEvent(machine))
      .chain(([event, guards]) =>
        fc.record({ event: fc.constant(event), truths: fc.subarray([...guards]) }),
      ),
    { minLength: 1, maxLength: 40, size: 'max' },
  );

/** Every event with no guard that holds, and with each one alone. */
const singleSteps = (machine: AnyStateMachine): Step[] =>
  guardsByEvent(machine).flatMap(([event, guards]) =>
    [[], ...guards.map((guard) => [guard])].map((truths) => ({ event, truths })),
  );

/** Does all in both engines; returns the states that they are in at the end. */
function compare([ours, theirs]: Engines, steps: readonly Step[]): string {
  let states: readonly string[] = [];
  for (const { event, truths } of steps) {
    const holds = ours.takes(event, new Set(truths)) ? new Set(truths) : new Set<string>();
    const [outcome, theirOutcome] = [ours.send(event, holds), theirs.send(event, holds)];
    // Many thousand times: only what differs is worth the time to show it.
    if (!isDeepStrictEqual(theirOutcome, outcome)) expect(theirOutcome).toEqual(outcome);
    ({ states } = outcome);
  }
  return states.join();
}

describe.each(documents)('SCXML of %s', (_, machine, document) => {
  const [startOurs, startTheirs] = [xstateEngine(machine), scxmlEngine(document)];
  const started = (): Engines => [startOurs(), startTheirs()];

  test.prop([stepsOf(machine)], { numRuns: 20 })(
    'does in SCION what it does in XState',
    (drawn) => {
      compare(started(), drawn);
    },
  );

  it('does so in every state, with every event and every guard', () => {
    const single = singleSteps(machine);
    const seen = new Set<string>();
    let paths: (readonly Step[])[] = [[]];
    while (paths.length > 0) {
      const found: (readonly Step[])[] = [];
      for (const path of paths) {
        const there = startOurs();
        for (const { event, truths } of path) there.send(event, new Set(truths));
        // What is not taken is the same with every guard.
        const isOfInterest = ({ event, truths }: Step): boolean =>
          truths.length === 0 || there.takes(event, new Set(truths));
        for (const step of single.filter(isOfInterest)) {
          const state = compare(started(), [...path, step]);
          if (seen.has(state)) continue;
          seen.add(state);
          found.push([...path, step]);
        }
      }
      paths = found;
    }
    const leaves = allNodes(machine.root).filter(({ type }) => type === 'atomic');
    expect([...seen].sort()).toEqual(leaves.map(({ path }) => path.join('.')).sort());
  });
});
