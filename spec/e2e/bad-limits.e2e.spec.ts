/**
 * A machine that is short of something: processes, file descriptors. minit tries again, with a growing
 * delay that is on record, and heals by itself. Not here: a limit so low that Node itself cannot start
 * its threads, and ENOMEM.
 */
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { decodeReply, encodeRequest } from '../../machines/control-protocol';
import { spawnsInFlightMax } from '../../machines/limits';
import { holdUp } from '../support/hold-up';
import { boot, cleanUp, makeRoot, type Files } from '../support/supervisor';
import {
  bootUnprivileged,
  childrenOf,
  endsWell,
  eventually,
  giveAway,
  itUnprivileged,
  lines,
  limit,
  problems,
  retryDelays,
  sleeper,
  unprivileged,
} from './fixtures-bad/bad-input';

afterAll(cleanUp);

const tree: Files = { 'good/run': sleeper, 'default/depends': 'good\n' };

/** The limit that nobody may go beyond, as the kernel shows it. */
const hardLimit = (pid: number, name: string): string =>
  new RegExp(`^${name} +\\S+ +(\\S+)`, 'mu').exec(
    readFileSync(`/proc/${String(pid)}/limits`, 'utf8'),
  )?.[1] ?? 'unlimited';

describe('fork fails with EAGAIN', () => {
  itUnprivileged(
    'is tried again with a growing delay, on record, and heals when the limit is lifted',
    async () => {
      const minit = bootUnprivileged({
        ...tree,
        'late/run': sleeper,
        'late/depends': 'step\n',
        'step/run': '#!/bin/sh\n',
        'step/sync': '',
      });
      await minit.reaches('good', 'running');
      const hard = hardLimit(minit.pid, 'Max processes');
      limit(minit.pid, 'nproc', '1', unprivileged);
      expect(minit.msvc('-o', 'step')).toEqual({
        code: 1,
        stdout: '',
        stderr: 'msvc: step: cannot make a process: too many processes just now (EAGAIN)\n',
      });
      expect(minit.msvc('-o', 'late')).toMatchObject({ code: 0 });
      await minit.prints(/\(EAGAIN\) \(3 times in a row\)/u);
      expect(minit.msvc('good')).toMatchObject({ code: 0 });
      limit(minit.pid, 'nproc', hard, unprivileged);
      await minit.reaches('step', 'sync-done');
      await minit.reaches('late', 'running');
      const said = problems(minit);
      expect(said.slice(0, 3)).toEqual([
        'minit: error: ROOT/step: cannot make a process: too many processes just now (EAGAIN)',
        'minit: error: ROOT/step: cannot make a process: too many processes just now (EAGAIN) (2 times in a row)',
        'minit: error: ROOT/step: cannot make a process: too many processes just now (EAGAIN) (3 times in a row)',
      ]);
      await endsWell(minit);
      const delays = retryDelays(minit.log, 'step');
      expect(delays.slice(0, 3)).toEqual([100, 200, 400]);
      expect(delays).toHaveLength(said.length);
    },
  );

  itUnprivileged('is no harm to thousands that wait for their turn', async () => {
    const range = (name: string, count: number): string[] =>
      Array.from({ length: count }, (_, index) => `${name}${String(index)}`);
    const [held, many] = [range('held', spawnsInFlightMax), range('s', 3_000)];
    const root = makeRoot({
      ...tree,
      program: '#!/bin/sh\n',
      ...Object.fromEntries(held.map((name) => [`${name}/run`, '->../program'])),
      ...Object.fromEntries(many.map((name) => [`${name}/run`, '->/bin/true'])),
      'hanging/depends': held.join('\n'),
      'all/depends': many.join('\n'),
    });
    giveAway(root);
    const { asked, giveWay } = holdUp(join(root, 'program'));
    const minit = bootUnprivileged(root);
    await minit.reaches('good', 'running');
    minit.ask('shanging');
    await asked;
    const hard = hardLimit(minit.pid, 'Max processes');
    limit(minit.pid, 'nproc', '1', unprivileged);
    minit.ask('sall');
    const has = (name: string, state: string) => (): boolean =>
      minit.status(name)['state'] === state;
    await eventually('the last one was tried', has('s2999', 'respawning'));
    giveWay();
    limit(minit.pid, 'nproc', hard, unprivileged);
    await eventually('the first one has ended', has('held0', 'finished'));
    await eventually('the last one has ended', has('s2999', 'finished'));
    const { state } = decodeReply(minit.ask(encodeRequest({ do: 'state' }))) ?? {};
    // minit was not executed anew for it.
    expect((state as { readonly resumes?: number }).resumes).toBeUndefined();
    await endsWell(minit);
  });
});

describe('no process can be made before the first one was', () => {
  itUnprivileged('minit lives, and starts it when it can', async () => {
    // What keeps minit going without a process: a service that cannot be started as it is.
    const files = {
      'up/run': sleeper,
      'waits/run': sleeper,
      'waits/respawn': '',
      'waits/params': '\0',
    };
    const minit = bootUnprivileged({ ...files, 'default/depends': 'waits\n' });
    await minit.booted();
    const hard = hardLimit(minit.pid, 'Max processes');
    limit(minit.pid, 'nproc', '1', unprivileged);
    minit.ask('sup');
    await minit.prints(/too many processes just now \(EAGAIN\) \(2 times in a row\)/u);
    limit(minit.pid, 'nproc', hard, unprivileged);
    await minit.reaches('up', 'running');
    await endsWell(minit);
  });
});

