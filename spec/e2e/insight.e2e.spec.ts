/**
 * The programs that explain a boot, as they are installed: why, chart, simulation. Not here: the step
 * debugger (step.e2e), minit-plan (minit-plan.e2e), the page (log-page.page).
 */
import { dirname, join } from 'node:path';
import { boot, cleanUp, makeRoot, run } from '../support/supervisor';
import { sleeper } from './fixtures/recorded';

afterAll(cleanUp);

const golden = (name: string): string => join(__dirname, `../golden/${name}.v1.jsonl`);
const example = (name: string): string => join(__dirname, '../../examples', name);

describe('why', () => {
  it.each([
    ['web', '12', /^web is not loaded yet: .* as a dependency of default \(default\/depends:4\)/u],
    ['net', '12', /^net is waiting-deps: needs net\/eth0 .*net\/eth0 is running/su],
    ['net/eth0', '30', /^net\/eth0 is sync-done: exited 0 after 0\.50 s/u],
    ['nobody', '30', /nobody .*(?:never|nobody) .*asked for/u],
  ])('of %s at %s is told from a log, down to the root', (name, at, says) => {
    const { code, stdout } = run('minit-replay', [golden('demo'), '--why', name, '--at', at]);
    expect(stdout).toMatch(says);
    expect(code).toBe(0);
  });

  it('is told as of the instant, and not of the event before it', () => {
    const { code, stdout } = run('minit-replay', [
      ...[golden('demo'), '--why', 'net/eth0', '--at', '+0.4'],
    ]);
    expect([code, stdout]).toEqual([
      0,
      expect.stringMatching(/^net\/eth0 is running, as process 16778 for 0\.39 s;/u),
    ]);
  });

  it('is told by msvc of a minit that runs', async () => {
    const minit = boot({
      'default/depends': 'web\n',
      'web/run': sleeper,
      'web/depends': 'db\n',
      'db/run': '->/no/such/program',
      'db/respawn': '',
      'db/sync': '',
    });
    await minit.reaches('web', 'running');
    const { stdout } = minit.msvc('--why', 'web');
    expect(stdout).toMatch(/^web is running, as process \d+ for .* when db let it go on/u);
    expect(stdout).toMatch(/cannot execute its program \(run\): no such file or directory/u);
    expect(stdout).toMatch(/as a dependency of default/u);
    await minit.stopAndReplay();
  });

  it('is told by msvc without a log that can be read, and that is said', async () => {
    const minit = boot({ 'default/depends': 'web\n', 'web/run': sleeper }, { log: '/proc/none' });
    await minit.booted();
    const { code, stdout, stderr } = minit.msvc('--why', 'web', 'nobody');
    expect(stdout).toMatch(/^web is running, as process \d+ for .* as a dependency of default/mu);
    expect(stdout).toMatch(/^nobody is not loaded: nobody ever asked for it\.$/mu);
    expect(stdout + stderr).toMatch(/this is from minit's present state alone/u);
    // As without --why: one of them is none.
    expect(code).toBe(1);
    minit.kill('SIGTERM');
    expect(await minit.finished()).toEqual({ code: 0, signal: null });
  });

  it('is told as data', () => {
    const { code, stdout } = run('minit-replay', [
      golden('demo'),
      ...['--why', 'net', '--at', '12', '--json'],
    ]);
    expect(code).toBe(0);
    const { service, links } = JSON.parse(stdout) as { service: string; links: unknown[] };
    expect(service).toBe('net');
    expect(links[0]).toMatchObject({ subject: 'net', state: 'waiting-deps' });
  });
});

describe('minit-chart', () => {
  it('draws each service, as a picture and as text', () => {
    const svg = run('minit-chart', [golden('demo')]);
    const text = run('minit-chart', [golden('demo'), '--text']);
    for (const { code, stdout } of [svg, text]) {
      expect(code).toBe(0);
      for (const name of ['default', 'net/eth0', 'setup/keys', 'flaky', 'motd'])
        expect(stdout).toContain(name);
    }
    expect(svg.stdout).toMatch(/^<svg [^]*<\/svg>\s*$/u);
  });

  it('names the chain that set the length of the boot', () => {
    const { code, stdout } = run('minit-chart', [golden('demo'), '--critical']);
    expect(code).toBe(0);
    expect(stdout).toMatch(/setup\/keys/u);
    expect(stdout).toMatch(/1\.025/u);
  });

  it('writes events of Chrome’s trace format', () => {
    const { code, stdout } = run('minit-chart', [golden('demo'), '--trace']);
    expect(code).toBe(0);
    const { traceEvents } = JSON.parse(stdout) as { traceEvents: Record<string, unknown>[] };
    expect(traceEvents.length).toBeGreaterThan(20);
    for (const event of traceEvents) {
      expect(['X', 'i', 'M']).toContain(event['ph']);
      expect([typeof event['name'], typeof event['pid']]).toEqual(['string', 'number']);
      if (event['ph'] === 'X') expect(event['dur']).toBeGreaterThanOrEqual(0);
    }
  });

  it('says what is no log', () => {
    const { code, stderr } = run('minit-chart', ['/no/such/log']);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^minit-chart: .*\/no\/such\/log/u);
    expect(stderr).not.toMatch(/\n\s+at /u);
  });
});

