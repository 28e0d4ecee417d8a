/**
 * Everything that is wrong with a tree of service directories, as sorted findings: what `minit-check`
 * prints. It judges what the survey has collected and reads nothing itself. Pure.
 *
 * @module
 */
import { checkGraph } from './check-graph';
import { checkService } from './check-service';
import type { ServiceName } from './definition';
import { describeErrorCode } from './describe-failure';
import type { SystemError } from './events';
import type { FifoFact, Severity, TreeFinding, TreeSurvey } from './tree-facts';

export type FindingCounts = Readonly<Record<Severity, number>>;

/**
 * Returns all findings about the tree when `starts` are what minit starts, by file and line.
 * Pure: runs no effect.
 */
export function checkTree(
  survey: TreeSurvey,
  starts: readonly ServiceName[] = ['default'],
): TreeFinding[] {
  if (survey.error !== undefined) return [rootFinding(survey.root, survey.error)];
  return [
    ...survey.failures.map(({ directory, error }) => failureFinding(directory, error)),
    ...survey.badNames.map(({ directory, text }) => badNameFinding(directory, text)),
    ...survey.services.flatMap(checkService),
    ...checkGraph(survey, starts),
    ...fifoFindings(`${survey.root}/in`, survey.requestFifo),
    ...fifoFindings(`${survey.root}/out`, survey.replyFifo),
  ].sort(byPlace);
}

/** Returns how many findings there are of each severity. Pure. */
export function countFindings(findings: readonly TreeFinding[]): FindingCounts {
  const counts = { error: 0, warning: 0, note: 0 };
  for (const { severity } of findings) counts[severity] += 1;
  return counts;
}

function byPlace(a: TreeFinding, b: TreeFinding): number {
  if (a.file !== b.file) return a.file < b.file ? -1 : 1;
  return (a.line ?? 0) - (b.line ?? 0);
}

function rootFinding(root: string, { code }: SystemError): TreeFinding {
  const text =
    code === 'ENOENT'
      ? 'there is no such directory: ROOT is the directory that holds the service directories'
      : code === 'ENOTDIR'
        ? 'not a directory: ROOT is the directory that holds the service directories'
        : `cannot be read: ${describeErrorCode(code)} (${code})`;
  return { severity: 'error', file: root, code: 'root-unusable', text };
}

const failureFinding = (directory: string, { code }: SystemError): TreeFinding => ({
  severity: 'error',
  file: directory,
  code: 'unreadable',
  text: `the directory cannot be read: ${describeErrorCode(code)} (${code})`,
});

const badNameFinding = (directory: string, text: string): TreeFinding => ({
  severity: 'error',
  file: directory,
  code: 'bad-name',
  text: `the directory can be no service, as ${text}: rename it`,
});

function fifoFindings(file: string, fact: FifoFact): TreeFinding[] {
  switch (fact) {
    case 'fifo':
      return [];
    case 'missing':
      return [
        {
          severity: 'note',
          file,
          code: 'fifo-missing',
          text: 'there is no FIFO: minit makes it when it can write there; on a read-only file system: mkfifo -m 600',
        },
      ];
    case 'something-else':
      return [
        {
          severity: 'error',
          file,
          code: 'fifo-not-a-fifo',
          text: 'no FIFO, so that minit cannot be controlled through it: remove it, and mkfifo -m 600',
        },
      ];
  }
}
