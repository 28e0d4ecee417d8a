/**
 * The exit codes of `minit-replay`, each on the log of a real boot that was altered by hand. Not here:
 * every byte and bit of a log (bad-replay.e2e).
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { encodeLine } from '../../adapters/event-log/records';
import { cleanUp, makeRoot, run, type Supervisor } from '../support/supervisor';
import { bootPast, replayed, segment } from './fixtures/past-boot';
import { change, changesOf } from './fixtures/recorded';

afterAll(cleanUp);

const past = bootPast();

/** The log of `minit` with some lines changed, and all checks right again. */
function rewritten(
  minit: Supervisor,
  alter: (json: Record<string, unknown>) => Record<string, unknown>,
): { log: string } {
  let check = 0;
  const lines = readFileSync(segment(minit), 'utf8').trimEnd().split('\n');
  const text = lines.map((line) => {
    const { check: _, ...json } = JSON.parse(line) as Record<string, unknown>;
    const encoded = encodeLine(JSON.stringify(alter(json)), check);
    check = encoded.check;
    return encoded.line;
  });
  const log = join(makeRoot({}), 'minit-000001.jsonl');
  writeFileSync(log, text.join(''));
  return { log };
}

describe('the exit code', () => {
  it.each([
    [['--at', 'noon'], /"noon" is no instant/u],
    [['--service', 'nobody'], /^minit-replay: no service "nobody" in this log up to there\n$/u],
    [['--no-such'], /unknown option/u],
  ])('1: %j', async (args, text) => {
    const { code, stdout, stderr } = replayed(await past, ...args);
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(text);
  });

  it('1: no log there, none named', () => {
    expect(replayed({ log: '/no/such/log' })).toMatchObject({ code: 1, stdout: '' });
    expect(run('minit-replay', [])).toMatchObject({ code: 1, stdout: '' });
  });

  it('2: one byte is damaged: its line is named, what is before it counts', async () => {
    const bytes = readFileSync(segment(await past));
    const log = join(makeRoot({}), 'minit-000001.jsonl');
    const place = bytes.indexOf('"ProcessSpawned"');
    bytes[place + 3] = 0x78;
    writeFileSync(log, bytes);
    const line = bytes.subarray(0, place).toString().split('\n').length;
    const { code, stdout, stderr } = replayed({ log });
    expect([code, stderr]).toEqual([
      2,
      `minit-replay: ${log}:${String(line)}: damaged: its check does not match\n`,
    ]);
    expect(stdout).toContain(`; ${String(line - 2)} events folded;`);
  });

  it('3: another effect is recorded: the first difference with both sides', async () => {
    const minit = await past;
    const { seq } = change(changesOf(minit), 'web', 'respawning');
    const log = rewritten(minit, (json) =>
      json['seq'] === seq
        ? {
            ...json,
            effects: [{ type: 'StartTimer', params: { timer: 'respawn:web', delayMs: 499 } }],
          }
        : json,
    );
    const { code, stdout } = replayed(log, '--verify');
    expect(code).toBe(3);
    expect(stdout.split('\n')[0]).toMatch(
      new RegExp(`^diverged at event ${String(seq)}, service web:$`, 'u'),
    );
    expect(stdout).toContain(
      'recorded: {"type":"StartTimer","params":{"timer":"respawn:web","delayMs":499}}\n',
    );
    expect(stdout).toContain(
      'replayed: {"type":"StartTimer","params":{"timer":"respawn:web","delayMs":500}}\n',
    );
    expect(
      replayed(
        rewritten(minit, (json) => json),
        '--verify',
      ).code,
    ).toBe(0);
  });

  it('0: the last line is torn, which is noted', async () => {
    const bytes = readFileSync(segment(await past));
    const log = join(makeRoot({}), 'minit-000001.jsonl');
    writeFileSync(log, bytes.subarray(0, -9));
    const { code, stdout, stderr } = replayed({ log });
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/^note: \S+:\d+: torn last line cut off \(\d+ bytes\)$/mu);
  });
});
