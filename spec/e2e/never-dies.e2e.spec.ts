/**
 * minit does not die: whatever ends its program, it is executed anew under the same PID and carries on
 * with every child, pipe, timer and its whole state; also on purpose.
 *
 * Not here: a fault in a phase of the start before minit has taken any precaution.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { decodeReply, encodeRequest } from '../../machines/control-protocol';
import { boot, cleanUp, makeRoot, type Files, type Supervisor } from '../support/supervisor';
import { eventually } from './fixtures-bad/bad-input';
import { argumentsOf, itWhen, mark, recorded, recordsOf } from './fixtures/recorded';

jest.setTimeout(180_000);
afterAll(cleanUp);

const ended = { code: 0, signal: null };
const isRoot = process.getuid?.() === 0;
const namespace = ['--pid', '--fork', '--mount-proc', '--kill-child'];
const wrappers = [
  { name: 'PID 1, as root', wrapper: ['unshare', ...namespace], isPossible: isRoot },
  {
    name: 'PID 1 in a user namespace',
    wrapper: ['unshare', '--user', '--map-root-user', ...namespace],
    isPossible: true,
  },
  { name: 'not PID 1', wrapper: [], isPossible: true },
];
const shell = join(__dirname, 'fixtures/administrator.sh');
const works = ([file = 'true', ...args]: readonly string[]): boolean =>
  spawnSync(file, file === 'true' ? [] : [...args, 'true'], { stdio: 'ignore' }).status === 0;

/** A writer whose lines are numbered, its logger, one that is in its pause, one that has finished. */
const tree: Files = {
  'default/depends': 'writer\nstep\nmissing\nidle\n',
  'writer/run': '#!/bin/sh\nn=0; while :; do n=$((n+1)); echo "line $n"; sleep 0.02; done\n',
  'writer/respawn': '',
  'writer/log/run': '#!/bin/sh\nexec cat > ../../lines\n',
  'writer/log/respawn': '',
  'step/run': '#!/bin/sh\nexit 3\n',
  'step/sync': '',
  'missing/run': '->/no/such/program',
  'missing/respawn': '',
  'idle/run': '#!/bin/sh\nexec sleep 1000\n',
};

interface Booted {
  readonly minit: Supervisor;
  /** As the host sees it. */
  readonly pid: number;
  readonly harm: (fault: string) => void;
}

const withFaults = (root: string): Readonly<Record<string, string>> => ({
  NODE_OPTIONS: `--require=${join(__dirname, 'fixtures/fault.cjs')} --max-old-space-size=48`,
  MINIT_FAULT: join(root, 'fault'),
  MINIT_EMERGENCY: join(root, 'mend'),
});

async function bootWithFaults(wrapper: readonly string[], extra: Files = {}): Promise<Booted> {
  const root = makeRoot({ ...tree, ...extra });
  return ready(boot(root, { wrapper, env: withFaults(root) }), wrapper);
}

/** As the host sees it. */
function readyPid({ pid }: Supervisor, wrapper: readonly string[]): number {
  const children = `/proc/${String(pid)}/task/${String(pid)}/children`;
  return wrapper.length === 0 ? pid : Number(readFileSync(children, 'utf8').trim());
}

async function ready(minit: Supervisor, wrapper: readonly string[]): Promise<Booted> {
  await minit.booted();
  const pid = readyPid(minit, wrapper);
  return {
    minit,
    pid,
    harm(fault) {
      writeFileSync(join(minit.root, 'fault'), fault);
      process.kill(pid, 'SIGUSR2');
    },
  };
}

const resumed = (minit: Supervisor, count: number, withinMs?: number): Promise<void> =>
  recorded(
    minit,
    ({ event }) => event.type === 'SupervisorResumed' && event.count === count,
    withinMs,
  );

/** Lines of the log service, which must follow each other without a gap. */
function linesOf(minit: Supervisor): number[] {
  return readFileSync(join(minit.root, 'lines'), 'utf8')
    .split('\n')
    .slice(0, -1)
    .map((line) => Number(line.replace('line ', '')));
}

