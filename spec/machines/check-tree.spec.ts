import { dependenciesOf } from '../../machines/check-graph';
import { checkTree, countFindings } from '../../machines/check-tree';
import type { ServiceDefinition } from '../../machines/definition';
import type { MinitEvent } from '../../machines/events';
import { fold, initialState } from '../../machines/fold';
import type {
  ProgramFact,
  ServiceEntry,
  SurveyedService,
  TreeFinding,
  TreeSurvey,
} from '../../machines/tree-facts';

interface Sketch extends Partial<ServiceDefinition> {
  readonly needs?: readonly string[];
  readonly program?: ProgramFact;
  readonly entries?: readonly ServiceEntry[];
}

function service(
  name: string,
  { needs = [], program, entries, ...definition }: Sketch,
): SurveyedService {
  const directory = `/etc/minit/${name}`;
  const run = program && { path: `${directory}/run`, argv0: 'run' };
  return {
    name,
    entries: entries ?? [
      ...(program ? (['run'] as const) : []),
      ...(needs.length > 0 ? (['depends'] as const) : []),
    ],
    ...(program && { program }),
    workingDirectory: 'usable',
    input: 'usable',
    output: 'usable',
    definition: {
      directory,
      mode: 'oneshot',
      params: [],
      depends: needs.map((need, index) => ({ name: need, line: index + 1 })),
      workingDirectory: directory,
      problems: [],
      ...(run && { run }),
      ...definition,
    },
  };
}

/** A tree with FIFOs, in which `default` depends on every service given. */
function survey(
  sketches: Readonly<Record<string, Sketch>>,
  rest: Partial<TreeSurvey> = {},
): TreeSurvey {
  const names = Object.keys(sketches);
  const all = 'default' in sketches ? sketches : { ...sketches, default: { needs: names } };
  return {
    root: '/etc/minit',
    services: Object.entries(all).map(([name, sketch]) => service(name, sketch)),
    failures: [],
    badNames: [],
    missing: new Map(),
    requestFifo: 'fifo',
    replyFifo: 'fifo',
    ...rest,
  };
}

const usable = { program: { kind: 'usable' } } as const;

const lines = (findings: readonly TreeFinding[]) =>
  findings.map(
    ({ file, line, severity, text }) =>
      `${file}${line === undefined ? '' : `:${String(line)}`}: ${severity}: ${text}`,
  );

const check = (sketches: Readonly<Record<string, Sketch>>, rest: Partial<TreeSurvey> = {}) =>
  lines(checkTree(survey(sketches, rest)));

