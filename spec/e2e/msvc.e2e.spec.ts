/**
 * `msvc`, `minit-list` and `listpids` against a running minit: what they show, in which format, with
 * which exit code. Not here: flags that change something (msvc-orders.e2e), usage (msvc-usage.e2e),
 * the C minit at the other end (spec/adapters), hostile clients (bad-control.e2e), a name that is
 * none (bad-trees.e2e).
 */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { boot, cleanUp, program, run, type Supervisor } from '../support/supervisor';
import { bootTree, done, failed } from './fixtures/msvc-tree';
import { itWhen, sleeper } from './fixtures/recorded';

afterAll(cleanUp);

/** Bytes of the event log. */
const lengthOf = (log: string): number =>
  readdirSync(log)
    .map((file) => statSync(join(log, file)).size)
    .reduce((sum, size) => sum + size, 0);

const terminal = (line: string): readonly string[] => ['script', '-qec', line, '/dev/null'];
const hasTerminal = spawnSync('script', ['-qec', 'true', '/dev/null']).status === 0;
const onTerminal = itWhen(hasTerminal, 'script(1) is not installed');
function runOnTerminal(
  minit: Supervisor,
  ...args: string[]
): { code: number | null; text: string } {
  const [file = '', ...rest] = terminal(
    [process.execPath, program('msvc'), '--root', minit.root, ...args].join(' '),
  );
  const { status, stdout } = spawnSync(file, rest, {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  return { code: status, text: stdout.replaceAll('\r', '') };
}
describe('msvc SERVICE', () => {
  it('on a pipe: PID and seconds; 0 up, 2 down, 3 finished, 1 unknown', async () => {
    const minit = await bootTree();
    const pid = String(minit.pidOf('up'));
    const shown = minit.msvc('up');
    expect({ ...shown, stdout: shown.stdout.replace(/ \d+\n$/u, ' N\n') }).toEqual({
      ...done,
      stdout: `${pid} N\n`,
    });
    expect(minit.msvc('waits')).toMatchObject({
      code: 2,
      stdout: expect.stringMatching(/^0 \d+\n$/u) as string,
      stderr: '',
    });
    expect(minit.msvc('done')).toMatchObject({
      code: 3,
      stdout: expect.stringMatching(/^1 \d+\n$/u) as string,
      stderr: '',
    });
    expect(minit.msvc('nobody')).toEqual(failed('nobody: no such service.'));
    await minit.stopAndReplay();
  });

  onTerminal('on a terminal: in words', async () => {
    const minit = await bootTree();
    const pid = String(minit.pidOf('up'));
    expect(runOnTerminal(minit, 'up')).toEqual({
      code: 0,
      text: expect.stringMatching(`^msvc: up: up \\(pid ${pid}\\) \\d+ seconds\n$`) as string,
    });
    expect(runOnTerminal(minit, 'waits')).toEqual({
      code: 2,
      text: expect.stringMatching(/^msvc: waits: down \d+ seconds\n$/u) as string,
    });
    expect(runOnTerminal(minit, 'done/')).toEqual({
      code: 3,
      text: expect.stringMatching(/^msvc: done\/: finished \d+ seconds\n$/u) as string,
    });
    expect(runOnTerminal(minit, 'nobody')).toEqual({
      code: 1,
      text: 'msvc: nobody: no such service.\n',
    });
    await minit.stopAndReplay();
  });

  it('takes ROOT/NAME and slashes at the end, and several services', async () => {
    const minit = await bootTree();
    const [up, up2] = [String(minit.pidOf('up')), String(minit.pidOf('net/up2'))];
    for (const name of ['up/', 'up//', `${minit.root}/up`, `${minit.root}/up/`])
      expect(minit.msvc('-g', name)).toEqual({ ...done, stdout: `${up}\n` });
    const both = minit.msvc('up', 'net/up2/');
    expect(both.stdout.replaceAll(/ \d+$/gmu, '')).toBe(`${up}\n${up2}\n`);
    expect(both.code).toBe(0);
    expect(minit.msvc('done', 'up', 'nobody')).toMatchObject({
      code: 1,
      stdout: expect.stringMatching(/^1 \d+\n\d+ \d+\n$/u) as string,
      stderr: 'msvc: nobody: no such service.\n',
    });
    expect(minit.msvc('waits', 'done', 'up').code).toBe(3);
    await minit.stopAndReplay();
  });

  it('--json: one object a service, --all: every loaded one', async () => {
    const minit = await bootTree();
    const objects = minit
      .msvc('--json', 'up', 'done', 'waits')
      .stdout.trim()
      .split('\n')
      .map((line) => JSON.parse(line) as object);
    const since = expect.any(Number) as number;
    expect(objects).toEqual([
      {
        name: 'up',
        state: 'running',
        inner: 'ready',
        want: 'once',
        pid: minit.pidOf('up'),
        since,
        exit: null,
        restarts: 0,
        reason: `pid ${String(minit.pidOf('up'))}`,
      },
      {
        name: 'done',
        state: 'finished',
        want: 'once',
        pid: null,
        since,
        exit: { code: 3, text: 'exited 3' },
        restarts: 0,
        reason: expect.stringMatching(/^exited 3 after \d\.\d\d s$/u) as string,
      },
      {
        name: 'waits',
        state: 'waiting-deps',
        want: 'once',
        pid: null,
        since,
        exit: null,
        restarts: 0,
        reason: 'waiting for gate',
      },
    ]);
    const all = minit.msvc('--all');
    expect(all.code).toBe(0);
    expect(all.stdout.split('\n')[1]).toMatch(
      new RegExp(`^up +running +\\d+ s  pid ${String(minit.pidOf('up'))}$`, 'u'),
    );
    const names = ['default', 'up', 'net/up2', 'done', 'waits', 'gate'];
    expect(
      all.stdout
        .trim()
        .split('\n')
        .map((line) => line.split(' ')[0]),
    ).toEqual(names);
    const allJson = minit
      .msvc('--all', '--json')
      .stdout.trim()
      .split('\n')
      .map((line) => (JSON.parse(line) as { name: string }).name);
    expect(allJson).toEqual(names);
    await minit.stopAndReplay();
  });
});

it('asking for all, again and again, leaves the event log to what happens', async () => {
  const names = Array.from({ length: 30 }, (_, index) => `a-service-with-a-name-${String(index)}`);
  const minit = boot({
    'default/depends': `${names.join('\n')}\n`,
    ...Object.fromEntries(names.map((name) => [`${name}/run`, sleeper])),
  });
  await minit.booted();
  const before = lengthOf(minit.log);
  const { stdout } = minit.msvc('--all', '--json');
  expect(stdout.trim().split('\n')).toHaveLength(names.length + 1);
  expect(lengthOf(minit.log)).toBeGreaterThan(before);
  expect(lengthOf(minit.log) - before).toBeLessThan(stdout.length / 2);
  await minit.stopAndReplay();
});

describe('flags that tell', () => {
  it('-g: the PID only', async () => {
    const minit = await bootTree();
    expect(minit.msvc('-g', 'up')).toEqual({ ...done, stdout: `${String(minit.pidOf('up'))}\n` });
    for (const name of ['done', 'waits'])
      expect(minit.msvc('-g', name)).toEqual(failed(`${name}: service terminated`));
    expect(minit.msvc('-g', 'nobody')).toEqual(failed('nobody: no such service'));
    expect(minit.msvc('-g', 'up', 'done')).toEqual({
      ...failed('done: service terminated'),
      stdout: `${String(minit.pidOf('up'))}\n`,
    });
    await minit.stopAndReplay();
  });

  it('-D: who was started because of it; -D -: because of nobody; -H: the last start requests', async () => {
    const minit = await bootTree();
    expect(minit.msvc('-D', 'default')).toEqual({ ...done, stdout: 'up\nnet/up2\ndone\n' });
    expect(minit.msvc('-D', 'up')).toEqual(done);
    expect(minit.msvc('-D', '-')).toEqual({ ...done, stdout: 'default\nwaits\n' });
    expect(minit.msvc('-D', 'nobody')).toEqual(failed('nobody: no such service.'));
    expect(minit.msvc('-H')).toEqual({
      ...done,
      stdout: 'gate\nwaits\ndone\nnet/up2\nup\ndefault\n',
    });
    await minit.stopAndReplay();
  });
});

describe('beside it', () => {
  it('minit-list and listpids print the names of what runs', async () => {
    const minit = await bootTree();
    for (const name of ['minit-list', 'listpids'])
      expect(run(name, ['--root', minit.root])).toEqual({ ...done, stdout: 'up\nnet/up2\ngate\n' });
    expect(run('minit-list', ['--root', minit.root, 'superfluous']).code).toBe(1);
    await minit.stopAndReplay();
  });

  it('20 msvc at once, reading and changing: each gets its own answer', async () => {
    const minit = await bootTree();
    const pid = String(minit.pidOf('up'));
    const asked = Array.from({ length: 20 }, async (_, index) => {
      const args = [['-g', 'up'], ['nobody'], ['-u', 'net/up2'], ['-H']][index % 4] ?? [];
      const child = spawn(process.execPath, [program('msvc'), '--root', minit.root, ...args], {
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      let text = '';
      for (const stream of [child.stdout, child.stderr])
        stream.on('data', (chunk: Buffer) => (text += chunk.toString()));
      const [code] = (await once(child, 'close')) as [number];
      return { code, text };
    });
    const expected = [
      { code: 0, text: `${pid}\n` },
      { code: 1, text: 'msvc: nobody: no such service.\n' },
      { code: 0, text: '' },
      { code: 0, text: 'gate\nwaits\ndone\nnet/up2\nup\ndefault\n' },
    ];
    expect(await Promise.all(asked)).toEqual(
      Array.from({ length: 20 }, (_, index) => expected[index % 4]),
    );
    await minit.stopAndReplay();
  });
});
