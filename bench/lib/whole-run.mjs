/**
 * A whole run as Markdown and as JSON: on what it was measured, the tables, the goals. Pure but for the date.
 *
 * @module
 */
import { goals, goalsTable, isHeld } from './goals.mjs';
import { quietMax } from './quiet.mjs';
import { machine, showSummary } from './report.mjs';
import { others } from './samples.mjs';
import { tables } from './tables.mjs';

const listed = (values, show) => values.map(show).join(', ');

/** One line: machine, service, rounds. */
export function aboutLine({ tools, rounds, quick }) {
  const service = tools === undefined ? 'sleep(1)' : tools.kind;
  const about = `${machine()}; service: ${service}; ${String(rounds)} rounds`;
  return quick ? `${about}; a smoke run, whose numbers mean nothing` : about;
}

/** Everything that a reader must know before the tables. */
function head(run) {
  const { origin, versions, absent, isShared, tools, samples } = run;
  const notes = [
    `${aboutLine(run)}; minit from ${origin}.`,
    `Measured: ${listed(versions, ({ name, version }) => `${name} ${version}`)}.`,
  ];
  if (absent.length > 0)
    notes.push(
      `Not on this machine, not measured: ${listed(absent, ({ name, hint }) => `${name} (${hint})`)}.`,
    );
  if (tools === undefined)
    notes.push(
      'No C compiler: only the boots of minit and of a floor through koffi, to 5 ms, without namespaces.',
    );
  else if (isShared) notes.push('Not root: without namespaces of their own.');
  else notes.push('Each in PID, mount and network namespaces of its own.');
  const busy = busyOthers(samples);
  if (busy !== undefined)
    notes.push(
      `**The machine was not quiet**: others kept ${showSummary(busy, '')} cores busy before the rounds. Times and ratios are not to be believed, and what they say of goals is in parentheses.`,
    );
  return notes.join('\n');
}

/** How many cores others kept busy, if that is more than nothing. */
function busyOthers(samples) {
  const busy = samples.summary(others.peer, others.count, others.metric);
  return busy !== undefined && busy.max > quietMax ? busy : undefined;
}

export function asMarkdown(run) {
  const table = run.peers.some(({ name }) => name === 'minit')
    ? [
        '### Goals',
        goalsTable(goals(run), {
          isJudged: !run.quick,
          isQuiet: busyOthers(run.samples) === undefined,
        }),
      ]
    : [];
  return [head(run), tables(run), ...table].join('\n\n');
}

export function asJson(run) {
  const { quick, rounds, counts, workloads, origin, versions, absent, samples } = run;
  return {
    at: new Date().toISOString(),
    machine: machine(),
    isSmokeRun: quick,
    wasQuiet: busyOthers(samples) === undefined,
    hasNamespaces: run.tools !== undefined && !run.isShared,
    service: run.tools?.kind ?? 'sleep(1)',
    programs: origin,
    ...{ rounds, services: counts, workloads, peers: versions, absent, samples },
    failures: samples.failures,
    goals: goals(run).map((row) => ({
      ...row,
      ...(row.found !== undefined && !quick && { isHeld: isHeld(row) }),
    })),
  };
}
