/**
 * `minit-diagram sequence LOG [--service NAMES] [--at INSTANT]`: a boot as messages between operators, minit
 * and its services.
 *
 * @module
 */
import { observeLog } from '../../adapters/observed-log';
import { sequenceToMermaid } from '../../diagrams/sequence-mermaid';
import { BootSequenceBuilder } from '../../insight/boot-sequence';
import { excerptOf } from '../../insight/sequence-excerpt';
import { chooseServices } from '../../insight/service-filter';
import { showName } from '../../machines/names';
import { failed, openShown, usage, type DiagramView } from './view';

export const sequenceView: DiagramView = (request) => {
  const { path, log, service, format } = request;
  if (path === undefined && log === undefined) return usage('sequence needs a LOG');
  if (format !== 'mermaid' && format !== 'json')
    return usage(`a sequence is written as mermaid or json, not as ${format}`);
  const shown = openShown(request);
  if ('failure' in shown) return shown;
  const builder = new BootSequenceBuilder();
  const { state, beginsAfter, damage } = observeLog(shown.log, shown.until, {
    resume(resumed) {
      builder.resume(resumed);
    },
    observe(event) {
      builder.observe(event.record, event.state, event.transitions);
    },
  });
  if (beginsAfter !== undefined)
    return failed(`the log begins after event ${String(beginsAfter)}; what was before is gone`);
  if (state.seq === 0 && damage.length === 0) return failed('the log has no event up to there');
  const sequence = builder.finish();
  const chosen =
    service === undefined ? undefined : chooseServices(sequence.services, service.split(','));
  if (chosen !== undefined && 'unknown' in chosen)
    return failed(`no service ${showName(chosen.unknown)} in this log up to there`);
  const excerpt = excerptOf(sequence, chosen);
  const text =
    format === 'json'
      ? `${JSON.stringify({ startedAt: shown.log.header.at, ...excerpt }, undefined, 2)}\n`
      : sequenceToMermaid(excerpt, shown.log.header.at);
  return { text, damage, notes: shown.log.notes };
};