describe('check of a tree', () => {
  it('has nothing to tell about one in order', () => {
    expect(check({ web: { ...usable, needs: ['net'] }, net: { ...usable, mode: 'sync' } })).toEqual(
      [],
    );
  });

  it('tells a dependency that does not exist at its line', () => {
    expect(check({ web: { ...usable, needs: ['net', 'dns'] }, net: usable })).toEqual([
      '/etc/minit/web/depends:2: error: there is no service "dns": make it, or remove the line',
    ]);
  });

  it('tells a dependency that cannot be read apart from one that is missing', () => {
    const missing = new Map([['dns', { code: 'EACCES', errno: 13 }]]);
    expect(check({ web: { ...usable, needs: ['dns'] } }, { missing })).toEqual([
      '/etc/minit/web/depends:1: error: the service "dns" cannot be read: permission denied (EACCES)',
    ]);
  });

  describe('of what a service has', () => {
    it.each<[ProgramFact, string]>([
      [
        { kind: 'dangling', target: '/bin/gone' },
        '/etc/minit/web/run: error: a symbolic link to "/bin/gone", which does not exist: install the program, or correct the link',
      ],
      [{ kind: 'not-executable' }, '/etc/minit/web/run: error: not executable: chmod +x'],
      [{ kind: 'directory' }, '/etc/minit/web/run: error: a directory, no program'],
      [
        { kind: 'special' },
        '/etc/minit/web/run: error: no regular file, so that it cannot be executed',
      ],
      [
        { kind: 'empty' },
        '/etc/minit/web/run: error: an empty file, so that it cannot be executed',
      ],
      [
        { kind: 'unreachable', error: { code: 'EACCES', errno: 13 } },
        '/etc/minit/web/run: error: cannot be looked at: permission denied (EACCES)',
      ],
      [
        { kind: 'no-interpreter-line' },
        '/etc/minit/web/run:1: error: neither a program nor a script: a script needs a first line such as "#!/bin/sh"',
      ],
      [
        {
          kind: 'bad-interpreter',
          interpreter: 'interpreter',
          path: '/bin/zsh',
          problem: 'missing',
        },
        '/etc/minit/web/run:1: error: its interpreter "/bin/zsh" does not exist',
      ],
      [
        {
          kind: 'bad-interpreter',
          interpreter: 'interpreter',
          path: '/bin/sh\r',
          problem: 'missing',
        },
        '/etc/minit/web/run:1: error: its interpreter "/bin/sh\\r" does not exist (its lines end in carriage returns: save it with Unix line ends)',
      ],
      [
        { kind: 'bad-interpreter', interpreter: 'interpreter', path: '', problem: 'missing' },
        '/etc/minit/web/run:1: error: its "#!" line names no interpreter',
      ],
      [
        {
          kind: 'bad-interpreter',
          interpreter: 'loader',
          path: '/lib/ld-musl.so',
          problem: 'missing',
        },
        '/etc/minit/web/run: error: its loader "/lib/ld-musl.so" does not exist',
      ],
      [
        {
          kind: 'bad-interpreter',
          interpreter: 'loader',
          path: '/lib/ld-musl.so',
          problem: 'missing',
          of: '/opt/bin/lua',
        },
        '/etc/minit/web/run:1: error: its interpreter "/opt/bin/lua": its loader "/lib/ld-musl.so" does not exist',
      ],
    ])('tells a program that is %j', (program, line) => {
      expect(check({ web: { program } })).toEqual([line]);
    });

    it('tells a missing run where other files need one', () => {
      expect(
        check({
          web: { needs: ['net'], entries: ['depends', 'respawn', 'params', 'nice'] },
          net: usable,
        }),
      ).toEqual([
        '/etc/minit/web/run: error: there is none, and without it params, respawn and nice can do nothing: make it a link to the program, or a script',
      ]);
    });

    it('warns of a service that starts nothing', () => {
      expect(check({ web: { entries: ['sync'] } })).toEqual([
        '/etc/minit/web: warning: the service starts nothing: it has no run, and depends on nothing',
      ]);
    });

    it('tells the problems of the definition, and a log service without run as an error', () => {
      const problems = [
        { severity: 'warning', code: 'bad-nice', file: 'nice', text: 'no integer' },
        { severity: 'warning', code: 'log-without-run', file: 'log', text: 'nothing to log with' },
        { severity: 'error', code: 'bad-params', file: 'params', line: 3, text: 'a NUL byte' },
      ] as const;
      expect(check({ web: { ...usable, problems }, 'web/log': { entries: ['params'] } })).toEqual([
        '/etc/minit/web/log: error: nothing to log with',
        '/etc/minit/web/nice: warning: no integer',
        '/etc/minit/web/params:3: error: a NUL byte',
      ]);
    });
  });

  describe('for cycles', () => {
    it('tells the whole path at the line that minit skips', () => {
      expect(
        check({
          default: { needs: ['b'] },
          a: { ...usable, needs: ['b'] },
          b: { ...usable, needs: ['a'] },
        }),
      ).toEqual([
        '/etc/minit/a/depends:1: error: the dependency closes the cycle b -> a -> b: minit skips it; remove one of these dependencies',
      ]);
    });

    it('tells one through a log service', () => {
      expect(
        check({ web: { ...usable, hasLog: true }, 'web/log': { ...usable, needs: ['web'] } }),
      ).toEqual([
        '/etc/minit/web/log/depends:1: error: the dependency closes the cycle web -> web/log -> web: minit skips it; remove one of these dependencies',
      ]);
    });

    it('tells one that an implied dependency closes at the log directory', () => {
      expect(
        check({
          default: { needs: ['web/log'] },
          web: { ...usable, hasLog: true },
          'web/log': { ...usable, needs: ['web'] },
        }),
      ).toEqual([
        '/etc/minit/web/log: error: the dependency closes the cycle web/log -> web -> web/log: minit skips it; remove one of these dependencies',
      ]);
    });

    it('does not tell millions of them', () => {
      const names = Array.from({ length: 12 }, (_, index) => `s${String(index)}`);
      const all = names.map((name) => [
        name,
        { ...usable, needs: names.filter((other) => other !== name) },
      ]);
      const findings = checkTree(survey(Object.fromEntries(all) as Record<string, Sketch>));
      expect(findings).toHaveLength(11);
      expect(findings.map(({ text }) => text)).toContain(
        'more cycles go through the 12 services that depend on each other here: the first 10 are told',
      );
    });

    it('copes with 10,000 services in one chain that ends where it began', () => {
      const names = Array.from({ length: 10_000 }, (_, index) => `s${String(index)}`);
      const all = names.map((name, index) => [
        name,
        { ...usable, needs: [`s${String((index + 1) % 10_000)}`] },
      ]);
      const findings = checkTree(
        survey({ ...Object.fromEntries(all), default: { needs: ['s0'] } } as Record<
          string,
          Sketch
        >),
      );
      expect(findings.map(({ file, line }) => [file, line])).toEqual([
        ['/etc/minit/s9999/depends', 1],
      ]);
    });
  });

  describe('for what is started', () => {
    it('notes what is not reached from default, once with its log service', () => {
      expect(
        check({
          default: { needs: ['net'] },
          net: usable,
          web: { ...usable, hasLog: true },
          'web/log': usable,
          kbreq: usable,
        }),
      ).toEqual([
        '/etc/minit/web: note: not reached from default: it starts only when somebody asks for it',
      ]);
    });

    it('tells that there is no default, and nothing of what it would reach', () => {
      const tree = survey({ web: usable, default: usable });
      const services = tree.services.filter(({ name }) => name !== 'default');
      expect(lines(checkTree({ ...tree, services }))).toEqual([
        '/etc/minit/default: error: there is no service "default": minit starts only what its command line names (say so with --start NAME)',
      ]);
      expect(checkTree({ ...tree, services }, ['web'])).toEqual([]);
    });
  });

  it('tells what is wrong with ROOT, and no more', () => {
    const empty = { services: [], requestFifo: 'missing', replyFifo: 'missing' } as const;
    expect(check({}, { ...empty, error: { code: 'ENOENT', errno: 2 } })).toEqual([
      '/etc/minit: error: there is no such directory: ROOT is the directory that holds the service directories',
    ]);
    expect(check({}, { ...empty, error: { code: 'ENOTDIR', errno: 20 } })).toEqual([
      '/etc/minit: error: not a directory: ROOT is the directory that holds the service directories',
    ]);
  });

  it('notes a FIFO that is missing, and tells one that is none', () => {
    expect(check({ web: usable }, { requestFifo: 'missing', replyFifo: 'something-else' })).toEqual(
      [
        '/etc/minit/in: note: there is no FIFO: minit makes it when it can write there; on a read-only file system: mkfifo -m 600',
        '/etc/minit/out: error: no FIFO, so that minit cannot be controlled through it: remove it, and mkfifo -m 600',
      ],
    );
  });

  it('sorts by file and line, and counts', () => {
    const findings = checkTree(
      survey({
        b: { needs: ['y', 'x'] },
        a: { program: { kind: 'empty' } },
        c: { entries: ['sync'] },
      }),
    );
    expect(findings.map(({ file, line }) => [file, line])).toEqual([
      ['/etc/minit/a/run', undefined],
      ['/etc/minit/b/depends', 1],
      ['/etc/minit/b/depends', 2],
      ['/etc/minit/c', undefined],
    ]);
    expect(countFindings(findings)).toEqual({ error: 3, warning: 1, note: 0 });
  });
});

