/**
 * Logs that are missing, foreign, of another version, damaged, torn: each program that explains one says so in a
 * line, and never with a stack trace. What exactly is readable of such a log: bad-replay.e2e.spec.ts. Logs that change
 * while they are read: step.e2e.spec.ts, compare.e2e.spec.ts, inspect.e2e.spec.ts.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { checkLength, encodeLine } from '../../adapters/event-log/records';
import { run } from '../support/supervisor';
import { temporaryDirectory } from '../support/temporary-directory';
import { stackTrace } from './fixtures-bad/bad-input';

const folder = temporaryDirectory();
const lines = readFileSync(join(__dirname, '../golden/demo.v1.jsonl'), 'utf8').split('\n');
const [header = '', ...records] = lines;

function log(name: string, text: string): string {
  const path = join(folder, `${name}.jsonl`);
  writeFileSync(path, text);
  return path;
}

/** The header with another version, and the check of it right. */
function ofVersion(version: number): string {
  const { check: _, ...json } = JSON.parse(header) as Record<string, unknown>;
  return encodeLine(JSON.stringify({ ...json, version }), 0).line;
}

const noDirectory = join(folder, 'nothing');
mkdirSync(noDirectory);
const unreadable: readonly (readonly [string, string, RegExp])[] = [
  ['missing', join(folder, 'no-such.jsonl'), /no-such\.jsonl does not exist/u],
  ['empty', log('empty', ''), /empty\.jsonl is empty/u],
  ['foreign', log('foreign', 'this is no log\n'), /foreign\.jsonl is no event log of minit/u],
  [
    'of another version',
    log('version', ofVersion(99)),
    /version\.jsonl is in a newer format than this minit knows/u,
  ],
  ['a directory without one', noDirectory, /nothing holds no event log/u],
];
const damaged = log(
  'damaged',
  [header, ...records.slice(0, 30), 'x'.repeat(50), ...records.slice(31)].join('\n'),
);
/** The check of each line is right, but one has effects that are no JSON. */
const invalid = log(
  'invalid',
  (() => {
    let check = 0;
    return lines
      .filter((line) => line !== '')
      .map((line, index) => {
        const json = `${line.slice(0, -checkLength)}}`;
        const wrong = index === 31 ? json.replace(/"effects":\[.*$/u, '"effects":[{]}') : json;
        const encoded = encodeLine(wrong, check);
        check = encoded.check;
        return encoded.line;
      })
      .join('');
  })(),
);
const torn = log('torn', lines.join('\n').slice(0, -90));

interface Tool {
  readonly name: string;
  /** How it is called with a log. */
  readonly args: (path: string) => readonly string[];
  readonly program: string;
}
const tool = (name: string, ...args: string[]): Tool => ({
  name: [name, ...args].join(' '),
  program: name,
  args: (path) => args.map((arg) => (arg === 'LOG' ? path : arg)),
});
const tools: readonly Tool[] = [
  tool('minit-replay', 'LOG'),
  tool('minit-replay', 'LOG', '--html', join(folder, 'page.html')),
  tool('minit-replay', 'LOG', '--diff', '5', '20'),
  tool('minit-replay', 'LOG', '--why', 'web'),
  tool('minit-replay', 'LOG', '--step'),
  tool('minit-replay', 'LOG', '--inspect'),
  tool('minit-replay', '--compare', 'LOG', 'LOG'),
  tool('minit-replay', 'LOG', '--at', '40', '--what-if', 'drop respawn of flaky'),
  tool('minit-chart', 'LOG'),
  tool('minit-chart', 'LOG', '--text'),
  tool('minit-chart', 'LOG', '--critical'),
  tool('minit-chart', 'LOG', '--trace'),
  tool('minit-diagram', 'deps', '--log', 'LOG'),
  tool('minit-diagram', 'sequence', 'LOG'),
  tool('minit-diagram', 'chart', 'LOG', '--service', 'web'),
];

function use({ program, args }: Tool, path: string) {
  const ran = run(program, [...args(path)]);
  expect(ran.stdout + ran.stderr).not.toMatch(stackTrace);
  return ran;
}

describe.each(tools)('$name', (used) => {
  it.each(unreadable)('refuses a log that is %s', (_, path, why) => {
    const { code, stdout, stderr } = use(used, path);
    expect(code).toBeGreaterThan(0);
    expect(stdout).toBe('');
    expect(stderr).toMatch(why);
    expect(stderr.trimEnd().split('\n')).toHaveLength(1);
  });

  it('names the line that is damaged', () => {
    const { code, stdout, stderr } = use(used, damaged);
    expect(code).toBeGreaterThan(0);
    expect(stdout + stderr).toMatch(/damaged\.jsonl:32/u);
  });

  it('names the line whose check is right, and whose effects are no JSON', () => {
    const { code, stdout, stderr } = use(used, invalid);
    expect(code).toBeGreaterThan(0);
    expect(stdout + stderr).toMatch(/invalid\.jsonl:32/u);
  });

  it('goes without a last line that is torn', () => {
    const { code } = use(used, torn);
    expect(code).toBe(0);
  });
});
