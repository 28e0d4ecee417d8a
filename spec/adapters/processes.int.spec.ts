/**
 * Real processes: reaped, signalled, watched, logged.
 *
 * Not tested: a kernel without pidfds, musl, a terminal as `in`.
 */
import '../support/real-process';
import { constants, readFileSync, readdirSync } from 'node:fs';
import { detectRole } from '../../adapters/role';
import { SIGKILL, SIGTERM, startRealProcesses } from '../support/real-processes';

const world = startRealProcesses();
const {
  exited,
  file,
  newName,
  newPath,
  outputOf,
  processes,
  recorder,
  run,
  script,
  spawn,
  spawned,
} = world;
afterAll(world.close);

describe('a process that ends', () => {
  it.each([0, 1, 111, 255])('exits with %d', async (code) => {
    expect(await run(script(`exit ${String(code)}`))).toEqual({ code });
  });

  it('is ended by a signal', async () => {
    expect(await run(script('kill -TERM $$'))).toEqual({ signal: SIGTERM });
  });

  it('is traced to the event that started it', async () => {
    const { pid, cause } = await spawned(script('exit 0'));
    expect((await exited(pid)).cause).toBe(cause);
  });

  it('is traced to the last signal it was sent', async () => {
    const { pid, service } = await spawned('/bin/sleep', { argv: ['sleep', '60'] });
    processes.signal({ service, pid, signal: SIGTERM }, 77);
    expect(await exited(pid)).toMatchObject({ cause: 77, event: { status: { signal: SIGTERM } } });
  });

  it('is reported after its start, 200 at once', async () => {
    const services = Array.from({ length: 200 }, () => spawn('/bin/true').service);
    const pids = await Promise.all(
      services.map(async (service) => {
        const { event } = await recorder.first('ProcessSpawned', (one) => one.service === service);
        await exited(event.pid);
        return event.pid;
      }),
    );
    expect(new Set(pids).size).toBe(200);
    const indexOf = (type: string, pid: number) =>
      recorder.occurrences.findIndex(
        ({ event }) => event.type === type && 'pid' in event && event.pid === pid,
      );
    for (const pid of pids) {
      expect(indexOf('ProcessSpawned', pid)).toBeLessThan(indexOf('ProcessExited', pid));
      expect((await exited(pid)).cause).toBeDefined();
    }
  });

  it('leaves no open file behind', async () => {
    await run('/bin/true', { input: '/dev/null', output: '/dev/null' });
    const before = openFds();
    await run('/bin/true', { input: '/dev/null', output: '/dev/null' });
    await world.failure('/nowhere', { input: '/dev/null', output: '/dev/null' });
    expect(openFds()).toEqual(before);
  });
});

const openFds = (): number => readdirSync('/proc/self/fd').length;

describe('a spawn that fails', () => {
  it('is never reported as the end of a process', async () => {
    const before = recorder.occurrences.length;
    const services = Array.from({ length: 300 }, () => spawn('/nowhere').service);
    for (const service of services) {
      await recorder.first('SpawnFailed', (one) => one.service === service);
    }
    await run('/bin/true');
    const types = recorder.occurrences.slice(before).map(({ event }) => event.type);
    expect(types.filter((type) => type === 'ProcessExited')).toHaveLength(1);
  });
});

describe('a log pipe', () => {
  it('leads from a service to its logger, stdout and stderr', async () => {
    const service = newName();
    const output = file('');
    const logger = await spawned('/bin/cat', {
      argv: ['cat'],
      readsLogOf: service,
      input: '/dev/null',
      output,
    });
    await run(script('echo out', 'echo error >&2'), { writesLogOf: service, output: '/nowhere' });
    processes.closeLogPipe({ service });
    expect((await exited(logger.pid)).event.status).toEqual({ code: 0 });
    expect(readFileSync(output, 'utf8')).toBe('out\nerror\n');
  });

  it('keeps what was written while the logger was dead', async () => {
    const service = newName();
    const output = file('');
    const first = await spawned('/bin/cat', { argv: ['cat'], readsLogOf: service, output });
    processes.signal({ service, pid: first.pid, signal: SIGKILL }, 1);
    await exited(first.pid);
    expect(await run(script('echo meanwhile'), { writesLogOf: service })).toEqual({ code: 0 });
    const line = script('read line; echo "$line"');
    expect(await run(line, { readsLogOf: service, output })).toEqual({ code: 0 });
    expect(readFileSync(output, 'utf8')).toBe('meanwhile\n');
    processes.closeLogPipe({ service });
    processes.closeLogPipe({ service });
  });

  it('blocks whoever comes after one that did not want to wait, and was killed', async () => {
    const service = newName();
    const node = (code: string) => ({ argv: ['node', '-e', code] });
    const killed = { signal: SIGKILL };
    // Node makes its pipes non-blocking, and sets that back only when it ends by itself.
    const writer = node("process.stdout.write('up', () => process.kill(process.pid, 'SIGKILL'))");
    expect(await run(process.execPath, { ...writer, writesLogOf: service })).toEqual(killed);
    const reader = node("process.stdin.on('data', () => process.kill(process.pid, 'SIGKILL'))");
    expect(await run(process.execPath, { ...reader, readsLogOf: service })).toEqual(killed);
    const output = file('');
    const flagsOf = (fd: number): string =>
      script(`grep flags /proc/self/fdinfo/${String(fd)} >&2`);
    // As a writer it has no other output than the pipe.
    expect(await run(flagsOf(1), { writesLogOf: service })).toEqual({ code: 0 });
    const copy = script('cat /proc/self/fdinfo/0 | grep flags', 'read line', 'echo "$line"');
    expect(await run(copy, { readsLogOf: service, output })).toEqual({ code: 0 });
    const found = [...readFileSync(output, 'utf8').matchAll(/flags:\s*(\d+)/gu)];
    expect(found.map(([, octal = '']) => parseInt(octal, 8) & constants.O_NONBLOCK)).toEqual([
      0, 0,
    ]);
    processes.closeLogPipe({ service });
  });
});

