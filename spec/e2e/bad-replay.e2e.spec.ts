/**
 * Logs that are damaged: minit-replay says which line, and all before it counts. Every truncation and
 * every flipped bit of a small log goes through the reader in process; a few through the program. Not
 * here: several segments (spec/adapters/event-log.int.spec.ts).
 */
import { chmodSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openLog } from '../../adapters/event-log/reader';
import { encodeLine } from '../../adapters/event-log/records';
import { runReplay, type ReplayReport } from '../../adapters/replay-log';
import { boot, cleanUp, makeRoot, program, run, type Ran } from '../support/supervisor';
import {
  giveAway,
  itUnprivileged,
  problems,
  stackTrace,
  tried,
  unprivileged,
} from './fixtures-bad/bad-input';

afterAll(cleanUp);

/** A real log, as small as they come. */
const smallLog: Promise<Buffer> = (async () => {
  const minit = boot({ 'default/depends': '' });
  await minit.finished();
  expect(problems(minit)).toEqual([]);
  return readFileSync(join(minit.log, 'minit-000001.jsonl'));
})();

const folder = join(makeRoot({}), '..');
const path = join(folder, 'minit-000001.jsonl');

/** Replays `bytes`; the text when it is no log at all. */
function replayOf(bytes: Buffer): ReplayReport | string {
  writeFileSync(path, bytes);
  const log = openLog(path);
  return 'code' in log
    ? `${log.code}: ${log.text.replace(path, 'LOG')}`
    : runReplay(log, undefined);
}

function replayByProgram(bytes: Buffer | string, ...args: string[]): Ran {
  writeFileSync(path, bytes);
  const ran = run('minit-replay', [...args, path]);
  expect(ran.stdout + ran.stderr).not.toMatch(stackTrace);
  return {
    ...ran,
    stderr: ran.stderr.replaceAll(path, 'LOG'),
    stdout: ran.stdout.replaceAll(path, 'LOG'),
  };
}

const linesOf = (bytes: Buffer): string[] => bytes.toString().split('\n').slice(0, -1);

/** The lines of a log with one of them changed, and the checks right. */
function rewritten(
  bytes: Buffer,
  change: (json: Record<string, unknown>, line: number) => unknown,
): string {
  let check = 0;
  return linesOf(bytes)
    .map((text, index) => {
      const { check: _, ...json } = JSON.parse(text) as Record<string, unknown>;
      const encoded = encodeLine(JSON.stringify(change(json, index + 1) ?? json), check);
      check = encoded.check;
      return encoded.line;
    })
    .join('');
}

describe('a log that is cut off', () => {
  it('at any byte replays up to its last whole line, with a note', async () => {
    const whole = await smallLog;
    const headerEnd = whole.indexOf('\n') + 1;
    const counts = new Set<number>();
    for (let length = 0; length < whole.length; length += 1) {
      const cut = whole.subarray(0, length);
      const report = replayOf(cut);
      if (length < headerEnd - 1) {
        const expected =
          length === 0
            ? 'empty: LOG is empty'
            : /^(no-header: LOG has a torn header|foreign: LOG is no event log of minit)$/u;
        expect(report).toEqual(length === 0 ? expected : expect.stringMatching(expected));
        continue;
      }
      if (typeof report === 'string') throw new Error(`${report} at ${String(length)}`);
      const wholeLines = linesOf(whole).filter(
        (_, index) =>
          Buffer.byteLength(
            linesOf(whole)
              .slice(0, index + 1)
              .join('\n'),
          ) <= length,
      ).length;
      expect(report).toMatchObject({
        eventCount: wholeLines - 1,
        divergence: undefined,
        damage: [],
      });
      const torn = cut.length - cut.lastIndexOf('\n') - 1;
      const isWholeWithoutNewline =
        report.eventCount + 1 > cut.toString('latin1').split('\n').length - 1;
      expect(report.notes).toEqual(
        torn === 0 || isWholeWithoutNewline
          ? []
          : [{ kind: 'torn', path, line: wholeLines + 1, tornBytes: torn }],
      );
      counts.add(report.eventCount);
    }
    expect([...counts]).toEqual(Array.from({ length: linesOf(whole).length }, (_, index) => index));
  });

  it('is told by the program, which is content with it', async () => {
    const whole = await smallLog;
    const lines = linesOf(whole).length;
    const { code, stdout, stderr } = replayByProgram(whole.subarray(0, -20), '--verify');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(
      new RegExp(
        `^note: LOG:${String(lines)}: torn last line cut off \\(\\d+ bytes\\)\\nverified: ${String(lines - 2)} events ask for the recorded effects again\\n$`,
        'u',
      ),
    );
    expect(replayByProgram(whole.subarray(0, 30))).toEqual({
      code: 2,
      stdout: '',
      stderr: 'minit-replay: LOG has a torn header\n',
    });
  });
});

