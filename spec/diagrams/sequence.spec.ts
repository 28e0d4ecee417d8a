import fc from 'fast-check';
import { sequenceToMermaid } from '../../diagrams/sequence-mermaid';
import {
  BootSequenceBuilder,
  type BootSequence,
  type SequenceMessage,
} from '../../insight/boot-sequence';
import { excerptOf, sequenceLimits } from '../../insight/sequence-excerpt';
import { fold, initialState } from '../../machines/fold';
import { stateName } from '../../machines/state';
import { enact, scenario, type Scenario } from '../support/scenarios';
import { bootTree, type Boot } from '../support/world';

/** A random boot, until nothing happens any more. */
const bootOf = (drawn: Scenario): Boot => {
  const boot = enact(drawn);
  boot.run(10_000_000);
  return boot;
};

function sequenceOf({ world }: Boot): BootSequence {
  const builder = new BootSequenceBuilder();
  let state = initialState();
  for (const record of world.records) {
    const folded = fold(state, record);
    ({ state } = folded);
    builder.observe(record, state, folded.transitions);
  }
  return builder.finish();
}

const message = (kind: SequenceMessage['kind'], service: string | undefined, text: string) => ({
  ...{ seq: 7, at: 1_500_000, kind, service, text, restarts: 0 },
});

/**
 * Mermaid's grammar of sequence diagrams, as much as may be used of it (sequenceDiagram.jison of Mermaid 11): a
 * text ends at `;`, at `#` unless it begins an entity, and with the line.
 */
const text = '(?:[^#;\\n]|#\\d+;)+';
const id = '(?:operator|minit|s\\d+)';
const grammar = new RegExp(
  `^(?:  actor operator|  participant minit|  participant (s\\d+) as ${text}|  (${id})(?:->>|-->>|--x)(${id}): ${text}|  Note over (${id}): ${text}|  (?:de)?activate (s\\d+))$`,
  'u',
);

/** Returns the first line that Mermaid would refuse; `undefined` where there is none. */
function refused(document: string): string | undefined {
  const [head, ...lines] = document.split('\n');
  if (head !== 'sequenceDiagram' || lines.pop() !== '') return 'the frame';
  const known = new Set(['', 'minit', ...(lines[0] === '  actor operator' ? ['operator'] : [])]);
  const active = new Set<string>();
  for (const line of lines) {
    const match = grammar.exec(line);
    if (match === null) return line;
    const [, participant = '', ...named] = match as readonly (string | undefined)[];
    known.add(participant);
    if (named.some((name = '') => !known.has(name))) return line;
    const [, verb = '', bar = ''] = /^ {2}((?:de)?activate) (.*)$/u.exec(line) ?? [];
    if (verb === 'activate') active.add(bar);
    if (verb === 'deactivate' && !active.delete(bar)) return line;
  }
  return active.size > 0 ? 'a bar stays open' : undefined;
}

