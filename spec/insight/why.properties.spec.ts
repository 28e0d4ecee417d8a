/**
 * What an explanation must be whatever happened: it never contradicts the state, rests on events that are on
 * record, and comes to an end at root causes. For whole boots in a hostile simulated world.
 *
 * @module
 */
import fc from 'fast-check';
import { foldTurn } from '../../effects/loop';
import { replay } from '../../effects/replay';
import { explain } from '../../insight/why/why';
import type { Explanation, Link } from '../../insight/why/why-chain';
import { WhyHistory } from '../../insight/why/why-history';
import { explanationText } from '../../insight/why/why-text';
import { initialState } from '../../machines/fold';
import type { LoggedRecord } from '../../machines/log-format';
import { fromPlain, toPlain } from '../../machines/snapshot';
import { innerState, stateName, type SupervisorState } from '../../machines/state';
import { serviceNames } from '../support/arbitraries';
import { perform, scenario } from '../support/scenarios';
import { bootTree } from '../support/world';

const names = [...serviceNames, 'missing', 'ctrlaltdel', 'reboot', 'halt', '__proto__', 'nobody'];
const clock = { at: 0, wallMs: Date.UTC(2004, 8, 1, 12) };

type Seen = (state: SupervisorState, history: WhyHistory) => void;

/** Folds the records, and has `see` look after each. */
function watch(records: readonly LoggedRecord[], see: Seen, begin?: SupervisorState): void {
  const history = new WhyHistory();
  if (begin !== undefined) history.restore(begin);
  for (const folded of replay(begin ?? initialState(), records)) {
    history.observe(folded.record, folded);
    see(folded.state, history);
  }
}

function recordsOf(
  drawn: Parameters<typeof bootTree>[0] & { acts: Parameters<typeof perform>[1][] },
) {
  const boot = bootTree(drawn);
  for (const act of drawn.acts) perform(boot, act);
  boot.run(5_000_000);
  return boot.world.records as readonly LoggedRecord[];
}

/** Every claim about a state is true of the state. */
function checkLink(state: SupervisorState, { subject, state: told, inner, claim }: Link): void {
  const service = subject === undefined ? undefined : state.services.get(subject);
  if (subject === undefined) expect(told).toBe(state.init.value);
  else {
    expect(told).toBe(service === undefined ? 'unknown' : stateName(service));
    expect(inner).toBe(service && innerState(service));
  }
  const context = service?.context;
  switch (claim.kind) {
    case 'waits':
      for (const { name } of claim.for) expect(context?.waitingFor.has(name)).toBe(true);
      expect(claim.for.length + claim.more).toBe(context?.waitingFor.size);
      break;
    case 'runs':
      expect([told, claim.pid]).toEqual(['running', context?.pid]);
      break;
    case 'respawns':
      expect([told, claim.restart]).toEqual(['respawning', (context?.restarts ?? 0) + 1]);
      expect(claim.dueAt).toBeGreaterThanOrEqual(context?.changedAt ?? Infinity);
      break;
    case 'process-ended':
      if (claim.isPast === true) break;
      expect(claim.status).toEqual(context?.exit);
      expect(claim.livedUs).toBe(context?.livedUs);
      break;
    case 'start-failed':
      expect(context?.failure).toEqual(claim.isPast === true ? undefined : claim.failure);
      break;
    case 'not-loaded':
      expect(service).toBeUndefined();
      break;
    case 'held-by':
      for (const name of claim.dependents)
        expect(state.services.get(name)?.context.pid ?? state.services.has(name)).toBeTruthy();
      break;
    case 'shutdown':
      expect(claim.isOver).toBe(['running', 'booting'].includes(told) ? true : undefined);
      break;
    default:
  }
}

/** Each way along the reasons comes to a root. */
function checkRoots({ links }: Explanation): void {
  const isOpen = new Set<number>();
  const isChecked = new Set<number>();
  const walk = (place: number): void => {
    const link = links[place];
    if (link === undefined) throw new Error(`no link ${String(place)}`);
    if (isOpen.has(place)) throw new Error('a chain comes back to itself');
    if (isChecked.has(place)) return;
    isOpen.add(place);
    expect(link.because.length === 0).toBe(link.root !== undefined);
    link.because.forEach(walk);
    isOpen.delete(place);
    isChecked.add(place);
  };
  walk(0);
  expect(isChecked.size).toBe(links.length);
}