describe('a log with a flipped bit', () => {
  it('is damaged at the line of the bit, and all before it counts', async () => {
    const whole = await smallLog;
    const newlineCount = linesOf(whole).length;
    let line = 1;
    for (let offset = 0; offset < whole.length; offset += 1) {
      for (let bit = 0; bit < 8; bit += 1) {
        const flipped = Buffer.from(whole);
        flipped[offset] = (flipped[offset] ?? 0) ^ (1 << bit);
        const report = replayOf(flipped);
        if (typeof report === 'string') {
          expect(line).toBe(1);
          expect(report).toMatch(
            /^(no-header: LOG has a (damaged|torn) header|foreign: LOG is no event log of minit|unknown-version: LOG is in a newer format .*)$/u,
          );
          continue;
        }
        const isLastNewline = offset === whole.length - 1;
        const at = {
          line,
          bit,
          offset,
          damage: report.damage.map((one) => one.line),
          torn: report.notes.map(({ kind }) => kind),
        };
        // Without the header's newline the first line is the header and more, which no check fits.
        expect(at).toMatchObject(
          isLastNewline ? { damage: [], torn: ['torn'] } : { damage: [line] },
        );
        expect(report.divergence).toBeUndefined();
        expect(report.eventCount).toBe(line - 2);
      }
      if (whole[offset] === 0x0a) line += 1;
    }
    expect(line).toBe(newlineCount + 1);
  });

  it('is told by the program with the line, and exit code 2', async () => {
    const whole = await smallLog;
    const flipped = Buffer.from(whole);
    const third = linesOf(whole).slice(0, 2).join('\n').length + 20;
    flipped[third] = (flipped[third] ?? 0) ^ 1;
    const { code, stderr, stdout } = replayByProgram(flipped);
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: 'minit-replay: LOG:3: damaged: its check does not match\n',
    });
    expect(stdout).toMatch(/; 1 events folded; minit is booting\n/u);
    expect(replayByProgram(flipped, '--json').code).toBe(2);
    expect(JSON.parse(replayByProgram(flipped, '--json').stdout)).toMatchObject({
      verified: false,
      damage: [{ line: 3 }],
    });
  });
});

