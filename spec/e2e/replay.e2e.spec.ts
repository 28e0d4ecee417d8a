/**
 * `minit-replay` on the logs of real boots: what it shows at any instant is what was there then.
 * Not here: every kind of damage (bad-replay.e2e), logs of several segments
 * (spec/adapters/event-log.int.spec.ts), logs of older versions (golden logs).
 */
import { copyFileSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { encodeLine } from '../../adapters/event-log/records';
import { decodeReply, encodeRequest } from '../../machines/control-protocol';
import {
  boot,
  cleanUp,
  makeRoot,
  run,
  type Files,
  type Ran,
  type Supervisor,
} from '../support/supervisor';
import { change, changesOf, recordsOf, sleeper } from './fixtures/recorded';

afterAll(cleanUp);

const tree: Files = {
  'default/depends': 'web\n',
  'web/run': sleeper,
  'web/respawn': '',
  'web/depends': 'step\n',
  'step/run': '#!/bin/sh\nsleep 0.2\nexit 3\n',
  'step/sync': '',
};

/** A boot that is over: `web` was killed once, came back, and was stopped. */
const past: Promise<Supervisor> = (async () => {
  const minit = boot(tree);
  await minit.booted();
  // At once: the pause before it comes back is for a short life.
  process.kill(minit.pidOf('web'), 'SIGKILL');
  await minit.reaches('web', 'running', 2);
  await minit.stopAndReplay();
  // The log says it all by itself.
  rmSync(minit.root, { recursive: true });
  return minit;
})();

const replayed = ({ log }: Pick<Supervisor, 'log'>, ...args: string[]): Ran =>
  run('minit-replay', [log, ...args]);

interface Shown {
  readonly seq: number;
  readonly init: string;
  readonly events: number;
  readonly services: { name: string; state: string }[];
  readonly verified: boolean;
  readonly touching: {
    seq: number;
    event: { type: string };
    transitions: { service: string; to: string }[];
  }[];
}
const asJson = (minit: Pick<Supervisor, 'log'>, ...args: string[]): Shown =>
  JSON.parse(replayed(minit, '--json', ...args).stdout) as Shown;
const statesIn = ({ services }: Shown): Record<string, string> =>
  Object.fromEntries(services.map(({ name, state }) => [name, state]));

/** The log of `minit` with some lines changed, and all checks right again. */
function rewritten(
  minit: Supervisor,
  change: (json: Record<string, unknown>) => Record<string, unknown>,
): { log: string } {
  let check = 0;
  const lines = readFileSync(join(minit.log, 'minit-000001.jsonl'), 'utf8').trimEnd().split('\n');
  const text = lines.map((line) => {
    const { check: _, ...json } = JSON.parse(line) as Record<string, unknown>;
    const encoded = encodeLine(JSON.stringify(change(json)), check);
    check = encoded.check;
    return encoded.line;
  });
  const log = join(makeRoot({}), 'minit-000001.jsonl');
  writeFileSync(log, text.join(''));
  return { log };
}

describe('minit-replay LOG', () => {
  it('shows every service at the end, and that the fold gives the recorded effects again', async () => {
    const minit = await past;
    const { code, stdout, stderr } = replayed(minit);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const events = String(recordsOf(minit).length);
    const [head, where, titles, ...rest] = stdout.trimEnd().split('\n');
    expect(head).toMatch(
      new RegExp(`^boot [0-9a-f-]{36} of ${minit.root} on \\S+, \\d{4}-\\S+Z, minit \\d`, 'u'),
    );
    expect(where).toMatch(
      new RegExp(
        `^event ${events}, .+ after the start; ${events} events folded; minit is halted$`,
        'u',
      ),
    );
    expect(titles).toMatch(/^service +state +want +since +why$/u);
    expect(rest).toEqual([
      expect.stringMatching(
        /^default +finished +once +.+ a bundle: its dependencies were started$/u,
      ),
      expect.stringMatching(/^web +finished +down +0\.00 s +killed by SIGTERM after .+$/u),
      expect.stringMatching(/^step +sync-done +once +.+ exited 3 after 0\.\d\d s$/u),
      `verified: ${events} events ask for the recorded effects again`,
    ]);
  });

  it('takes a file as well, needs no tree, and writes nothing', async () => {
    const minit = await past;
    const copy = join(makeRoot({}), 'any-name');
    copyFileSync(join(minit.log, 'minit-000001.jsonl'), copy);
    const before = readFileSync(copy);
    expect(run('minit-replay', [copy], { cwd: '/' })).toEqual(replayed(minit));
    expect(readFileSync(copy)).toEqual(before);
  });

  it('of a directory: the newest boot', async () => {
    const first = boot({ 'default/depends': 'one\n', 'one/run': '#!/bin/sh\n' });
    await first.finished();
    const second = boot(
      { 'default/depends': 'two\n', 'two/run': '#!/bin/sh\n' },
      { log: first.log },
    );
    await second.finished();
    second.replays();
    expect(Object.keys(statesIn(asJson(second)))).toEqual(['default', 'two']);
    expect(Object.keys(statesIn(asJson({ log: join(first.log, 'minit-000001.jsonl') })))).toEqual([
      'default',
      'one',
    ]);
  });

  it('of a minit that runs: the state that minit itself tells, field by field', async () => {
    const minit = boot(tree);
    await minit.booted();
    const live = decodeReply(minit.ask(encodeRequest({ do: 'state' })))?.state as { seq: number };
    const status = decodeReply(minit.ask(encodeRequest({ do: 'status' })))?.services;
    const shown = asJson(minit, '--at', String(live.seq)) as unknown as { state: object };
    expect(shown.state).toEqual(live);
    expect(asJson(minit, '--at', String(live.seq + 1)).services).toEqual(status);
    await minit.stopAndReplay();
  });
});

describe('--at', () => {
  it('SEQ: the state after that event', async () => {
    const minit = await past;
    const changes = changesOf(minit);
    for (const [state, times] of [
      ['starting', 1],
      ['running', 1],
      ['respawning', 1],
      ['running', 2],
      ['stopping', 1],
    ] as const) {
      const { seq } = change(changes, 'web', state, times);
      const shown = asJson(minit, '--at', String(seq));
      expect([shown.seq, shown.events, statesIn(shown)['web']]).toEqual([seq, seq, state]);
    }
    expect(statesIn(asJson(minit, '--at', '1'))).toEqual({});
    expect(asJson(minit, '--at', '999999').seq).toBe(recordsOf(minit).length);
  });

  it('+SECONDS since the start', async () => {
    const minit = await past;
    const { at: begin } = JSON.parse(
      readFileSync(join(minit.log, 'minit-000001.jsonl'), 'utf8').split('\n')[0] ?? '',
    ) as { at: number };
    const { at } = change(changesOf(minit), 'web', 'respawning');
    const seconds = (us: number): string => `+${((us - begin) / 1_000_000).toFixed(6)}`;
    expect(statesIn(asJson(minit, '--at', seconds(at)))['web']).toBe('respawning');
    expect(statesIn(asJson(minit, '--at', seconds(at - 1)))['web']).toBe('running');
    expect(asJson(minit, '--at', '+9999').seq).toBe(recordsOf(minit).length);
  });

  it('TIME: by the wall clock', async () => {
    const minit = await past;
    const { at: begin, wallAt } = JSON.parse(
      readFileSync(join(minit.log, 'minit-000001.jsonl'), 'utf8').split('\n')[0] ?? '',
    ) as { at: number; wallAt: string };
    const { at } = change(changesOf(minit), 'web', 'respawning');
    // The pause lasts half a second: a whole millisecond is in it.
    const time = new Date(Date.parse(wallAt) + Math.ceil((at - begin) / 1_000)).toISOString();
    expect(statesIn(asJson(minit, '--at', time))['web']).toBe('respawning');
    expect(asJson(minit, '--at', '1999-01-01').seq).toBe(0);
  });
});

describe('--service, --json, --verify', () => {
  it('--service: the events that touched it, with their causes', async () => {
    const minit = await past;
    const { touching } = asJson(minit, '--service', 'web');
    const own = changesOf(minit).filter(({ service }) => service === 'web');
    expect(
      touching
        .flatMap(({ transitions }) =>
          transitions.filter(({ service }) => service === 'web').map(({ to }) => to),
        )
        .filter((to, index, all) => to !== all[index - 1]),
    ).toEqual(own.map(({ to }) => to));
    const { code, stdout } = replayed(minit, '--service', 'web');
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /^ +\d+ +\+\d\.\d{6} {2}directory of web read \(because of \d+\)\n +web: down -> waiting-deps {2}/mu,
    );
    expect(stdout).toMatch(
      /killed by SIGKILL.*\n +web: running -> respawning .+\n +StartTimer respawn:web 500 ms$/mu,
    );
    expect(stdout).toMatch(/ {11}SendSignal web SIGTERM\n {11}SendSignal web SIGCONT$/mu);
    expect(stdout).toMatch(/^verified: /mu);
  });

  it('--verify: the verdict only', async () => {
    const minit = await past;
    expect(replayed(minit, '--verify')).toEqual({
      code: 0,
      stdout: `verified: ${String(recordsOf(minit).length)} events ask for the recorded effects again\n`,
      stderr: '',
    });
  });
});

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
    const bytes = readFileSync(join((await past).log, 'minit-000001.jsonl'));
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
      new RegExp(`^diverged at event ${String(seq)}(, service web)?:$`, 'u'),
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
    const bytes = readFileSync(join((await past).log, 'minit-000001.jsonl'));
    const log = join(makeRoot({}), 'minit-000001.jsonl');
    writeFileSync(log, bytes.subarray(0, -9));
    const { code, stdout, stderr } = replayed({ log });
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/^note: \S+:\d+: torn last line cut off \(\d+ bytes\)$/mu);
  });
});