describe('file descriptors run out (EMFILE)', () => {
  /** The soft limit below which `spare` descriptors are free: the kernel gives the lowest one first. */
  const leaving = (pid: number, spare: number): string => {
    const used = new Set(readdirSync(`/proc/${String(pid)}/fd`).map(Number));
    let fd = 0;
    for (let free = 0; free < spare; fd += 1) if (!used.has(fd)) free += 1;
    return String(fd);
  };
  const many = Array.from({ length: 10 }, (_, index) => `s${String(index)}`);
  const logged: Files = Object.fromEntries(
    many.flatMap((name) => [
      [`${name}/run`, sleeper],
      [`${name}/respawn`, ''],
      [`${name}/log/run`, '#!/bin/sh\nexec cat\n'],
      [`${name}/log/respawn`, ''],
    ]),
  );

  it('log pipes that cannot be made are tried again, on record, and heal', async () => {
    const minit = boot({ ...tree, ...logged, 'all/depends': `${many.join('\n')}\n` });
    await minit.reaches('good', 'running');
    const [, soft = '', hard = ''] =
      /^Max open files +(\S+) +(\S+)/mu.exec(
        readFileSync(`/proc/${String(minit.pid)}/limits`, 'utf8'),
      ) ?? [];
    expect(Number(hard)).toBeGreaterThanOrEqual(Number(soft));
    // Three pipes, and some to read directories with.
    limit(minit.pid, 'nofile', leaving(minit.pid, 14));
    minit.ask('sall');
    await minit.prints(/\(EMFILE\) \(3 times in a row\)/u);
    expect(minit.ask('pgood')).toBe(String(minit.pidOf('good')));
    limit(minit.pid, 'nofile', soft);
    await eventually('all run', () =>
      many.every(
        (name) =>
          minit.status(name)['state'] === 'running' &&
          minit.status(`${name}/log`)['state'] === 'running',
      ),
    );
    await minit.until('it was told', () => lines(minit).some((line) => line.includes('EMFILE')));
    const said = problems(minit);
    for (const line of said) {
      expect(line).toMatch(
        /^minit: error: ROOT\/s\d(\/log)?: cannot make its log pipe: too many open files \(EMFILE\)( \(\d times in a row\))?$/u,
      );
    }
    // Whichever it hits: the service that writes to the pipe, or its logger.
    const failing =
      many
        .flatMap((name) => [name, `${name}/log`])
        .find((name) => retryDelays(minit.log, name).length >= 3) ?? '';
    expect(retryDelays(minit.log, failing).slice(0, 3)).toEqual([100, 200, 400]);
    await endsWell(minit);
  });

  it('log pipes leave some of them: what has none is started again', async () => {
    const minit = boot({
      ...tree,
      ...logged,
      'good/respawn': '',
      'all/depends': `${many.join('\n')}\n`,
    });
    await minit.reaches('good', 'running');
    const before = minit.pidOf('good');
    // Five pipes would take them all.
    limit(minit.pid, 'nofile', leaving(minit.pid, 10));
    minit.ask('sall');
    await minit.prints(/cannot make its log pipe: too many open files \(EMFILE\)/u);
    process.kill(before, 'SIGKILL');
    await minit.reaches('good', 'running', 2);
    expect(problems(minit).filter((line) => !line.includes('its log pipe'))).toEqual([]);
    await endsWell(minit);
  });
});

describe('services that make many processes', () => {
  it('minit reaps all orphans of a modest fork bomb, and keeps answering', async () => {
    const bomb =
      '#!/bin/sh\ni=0\nwhile [ $i -lt 150 ]; do (sleep 0.2 & sleep 0.1 &) ; i=$((i+1)); done\nexec sleep 1000\n';
    const minit = boot({ ...tree, 'bomb/run': bomb, 'default/depends': 'bomb\ngood\n' });
    await minit.reaches('good', 'running');
    expect(minit.msvc('good')).toMatchObject({ code: 0 });
    await eventually('sleep 1000 has begun', () =>
      readFileSync(`/proc/${String(minit.pidOf('bomb'))}/cmdline`, 'utf8').startsWith(
        'sleep\x001000',
      ),
    );
    await eventually('no orphan is left', () => childrenOf(minit.pid).length === 2);
    expect(problems(minit)).toEqual([]);
    await endsWell(minit);
  });

  it('200 services that cannot be started do not keep one from starting that can', async () => {
    const bad = Array.from({ length: 200 }, (_, index) => `bad${String(index)}`);
    const files = Object.fromEntries(
      bad.flatMap((name) => [
        [`${name}/run`, '->/no/such/program'],
        [`${name}/respawn`, ''],
      ]),
    );
    const root = makeRoot({ ...tree, ...files, 'default/depends': `${bad.join('\n')}\ngood\n` });
    const minit = boot(root);
    await minit.reaches('good', 'running');
    await minit.prints(/\(2 times in a row\)/u, 200);
    expect(minit.msvc('good')).toMatchObject({ code: 0 });
    await endsWell(minit);
  });
});

describe('a limit of file sizes', () => {
  it('does not end what minit keeps for the program after it, however much happens', async () => {
    const wrapper = ['prlimit', '--fsize=2500000:'];
    const minit = boot({ ...tree, 'late/run': sleeper }, { wrapper });
    await minit.reaches('good', 'running');
    for (let count = 0; count < 2_000; count += 1) minit.ask(`p${'x'.repeat(1_400)}`);
    expect(minit.msvc('-o', 'late')).toMatchObject({ code: 0 });
    await minit.reaches('late', 'running');
    const pids = [minit.pidOf('good'), minit.pidOf('late')];
    minit.kill('SIGSEGV');
    await minit.prints(/executed anew/u);
    expect([minit.pidOf('good'), minit.pidOf('late')]).toEqual(pids);
    await endsWell(minit);
  });
});
