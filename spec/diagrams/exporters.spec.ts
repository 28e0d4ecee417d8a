import { createMachine, setup } from 'xstate';
import { dependencyGraphOf, type DependencyGraph } from '../../diagrams/dependency-graph';
import { dependenciesToDot } from '../../diagrams/dependency-dot';
import { dependenciesToMermaid } from '../../diagrams/dependency-mermaid';
import { formatOfFile } from '../../diagrams/formats';
import { lightTone, stateTone, surface, darkByLight, type ToneName } from '../../diagrams/palette';
import { allStates, chartOf, type Chart } from '../../diagrams/statechart';
import { chartToDot } from '../../diagrams/statechart-dot';
import { drawingOf } from '../../diagrams/statechart-drawing';
import { chartToJson } from '../../diagrams/statechart-json';
import { chartToMermaid } from '../../diagrams/statechart-mermaid';
import { chartToScxml } from '../../diagrams/statechart-scxml';
import { eventWords, guardWords, wrapWords } from '../../diagrams/statechart-words';
import { dotToSvg } from '../../diagrams/svg';
import type { ServiceDefinition } from '../../machines/definition';
import { initMachine, serviceMachine } from '../../machines/xstate-machines';
import { stateNames } from '../../machines/state';
import type { TreeSurvey } from '../../machines/tree-facts';
import { layOut } from './lay-out';

/** A door that is opened by a key, and rings while it stands open. */
const door = setup({
  types: { events: {} as { type: 'Opened' | 'Closed' | 'BellPressed' } },
  guards: { isLocked: () => false },
  actions: { ring: () => undefined, noteVisit: () => undefined },
}).createMachine({
  id: 'door',
  initial: 'shut',
  states: {
    shut: {
      on: {
        Opened: [{ guard: 'isLocked' }, { target: 'open', actions: 'ring' }],
        BellPressed: { actions: 'ring' },
      },
    },
    open: {
      initial: 'ajar',
      on: { Closed: 'shut' },
      states: { ajar: { on: { Opened: 'wide' } }, wide: { entry: 'ring' } },
    },
  },
});

const machines = [
  ['service', serviceMachine],
  ['init', initMachine],
  ['door', door],
] as const;

const edgesOf = (chart: Chart): string[] =>
  allStates(chart.states).flatMap(({ path, transitions }) =>
    transitions.map(({ event, guard = '', target = '' }) => [path, event, guard, target].join('|')),
  );

/** Without what a machine in JSON cannot have: the code of its actions. */
const withoutKinds = (chart: Chart): unknown =>
  JSON.parse(JSON.stringify(chart, (key, value: unknown) => (key === 'kind' ? undefined : value)));

describe('a chart', () => {
  it('has all states of the machine that runs', () => {
    expect(
      chartOf(serviceMachine)
        .states.map(({ name }) => name)
        .sort(),
    ).toEqual([...stateNames].sort());
  });

  it('tells effects from notes, and effects of one type apart', () => {
    const running = chartOf(serviceMachine).states.find(({ name }) => name === 'running');
    const stop = running?.transitions.find(({ event }) => event === 'StopRequested');
    expect(stop?.actions).toEqual(
      expect.arrayContaining([
        { name: 'sendTerminate', kind: 'effect' },
        { name: 'sendContinue', kind: 'effect' },
        { name: 'noteStopRequested', kind: 'note' },
      ]),
    );
  });

  it('has inner states, guards and ways that stay', () => {
    expect(edgesOf(chartOf(door))).toEqual([
      'shut|Opened|isLocked|',
      'shut|Opened||open',
      'shut|BellPressed||',
      'open|Closed||shut',
      'open.ajar|Opened||open.wide',
    ]);
  });
});

describe('JSON', () => {
  it.each(machines)('of %s loads back with the same states and transitions', (_, machine) => {
    const chart = chartOf(machine);
    const loaded = createMachine(
      JSON.parse(chartToJson(chart)) as Parameters<typeof createMachine>[0],
    );
    expect(withoutKinds(chartOf(loaded))).toEqual(withoutKinds(chart));
  });
});

