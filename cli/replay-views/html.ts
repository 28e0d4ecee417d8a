/**
 * `minit-replay LOG --html FILE`: the boot as a page for a browser.
 *
 * @module
 */
import { join } from 'node:path';
import { describeErrorCode } from '../../machines/describe-failure';
import { systemErrorOf } from '../../adapters/system-error';
import { outputProblem } from '../../adapters/log-output';
import { writeLogPage } from '../../adapters/log-page';
import { complain, print, tellNotes } from '../program';
import { exitCode, type View } from './view';

export const htmlView: View = {
  flag: '--html',
  takes: ['--at'],
  declare(program) {
    program.option(
      '--html <file>',
      'write the boot as one page for a browser, with nothing beside it',
    );
  },
  show({ log, until }, { html }) {
    const output = String(html);
    const problem = outputProblem(output, log);
    if (problem !== undefined) return fail(problem);
    try {
      const count = writeLogPage({
        log,
        until,
        output,
        template: join(__dirname, 'replay-page.html'),
      });
      if (count === 0) return fail('the log has no event up to there');
      print(`${output}: ${String(count)} events; open it in a browser`);
      tellNotes('minit-replay', log.notes);
      const damaged = log.notes.find((note) => note.kind === 'damaged');
      if (damaged === undefined) return exitCode.same;
      const { path, line, reason } = damaged;
      complain(
        'minit-replay',
        `${path}:${String(line)}: damaged: ${reason}; what follows is not in it`,
      );
      return exitCode.damaged;
    } catch (error) {
      return fail(`unable to write "${output}": ${describeErrorCode(systemErrorOf(error).code)}`);
    }
  },
};

function fail(text: string): number {
  complain('minit-replay', text);
  return exitCode.usage;
}