describe('minit-sim', () => {
  it('finds nothing in a good tree, and says the same each time', () => {
    const args = [example('demo'), '--runs', '10', '--assume-programs'];
    const [first, second] = [run('minit-sim', args), run('minit-sim', args)];
    expect(first).toMatchObject({ code: 0, stderr: '' });
    expect(first.stdout).toMatch(
      /^10 runs, seeds 1 to 10: 12 services, \d+ events, 0 findings\n$/u,
    );
    expect(second.stdout).toBe(first.stdout);
  });

  it('finds what is wrong with a broken one, and writes it as a log', () => {
    const log = join(dirname(makeRoot({})), 'finding.jsonl');
    const { code, stdout } = run('minit-sim', [example('broken'), '--runs', '5', '--log', log]);
    expect(code).toBe(3);
    expect(stdout).toMatch(/^never-up: ghost never comes up: there is no such service$/mu);
    expect(run('minit-replay', [log, '--verify'])).toMatchObject({ code: 0 });
  });

  it('finds in and out that minit cannot open, and not those that a log pipe takes the place of', () => {
    const root = makeRoot({
      'default/depends': 'gone\nlogged\n',
      'gone/run': '->/bin/true',
      'gone/out': '->nothing',
      'logged/run': sleeper,
      'logged/out': '->nothing',
      'logged/log/run': '->/bin/cat',
      'logged/log/in': '->nothing',
    });
    const { code, stdout } = run('minit-sim', [root, '--runs', '2', '--faults', 'none']);
    expect(stdout).toMatch(
      /^never-up: gone never comes up: cannot open its out: no such file or directory \(ENOENT\)\n2 runs.* 1 finding\n$/u,
    );
    expect(code).toBe(3);
  });

  it('tries every order of events of a small tree, and says how many states that are', () => {
    const root = makeRoot({
      'default/depends': 'db\n',
      'db/run': '->/bin/true',
      'db/respawn': '',
    });
    const [all, some] = [
      run('minit-sim', [root, '--exhaustive']),
      [root, '--exhaustive', '--depth', '5'],
    ];
    expect(all).toMatchObject({
      code: 0,
      stderr: '',
      stdout:
        '2 services: 260 states, 1084 transitions, up to 13 steps deep\n' +
        'everything was seen: every order of events, in every state that can be reached\n',
    });
    expect(run('minit-sim', some).stdout).toMatch(
      /up to 5 steps deep\nnot everything was seen: stopped at --depth 5\n$/u,
    );
    expect(JSON.parse(run('minit-sim', [...some, '--json']).stdout)).toMatchObject({
      depth: 5,
      isComplete: false,
      cutBy: 'depth',
      finding: null,
    });
  });

  it.each([
    [['--runs', 'x'], /--runs/u],
    [['--exhaustive'], /^minit-sim: --exhaustive: 12 services are too many: up to 4 .*--start$/mu],
    [['--exhaustive', '--depth', 'x'], /^minit-sim: --depth: "x" is no whole number from 0 to/mu],
    [['--exhaustive', '--runs', '5'], /^minit-sim: --runs is for random boots/mu],
    [['--exhaustive', '--role', 'machine'], /^minit-sim: --exhaustive: the end of a machine/mu],
    [['--exhaustive', '--start', 'gone'], /^minit-sim: --exhaustive: there is no service gone/mu],
    [['--depth', '5'], /^minit-sim: --depth is for --exhaustive$/mu],
    [['--faults', 'weather'], /weather/u],
  ])('refuses %j in a sentence', (args, says) => {
    const { code, stderr } = run('minit-sim', [example('demo'), ...args]);
    expect(code).toBe(1);
    expect(stderr).toMatch(says);
    expect(stderr).not.toMatch(/\n\s+at /u);
  });
});
