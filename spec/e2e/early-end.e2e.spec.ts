/**
 * An orderly end that comes while services are still being started. Not here: a program whose exec
 * hangs, which needs a file system that does (spec/machines/stop-order.spec.ts).
 */
import { readdirSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { boot, cleanUp } from '../support/supervisor';
import { changesOf, mark, recordsOf, sleeper, statesOf } from './fixtures/recorded';

afterAll(cleanUp);

const ended = { code: 0, signal: null };

describe('SIGUSR1 while Node itself starts', () => {
  it('opens a debugger that minit closes with its first statement', async () => {
    const preload = join(__dirname, 'fixtures/early-debugger.cjs');
    const minit = boot(
      { 'default/depends': 'x\n', 'x/run': sleeper },
      { env: { NODE_OPTIONS: `--inspect-port=0 --require=${preload}` } },
    );
    await minit.booted();
    expect(minit.output).toMatch(/^Debugger listening/mu);
    expect(socketsOf(minit.pid)).toEqual([]);
    expect(await minit.stopAndReplay()).toEqual(ended);
  });
});

/** File descriptors of `pid` that are sockets; its output, which the spec has made, is left out. */
const socketsOf = (pid: number): string[] =>
  readdirSync(`/proc/${String(pid)}/fd`).filter(
    (fd) => Number(fd) > 2 && readlinkSync(`/proc/${String(pid)}/fd/${fd}`).startsWith('socket:'),
  );

describe('an end that comes early', () => {
  it('before minit has a loop: it ends in order', async () => {
    const minit = boot(
      { 'default/depends': 'x\n', 'x/run': sleeper },
      { env: { NODE_OPTIONS: `--require=${join(__dirname, 'fixtures/early-signal.cjs')}` } },
    );
    expect(await minit.finished()).toEqual(ended);
    minit.replays();
    const events = recordsOf(minit).map(({ event }) => event);
    expect(events.slice(0, 2)).toMatchObject([
      { type: 'SupervisorStarted' },
      { type: 'SignalReceived', signal: 'SIGTERM' },
    ]);
  });

  it('while a sync step hangs: it is ended, and what waits for it never starts', async () => {
    const { env, processes } = mark();
    const minit = boot(
      {
        'default/depends': 'after\n',
        'after/run': sleeper,
        'after/depends': 'hangs\n',
        'hangs/run': sleeper,
        'hangs/sync': '',
      },
      { env },
    );
    await minit.reaches('hangs', 'running');
    expect(await minit.stopAndReplay()).toEqual(ended);
    expect(processes()).toEqual([]);
    const changes = changesOf(minit);
    expect(statesOf(changes, 'after')).toEqual(['waiting-deps', 'down']);
    expect(statesOf(changes, 'default')).toEqual(['waiting-deps', 'down']);
    expect(minit.output).not.toContain('boot settled');
  });

  it('in the pause before a respawn: it does not come', async () => {
    // The pauses of a program that cannot be started grow, and this one is long enough.
    const minit = boot({
      'default/depends': 'x\nstay\n',
      'x/run': '->/no/such/program',
      'x/respawn': '',
      'stay/run': sleeper,
    });
    await minit.prints(/\(4 times in a row\)/u);
    minit.kill('SIGTERM');
    expect(await minit.finished()).toEqual(ended);
    minit.replays();
    expect(statesOf(changesOf(minit), 'x').at(-1)).toBe('finished');
    const [stop] = recordsOf(minit).filter(({ event }) => event.type === 'SignalReceived');
    expect(stop?.effects).toContainEqual({ type: 'CancelTimer', params: { timer: 'respawn:x' } });
  });

  it('amid the start of 200 services: all that have begun are ended', async () => {
    const { env, processes } = mark();
    const names = Array.from({ length: 200 }, (_, index) => `s${String(index)}`);
    const minit = boot(
      {
        ...Object.fromEntries(
          names.flatMap((name) => [
            [`${name}/run`, '->/bin/sleep'],
            [`${name}/params`, '1000\n'],
            [`${name}/respawn`, ''],
          ]),
        ),
        'default/depends': `${names.join('\n')}\n`,
      },
      { env },
    );
    await minit.reaches('s20', 'running');
    minit.kill('SIGTERM');
    expect(await minit.finished()).toEqual(ended);
    minit.replays();
    expect(processes()).toEqual([]);
  });
});
