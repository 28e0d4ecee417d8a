/**
 * `minit-replay LOG --diff A B`: what is not the same at two instants.
 *
 * @module
 */
import { pointAt, readHistory, type LogHistory } from '../../adapters/log-history';
import { parseInstant, type Instant } from '../../adapters/log-instant';
import { showDiff as differenceOf } from '../../adapters/step-debugger/views';
import { LogChanged, type HistoryPoint } from '../../insight/history';
import { diffStates } from '../../insight/state-diff';
import { complain, print, tellNotes } from '../program';
import { exitCode, verdict, type View } from './view';

export const diffView: View = {
  flag: '--diff',
  takes: ['--json'],
  declare(program) {
    program.option('--diff <instants...>', 'show what has changed between two instants: A B');
  },
  show({ log }, { diff, json }) {
    const texts = diff as readonly string[];
    if (texts.length !== 2)
      return fail(`--diff takes two instants, not ${String(texts.length)}: LOG --diff A B`);
    const instants = texts.map((text) => parseInstant(text, log.header));
    const problem = instants.find((instant) => typeof instant === 'string');
    if (problem !== undefined) return fail(problem);
    try {
      return showDiff(readHistory(log), instants as Instant[], json === true);
    } catch (error) {
      if (error instanceof LogChanged) return fail(error.message, exitCode.damaged);
      throw error;
    }
  },
};

function showDiff(log: LogHistory, instants: readonly Instant[], isJson: boolean): number {
  const [from, to] = instants.map((instant) => pointAt(log.history, instant));
  if (typeof from !== 'object') return fail(from ?? '');
  if (typeof to !== 'object') return fail(to ?? '');
  const diff = diffStates(from.state, to.state);
  const place = ({ seq, state }: HistoryPoint) => ({ seq, at: state.at });
  if (isJson) print(JSON.stringify({ from: place(from), to: place(to), ...diff }));
  else for (const line of differenceOf(from, to, log.header.at)) print(line);
  tellNotes('minit-replay', log.notes);
  return verdict(log);
}

function fail(text: string, code: number = exitCode.usage): number {
  complain('minit-replay', text);
  return code;
}
