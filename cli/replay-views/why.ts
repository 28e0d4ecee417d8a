/**
 * `minit-replay LOG --why SERVICE`: the chain of causes that led to its state at an instant.
 *
 * @module
 */
import type { Damage } from '../../adapters/fold-log';
import { readWhyLog, wallClockOf } from '../../adapters/why-log';
import { printWhy } from '../../adapters/why-report';
import { explain } from '../../insight/why/why';
import { nameProblem, showName } from '../../machines/names';
import { complain, print, tellNotes } from '../program';
import { exitCode, verdict, type View } from './view';

export const whyView: View = {
  flag: '--why',
  takes: ['--at', '--json'],
  declare(program) {
    program.option(
      '--why <service>',
      'show why it is in its state: the chain of causes to the root',
    );
  },
  show({ log, until }, { why, json }) {
    const service = String(why);
    const problem = nameProblem(service);
    if (problem !== undefined) return fail(`${showName(service)} names no service: ${problem}`);
    const { state, history, beginsAfter, damage } = readWhyLog(log, until);
    if (beginsAfter !== undefined) {
      const event = String(beginsAfter);
      return fail(`the log begins after event ${event}; what was before is gone`);
    }
    if (state.seq === 0) return tellDamage(damage) ?? fail('the log has no event up to there');
    const explanation = explain(state, service, history);
    const notes =
      history.beginsAfter === 0
        ? []
        : [`what was before event ${String(history.beginsAfter)} is not in the log`];
    printWhy({ explanation, clock: wallClockOf(log.header), notes }, { json }, print);
    tellNotes('minit-replay', log.notes);
    return tellDamage(damage) ?? exitCode.same;
  },
};

/** Returns the exit status, or `undefined` where the log is not damaged. */
const tellDamage = (damage: readonly Damage[]): number | undefined =>
  damage.length === 0 ? undefined : verdict({ divergence: undefined, damage });

function fail(text: string): number {
  complain('minit-replay', text);
  return exitCode.usage;
}
