/**
 * `msvc`, `minit-list` and `listpids` against a running minit: every flag, format and exit code. Not
 * here: the C minit at the other end (spec/adapters), hostile clients (bad-control.e2e), a name that
 * is none (bad-trees.e2e).
 */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  boot,
  cleanUp,
  makeRoot,
  program,
  run,
  type Files,
  type Supervisor,
} from '../support/supervisor';
import { itWhen, recorded } from './fixtures/recorded';

const foreigners: ChildProcess[] = [];
afterAll(async () => {
  for (const child of foreigners) child.kill('SIGKILL');
  await cleanUp();
});

const stays: Files = Object.fromEntries(
  ['up', 'net/up2', 'gate'].flatMap((name) => [
    [`${name}/run`, '->/bin/sleep'],
    [`${name}/params`, '1000\n'],
  ]),
);
/** `gate` never ends, so that `waits` is down; `done` has finished. */
const tree: Files = {
  ...stays,
  'gate/sync': '',
  'default/depends': 'up\nnet/up2\ndone\n',
  'done/run': '#!/bin/sh\nexit 3\n',
  'waits/run': '->/bin/true',
  'waits/depends': 'gate\n',
};

async function bootTree(files: Files = {}): Promise<Supervisor> {
  const minit = boot({ ...tree, ...files }, { args: ['default', 'waits'] });
  await minit.reaches('up', 'running');
  await minit.reaches('net/up2', 'running');
  await minit.reaches('gate', 'running');
  await minit.reaches('done', 'finished');
  return minit;
}

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
const failed = (text: string) => ({ code: 1, stdout: '', stderr: `msvc: ${text}\n` });
const done = { code: 0, stdout: '', stderr: '' };

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

describe('flags that change', () => {
  it('-u starts with respawn, -o without, -d takes down: finished', async () => {
    const minit = await bootTree();
    expect(minit.msvc('-d', 'up')).toEqual(done);
    await minit.reaches('up', 'finished');
    expect(minit.msvc('up').code).toBe(3);
    expect(minit.msvc('-d', 'up')).toEqual(done);
    expect(minit.msvc('-u', 'up', 'net/up2')).toEqual(done);
    expect([minit.status('up')['want'], minit.status('net/up2')['want']]).toEqual(['up', 'up']);
    expect(minit.msvc('-o', 'up')).toEqual(done);
    expect(minit.status('up')).toMatchObject({ state: 'running', want: 'once' });
    expect(minit.msvc('-d', 'nobody', 'up')).toEqual(failed('nobody: no such service.'));
    await minit.reaches('up', 'finished', 2);
    expect(minit.msvc('-u', 'nobody')).toEqual(failed('nobody: no such service.'));
    await minit.stopAndReplay();
  });

  it('-h -a -i -t send their signals, to several services; -k kills', async () => {
    const names = { h: 'HUP', a: 'ALRM', i: 'INT', t: 'TERM' };
    const traps = Object.values(names)
      .map((name) => `trap 'echo "got ${name}"' ${name}`)
      .join('\n');
    const minit = await bootTree({
      'up/run': `#!/bin/sh\n${traps}\necho ready\nwhile :; do sleep 0.02; done\n`,
    });
    await minit.prints(/^ready$/mu);
    for (const [flag, name] of Object.entries(names)) {
      expect(minit.msvc(`-${flag}`, 'up')).toEqual(done);
      await minit.prints(new RegExp(`^got ${name}$`, 'mu'));
    }
    expect(minit.msvc('-k', 'up', 'net/up2')).toEqual(done);
    await minit.reaches('up', 'finished');
    await minit.reaches('net/up2', 'finished');
    expect(minit.status('up')).toMatchObject({ exit: { text: 'killed by SIGKILL' } });
    expect(minit.msvc('-t', 'up')).toEqual(failed('up: it has no process'));
    await minit.stopAndReplay();
  });

  it('-p pauses, -c continues; -d ends what is paused', async () => {
    const minit = await bootTree();
    expect(minit.msvc('-p', 'up', 'net/up2')).toEqual(done);
    expect(minit.status('up')).toMatchObject({ state: 'running', inner: 'paused' });
    expect(minit.msvc('up').code).toBe(0);
    expect(minit.msvc('-c', 'up')).toEqual(done);
    expect(minit.status('up')).toMatchObject({ state: 'running', inner: 'ready' });
    expect(minit.msvc('-d', 'net/up2')).toEqual(done);
    await minit.reaches('net/up2', 'finished');
    expect(minit.status('net/up2')).toMatchObject({ exit: { text: 'killed by SIGTERM' } });
    await minit.stopAndReplay();
  });

  it('-P sets the PID, with and without a space; minit notices the end of that process, too', async () => {
    const minit = await bootTree();
    const foreign = ['1000', '1001'].map((seconds) =>
      spawn('sleep', [seconds], { stdio: 'ignore' }),
    );
    foreigners.push(...foreign);
    const [first, second] = foreign.map(({ pid }) => String(pid));
    expect(minit.msvc(`-P${String(first)}`, 'done')).toEqual(done);
    expect(minit.msvc('-g', 'done')).toEqual({ ...done, stdout: `${String(first)}\n` });
    expect(minit.msvc('-P', String(second), 'done')).toEqual(done);
    expect(minit.msvc('-C', 'done')).toEqual(done);
    expect(minit.msvc('-g', 'done')).toEqual({ ...done, stdout: `${String(second)}\n` });
    const gone = recorded(
      minit,
      ({ event }) => event.type === 'ProcessVanished' && String(event.pid) === second,
    );
    for (const child of foreign) child.kill('SIGKILL');
    await gone;
    expect(minit.msvc('done').code).toBe(3);
    expect(minit.msvc('-P0', 'done')).toEqual(failed('0 is no PID'));
    expect(minit.msvc('-Pabc', 'done')).toEqual(failed('abc is no PID'));
    expect(minit.msvc(`-P${String(minit.pid)}`, 'done')).toEqual(
      failed('done: that is minit itself'),
    );
    expect(minit.msvc(`-P${String(minit.pidOf('up'))}`, 'done')).toEqual(
      failed("done: that is up's process"),
    );
    expect(minit.msvc(`-P${String(second)}`, 'nobody')).toEqual(failed('nobody: no such service.'));
    await minit.stopAndReplay();
  });
});

