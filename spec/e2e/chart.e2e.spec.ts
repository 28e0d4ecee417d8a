/**
 * `minit-chart` on golden logs: its exact output. Not here: what the parts mean
 * (spec/insight/chart*.spec.ts, critical-path.spec.ts, trace-events.spec.ts), terminals.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { cleanUp, run } from '../support/supervisor';
import { temporaryDirectory } from '../support/temporary-directory';

afterAll(cleanUp);

const golden = (name: string): string => join(__dirname, `../golden/${name}.v1.jsonl`);

/** On a terminal of 80 columns, with a locale that has more than ASCII. */
function chart(name: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): string {
  const locale = { PATH: process.env['PATH'], LANG: 'C.UTF-8', COLUMNS: '80' };
  const { code, stdout, stderr } = run('minit-chart', [golden(name), ...args], {
    env: { ...locale, ...env },
  });
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return stdout;
}

describe.each(['demo', 'faults', 'end'])('the chart of the golden log %s', (name) => {
  it('as text', () => {
    const text = chart(name, ['--text']);
    expect(text).toMatchSnapshot();
    for (const line of text.split('\n').slice(3))
      expect(Array.from(line).length).toBeLessThanOrEqual(80);
  });

  it('as its critical path', () => {
    expect(chart(name, ['--critical'])).toMatchSnapshot();
  });

  it('as a trace', () => {
    const text = chart(name, ['--trace']);
    expect(() => JSON.parse(text) as unknown).not.toThrow();
    expect(text).toMatchSnapshot();
  });
});

describe('the chart of the golden log demo', () => {
  it('is as wide as COLUMNS says, in the characters of the locale', () => {
    expect(chart('demo', ['--text', '--whole'], { LANG: 'C', COLUMNS: '50' })).toMatchSnapshot();
  });

  it('of some services, up to an instant', () => {
    expect(chart('demo', ['--text', '--services', 'net/*,web', '--at', '+0.5'])).toMatchSnapshot();
  });

  it('up to an instant tells how long the boot had not settled by then, with an event there or not', () => {
    // The last event before it came 20 ms after the start.
    expect(chart('demo', ['--text', '--at', '+0.5'])).toContain('\nnot settled after 0.498 s\n');
    expect(chart('demo', ['--critical', '--at', '+0.5'])).toMatch(
      /^not settled after 0\.498 s; [^]*\n {2}\+0\.018218 {2}0\.482 s {2}setup\/dirs: running .*not over/u,
    );
    // An instant in the middle of nowhere is not the end of the log.
    const whole = chart('demo', ['--text', '--at', '+1000']);
    expect(whole).toContain('\nsettled after 1.025 s\n');
  });

  it('tells times that --at takes', () => {
    const { links } = JSON.parse(chart('demo', ['--critical', '--json'])) as {
      links: { from: { seq: number } }[];
    };
    const times = chart('demo', ['--critical']).match(/^ +\+\S+/gmu) ?? [];
    expect(times.length).toBeGreaterThan(3);
    const seqs = times.map((time) => {
      const { stdout } = run('minit-replay', [golden('demo'), '--at', time.trim(), '--json']);
      return (JSON.parse(stdout) as { seq: number }).seq;
    });
    expect(seqs).toEqual(links.map(({ from }) => from.seq));
    // Of a picture they are those of the bars: web is started 1.024 s after the start.
    expect(chart('demo', [])).toContain('<title>web: running from +1.024 s, ');
  });

  it('as the critical path of a service, as JSON', () => {
    const json = chart('demo', ['--critical', '--services', 'net/route', '--json']);
    expect(JSON.parse(json)).toMatchSnapshot();
  });

  it('in a file is what it is on standard output', () => {
    const file = join(temporaryDirectory(), 'chart.txt');
    expect(chart('demo', ['--text', '--output', file])).toBe('');
    expect(readFileSync(file, 'utf8')).toBe(chart('demo', ['--text']));
  });
});

describe('minit-chart', () => {
  it.each([
    [['--json'], '--json goes with --critical'],
    [['--text', '--at', '0'], 'the log has no event up to there'],
    [['--critical', '--at', '+0.001'], 'the log has no event up to there'],
    [['--text', '--services', 'nobody'], 'no service "nobody" in this log up to there'],
    [
      ['--critical', '--services', 'motd', '--at', '3'],
      'no service "motd" in this log up to there',
    ],
    [
      ['--text', '--output', '/no/such/file'],
      'unable to write "/no/such/file": no such file or directory (ENOENT)',
    ],
  ])('refuses %j', (args, told) => {
    expect(run('minit-chart', [golden('demo'), ...args])).toEqual({
      code: 1,
      stdout: '',
      stderr: `minit-chart: ${told}\n`,
    });
  });
});