const oneByOne = (lines: readonly number[]): number[] => lines.map((_, index) => index + 1);

const lastResumed = (minit: Supervisor): number =>
  recordsOf(minit).findLast(({ event }) => event.type === 'SupervisorResumed')?.seq ?? 0;

interface Harm {
  readonly fault: string;
  readonly why: string;
  readonly wants?: string;
  readonly withinMs?: number;
}

/** Harms minit, and shows that nothing has come of it. */
async function survives(
  wrapper: readonly string[],
  { fault, why, wants = 'writer step missing idle', withinMs }: Harm,
): Promise<void> {
  const { minit, pid, harm } = await bootWithFaults(wrapper, {
    'default/depends': wants.replaceAll(' ', '\n'),
  });
  const services = ['writer', 'writer/log', 'idle'];
  const before = services.map((name) => minit.pidOf(name));
  harm(fault);
  await resumed(minit, 1, withinMs);
  await minit.prints(new RegExp(`minit itself failed \\(${why}\\) and was executed anew`, 'u'));
  expect(services.map((name) => minit.pidOf(name))).toEqual(before);
  expect(minit.status('step')).toMatchObject({ state: 'sync-done', exit: { code: 3 } });
  // A timer that was pending goes off.
  if (wants.includes('missing')) {
    await recorded(
      minit,
      ({ seq, event }) =>
        event.type === 'TimerFired' &&
        event.timer === 'respawn:missing' &&
        seq > lastResumed(minit),
    );
  }
  // Children are still reaped, with their status, and started again.
  const writer = minit.pidOf('writer');
  await eventually('some lines of the writer', () => linesOf(minit).length > 5);
  minit.msvc('-k', 'writer');
  await recorded(
    minit,
    ({ event }) =>
      event.type === 'ProcessExited' &&
      event.pid === writer &&
      'signal' in event.status &&
      event.status.signal === 9,
  );
  expect(readdirSync(`/proc/${String(pid)}/fd`).length).toBeLessThan(40);
  const live = decodeReply(minit.ask(encodeRequest({ do: 'state' })))?.state as { seq: number };
  process.kill(pid, 'SIGTERM');
  expect(await minit.finished()).toEqual(ended);
  minit.replays(live);
  // The pipe was there all the time: every line of the first writer has come through.
  const lines = linesOf(minit);
  const first = lines.slice(0, lines.indexOf(1, 1));
  expect(first.length).toBeGreaterThan(5);
  expect(first).toEqual(oneByOne(first));
}

describe.each(wrappers)('$name', ({ wrapper, isPossible }) => {
  const test = itWhen(isPossible && works(wrapper), 'no such namespace can be had here');

  for (const [fault, why] of Object.entries({
    throw: 'a bug of ours',
    reject: 'a promise of ours',
    fold: 'fold is broken',
    console: 'console is broken',
    perform: 'perform is broken',
    exit: 'its program ended with 7',
    'deep-recursion': 'Maximum call stack size exceeded',
    abort: 'SIGABRT',
    'null-pointer': 'SIGSEGV',
    'heap-exhaustion': '(SIGABRT|SIGTRAP|SIGILL)',
  })) {
    test(`${fault} ends in a minit that carries on`, () => survives(wrapper, { fault, why }));
  }

  // A timer that is pending would keep the loop going.
  test('an empty event loop ends in a minit that carries on', () =>
    survives(wrapper, {
      fault: 'empty-loop',
      why: 'its program ended with 0',
      wants: 'writer step idle',
    }));
});

describe('an endless loop', () => {
  // It takes ten seconds of CPU time, of which a busy machine gives little, so it is tried once.
  const withinMs = 120_000;
  const [root, user] = wrappers;
  const { wrapper } = (isRoot ? root : user) ?? { wrapper: [] };
  const test = itWhen(works(wrapper), 'no PID namespace can be had here');

  test('ends in a minit that carries on', () =>
    survives(wrapper, { fault: 'endless-loop', why: 'an endless loop', withinMs }));
});