describe('a signal', () => {
  it('is refused for a process that was reaped', async () => {
    const { pid, service } = await spawned('/bin/true');
    await exited(pid);
    processes.signal({ service, pid, signal: SIGTERM }, 5);
    const { event, cause } = await recorder.first('SignalFailed', (one) => one.pid === pid);
    expect({ event, cause }).toEqual({
      event: {
        type: 'SignalFailed',
        service,
        pid,
        signal: SIGTERM,
        error: { code: 'ESRCH', errno: 3 },
      },
      cause: 5,
    });
  });

  it.each([1, 0, -1, process.pid])('is refused for %d, which is no child', async (pid) => {
    const service = newName();
    processes.signal({ service, pid, signal: 0 }, 5);
    const { event } = await recorder.first('SignalFailed', (one) => one.service === service);
    expect(event.error.code).toBe('ESRCH');
  });
});

/** Starts a process that double-forks a sleeper; returns the sleeper's PID. Nobody but us adopts it. */
async function orphan(command: string): Promise<number> {
  const text = await outputOf(script(`${command} > /dev/null 2>&1 &`, 'echo $!'));
  return Number(text);
}

describe('an orphan', () => {
  it('is adopted and reaped, without a cause', async () => {
    const pid = await orphan('sh -c "sleep 0.05; exit 9"');
    const { event, cause } = await exited(pid);
    expect({ status: event.status, cause }).toEqual({ status: { code: 9 }, cause: undefined });
  });

  it('may be signalled while it is watched, and tells how it ended', async () => {
    const pid = await orphan('exec sleep 60');
    processes.watch({ service: 'daemon', pid }, 40);
    processes.signal({ service: 'daemon', pid, signal: SIGTERM }, 41);
    const { event, cause } = await exited(pid);
    expect({ status: event.status, cause }).toEqual({ status: { signal: SIGTERM }, cause: 41 });
    const vanished = recorder.occurrences.filter(
      ({ event: other }) => other.type === 'ProcessVanished' && other.pid === pid,
    );
    expect(vanished).toEqual([]);
  });
});

describe('a watched process that is no child', () => {
  it('vanishes', async () => {
    // The sleeper stays a child of the shell, which reaps it.
    const { shell, pid } = await grandchild();
    processes.watch({ service: 'daemon', pid }, 50);
    processes.signal({ service: 'daemon', pid, signal: SIGKILL }, 51);
    expect(await recorder.first('ProcessVanished', (one) => one.pid === pid)).toMatchObject({
      cause: 51,
    });
    expect((await exited(shell)).event.status).toEqual({ code: 137 });
    processes.signal({ service: 'daemon', pid, signal: SIGKILL }, 52);
    expect(await recorder.first('SignalFailed', (one) => one.pid === pid)).toMatchObject({
      cause: 52,
    });
  });

  it('vanishes at once, but later, when it does not exist', async () => {
    const { pid } = await spawned('/bin/true');
    await exited(pid);
    const vanished = recorder.first('ProcessVanished', (one) => one.pid === pid);
    processes.watch({ service: 'daemon', pid }, 60);
    expect(recorder.occurrences.at(-1)?.event.type).not.toBe('ProcessVanished');
    expect(await vanished).toMatchObject({ cause: 60 });
  });
});

/** Starts a shell that waits for its own child; returns the PIDs of both. */
async function grandchild(): Promise<{ readonly shell: number; readonly pid: number }> {
  const { pid: shell } = await spawned(script('exec 2> /dev/null', 'sleep 60 &', 'wait $!'));
  const children = `/proc/${String(shell)}/task/${String(shell)}/children`;
  for (;;) {
    const pid = Number(readFileSync(children, 'latin1'));
    if (pid > 0) return { shell, pid };
    await new Promise(setImmediate);
  }
}

describe('probe', () => {
  it('tells whether a process is alive', async () => {
    const { pid } = await spawned('/bin/true');
    await exited(pid);
    processes.probe({ request: 90, pid: process.pid }, 9);
    processes.probe({ request: 91, pid }, 9);
    processes.probe({ request: 92, pid: 0 }, 9);
    const probed = await recorder.many('ProcessProbed', 3);
    expect(probed.map(({ event }) => [event.request, event.alive])).toEqual([
      [90, true],
      [91, false],
      [92, false],
    ]);
  });
});

describe('the emergency shell', () => {
  it('is started, and reaped', async () => {
    const witness = newPath();
    process.env['MINIT_EMERGENCY'] = script(`echo $$ > ${witness}`, 'exit 42');
    const before = recorder.occurrences.length;
    processes.startEmergencyShell(1);
    const { event } = await recorder.first(
      'ProcessExited',
      ({ status }) => 'code' in status && status.code === 42,
    );
    expect(Number(readFileSync(witness, 'latin1'))).toBe(event.pid);
    expect(recorder.occurrences.slice(before).map((one) => one.event.type)).toEqual([
      'EmergencyShellStarted',
      'ProcessExited',
    ]);
  });
});

describe('role', () => {
  it('is that of a process where minit is not PID 1', () => {
    expect(detectRole()).toEqual({ role: 'process', missing: [] });
  });
});
