/**
 * `minit-diagram deps ROOT`: what depends on what in a tree; `deps --log LOG [--at INSTANT]`: in what minit
 * knew of it, coloured by the state of each service at that instant.
 *
 * @module
 */
import { pointAt, readHistory } from '../../adapters/log-history';
import { surveyTree } from '../../adapters/tree-survey';
import {
  dependencyGraphOf,
  recordedGraphOf,
  type DependencyGraph,
} from '../../diagrams/dependency-graph';
import { isTooDeep } from '../../diagrams/dependency-size';
import { dependenciesAs, type Format } from '../../diagrams/formats';
import type { LayOut } from '../../diagrams/svg';
import { LogChanged } from '../../insight/history';
import { describeErrorCode } from '../../machines/describe-failure';
import {
  exitCode,
  failed,
  misplaced,
  openShown,
  usage,
  type DiagramRequest,
  type DiagramView,
  type Drawn,
} from './view';

type GraphFormat = Exclude<Format, 'scxml'>;

export const dependenciesView: DiagramView = (request) => {
  const { path, log, format } = request;
  if (path === undefined && log === undefined) return usage('deps needs a ROOT, or --log LOG');
  if (path !== undefined && log !== undefined) return usage('deps takes a ROOT or --log, not both');
  const wrong = misplaced(request, log === undefined ? ['at', 'service'] : ['service']);
  if (wrong !== undefined) return wrong;
  if (format === 'scxml')
    return usage('dependencies are no state machine: scxml is for service and init');
  return path === undefined ? drawLog(request, format) : drawTree(path, format, request);
};

function drawTree(root: string, format: GraphFormat, { layOut }: DiagramRequest): Drawn {
  const survey = surveyTree(root);
  if (survey.error !== undefined) {
    const { code } = survey.error;
    return failed(`unable to read ${JSON.stringify(root)}: ${describeErrorCode(code)} (${code})`);
  }
  return draw(dependencyGraphOf(survey), format, layOut);
}

function draw(graph: DependencyGraph, format: GraphFormat, layOut: LayOut): Drawn {
  if (format === 'svg' && isTooDeep(graph))
    return failed('the dependencies are too deep for a picture: use --format dot');
  return { text: dependenciesAs(graph, format, layOut) };
}

function drawLog(request: DiagramRequest, format: GraphFormat): Drawn {
  const shown = openShown(request);
  if ('failure' in shown) return shown;
  try {
    const { history, header, damage, notes } = readHistory(shown.log);
    const point = pointAt(history, shown.until);
    if (typeof point === 'string') return failed(point);
    if (point.seq === 0 && damage.length === 0) return failed('the log has no event up to there');
    const graph = recordedGraphOf(point.state, history.end(), header.at);
    return { ...draw(graph, format, request.layOut), damage, notes };
  } catch (error) {
    if (error instanceof LogChanged) return { failure: error.message, code: exitCode.damaged };
    throw error;
  }
}
