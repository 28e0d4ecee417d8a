/**
 * Reads a `depends` file: one service name a line, `#` begins a comment line. A line that
 * names no service is left out and reported; the others still count. Pure.
 *
 * @module
 */
import type { DefinitionProblem, Dependency, ServiceName } from './definition';
import { nameProblem, showName } from './names';

/** Bad lines that are reported one by one; a file of another kind has thousands of them. */
export const badLinesReportedMax = 20;

export interface ParsedDepends {
  readonly depends: Dependency[];
  readonly problems: DefinitionProblem[];
}

/** Returns the dependencies of `service` in the order of their first mention, each one once. Pure. */
export function parseDepends(service: ServiceName, text: string): ParsedDepends {
  const depends: Dependency[] = [];
  const seen = new Set<ServiceName>();
  const problems: DefinitionProblem[] = [];
  let badLines = 0;
  let line = 0;
  for (const content of text.split('\n')) {
    line += 1;
    if (content === '' || content.startsWith('#')) continue;
    const problem = lineProblem(service, content);
    if (problem === undefined) {
      if (!seen.has(content)) depends.push({ name: content, line });
      seen.add(content);
      continue;
    }
    badLines += 1;
    if (badLines <= badLinesReportedMax)
      problems.push({ severity: 'error', file: 'depends', line, ...problem });
  }
  if (badLines > badLinesReportedMax) problems.push(remaining(badLines - badLinesReportedMax));
  return { depends, problems };
}

/** A file with Windows line ends or of another kind altogether is one mistake, not a thousand. */
function remaining(count: number): DefinitionProblem {
  return {
    severity: 'error',
    code: 'bad-name',
    file: 'depends',
    text: `${String(count)} more lines name no service: write one service name a line`,
  };
}

function lineProblem(
  service: ServiceName,
  content: string,
): Pick<DefinitionProblem, 'code' | 'text'> | undefined {
  if (content === service) {
    return { code: 'depends-on-itself', text: 'the service depends on itself: remove the line' };
  }
  if (content.endsWith('\r')) {
    return {
      code: 'bad-name',
      text: 'the line ends in a carriage return (Windows line ends): save the file with Unix line ends',
    };
  }
  if (content.startsWith('\ufeff')) {
    return {
      code: 'bad-name',
      text: 'the line begins with a byte order mark: save the file as UTF-8 without one',
    };
  }
  const problem = nameProblem(content);
  if (problem === undefined) return undefined;
  return {
    code: 'bad-name',
    text: `${showName(content)} names no service, as ${problem}: correct the line`,
  };
}