describe('SCXML', () => {
  it('is written as the recommendation wants it', () => {
    expect(chartToScxml(chartOf(door))).toBe(`<?xml version="1.0" encoding="UTF-8"?>
<scxml xmlns="http://www.w3.org/2005/07/scxml" version="1.0" datamodel="ecmascript"
       name="door" initial="shut">
  <datamodel>
    <data id="isLocked" expr="false"/>
  </datamodel>
  <state id="shut">
    <transition event="Opened" cond="isLocked"/>
    <transition event="Opened" target="open" type="internal">
      <log label="effect" expr="'ring'"/>
    </transition>
    <transition event="BellPressed">
      <log label="effect" expr="'ring'"/>
    </transition>
  </state>
  <state id="open" initial="open.ajar">
    <transition event="Closed" target="shut" type="internal"/>
    <state id="open.ajar">
      <transition event="Opened" target="open.wide" type="internal"/>
    </state>
    <state id="open.wide">
      <onentry>
        <log label="effect" expr="'ring'"/>
      </onentry>
    </state>
  </state>
</scxml>
`);
  });

  it.each(machines)('of %s is well-formed, and every target is a state', (_, machine) => {
    const text = chartToScxml(chartOf(machine));
    const open: string[] = [];
    for (const [, slash, name = '', end] of text.matchAll(/<(\/?)([\w:]+)[^<>]*?(\/?)>/gu)) {
      if (slash) expect(open.pop()).toBe(name);
      else if (!end) open.push(name);
    }
    expect(open).toEqual([]);
    const ids = [...text.matchAll(/<state id="([^"]+)"/gu)].map(([, id]) => id);
    expect(new Set(ids).size).toBe(ids.length);
    for (const [, id] of text.matchAll(/ (?:target|initial)="([^"]+)"/gu))
      expect(ids).toContain(id);
  });
});

describe('a drawing', () => {
  it('puts states that react alike into one frame', () => {
    const [frame] = drawingOf(chartOf(serviceMachine)).cards;
    expect(frame).toMatchObject({ isFrame: true });
    expect(frame?.cards.map(({ title }) => title)).toEqual([
      'down',
      'sync-done',
      'finished',
      'failed',
    ]);
  });

  it('has an arrow or a name for every transition that leads to another state', () => {
    const dot = chartToDot(chartOf(serviceMachine));
    const rows = allStates(chartOf(serviceMachine).states).flatMap(
      ({ transitions }) => transitions,
    );
    for (const target of new Set(rows.flatMap(({ target: path }) => path ?? []))) {
      const isArrow = dot.includes(`-> "${target}":title`);
      const outer = target.split('.')[0] ?? '';
      expect([
        target,
        isArrow || dot.includes(`<b>${target}</b>`) || dot.includes(`<b>${outer}</b>`),
      ]).toEqual([target, true]);
    }
  });

  it('says what it shows in few words', () => {
    expect(eventWords(['StopRequested', 'ShutdownRequested', 'PidSet'])).toBe(
      'stop / shutdown requested / PID set',
    );
    expect(guardWords('isWantedUp')).toBe('wanted up');
    expect(wrapWords('send terminate, send continue', 16)).toEqual([
      'send terminate,',
      'send continue',
    ]);
  });
});

describe('Mermaid', () => {
  it('draws states, inner states and transitions', () => {
    const lines = chartToMermaid(chartOf(door)).split('\n');
    expect(lines.slice(0, 11)).toEqual([
      'stateDiagram-v2',
      '  state "shut" as shut',
      '  state "open" as open {',
      '    state "ajar" as open__ajar',
      '    state "wide" as open__wide',
      '  }',
      '  [*] --> shut',
      '  shut --> open__ajar : opened / ring',
      '  open --> shut : closed',
      '  open__ajar --> open__wide : opened',
      expect.stringContaining('classDef'),
    ]);
  });
});

describe('SVG', () => {
  const svg = dotToSvg(chartToDot(chartOf(initMachine)), 'The <machine>', layOut);

  it('says what it is, and has no sizes in points', () => {
    expect(svg).toMatch(/^<svg role="img" width="\d+" height="\d+"/u);
    expect(svg).toContain('<title>The &#60;machine&#62;</title>');
  });

  it('has a dark form of every colour in it', () => {
    const dark = darkByLight();
    const colors = [...svg.matchAll(/(?:fill|stroke)="(#[0-9a-f]{6})"/gu)].map(
      ([, color = '']) => color,
    );
    expect(colors.filter((color) => !dark.has(color))).toEqual([]);
  });
});

describe('the palette', () => {
  it('gives each colour one meaning', () => {
    expect(darkByLight().size).toBe(8 * 3 + Object.keys(surface).length);
  });

  it('is readable in both forms', () => {
    const dark = darkByLight();
    const names: ToneName[] = [...new Set([...stateNames.map(stateTone), 'neutral' as const])];
    for (const name of names) {
      const { fill, text } = lightTone(name);
      const inDark = (color: string): string => dark.get(color) ?? '';
      for (const [ink, ground] of [
        [text, fill],
        [text, surface.background.light],
        [surface.smallPrint.light, fill],
        [inDark(text), inDark(fill)],
        [inDark(text), surface.background.dark],
        [surface.smallPrint.dark, inDark(fill)],
      ] as const) {
        expect([name, ink, ground, contrast(ink, ground) >= 4.5]).toEqual([
          name,
          ink,
          ground,
          true,
        ]);
      }
    }
  });
});

function contrast(a: string, b: string): number {
  const [high = 0, low = 0] = [luminance(a), luminance(b)].sort((x, y) => y - x);
  return (high + 0.05) / (low + 0.05);
}