describe('a log whose lines are whole', () => {
  it('but asks for other effects has diverged: exit code 3, and both sides', async () => {
    const log = rewritten(await smallLog, (json, line) =>
      line === 2
        ? {
            ...json,
            effects: [
              ...(json['effects'] as object[]).slice(0, -1),
              { type: 'ExitSupervisor', params: { code: 7 } },
            ],
          }
        : undefined,
    );
    const { code, stdout, stderr } = replayByProgram(log, '--verify');
    expect({ code, stderr }).toEqual({ code: 3, stderr: '' });
    expect(stdout).toBe(
      'diverged at event 1, service default:\n' +
        '  recorded: {"type":"ExitSupervisor","params":{"code":7}}\n' +
        '  replayed: {"type":"ReadService","params":{"service":"default"}}\n',
    );
  });

  it.each([
    ['an event that nobody knows', { type: 'MoonRose' }],
    ['an event without its fields', { type: 'ServiceRead', service: 'default' }],
    ['an event of another kind of field', { type: 'SupervisorStarted', words: 7 }],
  ])('but holds %s is damaged there', async (_, event) => {
    const log = rewritten(await smallLog, (json, line) =>
      line === 3 ? { ...json, event } : undefined,
    );
    const { code, stderr } = replayByProgram(log);
    expect(code).toBe(2);
    expect(stderr).toMatch(/^minit-replay: LOG:3: damaged: event 2 cannot be folded: .+\n$/u);
  });

  it.each([
    ['a record without an event', { event: undefined }, '"event" is no event'],
    ['a record out of order', { seq: 9 }, '"seq" is 9, not 2'],
    ['a record without a time', { at: 'noon' }, '"at" is no time'],
    ['a record without effects', { effects: {} }, '"effects" is no list'],
  ])('but holds %s is damaged there', async (_, change, reason) => {
    const log = rewritten(await smallLog, (json, line) =>
      line === 3 ? { ...json, ...change } : undefined,
    );
    expect(replayByProgram(log)).toMatchObject({
      code: 2,
      stderr: `minit-replay: LOG:3: damaged: ${reason}\n`,
    });
  });

  it('but begins with a snapshot that is none is damaged there', async () => {
    const log = rewritten(await smallLog, (json, line) =>
      line === 2 ? { snapshot: { services: 7 }, seq: 5 } : undefined,
    );
    expect(replayByProgram(log)).toMatchObject({
      code: 2,
      stderr: 'minit-replay: LOG:2: damaged: the snapshot is none that minit writes\n',
    });
  });

  it('but of a newer version', async () => {
    const log = rewritten(await smallLog, (json, line) =>
      line === 1 ? { ...json, version: 99 } : undefined,
    );
    expect(replayByProgram(log)).toEqual({
      code: 2,
      stdout: '',
      stderr: 'minit-replay: LOG is in a newer format than this minit knows (1): use a newer one\n',
    });
  });
});

describe('what is no log', () => {
  it.each([
    ['an empty file', '', 'LOG is empty'],
    ['a text', 'hello\n', 'LOG is no event log of minit'],
    ['JSON of another program', '{"version":1}\n', 'LOG is no event log of minit'],
    [
      'binary garbage',
      Buffer.from(Array.from({ length: 10_000 }, (_, index) => (index * 7_919) & 0xff)),
      'LOG is no event log of minit',
    ],
    ['one long line', 'x'.repeat(3_000_000), 'LOG is no event log of minit'],
  ])('%s is told: exit code 2', (_, content, says) => {
    expect(replayByProgram(content)).toEqual({
      code: 2,
      stdout: '',
      stderr: `minit-replay: ${says}\n`,
    });
  });

  it('a path that does not exist is a usage error, a folder without logs is not', () => {
    const missing = join(folder, 'no-such');
    expect(run('minit-replay', [missing])).toEqual({
      code: 1,
      stdout: '',
      stderr: `minit-replay: ${missing} does not exist\n`,
    });
    const empty = join(folder, 'empty');
    mkdirSync(empty);
    expect(run('minit-replay', [empty])).toEqual({
      code: 2,
      stdout: '',
      stderr: `minit-replay: ${empty} holds no event log\n`,
    });
    expect(run('minit-replay', ['/dev/null'])).toEqual({
      code: 2,
      stdout: '',
      stderr: 'minit-replay: /dev/null is no regular file\n',
    });
    rmSync(empty, { recursive: true });
  });

  it('in a folder with a good log is passed over, with a note', async () => {
    writeFileSync(path, await smallLog);
    const other = join(folder, 'minit-000002.jsonl');
    writeFileSync(other, 'hello\n');
    const { code, stdout } = run('minit-replay', ['--verify', folder]);
    rmSync(other);
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /^note: .*minit-000002\.jsonl passed over: .*minit-000002\.jsonl is no event log of minit\nverified: /u,
    );
  });

  itUnprivileged('a log that one may not read', () => {
    const root = makeRoot({ '../secret.jsonl': 'x' });
    giveAway(root);
    chmodSync(join(root, '../secret.jsonl'), 0);
    const secret = join(root, '..', 'secret.jsonl');
    expect(tried([...unprivileged, process.execPath, program('minit-replay'), secret])).toEqual({
      code: 2,
      text: `minit-replay: unable to read ${secret}: EACCES\n`,
    });
  });

  itUnprivileged(
    'a folder whose logs one may not read, which does not mean that it has none',
    () => {
      const root = makeRoot({ '../log/minit-000001.jsonl': 'x', '../log/minit-000002.jsonl': 'x' });
      const logs = join(root, '../log');
      giveAway(root);
      for (const name of readdirSync(logs)) chmodSync(join(logs, name), 0);
      for (const [name, ...args] of [
        ['minit-replay', logs],
        ['minit-chart', logs],
        ['minit-plan', 'stop', 'web', '--log', logs],
      ] as const)
        expect(tried([...unprivileged, process.execPath, program(name), ...args])).toEqual({
          code: 2,
          text: `${name}: unable to read ${logs}/minit-000002.jsonl: EACCES\n`,
        });
    },
  );
});