describe('a fault while a boot is under way', () => {
  const [root, user] = wrappers;
  const { wrapper } = (isRoot ? root : user) ?? { wrapper: [] };
  const test = itWhen(works(wrapper), 'no PID namespace can be had here');
  const count = 120;
  const names = Array.from({ length: count }, (_, index) => `s${String(index)}`);

  test('loses no service, and starts none twice', async () => {
    const { env, processes } = mark();
    const minit = boot(
      {
        'default/depends': names.join('\n'),
        ...Object.fromEntries(
          names.flatMap((name) => [
            [`${name}/run`, '#!/bin/sh\nexec sleep 1000\n'],
            [`${name}/respawn`, ''],
          ]),
        ),
      },
      { wrapper, env },
    );
    // As soon as one of them runs the others are on their way; and again when it carries on.
    await minit.prints(/ running /u);
    const pid = readyPid(minit, wrapper);
    process.kill(pid, 'SIGSEGV');
    await minit.prints(/executed anew/u);
    process.kill(pid, 'SIGSEGV');
    await minit.prints(/executed anew/u, 2);
    await minit.booted();
    await minit.until('all are up', () =>
      names.every((name) => minit.status(name)['pid'] !== null),
    );
    const pids = names.map((name) => minit.pidOf(name));
    expect(new Set(pids).size).toBe(count);
    const sleeping = (): number =>
      processes().filter((one) => argumentsOf(one)[0] === 'sleep').length;
    await eventually('all have become what they run', () => sleeping() >= count);
    expect(sleeping()).toBe(count);
    process.kill(pid, 'SIGTERM');
    expect(await minit.finished()).toEqual(ended);
    minit.replays();
  });
});

describe('a bug that is there in each life', () => {
  const [root, user] = wrappers;
  const { wrapper } = (isRoot ? root : user) ?? { wrapper: [] };
  const test = itWhen(works(wrapper), 'no PID namespace can be had here');
  const bug = 'fault-always';

  test('costs the effect whose performance fails each time, and no service', async () => {
    const { minit, pid, harm } = await bootWithFaults(wrapper);
    const services = ['writer', 'writer/log', 'idle'];
    const before = services.map((name) => minit.pidOf(name));
    writeFileSync(join(minit.root, bug), 'perform');
    harm('perform');
    await minit.prints(
      /StartTimer is left out, because minit has failed 3 times in a row: perform is broken/u,
    );
    await resumed(minit, 3);
    expect(services.map((name) => minit.pidOf(name))).toEqual(before);
    rmSync(join(minit.root, bug));
    process.kill(pid, 'SIGTERM');
    expect(await minit.finished()).toEqual(ended);
    minit.replays();
  });

  test('in the fold gives the console to an administrator, who can mend it', async () => {
    const { minit, pid, harm } = await bootWithFaults(wrapper, {
      mend: '#!/bin/sh\nrm "$MINIT_FAULT-always"\n',
    });
    const idle = minit.pidOf('idle');
    writeFileSync(join(minit.root, bug), 'fold');
    harm('fold');
    await minit.prints(/the console is given to an administrator/u);
    await resumed(minit, 6);
    expect(minit.pidOf('idle')).toBe(idle);
    process.kill(pid, 'SIGTERM');
    expect(await minit.finished()).toEqual(ended);
    minit.replays();
  });

  it('in the first fold of all ends a minit that is not PID 1', async () => {
    const poisoned = makeRoot({ ...tree, [bug]: 'fold' });
    const minit = boot(poisoned, { env: withFaults(poisoned) });
    await minit.prints(/failed 6 times in a row: minit ends/u);
    expect(await minit.finished()).toEqual({ code: 101, signal: null });
  });

  it('in the first fold of all costs nothing once it has gone', async () => {
    const poisoned = makeRoot({ ...tree, [bug]: 'fold' });
    const minit = boot(poisoned, { env: withFaults(poisoned) });
    await minit.prints(/fold is broken/u);
    rmSync(join(poisoned, bug));
    await minit.booted();
    expect(minit.output).toContain('minit itself failed before it had started anything: it begins');
    expect(minit.output).not.toContain('twice');
    minit.kill('SIGTERM');
    expect(await minit.finished()).toEqual(ended);
    minit.replays();
  });
});

