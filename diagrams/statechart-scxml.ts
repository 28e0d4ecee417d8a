/**
 * A chart as SCXML (W3C Recommendation of 1 September 2015), of standard elements only, so that every
 * engine takes it. What decides and what is done is code: each guard is a boolean of the data model, false
 * until somebody sets it; each action is a `<log>` whose label says whether it is an effect or a note.
 *
 * @module
 */
import { escapeXml } from './escape-xml';
import {
  allStates,
  type Chart,
  type ChartAction,
  type ChartState,
  type ChartTransition,
} from './statechart';

/** Returns the chart as an SCXML document. Pure. */
export function chartToScxml(chart: Chart): string {
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<scxml xmlns="http://www.w3.org/2005/07/scxml" version="1.0" datamodel="ecmascript"',
    `       name="${escapeXml(chart.id)}" initial="${stateId(chart.initial)}">`,
    ...datamodelXml(chart),
    ...(chart.transitions.length > 0 ? machineState(chart) : statesXml(chart.states, '  ')),
    '</scxml>',
    '',
  ].join('\n');
}

function datamodelXml({ transitions, states }: Chart): string[] {
  const all = [...transitions, ...allStates(states).flatMap((state) => state.transitions)];
  const guards = [...new Set(all.flatMap(({ guard }) => guard ?? []))].sort();
  const data = guards.map((guard) => `    <data id="${escapeXml(guard)}" expr="false"/>`);
  return data.length === 0 ? [] : element('datamodel', data, '  ');
}

/** `<scxml>` takes no transitions: what counts everywhere belongs to one state around all others. */
function machineState(chart: Chart): string[] {
  return [
    `  <state id="${escapeXml(chart.id)}" initial="${stateId(chart.initial)}">`,
    ...chart.transitions.flatMap((transition) => transitionXml(transition, '    ')),
    ...statesXml(chart.states, '    '),
    '  </state>',
  ];
}

/** An id is an XML name: dots and hyphens may stand in it. */
const stateId = (path: string): string => escapeXml(path);

const statesXml = (states: readonly ChartState[], indent: string): string[] =>
  states.flatMap((state) => stateXml(state, indent));

function stateXml(state: ChartState, indent: string): string[] {
  const inner = `${indent}  `;
  const initial = state.initial === undefined ? '' : ` initial="${stateId(state.initial)}"`;
  const content = [
    ...blockXml('onentry', state.entry, inner),
    ...blockXml('onexit', state.exit, inner),
    ...state.transitions.flatMap((transition) => transitionXml(transition, inner)),
    ...statesXml(state.states, inner),
  ];
  return element(`state id="${stateId(state.path)}"${initial}`, content, indent);
}

const blockXml = (name: string, actions: readonly ChartAction[], indent: string): string[] =>
  actions.length === 0 ? [] : element(name, actionsXml(actions, `${indent}  `), indent);

function transitionXml(
  { event, guard, target, actions }: ChartTransition,
  indent: string,
): string[] {
  const attributes = [
    'transition',
    ...(event === '' ? [] : [`event="${escapeXml(event)}"`]),
    ...(guard === undefined ? [] : [`cond="${escapeXml(guard)}"`]),
    // Without a target, a transition of SCXML leaves and enters nothing, as one of XState's does.
    ...(target === undefined ? [] : [`target="${stateId(target)}" type="internal"`]),
  ];
  return element(attributes.join(' '), actionsXml(actions, `${indent}  `), indent);
}

const actionsXml = (actions: readonly ChartAction[], indent: string): string[] =>
  actions.map(({ kind, name }) => `${indent}<log label="${kind}" expr="'${escapeXml(name)}'"/>`);

function element(head: string, content: readonly string[], indent: string): string[] {
  const [name = ''] = head.split(' ');
  return content.length === 0
    ? [`${indent}<${head}/>`]
    : [`${indent}<${head}>`, ...content, `${indent}</${name}>`];
}