describe('usage of minit-replay', () => {
  it.each([
    [[], "minit-replay: error: missing required argument 'log'\n"],
    [['a', 'b'], 'minit-replay: takes one log, not 2; two with --compare\n'],
    [['--bogus', 'a'], "minit-replay: error: unknown option '--bogus'\n"],
    [['--at'], "minit-replay: error: option '--at <instant>' argument missing\n"],
  ])('%j', (args, stderr) => {
    expect(run('minit-replay', args)).toEqual({ code: 1, stdout: '', stderr });
  });

  it.each([
    [['--why', 'web', '--diff', '1', '2'], '--why cannot be used with --diff'],
    [['--step', '--html', 'x'], '--step cannot be used with --html'],
    [['--inspect', '--what-if', ''], '--what-if cannot be used with --inspect'],
    [['--why', 'web', '--verify'], '--verify cannot be used with --why'],
    [['--why', 'web', '--service', 'web'], '--service cannot be used with --why'],
    [['--step', '--json'], '--json cannot be used with --step'],
    [['--html', 'x', '--json'], '--json cannot be used with --html'],
    [['--diff', '1', '2', '--at', '5'], '--at cannot be used with --diff'],
    [['--tolerance', '1,1'], '--tolerance goes with --compare'],
    [['--follow'], '--follow goes with --inspect'],
    [['--log', 'x'], '--log goes with --what-if'],
    [['--why', 'web', '--log', 'x'], '--log cannot be used with --why'],
  ])('refuses options of which one would be dropped: %j', async (args, told) => {
    writeFileSync(path, await smallLog);
    expect(run('minit-replay', [path, ...args])).toEqual({
      code: 1,
      stdout: '',
      stderr: `minit-replay: ${told}\n`,
    });
    // What is missing in the log is of no interest then.
    expect(run('minit-replay', ['/no/such/log', ...args]).stderr).toBe(`minit-replay: ${told}\n`);
  });

  it('refuses them with --compare as trouble', async () => {
    writeFileSync(path, await smallLog);
    expect(run('minit-replay', ['--compare', path, path, '--service', 'web'])).toEqual({
      code: 2,
      stdout: '',
      stderr: 'minit-replay: --service cannot be used with --compare\n',
    });
  });

  it.each(['soon', '-1', '+x', '1.5', '25:00'])('--at %s', async (instant) => {
    const { code, stderr } = replayByProgram(await smallLog, '--at', instant);
    expect(code).toBe(1);
    expect(stderr.replace(/such as \S+Z\n$/u, 'such as TIME')).toBe(
      `minit-replay: "${instant}" is no instant: give a sequence number, +SECONDS since the start, or a time such as TIME`,
    );
  });

  it('--service with a name that is not in the log', async () => {
    expect(replayByProgram(await smallLog, '--service', 'no-such')).toEqual({
      code: 1,
      stdout: '',
      stderr: 'minit-replay: no service "no-such" in this log up to there\n',
    });
  });
});
