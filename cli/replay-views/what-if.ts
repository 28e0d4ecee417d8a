/**
 * `minit-replay LOG --what-if FILE|EXPR…`: how the boot would have gone with changes, as a difference.
 *
 * @module
 */
import { BadChange, readChanges, type Changes } from '../../adapters/what-if/changes';
import { compareWhatIf, type Comparison } from '../../adapters/what-if/compare';
import { writeImaginedLog } from '../../adapters/what-if/log-file';
import { Impossible } from '../../adapters/what-if/overlay';
import { readWhatIfLog, type WhatIfLog } from '../../adapters/what-if/read-log';
import { outputProblem } from '../../adapters/log-output';
import { systemErrorOf } from '../../adapters/system-error';
import { whatIfText } from '../../insight/what-if/what-if-text';
import { describeErrorCode } from '../../machines/describe-failure';
import { complain, print, tellNotes } from '../program';
import { exitCode, verdict, type View, type ViewedLog, type ViewOptions } from './view';

export const whatIfView: View = {
  flag: '--what-if',
  takes: ['--at', '--json', '--log'],
  declare(program) {
    program
      .option(
        '--what-if <changes...>',
        'show how it would have gone: a file of changes, or changes such as "web exits 1 at +12s"',
      )
      .option('--log <file>', 'write the boot of --what-if as a log');
  },
  show(viewed, options) {
    try {
      return showWhatIf(viewed, options);
    } catch (error) {
      if (error instanceof BadChange) return fail(error.message);
      throw error;
    }
  },
};

function showWhatIf({ log, until }: ViewedLog, options: ViewOptions): number {
  const { log: output } = options;
  const problem = typeof output === 'string' ? outputProblem(output, log) : undefined;
  if (problem !== undefined) return fail(problem);
  const read = readWhatIfLog(log, until);
  if (typeof read === 'string') return fail(read);
  const asked = readChanges(options['whatIf'] as readonly string[], read.services);
  const changes = asked.changes.map(({ text }) => text);
  const { diff, assumed, records } = compare(read, asked, log.header.at);
  if (options['json'] === true) print(JSON.stringify({ changes, ...diff, assumed }));
  else for (const line of whatIfText({ changes, diff, assumed })) print(line);
  if (typeof output === 'string')
    try {
      writeImaginedLog(output, log.header, records);
    } catch (error) {
      return fail(`unable to write "${output}": ${describeErrorCode(systemErrorOf(error).code)}`);
    }
  if (read.divergence !== undefined)
    complain(
      'minit-replay',
      `this minit decides otherwise than the one that wrote the log, first at event ${String(read.divergence.seq)}: what differs may be due to that`,
    );
  tellNotes('minit-replay', log.notes);
  return verdict(read);
}

/** @throws BadChange */
function compare(read: WhatIfLog, asked: Changes, bootAt: number): Comparison {
  try {
    return compareWhatIf(read, asked, bootAt);
  } catch (error) {
    if (!(error instanceof Impossible)) throw error;
    const { change, message } = error;
    throw new BadChange(`${asked.placeOf(change)}: column ${String(change.column)}: ${message}`);
  }
}

function fail(text: string): number {
  complain('minit-replay', text);
  return exitCode.usage;
}
