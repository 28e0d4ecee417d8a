/**
 * What `--why` says, word by word: of each golden log the first moment of each kind of explanation. That none of
 * them contradicts the state is in why.properties.spec.ts.
 */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { explain } from '../../insight/why/why';
import { WhyHistory } from '../../insight/why/why-history';
import { explanationText } from '../../insight/why/why-text';
import { fold, initialState } from '../../machines/fold';
import { readLog } from '../support/read-log';

const folder = join(__dirname, '../golden');
const logs = readdirSync(folder).filter((file) => file.endsWith('.jsonl'));
const kinds = new Set<string>();

/** By what the explanation begins with, and what it comes down to. */
function explanations(file: string): Record<string, string> {
  const log = readLog(join(folder, file));
  if ('code' in log) throw new Error(log.text);
  const history = new WhyHistory();
  const texts: Record<string, string> = {};
  let state = initialState();
  for (const item of log.items) {
    if (item.kind !== 'record') continue;
    const folded = fold(state, item.record);
    ({ state } = folded);
    history.observe(item.record, folded);
    for (const name of [...state.services.keys(), 'never-heard-of']) {
      const explanation = explain(state, name, history);
      const said = explanation.links.map(({ claim }) => claim.kind);
      for (const kind of said) kinds.add(kind);
      const key = [...new Set(said)].join(' < ');
      texts[key] ??= `${String(state.seq)}: ${explanationText(explanation, undefined)}`;
    }
  }
  return texts;
}

describe.each(logs)('of %s', (file) => {
  it('says', () => {
    expect(explanations(file)).toMatchSnapshot();
  });
});