describe('too many faults in a row', () => {
  const [root, user] = wrappers;
  const { wrapper } = (isRoot ? root : user) ?? { wrapper: [] };
  const test = itWhen(works(wrapper), 'no PID namespace can be had here');

  test('give the console to an administrator, and then minit goes on', async () => {
    const minit = boot(tree, {
      wrapper,
      env: { MINIT_EMERGENCY: shell },
    });
    const { pid } = await ready(minit, wrapper);
    const idle = minit.pidOf('idle');
    for (let fault = 1; fault <= 5; fault += 1) {
      process.kill(pid, 'SIGSEGV');
      await resumed(minit, fault);
    }
    process.kill(pid, 'SIGSEGV');
    await minit.prints(/failed 6 times in a row: the console is given to an administrator/u);
    await minit.prints(/^administrator here$/mu);
    await resumed(minit, 6);
    expect(minit.pidOf('idle')).toBe(idle);
    process.kill(pid, 'SIGTERM');
    expect(await minit.finished()).toEqual(ended);
    minit.replays();
  });

  test('lose no end of a process, and no status, while the console is given away', async () => {
    const { minit, pid, harm } = await bootWithFaults(wrapper, {
      'idle/run': '#!/bin/sh\necho $$ > ../idle.pid\nexec sleep 1000\n',
      mend: `#!/bin/sh
cd "\${MINIT_FAULT%/*}" && rm fault-always && pid=$(cat idle.pid) && kill -9 $pid
while kill -0 $pid 2>/dev/null; do sleep 0.01; done
# Its PID is another's now, as far as the kernel lets us.
echo $((pid - 1)) > /proc/sys/kernel/ns_last_pid
setsid sleep 1000 &
`,
    });
    const idle = minit.pidOf('idle');
    writeFileSync(join(minit.root, 'fault-always'), 'fold');
    harm('fold');
    await resumed(minit, 6);
    expect(minit.status('idle')).toMatchObject({ state: 'finished', exit: { signal: 9 } });
    const ends = recordsOf(minit).filter(({ event }) => 'pid' in event && event.pid === idle);
    expect(ends.map(({ event }) => event.type)).toEqual(['ProcessSpawned', 'ProcessExited']);
    process.kill(pid, 'SIGTERM');
    expect(await minit.finished()).toEqual(ended);
    minit.replays();
  });

  for (const { name, shellText, then } of [
    {
      name: 'SIGTERM ends the waiting for the shell, and then all',
      shellText: '#!/bin/sh\necho administrator here\nexec sleep 1000\n',
      then: /^administrator here$/mu,
    },
    {
      name: 'minit goes on without a shell that cannot be started, and nothing was lost',
      shellText: 'no program',
      then: /no emergency shell, .*; minit goes on without/u,
    },
  ])
    test(`in a container ${name}`, async () => {
      const { minit, pid } = await bootWithFaults(wrapper, { mend: shellText });
      for (let fault = 1; fault <= 6; fault += 1) {
        process.kill(pid, 'SIGSEGV');
        if (fault < 6) await resumed(minit, fault);
      }
      await minit.prints(then);
      process.kill(pid, 'SIGUSR1');
      process.kill(pid, 'SIGTERM');
      expect(await minit.finished()).toEqual(ended);
      expect(minit.output).not.toMatch(/debugger/iu);
      await resumed(minit, 6);
      minit.replays();
    });

  it('end a minit that is not PID 1, and leave its services', async () => {
    const minit = boot(tree);
    await minit.booted();
    for (let fault = 1; fault <= 5; fault += 1) {
      process.kill(minit.pid, 'SIGSEGV');
      await resumed(minit, fault);
    }
    const services = ['writer', 'writer/log', 'idle'].map((name) => minit.pidOf(name));
    process.kill(minit.pid, 'SIGSEGV');
    await minit.prints(/failed 6 times in a row: minit ends/u);
    for (const service of services) process.kill(service, 'SIGKILL');
    expect(await minit.finished()).toEqual({ code: 101, signal: null });
  });
});
