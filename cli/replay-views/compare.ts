/**
 * `minit-replay --compare LOG1 LOG2`: what was not the same in two boots.
 *
 * @module
 */
import { openLog, type OpenedLog } from '../../adapters/event-log/reader';
import { observeLog } from '../../adapters/observed-log';
import { parseInstant } from '../../adapters/log-instant';
import {
  BootFactsBuilder,
  type BootFacts,
  type ServiceFacts,
} from '../../insight/compare/boot-facts';
import {
  compareBoots,
  toleranceDefault,
  toleranceText,
  type BootComparison,
  type Tolerance,
} from '../../insight/compare/compare';
import { compareReport } from '../../insight/compare/compare-report';
import { preciseDuration } from '../../insight/chart/time-axis';
import { complain, print, tellNotes } from '../program';
import type { View } from './view';

/** As those of diff(1). */
export const compareExitCode = { same: 0, different: 1, trouble: 2 } as const;

interface ComparedBoot {
  readonly header: OpenedLog['header'];
  readonly root: string;
  readonly facts: BootFacts;
  /** Not all of the log counts. */
  readonly isDamaged: boolean;
}

export const compareView: View = {
  flag: '--compare',
  takes: ['--at', '--json', '--tolerance'],
  declare(program) {
    program
      .option('--compare', 'show what was not the same in two boots: LOG1 LOG2')
      .option(
        '--tolerance <ms,percent>',
        'with --compare: durations that do not differ by more than both are the same',
        `${String(toleranceDefault.us / 1_000)},${String(toleranceDefault.share * 100)}`,
      );
  },
  takesTwo: true,
  show({ log, other }, { at, json, tolerance: text }) {
    const tolerance = parseTolerance(String(text));
    if (tolerance === undefined)
      return fail(
        `--tolerance takes milliseconds and percent, such as 10,20, not "${String(text)}"`,
      );
    if (other === undefined) return fail('--compare takes two logs, not 1: --compare LOG1 LOG2');
    const second = openLog(other);
    if ('code' in second) return fail(second.text);
    const [from, to] = [log, second].map((each) => readBoot(each, at as string | undefined));
    if (typeof from !== 'object') return fail(from ?? '');
    if (typeof to !== 'object') return fail(to ?? '');
    const comparison = compareBoots(from.facts, to.facts, tolerance);
    if (json === true) print(JSON.stringify(asJson(comparison, tolerance, [from, to]), orNull));
    else for (const line of reportLines(comparison, tolerance, [from, to])) print(line);
    if (from.isDamaged || to.isDamaged) return compareExitCode.trouble;
    return comparison.isSame ? compareExitCode.same : compareExitCode.different;
  },
};

function fail(text: string): number {
  complain('minit-replay', text);
  return compareExitCode.trouble;
}

function parseTolerance(text: string): Tolerance | undefined {
  const [, ms, percent] = /^(\d+(?:\.\d+)?),(\d+(?:\.\d+)?)$/u.exec(text) ?? [];
  if (ms === undefined) return undefined;
  return { us: Number(ms) * 1_000, share: Number(percent) / 100 };
}

/** Returns the boot up to `at`, or why there is nothing to compare. */
function readBoot(log: OpenedLog, at: string | undefined): ComparedBoot | string {
  const until = parseInstant(at, log.header);
  if (typeof until === 'string') return until;
  const path = log.segments[0]?.path ?? '';
  const builder = new BootFactsBuilder();
  let divergedAt: number | undefined;
  let lastSeq: number | undefined;
  const { state, beginsAfter, damage } = observeLog(log, until, {
    resume(resumed) {
      if (lastSeq !== undefined) tellGap(path, lastSeq, resumed.seq);
      builder.resume(resumed);
    },
    observe({ record, state: next, transitions, divergence }) {
      lastSeq = record.seq;
      builder.observe(record, next, transitions);
      divergedAt ??= divergence?.seq;
    },
  });
  // What is gone is told with the rest that is not compared.
  tellNotes(
    'minit-replay',
    log.notes.filter(({ kind }) => kind !== 'gap'),
  );
  for (const { path: file, line, reason } of damage)
    complain('minit-replay', `${file}:${String(line)}: damaged: ${reason}`);
  if (beginsAfter !== undefined)
    return `${path}: the log begins after event ${String(beginsAfter)}; what was before is gone`;
  if (state.seq === 0) return `${path}: the log has no event up to there`;
  const facts = builder.finish();
  if (facts.isCutOff) return `${path}: the beginning of the boot is gone`;
  if (divergedAt !== undefined) {
    const event = String(divergedAt);
    return `${path}: event ${event} does not fold as it did; see minit-replay --verify`;
  }
  return { header: log.header, root: state.root, facts, isDamaged: damage.length > 0 };
}

function tellGap(path: string, from: number, to: number): void {
  const events = `events ${String(from + 1)} to ${String(to)}`;
  complain('minit-replay', `${path}: ${events} are not in the log, and not compared`);
}

function reportLines(
  comparison: BootComparison,
  tolerance: Tolerance,
  boots: readonly ComparedBoot[],
): string[] {
  const heads = boots.map(({ header, root, facts: { settledUs } }, index) => {
    const settled =
      settledUs === undefined ? 'not settled' : `settled after ${preciseDuration(settledUs)}`;
    return `${String(index + 1)}: boot of ${root} on ${header.host}, ${header.wallAt}, ${settled}`;
  });
  const same = `no difference; durations that differ by no more than ${toleranceText(tolerance)} count as the same`;
  return [...heads, '', ...(comparison.isSame ? [same] : compareReport(comparison))];
}

function asJson(
  comparison: BootComparison,
  tolerance: Tolerance,
  boots: readonly ComparedBoot[],
): object {
  return {
    ...comparison,
    missing: comparison.missing.map(plain),
    new: comparison.new.map(plain),
    tolerance,
    boots: boots.map(({ header, root, facts }) => ({
      ...{ boot: header.boot, host: header.host, root },
      ...{ wallAt: header.wallAt, program: header.program },
      ...facts,
      services: facts.services.map(plain),
    })),
  };
}

/** What there is none of is told so, and not left out. */
const orNull = (_key: string, value: unknown): unknown => value ?? null;

const plain = ({ ends, lastEnds, ...facts }: ServiceFacts): object => ({
  ...facts,
  ends: Object.fromEntries(ends),
  lastEnds: Object.fromEntries(lastEnds),
});
