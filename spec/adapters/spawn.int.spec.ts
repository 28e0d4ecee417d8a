import '../support/real-process';
import { closeSync, constants, mkdirSync, openSync, readFileSync, writeSync } from 'node:fs';
import { mappedBytes } from '../../adapters/libc/memory-file';
import { makeFifo } from '../../adapters/libc/pipe';
import { ownNice } from '../../adapters/libc/process';
import { holdThreads, spawnProcess, type NativeOutcome } from '../../adapters/libc/spawn';
import { captureEnvironment } from '../../adapters/libc/vectors';
import { VitalPage } from '../../adapters/re-exec/vital-page';
import { spawnsInFlightMax } from '../../machines/limits';
import { holdUp } from '../support/hold-up';
import { startRealProcesses } from '../support/real-processes';

process.env['MINIT_SPEC'] = 'from minit';
// As in a minit that can be executed anew.
const page = new VitalPage(new ArrayBuffer(mappedBytes));
const world = startRealProcesses({ pidMemory: page });
const { end, exited, file, newName, newPath, outputOf, processes, recorder } = world;
const { run, script, spawn, spawned } = world;
afterAll(world.close);

const niceOf = (pid: number): number => {
  const fields = readFileSync(`/proc/${String(pid)}/stat`, 'latin1')
    .replace(/^.*\) /u, '')
    .split(' ');
  return Number(fields[16]);
};

describe('a child', () => {
  it('has the fds 0 to 2 and no others', async () => {
    const kept = openSync('/dev/null', constants.O_RDONLY);
    // The fourth is the one by which ls reads the directory.
    expect(await outputOf('/bin/ls', { argv: ['ls', '/proc/self/fd'] })).toBe('0\n1\n2\n3\n');
    closeSync(kept);
  });

  it('reads `in` and appends to `out`', async () => {
    const input = file('given\n');
    const output = file('before\n');
    expect(await run('/bin/cat', { argv: ['cat'], input, output })).toEqual({ code: 0 });
    expect(readFileSync(output, 'utf8')).toBe('before\ngiven\n');
  });

  it('reads and writes without O_NONBLOCK', async () => {
    const input = file('');
    const flags = await outputOf('/bin/sh', {
      argv: ['sh', '-c', 'grep -h flags /proc/self/fdinfo/0 /proc/self/fdinfo/1'],
      input,
    });
    const [first, second] = [...flags.matchAll(/flags:\s*(\d+)/gu)].map(([, octal]) =>
      parseInt(octal ?? '', 8),
    );
    expect((first ?? -1) & constants.O_NONBLOCK).toBe(0);
    expect((second ?? -1) & constants.O_NONBLOCK).toBe(0);
    expect((second ?? 0) & constants.O_APPEND).toBe(constants.O_APPEND);
  });

  it('starts though nobody has its FIFO open', async () => {
    const input = newPath();
    expect(makeFifo(input, 0o600)).toBe(0);
    expect(await run('/bin/true', { input, output: input })).toEqual({ code: 0 });
  });

  it('leads its own session, with no signal blocked or ignored', async () => {
    const sleeper = await spawned('/bin/sleep', { argv: ['sleep', '60'] });
    const fields = readFileSync(`/proc/${String(sleeper.pid)}/stat`, 'latin1')
      .replace(/^.*\) /u, '')
      .split(' ');
    expect(fields.slice(2, 4)).toEqual([String(sleeper.pid), String(sleeper.pid)]);
    const status = readFileSync(`/proc/${String(sleeper.pid)}/status`, 'latin1');
    expect(status).toMatch(/SigBlk:\s*0{16}\n/u);
    expect(status).toMatch(/SigIgn:\s*0{16}\n/u);
    await end(sleeper);
  });

  it('runs in its working directory', async () => {
    const workingDirectory = newPath();
    mkdirSync(workingDirectory);
    expect(await outputOf('/bin/pwd', { workingDirectory })).toBe(`${workingDirectory}\n`);
  });

  it.each([true, false])(
    '(awaited: %s) is told of though nothing else happens',
    async (isAwaited) => {
      const living = [];
      // What came before may still lead to a look or two.
      for (let count = 0; count < 30; count += 1)
        living.push(await spawned('/bin/sleep', { argv: ['sleep', '60'], isAwaited }));
      await Promise.all(living.map(end));
    },
  );

  it('has the environment of minit at its start', async () => {
    process.env['MINIT_SPEC'] = 'changed later';
    const environment = await outputOf('/usr/bin/env', { argv: ['env'] });
    expect(environment).toContain('MINIT_SPEC=from minit\n');
    expect(environment).not.toContain('UV_THREADPOOL_SIZE');
  });

  it('has the environment that its start is given, whatever the one before had', async () => {
    const inputFd = openSync('/dev/null', constants.O_RDONLY);
    for (const value of ['one', 'another']) {
      process.env['MINIT_SPEC'] = value;
      const output = file('', 0o644);
      const outputFd = openSync(output, constants.O_WRONLY);
      const outcome = await new Promise<NativeOutcome>((resolve) => {
        const program = { path: '/usr/bin/env', argv: ['env'], argvEncoding: 'utf8' } as const;
        const files = { inputFd, outputFd, errorFd: outputFd };
        const envp = captureEnvironment();
        spawnProcess({ ...program, ...files, workingDirectory: '/', envp }, resolve);
      });
      await exited('pid' in outcome ? outcome.pid : 0);
      closeSync(outputFd);
      expect(readFileSync(output, 'utf8')).toContain(`MINIT_SPEC=${value}\n`);
    }
    closeSync(inputFd);
  });

  it('gets its arguments byte by byte', async () => {
    const argv = ['printf', '%s|', '', 'a b', 'ä€😀'];
    expect(await outputOf('/usr/bin/printf', { argv })).toBe(
      Buffer.from('|a b|ä€😀|').toString('latin1'),
    );
    const bytes = Array.from({ length: 255 }, (_, index) => String.fromCharCode(index + 1)).join(
      '',
    );
    expect(
      await outputOf('/usr/bin/printf', { argv: ['printf', '%s', bytes], argvEncoding: 'latin1' }),
    ).toBe(bytes);
  });

  it('has its nice level added to that of minit', async () => {
    const sleeper = await spawned('/bin/sleep', { argv: ['sleep', '60'], nice: 3 });
    expect(niceOf(sleeper.pid)).toBe(Math.min(19, ownNice() + 3));
    const next = await spawned('/bin/sleep', { argv: ['sleep', '60'] });
    expect(niceOf(next.pid)).toBe(ownNice());
    await end(sleeper);
    await end(next);
  });
});

