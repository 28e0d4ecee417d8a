/**
 * `minit-replay` on the logs of real boots: what it shows at any instant is what was there then.
 * Not here: its exit codes (replay-verdict.e2e), every kind of damage (bad-replay.e2e), logs of several segments
 * (spec/adapters/event-log.int.spec.ts), logs of older versions (golden logs).
 */
import { copyFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { decodeReply, encodeRequest } from '../../machines/control-protocol';
import { boot, cleanUp, makeRoot, run, type Supervisor } from '../support/supervisor';
import { bootPast, pastTree, replayed, segment } from './fixtures/past-boot';
import { change, changesOf, recordsOf } from './fixtures/recorded';

afterAll(cleanUp);

const past = bootPast();
const golden = join(__dirname, '../golden/demo.v1.jsonl');

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
    copyFileSync(segment(minit), copy);
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
    const minit = boot(pastTree);
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
    const { at: begin } = JSON.parse(readFileSync(segment(minit), 'utf8').split('\n')[0] ?? '') as {
      at: number;
    };
    const { at } = change(changesOf(minit), 'web', 'respawning');
    const seconds = (us: number): string => `+${((us - begin) / 1_000_000).toFixed(6)}`;
    expect(statesIn(asJson(minit, '--at', seconds(at)))['web']).toBe('respawning');
    expect(statesIn(asJson(minit, '--at', seconds(at - 1)))['web']).toBe('running');
    expect(asJson(minit, '--at', '+9999').seq).toBe(recordsOf(minit).length);
  });

  it('TIME: by the wall clock', async () => {
    const minit = await past;
    const { at: begin, wallAt } = JSON.parse(
      readFileSync(segment(minit), 'utf8').split('\n')[0] ?? '',
    ) as { at: number; wallAt: string };
    const { at } = change(changesOf(minit), 'web', 'respawning');
    // The pause lasts half a second: a whole millisecond is in it.
    const time = new Date(Date.parse(wallAt) + Math.ceil((at - begin) / 1_000)).toISOString();
    expect(statesIn(asJson(minit, '--at', time))['web']).toBe('respawning');
  });

  it.each(['2026-11-24T03:20:16.5', '2026-11-24 03:20:16.5', '03:20:16.5'])(
    '%s is in UTC, wherever it is read',
    (time) => {
      const [here, ...elsewhere] = ['UTC', 'America/New_York', 'Asia/Tokyo'].map((zone) =>
        run('minit-replay', [golden, '--at', time], { env: { ...process.env, TZ: zone } }),
      );
      expect(here?.stdout).toMatch(/^event 22, /mu);
      expect(elsewhere).toEqual([here, here]);
    },
  );
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

  it('--service: its times are those that --at takes', () => {
    const lines = run('minit-replay', [golden, '--service', 'web']).stdout.split('\n');
    const times = lines.flatMap((line) => {
      const [, seq, time] = /^ +(\d+) {2}(\+\S+) /u.exec(line) ?? [];
      return seq === undefined || time === undefined ? [] : [{ seq: Number(seq), time }];
    });
    expect(times.length).toBeGreaterThan(3);
    for (const { seq, time } of times) {
      const { stdout } = run('minit-replay', [golden, '--at', time, '--json']);
      expect([time, (JSON.parse(stdout) as Shown).seq]).toEqual([time, seq]);
    }
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