/** Relative luminance as WCAG 2 defines it. */
function luminance(color: string): number {
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => {
    const part = parseInt(color.slice(at, at + 2), 16) / 255;
    return part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

describe('dependencies', () => {
  const definition: ServiceDefinition = {
    directory: '/x',
    mode: 'oneshot',
    params: [],
    depends: [],
    workingDirectory: '/x',
    problems: [],
  };
  const run = { path: '/bin/true', argv0: 'true' };
  const service = (name: string, rest: Partial<ServiceDefinition>, ...depends: string[]) => ({
    name,
    definition: {
      ...definition,
      ...rest,
      depends: depends.map((need, index) => ({ name: need, line: index + 1 })),
    },
    entries: [],
    workingDirectory: 'usable' as const,
    input: 'usable' as const,
    output: 'usable' as const,
  });
  const survey: TreeSurvey = {
    root: '/etc/minit',
    services: [
      service('a', { run }, 'b'),
      service('b', { run }, 'a'),
      service('default', {}, 'web', 'a', 'gone'),
      service('net', { run, mode: 'sync' }),
      service('web', { run, mode: 'respawn', hasLog: true }, 'net'),
      service('web/log', { run, mode: 'respawn' }),
    ],
    failures: [],
    badNames: [],
    missing: new Map(),
    requestFifo: 'fifo',
    replyFifo: 'fifo',
  };
  const graph = dependencyGraphOf(survey);

  it('know what kind each service and each dependency is', () => {
    expect(graph.services).toEqual([
      { name: 'a', mode: 'oneshot' },
      { name: 'b', mode: 'oneshot' },
      { name: 'default', mode: 'bundle' },
      { name: 'gone', mode: 'missing' },
      { name: 'net', mode: 'sync' },
      { name: 'web', mode: 'respawn' },
      { name: 'web/log', mode: 'respawn', logs: 'web' },
    ]);
    expect(graph.dependencies).toEqual([
      { from: 'a', to: 'b', kind: 'soft', isInCycle: true },
      { from: 'b', to: 'a', kind: 'soft', isInCycle: true },
      { from: 'default', to: 'web', kind: 'soft', isInCycle: false },
      { from: 'default', to: 'a', kind: 'soft', isInCycle: false },
      { from: 'default', to: 'gone', kind: 'soft', isInCycle: false },
      { from: 'web', to: 'web/log', kind: 'log', isInCycle: false },
      { from: 'web', to: 'net', kind: 'hard', isInCycle: false },
    ]);
  });

  it('are solid where they are waited for, dashed where not, red in a cycle and to what is missing', () => {
    const red = lightTone('failed').line;
    const lines = dependenciesToDot(graph)
      .split('\n')
      .filter((line) => line.includes(' -> '));
    expect(lines.map((line) => line.trim())).toEqual([
      `"a" -> "b" [style=dashed, color="${red}", penwidth=2]`,
      `"b" -> "a" [style=dashed, color="${red}", penwidth=2]`,
      expect.stringMatching(/^"default" -> "web" \[style=dashed, color="(?!#dc3545)/u),
      expect.stringMatching(/^"default" -> "a" \[style=dashed, color="(?!#dc3545)/u),
      `"default" -> "gone" [style=dashed, color="${red}"]`,
      expect.stringContaining('"web" -> "web/log" [style=dotted'),
      expect.stringContaining('"web" -> "net" [style=solid'),
    ]);
  });

  it('have the red ones in the legend where there are any', () => {
    const { services, dependencies } = graph;
    const faultless = {
      ...graph,
      services: services.filter(({ mode }) => mode !== 'missing'),
      dependencies: dependencies.filter(({ to, isInCycle }) => to !== 'gone' && !isInCycle),
    };
    const legendOf = (shown: DependencyGraph): string =>
      /label=<(.*)>, labeljust/u.exec(dependenciesToDot(shown))?.[1] ?? '';
    expect(legendOf(graph)).toMatch(/>missing<.*is in a cycle</u);
    expect(legendOf(faultless)).toContain('is logged by');
    expect(legendOf(faultless)).not.toMatch(/missing|cycle/u);
  });

  it('are a flow chart in Mermaid, whatever the names are', () => {
    const odd = {
      ...survey,
      services: [service('end', { run }, 'a"]b'), service('a"]b', { run, mode: 'sync' as const })],
    };
    expect(dependenciesToMermaid(dependencyGraphOf(odd)).split('\n').slice(0, 4)).toEqual([
      'flowchart LR',
      '  s0["a#34;#93;b"]:::sync',
      '  s1("end"):::oneshot',
      '  s1 --> s0',
    ]);
    expect(dependenciesToMermaid(graph)).toContain('linkStyle 0,1,4 stroke:');
  });
});

describe('a format', () => {
  it('is known by the ending of a file', () => {
    expect(
      ['a.svg', 'a.dot', 'a.mmd', 'a.scxml', 'a.b.json', 'svg', 'a.png'].map(formatOfFile),
    ).toEqual(['svg', 'dot', 'mermaid', 'scxml', 'json', undefined, undefined]);
  });
});
