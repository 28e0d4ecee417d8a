/**
 * `minit-diagram service`, `minit-diagram init`: a state machine that runs in minit.
 *
 * @module
 */
import type { AnyStateMachine } from 'xstate';
import { chartAs } from '../../diagrams/formats';
import { chartOf } from '../../diagrams/statechart';
import { misplaced, usage, type DiagramView } from './view';

export const machineView =
  (name: string, machine: AnyStateMachine): DiagramView =>
  (request) => {
    if (request.path !== undefined) return usage(`${name} takes no ROOT`);
    const wrong = misplaced(request, ['log', 'at', 'service']);
    return wrong ?? { text: chartAs(chartOf(machine), request.format, request.layOut) };
  };