function checkCauses(
  { links }: Explanation,
  records: readonly LoggedRecord[],
  isWhole: boolean,
): void {
  for (const { cause, root } of links) {
    if (cause === undefined) continue;
    for (const { seq, at } of [cause, cause.origin]) expect(records[seq - 1]?.at).toBe(at);
    expect(cause.origin.seq).toBeLessThanOrEqual(cause.seq);
    if (isWhole) expect(records[cause.origin.seq - 1]?.cause).toBeUndefined();
    expect(root).not.toBe('not-recorded');
  }
}

const runs = { numRuns: 25 };

describe('an explanation', () => {
  it('never contradicts the state, and ends at root causes', () => {
    fc.assert(
      fc.property(scenario, (drawn) => {
        const records = recordsOf(drawn as never);
        watch(records, (state, history) => {
          for (const name of names) {
            const explanation = explain(state, name, history);
            expect(explanation.links[0]?.subject).toBe(name);
            for (const link of explanation.links) checkLink(state, link);
            checkRoots(explanation);
            checkCauses(explanation, records, true);
            // The log is whole: what happened is known.
            expect(explanation.links.map(({ root }) => root)).not.toContain('not-recorded');
            expect(explanationText(explanation, clock)).not.toMatch(/undefined|NaN|not on record/u);
          }
        });
      }),
      runs,
    );
  });

  it('of a bundle that is asked to stop when it is done: an operator has', () => {
    const records = recordsOf({
      ...{ seed: 0, words: [], role: 'machine', behaviours: {}, faults: {}, lastPid: 32_768 },
      tree: { default: { mode: 'oneshot', isBundle: true, depends: [], hasLog: false } },
      acts: [
        { act: 'advance', byUs: 0 },
        { act: 'request', text: 'p\u0001{"do":"stop","service":"default","respawn":false}' },
      ],
    } as never);
    let text = '';
    watch(records, (state, history) => {
      text = explanationText(explain(state, 'default', history), undefined);
    });
    expect(text).toMatch(/^default is finished.* An operator stopped default/u);
  });

  it('of a service that would not end names the shutdown, also when minit has gone on since', () => {
    const request = 'p\u0001{"do":"shutdown","how":"sulogin","graceMs":0}';
    const records = recordsOf({
      tree: { default: { mode: 'respawn' } },
      ...{ seed: 0, role: 'machine', lastPid: 32_768 },
      acts: [{ act: 'request', text: request }],
    });
    const seen: { readonly at: string; readonly text: string }[] = [];
    watch(records, (state, history) => {
      const text = explanationText(explain(state, 'default', history), clock);
      seen.push({ at: state.init.value, text });
    });
    const told = seen.filter(({ text }) => text.includes('services down'));
    expect(told.find(({ at }) => at === 'running')?.text).toMatch(
      /minit took the services down at \S+ UTC: request .*; it is running again/u,
    );
    expect(told.find(({ at }) => at === 'shutting-down')?.text).toMatch(
      /minit is shutting-down: it takes the services down since/u,
    );
  });

  it('of a log whose beginning is gone, or of the state alone: is as true, and says what is not known', () => {
    fc.assert(
      fc.property(scenario, fc.double({ min: 0, max: 1, noNaN: true }), (drawn, part) => {
        const records = recordsOf(drawn as never);
        const cut = Math.floor(records.length * part);
        const { state: begin } = foldTurn(initialState(), records.slice(0, cut));
        const see: Seen = (state, history) => {
          for (const known of [history, undefined]) {
            for (const name of names) {
              const explanation = explain(state, name, known);
              for (const link of explanation.links) checkLink(state, link);
              checkRoots(explanation);
              checkCauses(explanation, records, false);
              explanationText(explanation, clock);
            }
          }
        };
        watch(records.slice(cut), see, cut === 0 ? undefined : fromPlain(toPlain(begin)));
      }),
      runs,
    );
  });
});
