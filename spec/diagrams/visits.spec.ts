import { chartTallyAs, type CountedChart } from '../../diagrams/formats';
import { lightTone, surface } from '../../diagrams/palette';

/** Twice up: once stopped and continued, once ended by itself. */
const counted: CountedChart = {
  service: 'web',
  instant: { seq: 77, us: 2_387_000 },
  beginsAfter: 0,
  tally: {
    present: 'finished',
    states: [
      { path: 'finished', entered: 1, us: 900_000 },
      { path: 'running', entered: 2, us: 61_000_000 },
      { path: 'running.ready', entered: 2, us: 60_000_000 },
      { path: 'running.paused', entered: 1, us: 1_000_000 },
    ],
    taken: [
      {
        ...{ from: 'running', left: 'running.ready', event: 'SignalRequested' },
        ...{ guard: 'isStopSignal', to: 'running.paused', count: 1 },
      },
      {
        ...{ from: 'running', left: 'running.paused', event: 'ProcessExited' },
        ...{ guard: undefined, to: 'finished', count: 1 },
      },
      {
        ...{ from: 'running', left: 'running.ready', event: 'ProcessExited' },
        ...{ guard: undefined, to: 'finished', count: 2 },
      },
      {
        ...{ from: 'finished', left: 'finished', event: 'StartRequested' },
        ...{ guard: undefined, to: 'waiting-deps', count: 3 },
      },
    ],
  },
};
const noPicture = (): string => '';

describe('a chart of what a service went through', () => {
  it('counts in Mermaid, each arrow for itself', () => {
    const lines = chartTallyAs(counted, 'mermaid', noPicture).split('\n');
    expect(lines.filter((line) => /\d×|present|%%/u.test(line)).map((line) => line.trim())).toEqual(
      [
        '%% web up to event 77, 2.387 s after the start. 3×: how often it entered the state, or went that way; then the time it spent there. Grey: never. Thick: where it was then',
        'state "finished, 1× 0.90 s" as finished',
        'state "running, 2× 1 min 1 s" as running {',
        'state "ready, 2× 1 min 0 s" as running__ready',
        'state "paused, 1× 1.00 s" as running__paused',
        'at_rest --> waiting_deps : 3× start requested',
        'running --> finished : 3× process exited',
        'running__ready --> running__paused : 1× signal requested [stop signal] / send requested signal',
        'classDef present stroke-width:4px',
        'class finished present',
      ],
    );
    expect(lines).toContain('  class failed neutral');
    expect(lines).toContain('  class running__ready running');
    expect(lines).toContain(
      '  running__backgrounded --> running__paused : signal requested [stop signal] / send requested signal',
    );
  });

  it('is grey for Graphviz where it never was, and thick where it is', () => {
    const lines = chartTallyAs(counted, 'dot', noPicture).split('\n');
    const lineOf = (head: string): string => lines.find((line) => line.includes(head)) ?? '';
    expect(lineOf('"finished" [')).toContain('<table border="3"');
    expect(lineOf('"failed" [')).toContain('<table border="1"');
    expect(lineOf('"stopping.killing" [')).toContain(`color="${lightTone('neutral').line}"`);
    expect(lineOf('"running.ready" [')).toContain(
      `<b>ready</b> <font point-size="10">2× 1 min 0 s</font>`,
    );
    const never = lines.filter((line) => line.includes(surface.frameLine.light)).length;
    expect(never).toBeGreaterThan(10);
    expect(lineOf('"at-rest":r0:e -> "waiting-deps"')).toContain(lightTone('waiting').line);
  });

  it('says where the log begins late', () => {
    expect(chartTallyAs({ ...counted, beginsAfter: 12 }, 'mermaid', noPicture)).toContain(
      '%% web from event 12, where the log begins, up to event 77,',
    );
  });

  it('is data in JSON', () => {
    const { tally, ...about } = counted;
    expect(JSON.parse(chartTallyAs(counted, 'json', noPicture))).toEqual(
      JSON.parse(JSON.stringify({ ...about, ...tally })),
    );
  });
});
