import fc from 'fast-check';
import { recordedGraphOf } from '../../diagrams/dependency-graph';
import { dependenciesToDot } from '../../diagrams/dependency-dot';
import { dependenciesToMermaid } from '../../diagrams/dependency-mermaid';
import { lightTone } from '../../diagrams/palette';
import { fold, initialState } from '../../machines/fold';
import { innerState, stateName, type SupervisorState } from '../../machines/state';
import { enact, scenario, type Scenario } from '../support/scenarios';
import { bootTree, type Boot } from '../support/world';

/** A random boot, until nothing happens any more. */
const bootOf = (drawn: Scenario): Boot => {
  const boot = enact(drawn);
  boot.run(10_000_000);
  return boot;
};

/** The state after each event; the first is that before all. */
function statesOf({ world }: Boot): readonly SupervisorState[] {
  let state = initialState();
  return [state, ...world.records.map((record) => ({ state } = fold(state, record)).state)];
}

/** `default` needs a daemon with a log, and that a net which takes two seconds; `gone` is not there. */
function small(): readonly SupervisorState[] {
  const boot = bootTree({
    tree: {
      default: { isBundle: true, depends: ['web', 'gone'] },
      web: { depends: ['net'], mode: 'respawn', hasLog: true },
      'web/log': { mode: 'respawn' },
      net: { mode: 'sync' },
    },
    behaviours: { net: [{ livesUs: 2_000_000, exit: { code: 0 } }] },
  });
  boot.run(10_000_000);
  return statesOf(boot);
}

/** The graph at the first instant for which `isWanted` holds. */
function graphWhen(isWanted: (state: SupervisorState) => boolean) {
  const states = small();
  const [at, end, first] = [states.find(isWanted), states.at(-1), states[1]];
  if (at === undefined || end === undefined || first === undefined) throw new Error('no instant');
  return recordedGraphOf(at, end, first.at);
}

const pathOf = ({ services }: SupervisorState, name: string): string | undefined => {
  const service = services.get(name);
  if (service === undefined) return undefined;
  return [stateName(service), innerState(service)].filter((part) => part !== undefined).join('.');
};
const whenNetRuns = graphWhen((state) => pathOf(state, 'net') === 'running.ready');

describe('the dependencies from a log', () => {
  it('tell the state of each service at the instant', () => {
    expect(whenNetRuns.services).toEqual([
      { name: 'default', mode: 'bundle', state: 'waiting-deps' },
      { name: 'gone', mode: 'missing', state: 'not-loaded' },
      { name: 'net', mode: 'sync', state: 'running.ready' },
      { name: 'web', mode: 'respawn', state: 'waiting-deps' },
      { name: 'web/log', mode: 'respawn', logs: 'web', state: 'running.ready' },
    ]);
  });

  it('have what minit came to know only later, without a state', () => {
    const early = graphWhen(({ services }) => services.has('default'));
    expect(early.services.map(({ state }) => state)).toEqual([
      'waiting-deps',
      ...['not-loaded', 'not-loaded', 'not-loaded', 'not-loaded'],
    ]);
    expect(early.dependencies).toEqual(whenNetRuns.dependencies);
  });

  it('are coloured by state in Mermaid, and say it in words', () => {
    expect(dependenciesToMermaid({ ...whenNetRuns, instant: { seq: 17, us: 12_480_000 } })).toBe(
      `flowchart LR
  %% event 17, 12.480 s after the start
  s0[["default<br/>waiting-deps"]]:::waiting
  s1{{"gone<br/>not loaded"}}:::neutral
  s2["net<br/>running"]:::running
  s3("web<br/>waiting-deps"):::waiting
  s4("web/log<br/>running"):::running
  s0 -.-> s3
  s0 -.-> s1
  s3 -.-o s4
  s3 --> s2
  classDef waiting fill:#fff4d6,stroke:#d9a404,color:#7d5d00
  classDef neutral fill:#f1f3f5,stroke:#868e96,color:#495057
  classDef running fill:#d9f5e1,stroke:#2da44f,color:#17692f
`,
    );
  });

  it('are coloured by state for Graphviz, with a legend that counts', () => {
    const dot = dependenciesToDot({ ...whenNetRuns, instant: { seq: 17, us: 12_480_000 } });
    const { fill, line, text } = lightTone('running');
    expect(dot).toContain(
      `"net" [label=<<b>net</b><br/><font point-size="9">running</font>>, shape=box, style="filled", color="${line}", fillcolor="${fill}", fontcolor="${text}"]`,
    );
    expect(dot).toContain(
      `event 17, 12.480 s after the start: &#160; <font color="${lightTone('waiting').text}"><b>2 waiting-deps</b>`,
    );
  });

  it('have the states of the fold at every instant, and arrows between them', () => {
    fc.assert(
      fc.property(scenario, fc.infiniteStream(fc.nat()), (drawn, picks) => {
        const states = statesOf(bootOf(drawn));
        const end = states.at(-1) ?? initialState();
        for (const pick of picks.take(10)) {
          const at = states[pick % states.length] ?? end;
          const { services, dependencies } = recordedGraphOf(at, end, 0);
          const shown = services.filter(({ state }) => state !== 'not-loaded');
          expect(shown.map(({ name }) => name)).toEqual([...at.services.keys()].sort());
          for (const { name, state } of shown) expect(state).toBe(pathOf(at, name));
          const names = new Set(services.map(({ name }) => name));
          for (const { from, to } of dependencies)
            expect(names.has(from) && names.has(to)).toBe(true);
        }
      }),
      { numRuns: 20 },
    );
  });
});