describe('check and start order', () => {
  /** `file:line` of each dependency that minit itself skips because it closes a cycle. */
  function skippedByMinit(tree: TreeSurvey): string[] {
    const definitions = new Map(tree.services.map(({ name, definition }) => [name, definition]));
    const places: string[] = [];
    const waiting: MinitEvent[] = [
      {
        type: 'SupervisorStarted',
        pid: 1,
        role: 'container',
        root: tree.root,
        words: [],
        graceMs: 100,
      },
    ];
    let state = initialState();
    for (let event = waiting.shift(); event !== undefined; event = waiting.shift()) {
      const folded = fold(state, { seq: state.seq + 1, at: state.seq + 1, event });
      state = folded.state;
      for (const effect of folded.effects) {
        if (effect.type === 'ReadService') {
          const { service } = effect.params;
          const definition = definitions.get(service);
          const error = { code: 'ENOENT', errno: 2 };
          waiting.push(
            definition
              ? { type: 'ServiceRead', service, definition }
              : { type: 'ServiceMissing', service, error },
          );
        } else if (effect.type === 'Report' && effect.params.code === 'dependency-cycle') {
          places.push(`${effect.params.file ?? ''}:${String(effect.params.line ?? 0)}`);
        }
      }
    }
    return places.sort();
  }

  it('agree on the lines that close cycles, on random trees', () => {
    for (let seed = 1; seed <= 500; seed += 1) {
      let random = seed;
      const next = (below: number): number => {
        random = (random * 1_103_515_245 + 12_345) % 2_147_483_648;
        return Math.floor((random / 2_147_483_648) * below);
      };
      const names = ['default', 'a', 'b', 'b/log', 'c', 'd'].slice(0, 2 + next(5));
      const all = names.map((name) => {
        const needs = names
          .filter((other) => other !== name && next(3) === 0)
          .sort(() => next(3) - 1);
        return [
          name,
          {
            ...usable,
            needs,
            ...(name === 'b' && names.includes('b/log') && { hasLog: true as const }),
          },
        ];
      });
      const tree = survey(Object.fromEntries(all) as Record<string, Sketch>);
      const told = checkTree(tree).filter(({ code }) => code === 'dependency-cycle');
      const hasAll = !told.some(({ text }) => text.startsWith('more cycles'));
      // What is not reached from default is walked by nobody, and is told all the same.
      const reached = new Set(reachedFrom(tree, 'default'));
      const places = told
        .filter(({ service: name = '' }) => reached.has(name))
        .map(({ file, line = 0 }) => `${file}:${String(line)}`);
      if (hasAll) expect([seed, [...new Set(places)].sort()]).toEqual([seed, skippedByMinit(tree)]);
    }
  });

  function reachedFrom(tree: TreeSurvey, start: string): string[] {
    const reached = [start];
    for (const name of reached) {
      const found = tree.services.find((other) => other.name === name);
      const needs =
        found === undefined ? [] : dependenciesOf(found).map((dependency) => dependency.name);
      reached.push(...needs.filter((need) => !reached.includes(need)));
    }
    return reached;
  }
});
