/**
 * The changes of a what-if from the command line: expressions, and files with one a line.
 *
 * @module
 */
import { readFileSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseChange, type Change } from '../../insight/what-if/what-if-changes';
import { describeErrorCode } from '../../machines/describe-failure';
import type { ServiceName } from '../../machines/definition';
import { treeFrom, type Tree } from '../simulated/tree';
import { systemErrorOf } from '../system-error';
import { surveyTree } from '../tree-survey';

/** One text that may be a change, and how to name its place. */
interface Source {
  readonly place: string;
  readonly text: string;
}

/** A change cannot be understood; the message says where. */
export class BadChange extends Error {}

export interface Changes {
  readonly changes: readonly Change[];
  /** Of the last `root` among them. */
  readonly tree: Tree | undefined;
  /** Where a change stands, for complaints. */
  readonly placeOf: (change: Change) => string;
}

/** `services`: those of the log. @throws BadChange */
export function readChanges(texts: readonly string[], services: ReadonlySet<ServiceName>): Changes {
  const sources = texts.flatMap(sourcesOf);
  const tree = treeOf(sources);
  const known = new Set([...services, ...(tree?.keys() ?? [])]);
  const placed = sources.flatMap(({ place, text }) => {
    const change = parse({ place, text }, known);
    return change === undefined ? [] : [{ place, change }];
  });
  return {
    changes: placed.map(({ change }) => change),
    tree,
    placeOf: (wanted) => placed.find(({ change }) => change === wanted)?.place ?? '',
  };
}

/** A word by itself is a file; there is no change of one word. */
function sourcesOf(text: string): Source[] {
  const isExpression = /\s/u.test(text.trim()) && !isFile(text);
  if (isExpression || text.trim() === '')
    return [{ place: `--what-if ${JSON.stringify(text)}`, text }];
  try {
    return readFileSync(text, 'utf8')
      .split('\n')
      .map((line, index) => ({ place: `${text}:${String(index + 1)}`, text: line }));
  } catch (error) {
    const why = describeErrorCode(systemErrorOf(error).code);
    throw new BadChange(
      `--what-if ${JSON.stringify(text)}: no change, and no file with changes: ${why}`,
    );
  }
}

const isFile = (path: string): boolean =>
  statSync(path, { throwIfNoEntry: false })?.isFile() === true;

function treeOf(sources: readonly Source[]): Tree | undefined {
  let tree: Tree | undefined;
  for (const source of sources) {
    const change = parse(source);
    if (change?.kind !== 'root') continue;
    const { directory } = change;
    const place = `${source.place}: column ${String(change.column)}`;
    const survey = surveyTree(resolve(directory));
    if (survey.error !== undefined)
      throw new BadChange(
        `${place}: unable to read "${directory}": ${describeErrorCode(survey.error.code)}`,
      );
    if (survey.services.length === 0)
      throw new BadChange(`${place}: there is no service below "${directory}"`);
    tree = treeFrom(survey.services.map(({ name, definition }) => [name, definition] as const));
  }
  return tree;
}

function parse({ place, text }: Source, services?: ReadonlySet<ServiceName>): Change | undefined {
  const change = parseChange(text, services);
  if (change !== undefined && !('kind' in change))
    throw new BadChange(`${place}: column ${String(change.column)}: ${change.text}`);
  return change;
}