describe('the sequence of a boot', () => {
  const boot = bootTree({
    tree: {
      default: { isBundle: true, depends: ['web'] },
      web: { mode: 'respawn', depends: ['net'] },
      net: { mode: 'sync' },
    },
    behaviours: {
      net: [{ livesUs: 500_000, exit: { code: 0 } }],
      web: [{ livesUs: 100_000, exit: { code: 1 } }, { livesUs: 90_000_000 }],
    },
  });
  boot.advance(2_000_000);
  boot.world.request('pweb');
  boot.world.request('s../x');
  boot.world.signal('SIGTERM');
  boot.run(10_000_000);
  const startedAt = boot.world.records[0]?.at ?? 0;

  it('has who was started, came up and ended, and what operators asked for', () => {
    const excerpt = excerptOf(sequenceOf(boot));
    expect(sequenceToMermaid(excerpt, startedAt)).toBe(`sequenceDiagram
  actor operator
  participant minit
  participant s0 as default
  participant s1 as web
  participant s2 as net
  minit->>s2: 0.000 s start
  s2-->>minit: 0.001 s up, pid 100
  activate s2
  s2-->>minit: 0.501 s exited 0 after 0.50 s
  deactivate s2
  minit->>s1: 0.501 s start
  s1-->>minit: 0.501 s up, pid 101
  activate s1
  s0-->>minit: 0.501 s a bundle: its dependencies were started
  Note over minit: 0.501 s minit is running
  s1--xminit: 0.601 s exited 1 after 0.10 s#59; again soon
  deactivate s1
  minit->>s1: 1.101 s start again (1)
  s1-->>minit: 1.102 s up, pid 102
  activate s1
  operator->>minit: 2.000 s SIGTERM to minit
  minit->>s1: 2.000 s stop (SIGTERM)
  Note over minit: 2.000 s minit is shutting-down
  operator->>minit: 2.000 s a request that is refused: the name has a component #34;..#34;
  s1-->>minit: 2.001 s killed by SIGTERM after 0.90 s
  deactivate s1
  Note over minit: 2.001 s minit is halted
  Note over minit: left out: 1 request that only asks how things are
`);
  });

  it('names nothing that Mermaid takes for its own', () => {
    const excerpt = {
      services: ['end', 'a"]#b;c', 'wrap:x'],
      messages: [message('failure', 'a"]#b;c', 'no; "such" 100% #1'), message('note', 'end', 'so')],
      leftOut: ['1 further restarts of a;b'],
    };
    expect(sequenceToMermaid(excerpt, 500_000)).toBe(`sequenceDiagram
  participant minit
  participant s0 as end
  participant s1 as a#34;#93;#35;b#59;c
  participant s2 as wrap#58;x
  s1--xminit: 1.000 s no#59; #34;such#34; 100#37; #35;1
  Note over s0: 1.000 s so
  Note over minit: left out: 1 further restarts of a#59;b
`);
  });

  it('has one bar for a service that came up twice: its daemon has another PID than its run', () => {
    const messages = [
      message('up', 'web', 'a'),
      message('up', 'web', 'b'),
      message('end', 'web', 'c'),
    ];
    const lines = sequenceToMermaid({ services: ['web'], messages, leftOut: [] }, 0).split('\n');
    expect(lines.filter((line) => line.includes('activate'))).toEqual([
      '  activate s0',
      '  deactivate s0',
    ]);
  });

  it('is Mermaid for every boot, and tells each process that came up', () => {
    fc.assert(
      fc.property(scenario, (drawn) => {
        const enacted = bootOf(drawn);
        const sequence = sequenceOf(enacted);
        expect(refused(sequenceToMermaid(excerptOf(sequence), 0))).toBeUndefined();
        let state = initialState();
        for (const record of enacted.world.records) {
          ({ state } = fold(state, record));
          const { event, seq } = record;
          if (event.type !== 'ProcessSpawned') continue;
          const service = state.services.get(event.service);
          if (service?.context.pid !== event.pid || stateName(service) !== 'running') continue;
          const up = {
            seq,
            kind: 'up',
            service: event.service,
            text: `up, pid ${String(event.pid)}`,
          };
          expect(sequence.messages).toContainEqual(expect.objectContaining(up));
        }
      }),
      { numRuns: 40 },
    );
  });

  it('notices what Mermaid would refuse', () => {
    const frame = (line: string): string => `sequenceDiagram\n  participant minit\n  ${line}\n`;
    for (const line of [
      'minit->>s0: x',
      'deactivate s0',
      'Note over minit: a;b',
      'minit->minit: x',
    ])
      expect(refused(frame(line))).toBe(`  ${line}`);
  });
});

describe('an excerpt', () => {
  const { servicesMax, messagesMax, restartsMax } = sequenceLimits;
  const names = Array.from({ length: servicesMax + 5 }, (_, index) => `s${String(index)}`);

  it('has the services that failed before the others, in their order', () => {
    const messages = [
      ...names.slice(0, -1).map((name) => message('tell', name, 'start')),
      message('failure', names.at(-1), 'x'),
    ];
    const excerpt = excerptOf({ services: names, messages, questions: 2 });
    expect(excerpt.services).toEqual([...names.slice(0, servicesMax - 1), names.at(-1)]);
    expect(excerpt.messages).toHaveLength(servicesMax);
    expect(excerpt.leftOut).toEqual([
      '5 services: no more than 20 are shown',
      '2 requests that only ask how things are',
    ]);
  });

  it('has the first starts of what is started again and again', () => {
    const messages = Array.from({ length: 50 }, (_, restarts) => ({
      ...message('tell', 's0', 'start'),
      restarts,
    }));
    const excerpt = excerptOf({ services: ['s0'], messages, questions: 0 });
    expect(excerpt.messages).toHaveLength(restartsMax + 1);
    expect(excerpt.leftOut).toEqual(['46 further restarts of s0']);
  });

  it('ends where it would be too long', () => {
    const messages = Array.from({ length: messagesMax + 9 }, (_, seq) => ({
      ...message('tell', 's0', 'start'),
      seq,
    }));
    const excerpt = excerptOf({ services: ['s0', 's1'], messages, questions: 0 }, new Set(['s0']));
    expect(excerpt.messages).toHaveLength(messagesMax);
    expect(excerpt.leftOut).toEqual([
      '1 service that was not asked for',
      `9 messages after event ${String(messagesMax - 1)}`,
    ]);
  });
});
