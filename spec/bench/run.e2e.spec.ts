/**
 * `npm run bench -- --quick` runs: every workload has a number, nothing stays behind. What the numbers are is
 * nobody's business here.
 *
 * @module
 */
import { DOMParser } from '@xmldom/xmldom';
import { spawn, spawnSync } from 'node:child_process';
import { readFileSync, readdirSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryDirectory } from '../support/temporary-directory';

const bench = join(__dirname, '../../bench/run.mjs');
const seconds = 1_000;

interface Result {
  readonly samples: readonly {
    readonly peer: string;
    readonly metric: string;
    readonly rounds: unknown[];
  }[];
  readonly failures: readonly object[];
}

/** Where a run works, and what it may leave behind: its directories, and processes of programs in them. */
function place() {
  const directory = temporaryDirectory();
  const left = () => ({
    directories: readdirSync(directory).filter((name) => name.startsWith('minit-bench-')),
    processes: readdirSync('/proc')
      .filter((name) => /^\d+$/u.test(name))
      .filter((pid) => {
        try {
          return readlinkSync(`/proc/${pid}/exe`).startsWith(join(directory, 'minit-bench-'));
        } catch {
          return false;
        }
      }),
  });
  return { directory, left, env: { ...process.env, TMPDIR: directory } };
}

describe('a smoke run of the benchmark', () => {
  const { directory, left, env } = place();
  const [json, svg] = [join(directory, 'run.json'), join(directory, 'run.svg')];
  const hasCompiler = spawnSync('cc', ['--version']).status === 0;

  it('measures everything for minit and the floor, and leaves nothing behind', () => {
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      [bench, '--quick', '--json', json, '--svg', svg],
      { encoding: 'utf8', env, timeout: 55 * seconds },
    );
    expect([status, stderr]).toEqual([0, '']);
    expect(left()).toEqual({ directories: [], processes: [] });

    const { samples, failures } = JSON.parse(readFileSync(json, 'utf8')) as Result;
    expect(failures).toEqual([]);
    const metricsOf = (name: string) =>
      samples
        .filter(
          ({ peer, rounds }) => peer === name && rounds.every((value) => Number.isFinite(value)),
        )
        .map(({ metric }) => metric);
    const both = hasCompiler
      ? [
          'flat',
          'restart',
          'restartWorst',
          'storm',
          'stop',
          'huge',
          'pss',
          'processes',
          'wakeUps',
          'cpu',
        ]
      : ['flat'];
    const ours = [
      'graph',
      'graph-10ms',
      'chain',
      'statusOne',
      'statusEach',
      'statusAll',
      'eventUs',
    ];
    expect(metricsOf('floor')).toEqual(expect.arrayContaining(both));
    expect(metricsOf('minit')).toEqual(
      expect.arrayContaining([...both, 'flatLess', ...(hasCompiler ? ours : [])]),
    );

    for (const name of ['floor', 'minit'])
      expect(stdout).toMatch(new RegExp(`^\\| ${name} \\|`, 'mu'));
    expect(stdout).toContain('a smoke run, whose numbers mean nothing');
    const errors: string[] = [];
    const document = new DOMParser({
      onError: (_level, message) => errors.push(message),
    }).parseFromString(readFileSync(svg, 'utf8'), 'image/svg+xml');
    expect(errors).toEqual([]);
    const drawn = [...document.getElementsByTagName('rect')].map((bar) =>
      bar.getAttribute('data-supervisor'),
    );
    expect(drawn).toEqual(expect.arrayContaining(['floor', 'minit']));
  });

  it('boots both by other means where there is no compiler', () => {
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      [bench, '--quick', '--json', json],
      { encoding: 'utf8', env: { ...env, PATH: directory }, timeout: 55 * seconds },
    );
    expect([status, stderr]).toEqual([0, '']);
    expect(stdout).toContain('koffi');
    const { samples, failures } = JSON.parse(readFileSync(json, 'utf8')) as Result;
    expect(failures).toEqual([]);
    for (const name of ['floor', 'minit'])
      expect(samples).toContainEqual(
        expect.objectContaining({ peer: name, metric: 'flat', rounds: [expect.any(Number)] }),
      );
    expect(left()).toEqual({ directories: [], processes: [] });
  });

  it('ends what it has started when it is interrupted', async () => {
    const child = spawn(process.execPath, [bench, '--services', '20', '--peers', 'floor,minit'], {
      env,
      stdio: 'ignore',
    });
    const ended = new Promise((resolve) => child.once('exit', resolve));
    const end = Date.now() + 20 * seconds;
    while (left().processes.length < 20 && Date.now() < end)
      await new Promise((resolve) => setTimeout(resolve, 20));
    child.kill('SIGINT');
    expect(await ended).toBe(130);
    expect(left()).toEqual({ directories: [], processes: [] });
  });
});

describe('a mistake on the command line', () => {
  it.each([
    '--rounds many',
    '--services 0',
    '--peers nobody',
    '--workloads flat,none',
    '--service large',
    '--no-such-option',
  ])('such as %s gives the usage', (line) => {
    const words = line.split(' ');
    const { status, stderr } = spawnSync(process.execPath, [bench, ...words], { encoding: 'utf8' });
    expect(status).toBe(1);
    expect(stderr).toContain('usage: node bench/run.mjs');
  });
});
