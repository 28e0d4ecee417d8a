import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { minitDiagram } from '../../cli/minit-diagram';
import { layOut } from '../diagrams/lay-out';
import { temporaryDirectory } from '../support/temporary-directory';

async function run(...argv: string[]) {
  const said = { out: '', error: '' };
  const code = await minitDiagram(argv, {
    out: (text) => {
      said.out += text;
    },
    error: (text) => {
      said.error += text;
    },
    loadLayOut: () => Promise.resolve(layOut),
  });
  return { code, ...said };
}

const demo = join(__dirname, '../golden/demo.v1.jsonl');

function tree(): string {
  const root = temporaryDirectory();
  for (const name of ['default', 'web']) mkdirSync(join(root, name));
  writeFileSync(join(root, 'default/depends'), 'web\n');
  symlinkSync('/bin/true', join(root, 'web/run'));
  return root;
}

describe('minit-diagram', () => {
  it('draws the machine of a service for Mermaid unless told otherwise', async () => {
    const { code, out } = await run('service');
    expect([code, out.split('\n')[0]]).toEqual([0, 'stateDiagram-v2']);
  });

  it.each(['service', 'init'])('draws %s in every format', async (what) => {
    for (const [format, beginning] of [
      ['dot', `digraph "${what}" {`],
      ['svg', '<svg role="img"'],
      ['json', '{'],
      ['scxml', '<?xml version="1.0" encoding="UTF-8"?>'],
    ] as const) {
      const { code, out } = await run(what, '--format', format);
      expect([code, out.startsWith(beginning)]).toEqual([0, true]);
    }
  });

  it('draws the dependencies of a tree', async () => {
    const root = tree();
    const { code, out } = await run('deps', root, '--format', 'json');
    expect([code, JSON.parse(out)]).toEqual([
      0,
      {
        root,
        services: [
          { name: 'default', mode: 'bundle' },
          { name: 'web', mode: 'oneshot' },
        ],
        dependencies: [{ from: 'default', to: 'web', kind: 'soft', isInCycle: false }],
      },
    ]);
  });

  it('draws what a log tells, in each format that there is for it', async () => {
    const all = ['mermaid', 'dot', 'svg', 'json'];
    const beginnings: Readonly<Record<string, string>> = {
      mermaid: '',
      dot: 'digraph ',
      svg: '<svg role="img"',
      json: '{\n',
    };
    for (const [argv, known] of [
      [['deps', '--log', demo, '--at', '12'], all],
      [['chart', demo, '--service', 'web'], all],
      [['chart', '--log', demo, '--service', 'web'], all],
      [
        ['sequence', demo],
        ['mermaid', 'json'],
      ],
    ] as const)
      for (const format of known) {
        const { code, out, error } = await run(...argv, '--format', format);
        expect([code, error]).toEqual([0, '']);
        expect(out.startsWith(beginnings[format] ?? '?')).toBe(true);
        expect(out).toContain('web');
      }
  });

  it('counts the time in a state up to the instant, and not up to the event before', async () => {
    const until = async (at: string) => {
      const { out } = await run(
        ...['chart', demo, '--service', 'web', '--format', 'json'],
        '--at',
        at,
      );
      const { instant, states } = JSON.parse(out) as {
        instant: { us: number };
        states: { path: string; us: number }[];
      };
      return [instant.us, states.find(({ path }) => path === 'waiting-deps')?.us ?? NaN];
    };
    const [[early, waitedEarly], [late, waitedLate]] = [await until('+0.1'), await until('+0.4')];
    expect([early, late]).toEqual([100_000, 400_000]);
    expect((waitedLate ?? 0) - (waitedEarly ?? 0)).toBe(300_000);
  });

  it('shows a damaged log up to the damage, and says where that is', async () => {
    const damaged = join(temporaryDirectory(), 'damaged.jsonl');
    const lines = readFileSync(demo, 'utf8').split('\n');
    writeFileSync(damaged, [...lines.slice(0, 13), '{"seq":13}', ...lines.slice(14)].join('\n'));
    for (const argv of [
      ['deps', '--log', damaged],
      ['chart', damaged, '--service', 'net'],
      ['sequence', damaged],
    ]) {
      const { code, out, error } = await run(...argv);
      expect([code, error.replace(damaged, 'LOG')]).toEqual([
        3,
        expect.stringMatching(/^minit-diagram: LOG:14: damaged: [^\n]+\n$/u),
      ]);
      expect(out).toContain('net');
    }
  });

  describe('of a tree of many services', () => {
    /** The needs of service `n`, by their numbers; `default` asks for those of -1. */
    function deepTree(count: number, needsOf: (service: number) => readonly number[]): string {
      const root = temporaryDirectory();
      for (let service = -1; service < count; service += 1) {
        const directory = join(root, service < 0 ? 'default' : `s${String(service)}`);
        mkdirSync(directory);
        const needs = needsOf(service).map((need) => `s${String(need)}\n`);
        writeFileSync(join(directory, 'depends'), needs.join(''));
      }
      return root;
    }
    const all = Array.from({ length: 150 }, (_, service) => service);
    /** Graphviz would need minutes. */
    const drawn = (root: string, format: string) => {
      const said = { out: '', error: '' };
      const world = {
        out: (text: string) => (said.out += text),
        error: (text: string) => (said.error += text),
        loadLayOut: () => Promise.resolve(() => '<svg width="1pt">laid out</svg>'),
      };
      return minitDiagram(['deps', root, '--format', format], world).then((code) => ({
        code,
        ...said,
      }));
    };

    it('refuses a picture that would take for ever, and says what is left', async () => {
      const root = deepTree(150, (service) =>
        service < 0 ? all : all.slice(service + 1, service + 2),
      );
      expect(await drawn(root, 'svg')).toEqual({
        code: 1,
        out: '',
        error:
          'minit-diagram: fatal: the dependencies are too deep for a picture: use --format dot\n',
      });
      expect((await drawn(root, 'dot')).out).toContain('"s0" -> "s1"');
    });

    it.each([
      ['each the next', (service: number) => (service < 999 ? [service + 1] : [])],
      ['one all of them', (service: number) => (service < 0 ? all : [])],
      ['each other', (service: number) => [(service + 1) % 1_000, (service + 999) % 1_000]],
    ])('draws it where they need %s', async (_, needsOf) => {
      const { code, out, error } = await drawn(deepTree(1_000, needsOf), 'svg');
      expect([code, error, out.includes('laid out')]).toEqual([0, '', true]);
    });
  });

  it('takes the format from the name of the output file', async () => {
    const file = join(temporaryDirectory(), 'tree.svg');
    expect(await run('deps', tree(), '--output', file)).toEqual({ code: 0, out: '', error: '' });
    expect(readFileSync(file, 'utf8')).toContain('<svg role="img"');
  });

  it.each([
    [['deps'], 2, 'minit-diagram: fatal: deps needs a ROOT, or --log LOG\n'],
    [
      ['deps', '/', '--log', demo],
      2,
      'minit-diagram: fatal: deps takes a ROOT or --log, not both\n',
    ],
    [['deps', '/', '--at', '12'], 2, 'minit-diagram: fatal: --at goes with a log\n'],
    [
      ['init', '--log', demo],
      2,
      'minit-diagram: fatal: --log goes with deps, chart and sequence\n',
    ],
    [
      ['deps', '--log', demo, '--at', 'noon'],
      2,
      'minit-diagram: fatal: "noon" is no instant: give a sequence number, +SECONDS since the start, or a time such as 2026-11-24T03:20:16.122Z\n',
    ],
    [['deps', '--log', '/nosuch'], 1, 'minit-diagram: fatal: /nosuch does not exist\n'],
    [['chart'], 2, 'minit-diagram: fatal: chart needs a LOG\n'],
    [['chart', demo], 2, 'minit-diagram: fatal: chart needs --service NAME\n'],
    [
      ['chart', demo, '--log', demo, '--service', 'web'],
      2,
      'minit-diagram: fatal: the log is named twice\n',
    ],
    [
      ['chart', demo, '--service', 'wbe'],
      1,
      'minit-diagram: fatal: no service "wbe" in this log up to there; did you mean "web"?\n',
    ],
    [
      ['chart', demo, '--service', 'web', '--format', 'scxml'],
      2,
      'minit-diagram: fatal: scxml has no place for counts and times\n',
    ],
    [['sequence'], 2, 'minit-diagram: fatal: sequence needs a LOG\n'],
    [
      ['sequence', demo, '--format', 'svg'],
      2,
      'minit-diagram: fatal: a sequence is written as mermaid or json, not as svg\n',
    ],
    [
      ['sequence', demo, '--service', 'web,nobody'],
      1,
      'minit-diagram: fatal: no service "nobody" in this log up to there\n',
    ],
    [['service', '/etc/minit'], 2, 'minit-diagram: fatal: service takes no ROOT\n'],
    [
      ['deps', '/', '--format', 'scxml'],
      2,
      'minit-diagram: fatal: dependencies are no state machine: scxml is for service and init\n',
    ],
    [
      ['deps', '/nosuch'],
      1,
      'minit-diagram: fatal: unable to read "/nosuch": no such file or directory (ENOENT)\n',
    ],
    [
      ['init', '--output', '/nosuch/x'],
      1,
      'minit-diagram: fatal: unable to write "/nosuch/x": no such file or directory (ENOENT)\n',
    ],
    [
      ['init', '--output', '/nosuch/x.png'],
      2,
      'minit-diagram: fatal: a picture is written as svg, not as png\n',
    ],
    [
      ['init', '--format', 'gif'],
      2,
      "minit-diagram: fatal: option '--format <format>' argument 'gif' is invalid. Allowed choices are mermaid, dot, svg, json, scxml.\n",
    ],
  ])('refuses %j', async (argv, code, error) => {
    expect(await run(...argv)).toEqual({ code, out: '', error });
  });
});