describe('flags that tell', () => {
  it('-g: the PID only', async () => {
    const minit = await bootTree();
    expect(minit.msvc('-g', 'up')).toEqual({ ...done, stdout: `${String(minit.pidOf('up'))}\n` });
    for (const name of ['done', 'waits'])
      expect(minit.msvc('-g', name)).toEqual(failed('service terminated'));
    expect(minit.msvc('-g', 'nobody')).toEqual(failed('no such service'));
    expect(minit.msvc('-g', 'up', 'done')).toMatchObject({
      code: 1,
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

describe('usage', () => {
  it('needs no minit: none of it, --help, --version', () => {
    for (const args of [[], ['--help']])
      expect(run('msvc', args)).toMatchObject({
        code: 0,
        stdout: expect.stringMatching(/^Usage: msvc \[flag\] SERVICE/u) as string,
        stderr: '',
      });
    const { version } = JSON.parse(readFileSync(join(__dirname, '../../package.json'), 'utf8')) as {
      version: string;
    };
    for (const name of ['msvc', 'minit-list', 'listpids', 'minit-replay', 'minit'])
      expect(run(name, ['--version'])).toEqual({ ...done, stdout: `${version}\n` });
  });

  it.each([
    [['-x', 'up'], "error: unknown option '-x'"],
    [['-u'], 'no service named'],
    [['-u', '-d', 'up'], '-u and -d cannot be used together'],
    [['-P'], "error: option '-P <pid>' argument missing"],
  ])('%j is an error', (args, text) => {
    expect(run('msvc', args)).toEqual(failed(text));
  });

  it('says when no minit is running, at once', () => {
    const root = makeRoot({});
    expect(run('msvc', ['--root', root, 'up'])).toEqual(
      failed(`${root}/in does not exist: is this the directory of a running minit?`),
    );
    execFileSync('mkfifo', [join(root, 'in'), join(root, 'out')]);
    expect(run('msvc', ['--root', root, 'up'])).toEqual(failed('minit is not running'));
  });

  it('finds ROOT by --root, else MINIT_ROOT', async () => {
    const minit = await bootTree();
    const stdout = `${String(minit.pidOf('up'))}\n`;
    const env = { ...process.env, MINIT_ROOT: minit.root };
    expect(run('msvc', ['-g', 'up'], { env })).toEqual({ ...done, stdout });
    expect(
      run('msvc', ['-g', 'up', '--root', minit.root], { env: { ...env, MINIT_ROOT: '/nowhere' } }),
    ).toEqual({ ...done, stdout });
    expect(run('msvc', ['-g', 'up', '--root', '.'], { cwd: minit.root })).toEqual({
      ...done,
      stdout,
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