describe('a program that cannot be executed', () => {
  it('leaves no PID in memory', async () => {
    const { service, cause } = spawn('/nowhere');
    await recorder.first('SpawnFailed', (one) => one.service === service);
    expect(page.pidOf(service, cause)).toBe(0);
  });
});

const gates: number[] = [];
afterAll(() => {
  gates.forEach(closeSync);
});

/** A script that ends when it is told to: what libc makes may otherwise be reaped before its start is known. */
function endsWhenTold(): { readonly path: string; readonly tell: () => void } {
  const gate = newPath();
  expect(makeFifo(gate, 0o600)).toBe(0);
  const fd = openSync(gate, constants.O_RDWR);
  gates.push(fd);
  const tell = (): void => {
    writeSync(fd, '\n');
  };
  return { path: script(`read go < ${gate}`, 'exit 5'), tell };
}

describe('an exec that hangs', () => {
  it.each([true, false])(
    '(awaited: %s) holds up nothing else, and comes to its end',
    async (isAwaited) => {
      const { path, tell } = endsWhenTold();
      const { asked, giveWay } = holdUp(path);
      const hanging = spawned(path, { isAwaited });
      await asked;
      expect(await run('/bin/true')).toEqual({ code: 0 });
      expect(await run(script('exit 127'))).toEqual({ code: 127 });
      // One that ends before its parent is reaped by that, often enough.
      const orphans = endsWhenTold();
      const orphan = Number(await outputOf(script(`${orphans.path} > /dev/null &`, 'echo $!')));
      orphans.tell();
      expect((await exited(orphan)).event.status).toEqual({ code: 5 });
      giveWay();
      const { pid, cause } = await hanging;
      tell();
      expect(await exited(pid)).toMatchObject({ cause, event: { status: { code: 5 } } });
    },
  );

  (holdThreads() ? it.skip : it)('holds up nothing else, however many there are', async () => {
    const held = [];
    for (let count = 0; count < 2 * spawnsInFlightMax; count += 1) {
      const path = script('exit 5');
      const { asked, giveWay } = holdUp(path);
      const hanging = spawned(path);
      await asked;
      held.push({ hanging, giveWay });
    }
    expect(await run('/bin/true')).toEqual({ code: 0 });
    for (const { hanging, giveWay } of held) {
      giveWay();
      const { pid, cause } = await hanging;
      expect(await exited(pid)).toMatchObject({ cause, event: { status: { code: 5 } } });
    }
  });

  (holdThreads() ? it.skip : it)('has its PID in memory already', async () => {
    const path = script('exit 5');
    const { asked, giveWay } = holdUp(path);
    const { service, cause } = spawn(path);
    await asked;
    const pid = page.pidOf(service, cause);
    expect(pid).toBeGreaterThan(0);
    giveWay();
    expect((await exited(pid)).cause).toBe(cause);
  });

  (holdThreads() ? it.skip : it)('has its nice level already', async () => {
    const path = script('exit 5');
    const { asked, giveWay } = holdUp(path);
    const { service, cause } = spawn(path, { nice: 3 });
    await asked;
    const pid = page.pidOf(service, cause);
    expect(niceOf(pid)).toBe(Math.min(19, ownNice() + 3));
    giveWay();
    await exited(pid);
  });

  it('has its PID in memory that no other start gets meanwhile, and gives it back', async () => {
    const { path, tell } = endsWhenTold();
    const { asked, giveWay } = holdUp(path);
    const hanging = spawned(path);
    await asked;
    await Promise.all(Array.from({ length: 300 }, () => run('/bin/true')));
    giveWay();
    const { pid, cause, service } = await hanging;
    tell();
    expect(await exited(pid)).toMatchObject({ cause, event: { status: { code: 5 } } });
    // As a minit that is executed anew by now would look for it.
    expect(page.pidOf(service, cause)).toBe(pid);
    await Promise.all(Array.from({ length: 256 }, () => run('/bin/true')));
    expect(page.pidOf(service, cause)).toBe(0);
  });

  it('keeps its log pipe until then', async () => {
    const path = script('echo late');
    const logged = newName();
    const { asked, giveWay } = holdUp(path);
    const output = file('');
    const logger = await spawned('/bin/cat', { argv: ['cat'], readsLogOf: logged, output });
    const hanging = spawned(path, { writesLogOf: logged });
    await asked;
    processes.closeLogPipe({ service: logged });
    giveWay();
    await hanging;
    await exited(logger.pid);
    expect(readFileSync(output, 'utf8')).toBe('late\n');
  });
});
