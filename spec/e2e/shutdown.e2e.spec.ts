/**
 * The orderly end: who is stopped when, how firmly, and that nothing of it stays. Not here: an end
 * amid the boot (early-end.e2e), log services (log.e2e), PID 1 (pid1.e2e), processes that not even KILL ends, descendants that a
 * service has left to itself (minit adopts them, and does not end them).
 */
import { execFileSync } from 'node:child_process';
import { closeSync, constants, existsSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { boot, cleanUp, makeRoot, type Files, type Supervisor } from '../support/supervisor';
import {
  change,
  changesOf,
  effectsOf,
  mark,
  recordsOf,
  sleeper,
  statesOf,
} from './fixtures/recorded';

afterAll(cleanUp);

const ended = { code: 0, signal: null };
/** No script: from its first moment it is the process that it stays. */
const stays = (name: string): Files => ({
  [`${name}/run`]: '->/bin/sleep',
  [`${name}/params`]: '1000\n',
});
const chain: Files = {
  'default/depends': 'top\nalone\n',
  ...stays('top'),
  'top/respawn': '',
  'top/depends': 'middle\n',
  ...stays('middle'),
  'middle/depends': 'bottom\nstep\n',
  ...stays('bottom'),
  'bottom/respawn': '',
  'step/run': '#!/bin/sh\n',
  'step/sync': '',
  ...stays('alone'),
};
/** Ends when somebody writes to its `in`, and at no signal but KILL. */
const stubborn = `#!/bin/sh\ntrap '' TERM INT HUP\necho "$0 is ready"\nread -r _\n`;
async function isReady(minit: Supervisor): Promise<void> {
  await minit.prints(/x\/run is ready$/mu);
  // It may say so before minit knows its PID.
  await minit.reaches('x', 'running');
}

function withStubborn(files: Files): string {
  const root = makeRoot({ 'x/run': stubborn, 'default/depends': 'x\n', ...files });
  execFileSync('mkfifo', [join(root, 'x/in')]);
  return root;
}
function release({ root }: Supervisor): void {
  const fd = openSync(join(root, 'x/in'), constants.O_WRONLY | constants.O_NONBLOCK);
  writeSync(fd, '\n');
  closeSync(fd);
}
/** The signals that minit sent to a service, each with the event that it was sent at. */
const signalsTo = (
  minit: Supervisor,
  name: string,
): { seq: number; at: number; event: string; signal: number }[] =>
  recordsOf(minit).flatMap(({ seq, at, event, effects }) =>
    effects.flatMap(({ type, params }) =>
      type === 'SendSignal' && params.service === name
        ? [{ seq, at, event: event.type, signal: params.signal }]
        : [],
    ),
  );

describe('the end by a signal', () => {
  it.each(['SIGTERM', 'SIGINT', 'SIGHUP'] as const)(
    '%s: dependents first, exit 0, nothing is left',
    async (signal) => {
      const { env, processes } = mark();
      const minit = boot(chain, { env });
      await minit.booted();
      const pids = ['top', 'middle', 'bottom', 'alone'].map((name) => minit.pidOf(name));
      // Of a process this new the kernel may not show the environment yet.
      expect(processes()).toContain(minit.pid);
      expect(await minit.stopAndReplay(signal)).toEqual(ended);
      expect(processes()).toEqual([]);
      for (const pid of pids) expect(existsSync(`/proc/${String(pid)}`)).toBe(false);
      const changes = changesOf(minit);
      for (const [dependent, needed] of [
        ['top', 'middle'],
        ['middle', 'bottom'],
      ] as const) {
        expect(change(changes, dependent, 'finished').place).toBeLessThan(
          change(changes, needed, 'stopping').place,
        );
      }
      // Whoever nobody needs need not wait for anybody.
      expect(change(changes, 'alone', 'stopping').seq).toBe(change(changes, 'top', 'stopping').seq);
      expect(statesOf(changes, 'step').at(-1)).toBe('sync-done');
    },
  );

  it('each service is sent TERM and then CONT, and no more when that is enough', async () => {
    const minit = boot(chain);
    await minit.booted();
    await minit.stopAndReplay();
    for (const name of ['top', 'middle', 'bottom', 'alone']) {
      expect(signalsTo(minit, name).map(({ signal }) => signal)).toEqual([15, 18]);
      expect(minit.output).toMatch(new RegExp(`${name} +finished +killed by SIGTERM`, 'u'));
    }
  });

  it('a service that is paused ends all the same', async () => {
    const minit = boot({ 'default/depends': 'x\n', 'x/run': '->/bin/sleep', 'x/params': '1000\n' });
    await minit.booted();
    process.kill(minit.pidOf('x'), 'SIGSTOP');
    expect(await minit.stopAndReplay()).toEqual(ended);
    expect(minit.output).toMatch(/x +finished +killed by SIGTERM/u);
  });

  it('who ignores TERM is killed after the grace time, and those below wait for it', async () => {
    const minit = boot(withStubborn({ 'x/depends': 'below\n', 'below/run': sleeper }), {
      args: ['--grace', '0.3'],
    });
    await isReady(minit);
    expect(await minit.stopAndReplay()).toEqual(ended);
    const [term, cont, kill, ...more] = signalsTo(minit, 'x');
    expect([term?.signal, cont?.signal, kill?.signal, more]).toEqual([15, 18, 9, []]);
    expect(kill?.event).toBe('TimerFired');
    expect((kill?.at ?? 0) - (term?.at ?? 0)).toBeGreaterThanOrEqual(300_000);
    expect(minit.output).toMatch(/x +finished +killed by SIGKILL/u);
    const changes = changesOf(minit);
    expect(change(changes, 'x', 'finished').place).toBeLessThan(
      change(changes, 'below', 'stopping').place,
    );
  });

  it('a second SIGINT kills at once, but not one that npm has only forwarded', async () => {
    const ticker = `#!/bin/sh\ntrap '' TERM\nwhile sleep 0.1; do echo tick; done\n`;
    const root = withStubborn({ 'default/depends': 'x\nticker\n', 'ticker/run': ticker });
    const minit = boot(root, { args: ['--grace', '3600'] });
    await isReady(minit);
    // By then it does not hear TERM any more.
    await minit.prints(/^tick$/mu);
    await minit.reaches('ticker', 'running');
    minit.kill('SIGINT');
    minit.kill('SIGINT');
    await minit.reaches('x', 'stopping');
    const ticks = () => (minit.output.match(/^tick$/gmu) ?? []).length;
    const ticksThen = ticks();
    // Six ticks are more than half a second, whatever the machine's load.
    await minit.until('six ticks more', () => ticks() > ticksThen + 6);
    minit.kill('SIGINT');
    expect(await minit.finished()).toEqual(ended);
    minit.replays();
    expect(signalsTo(minit, 'x').map(({ signal, event }) => [signal, event])).toEqual([
      [15, 'SignalReceived'],
      [18, 'SignalReceived'],
      [9, 'SignalReceived'],
    ]);
  });
});

describe('while it goes on', () => {
  it('nothing is started: requests are refused, who dies stays dead', async () => {
    const minit = boot(
      withStubborn({
        'default/depends': 'x\nother\n',
        'x/respawn': '',
        'other/run': sleeper,
        'other/respawn': '',
        'late/run': sleeper,
      }),
      { args: ['--grace', '3600'] },
    );
    await isReady(minit);
    await minit.booted();
    minit.kill('SIGTERM');
    await minit.reaches('other', 'finished');
    for (const name of ['other', 'late', 'x']) {
      for (const flag of ['-u', '-o']) {
        expect(minit.msvc(flag, name)).toEqual({
          code: 1,
          stdout: '',
          stderr: `msvc: ${name}: minit is shutting down\n`,
        });
      }
      expect(minit.ask(`s${name}`)).toBe('0');
    }
    expect(minit.ask('Rother')).toBe('0');
    // It still answers what it knows.
    expect(minit.msvc('x').code).toBe(0);
    expect(minit.msvc('other').code).toBe(3);
    release(minit);
    expect(await minit.finished()).toEqual(ended);
    minit.replays();
    expect(
      effectsOf(minit, 'SpawnProcess')
        .map(({ service }) => service)
        .sort(),
    ).toEqual(['other', 'x']);
    expect(minit.output).toMatch(/x +finished +exited 0/u);
  });

  it('msvc -k ends what takes too long', async () => {
    const minit = boot(withStubborn({}), { args: ['--grace', '3600'] });
    await isReady(minit);
    minit.kill('SIGTERM');
    await minit.reaches('x', 'stopping');
    expect(minit.msvc('-k', 'x')).toMatchObject({ code: 0 });
    expect(await minit.finished()).toEqual(ended);
    minit.replays();
  });
});
