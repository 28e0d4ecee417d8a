/**
 * The view of `minit-replay` where nothing else is asked for: the state at an instant, or the events
 * that touched a service, and whether minit decides the same again.
 *
 * @module
 */
import { runReplay } from '../../adapters/replay-log';
import { printReport, type ReplayReportOptions } from '../../adapters/replay-report';
import { complain, print } from '../program';
import { exitCode, verdict, type View } from './view';

export const stateView: View = {
  takes: ['--at', '--json', '--service', '--verify'],
  declare(program) {
    program
      .option('--service <name>', 'show the events that touched this service')
      .option('--json', 'show all as one JSON object')
      .option(
        '--verify',
        'show only whether the recorded effects are those that the fold gives again',
      );
  },
  show({ log, until }, given) {
    const options = given as ReplayReportOptions;
    const report = runReplay(log, until, options.service);
    if (report.beginsAfter !== undefined) {
      const event = String(report.beginsAfter);
      return fail(`the log begins after event ${event}; what was before is gone`);
    }
    if (until !== undefined && report.state.seq === 0 && report.damage.length === 0)
      return fail('the log has no event up to there');
    if (options.service !== undefined && !report.isServiceKnown)
      return fail(`no service "${options.service}" in this log up to there`);
    printReport(report, options, print);
    return verdict(report);
  },
};

function fail(text: string): number {
  complain('minit-replay', text);
  return exitCode.usage;
}
