/**
 * The FIFOs and what comes through them: garbage, halves, clients that die or never read. Not here:
 * a client that holds the lock for ever (spec/adapters/control-fifo.int.spec.ts).
 */
import { execFileSync } from 'node:child_process';
import { chmodSync, closeSync, constants, existsSync, openSync, readSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { clientSystem } from '../../adapters/client-system';
import { exchange, openControlClient } from '../../adapters/control-client';
import { waitReadable } from '../../adapters/libc/poll';
import { encodeRequest } from '../../machines/control-protocol';
import { boot, cleanUp, makeRoot, program, run, type Supervisor } from '../support/supervisor';
import {
  bootUnprivileged,
  deadlineMs,
  endsWell,
  eventually,
  giveAway,
  itUnprivileged,
  itWithMounts,
  problems,
  sleeper,
  tells,
  tried,
  unprivileged,
  withMounts,
  writeRaw,
} from './fixtures-bad/bad-input';

afterAll(cleanUp);

const tree = { 'good/run': sleeper, 'default/depends': 'good\n' };
const noControl = 'no control, msvc cannot reach minit';

async function bootGood(): Promise<Supervisor> {
  const minit = boot(tree);
  await minit.reaches('good', 'running');
  return minit;
}

/** minit answers, and with what belongs to the question. */
function expectSound(minit: Supervisor): void {
  expect(minit.ask('pgood')).toBe(String(minit.pidOf('good')));
  expect(minit.ask('pno-such')).toBe('0');
  expect(minit.msvc('good')).toMatchObject({ code: 0, stderr: '' });
}

/**
 * minit has worked off what was still in the FIFO. Requests have no frames: one that is written behind
 * garbage is read with it, and refused with it.
 */
async function isSoundAgain(minit: Supervisor): Promise<void> {
  await eventually('the right reply', () => {
    const status = minit.status('good') as Record<string, unknown> | undefined;
    return status?.['name'] === 'good' && minit.ask('pgood') === String(status['pid']);
  });
  expectSound(minit);
}

describe('FIFOs that cannot be had', () => {
  it.each([
    ['in', { in: '' }, 'it is no FIFO: remove it, so that minit can make one'],
    ['in', { 'in/': '' }, 'it is no FIFO: remove it, so that minit can make one'],
    ['out', { out: '' }, 'it is no FIFO: remove it, so that minit can make one'],
    [
      'in',
      { in: '->/no/such/fifo' },
      'it is a symbolic link to nothing: remove it, so that minit can make a FIFO',
    ],
  ])('%s as %j: the tree boots, and minit says so', async (name, files, why) => {
    const minit = boot({ ...tree, ...files });
    await minit.reaches('good', 'running');
    await tells(minit, [`minit: error: ROOT/${name}: ${noControl}: ${why}`]);
    await endsWell(minit, { control: false });
  });

  itUnprivileged(
    'ROOT is not writable: the tree boots; minit looks again, and control comes when it is',
    async () => {
      const root = makeRoot(tree);
      giveAway(root);
      chmodSync(root, 0o555);
      const minit = bootUnprivileged(root);
      await minit.reaches('good', 'running');
      await tells(minit, [
        `minit: error: ROOT/in: ${noControl}: minit may not make the FIFO in this directory: make it beforehand (mkfifo -m 600), or make the directory writable`,
      ]);
      expect(run('msvc', ['--root', root, 'good'])).toEqual({
        code: 1,
        stdout: '',
        stderr: `msvc: ${root}/in does not exist: is this the directory of a running minit?\n`,
      });
      chmodSync(root, 0o755);
      await minit.prints(/^minit: control is open now$/mu);
      expectSound(minit);
      await endsWell(minit);
    },
  );

  itUnprivileged('a FIFO that minit may not open', async () => {
    const root = makeRoot(tree);
    execFileSync('mkfifo', ['-m', '000', join(root, 'in')]);
    giveAway(root);
    const minit = bootUnprivileged(root);
    await minit.reaches('good', 'running');
    await tells(minit, [
      `minit: error: ROOT/in: ${noControl}: minit may not open the FIFO for reading and writing: give it to the user that minit runs as`,
    ]);
    await endsWell(minit, { control: false });
  });

  itWithMounts('ROOT on a read-only file system', async () => {
    const root = makeRoot(tree);
    const minit = boot(root, {
      wrapper: withMounts('mount --bind "$0" "$0" && mount -o remount,bind,ro "$0"', root),
    });
    await minit.reaches('good', 'running');
    await tells(minit, [
      `minit: error: ROOT/in: ${noControl}: the file system is read-only: make the FIFO beforehand (mkfifo -m 600), or mount it writable`,
    ]);
    expect(existsSync(join(root, 'in'))).toBe(false);
    await endsWell(minit, { control: false });
  });

  it('a second minit on the same ROOT boots without control, says so, and has it when the first has gone', async () => {
    const first = await bootGood();
    const second = boot(first.root, { log: `${first.log}-2` });
    await second.reaches('good', 'running');
    await tells(second, [
      `minit: error: ROOT/in: ${noControl}: another minit serves this directory`,
    ]);
    expectSound(first);
    await endsWell(first);
    await second.prints(/^minit: control is open now$/mu);
    expectSound(second);
    await endsWell(second);
  });
});

describe('names that come through the FIFO', () => {
  it('are refused with the reason, and nothing outside ROOT is read', async () => {
    const minit = await bootGood();
    for (const letter of 'puRrsCd') {
      for (const name of [
        '../good',
        '/good',
        './good',
        'good/',
        '',
        'go\0od',
        'x'.repeat(1_400),
        'good\n',
      ]) {
        expect(minit.ask(letter + name)).toBe('0');
      }
    }
    expect(minit.ask(`P../good\0${String(process.pid)}\0`)).toBe('0');
    expect(minit.ask('s../../etc')).toBe('0');
    const said = (): Set<string> => new Set(problems(minit));
    await minit.until('eight reasons', () => said().size >= 8);
    expect(said()).toEqual(
      new Set([
        'minit: warning: request refused: the name begins with a slash: it is relative to ROOT',
        'minit: warning: request refused: the name has 1400 bytes, at most 255 are allowed',
        'minit: warning: request refused: the name has a component ".."',
        'minit: warning: request refused: the name has a component "."',
        'minit: warning: request refused: the name has an empty component',
        'minit: warning: request refused: the name holds a NUL byte',
        'minit: warning: request refused: the name holds a control character',
        'minit: warning: request refused: the name is empty',
      ]),
    );
    expectSound(minit);
    await endsWell(minit);
  });

  it('are told by msvc', async () => {
    const minit = await bootGood();
    expect(minit.msvc('-u', '../good')).toEqual({
      code: 1,
      stdout: '',
      stderr: 'msvc: ../good: the name has a component ".."\n',
    });
    expect(minit.msvc('-u', 'no-such')).toEqual({
      code: 1,
      stdout: '',
      stderr: 'msvc: no-such: no such service.\n',
    });
    expect(minit.msvc('-d', 'x'.repeat(10_000))).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^msvc: the request has \d+ bytes, at most 1500\n$/u) as string,
    });
    expect(minit.msvc('x'.repeat(10_000))).toMatchObject({ code: 1 });
    const { code, text } = tried([
      'sh',
      '-c',
      'exec "$@" "$(printf "a\\377b")"',
      'sh',
      process.execPath,
      join(__dirname, '../../dist/msvc.js'),
      '--root',
      minit.root,
      '-u',
    ]);
    expect({ code, text }).toEqual({
      code: 1,
      text: 'msvc: a\ufffdb: the name is not valid UTF-8\n',
    });
    await endsWell(minit);
  });
});

describe('what is no request', () => {
  it.each([
    ['one letter', 'p'],
    ['half of a request in JSON', encodeRequest({ do: 'stop', service: 'good' }).slice(0, -5)],
    ['an unknown letter', 'xgood'],
    ['a newline', '\n'],
    ['bytes that are no UTF-8', Buffer.from([0x70, 0xff, 0xfe])],
    ['a set PID that is none', 'Pgood\0-1\0'],
    ['a set PID of all processes', 'Pgood\x004294967295\0'],
    ['JSON of another kind', 'p\u0001[[[1]]]'],
    ['null', 'p\u0001null'],
    ['a name like a member of all objects', 'p__proto__'],
    ['4,000 bytes', 'p'.repeat(4_000)],
  ])('%s is answered once, and the next client gets its own reply', async (_, request) => {
    const minit = await bootGood();
    const out = openSync(join(minit.root, 'out'), constants.O_RDONLY | constants.O_NONBLOCK);
    writeRaw(join(minit.root, 'in'), request);
    expect(waitReadable(out, deadlineMs)).toBe(true);
    const reply = Buffer.alloc(4_096);
    const text = reply.toString('latin1', 0, readSync(out, reply));
    closeSync(out);
    expect(text).toMatch(/^0$|^\{"minit":1,"ok":false,"problem":".+"\}\n$/u);
    expectSound(minit);
    await endsWell(minit);
  });

  it('1 MB of garbage is lived through, and its record is short', async () => {
    const minit = await bootGood();
    execFileSync('sh', ['-c', 'head -c 1048576 /dev/urandom > "$0"', join(minit.root, 'in')], {
      timeout: deadlineMs,
    });
    await isSoundAgain(minit);
    await endsWell(minit);
    const logBytes = statSync(join(minit.log, 'minit-000001.jsonl')).size;
    expect(logBytes).toBeLessThan(524_288);
  });

  it('lines of text from a careless shell are lived through', async () => {
    const minit = await bootGood();
    execFileSync('sh', ['-c', 'yes "s../x" | head -c 100000 > "$0"', join(minit.root, 'in')], {
      timeout: deadlineMs,
    });
    await isSoundAgain(minit);
    await endsWell(minit);
  });
});

describe('clients that do not behave', () => {
  it('one that dies between request and reply does not poison the next, which need not drain', async () => {
    const minit = await bootGood();
    const pid = String(minit.pidOf('good'));
    const [requests, out] = [
      join(minit.root, 'in'),
      openSync(join(minit.root, 'out'), constants.O_RDONLY | constants.O_NONBLOCK),
    ];
    for (let round = 0; round < 20; round += 1) {
      writeRaw(requests, encodeRequest({ do: 'status' }));
      // Its reply is there, and nobody reads it.
      expect(waitReadable(out, deadlineMs)).toBe(true);
      writeRaw(requests, 'pgood');
      const buffer = Buffer.alloc(65_536);
      let text = '';
      // The first read may still find the stale reply, as the original's client would; never after its own.
      while (!text.endsWith(pid)) {
        expect(waitReadable(out, deadlineMs)).toBe(true);
        text = buffer.toString('utf8', 0, readSync(out, buffer));
      }
      expect(waitReadable(out, 0)).toBe(false);
      expectSound(minit);
    }
    closeSync(out);
    await endsWell(minit);
  });

  it('one that never reads cannot hold minit up, however much it asks for', async () => {
    const many = Object.fromEntries(
      Array.from({ length: 400 }, (_, index) => [`s${String(index)}/sync`, '']),
    );
    const minit = boot({
      ...tree,
      ...many,
      'default/depends': `good\n${Object.keys(many)
        .map((name) => name.slice(0, -5))
        .join('\n')}\n`,
    });
    await minit.booted();
    for (let count = 0; count < 200; count += 1) {
      try {
        writeRaw(join(minit.root, 'in'), encodeRequest({ do: 'status' }));
      } catch {
        // The FIFO is full: minit has not come round to it yet.
      }
    }
    await isSoundAgain(minit);
    expect(minit.msvc('--all', '--json').stdout.split('\n')).toHaveLength(403);
    await endsWell(minit);
  });

  it.each([
    ['in the middle of a long reply', encodeRequest({ do: 'status' }), true],
    ['before its long reply', encodeRequest({ do: 'status' }), false],
    ['before its short reply', 'h', false],
  ])('one that is killed %s leaves nothing for the next', async (_, request, hasBegun) => {
    const many = Object.fromEntries(
      Array.from({ length: 700 }, (__, index) => [`s${String(index)}/sync`, '']),
    );
    const minit = boot({
      ...tree,
      ...many,
      'default/depends': `good\n${Object.keys(many)
        .map((name) => name.slice(0, -5))
        .join('\n')}\n`,
    });
    await minit.booted();
    const pid = String(minit.pidOf('good'));
    const out = openSync(join(minit.root, 'out'), constants.O_RDONLY | constants.O_NONBLOCK);
    for (let round = 0; round < 10; round += 1) {
      const client = openControlClient({ root: minit.root, ...clientSystem, timeoutMs: 0 });
      if ('code' in client) throw new Error(client.text);
      // It has the lock, asks, and is gone before it has read all.
      const answer = client.ask(request);
      // It may have been so quick that all of the reply is read: then nothing is left behind.
      if (hasBegun && 'code' in answer) expect(waitReadable(out, deadlineMs)).toBe(true);
      client.close();
      const next = tried([process.execPath, program('msvc'), '--root', minit.root, '-g', 'good']);
      expect(next).toEqual({ code: 0, text: `${pid}\n` });
    }
    closeSync(out);
    await endsWell(minit);
  });

  it('1,000 requests in a row get 1,000 replies', async () => {
    const minit = await bootGood();
    const pid = String(minit.pidOf('good'));
    const requests = Array.from({ length: 1_000 }, (_, index) =>
      index % 2 === 0 ? 'pgood' : `pno-such-${String(index)}`,
    );
    const answer = exchange({ root: minit.root, ...clientSystem, timeoutMs: deadlineMs }, requests);
    expect(answer).toEqual({ replies: requests.map((_, index) => (index % 2 === 0 ? pid : '0')) });
    await endsWell(minit);
  });
});

describe('msvc and minit-list', () => {
  it.each(['msvc', 'minit-list'])('%s: what is wrong with ROOT', (name) => {
    const args = name === 'msvc' ? ['good'] : [];
    const ask = (root: string) => run(name, ['--root', root, ...args]);
    const says = (text: string) => ({ code: 1, stdout: '', stderr: `${name}: ${text}\n` });
    expect(ask('')).toEqual(
      says("error: option '--root <dir>' argument '' is invalid. Name a directory"),
    );
    expect(ask('/no/such/root')).toEqual(
      says('/no/such/root/in does not exist: is this the directory of a running minit?'),
    );
    const file = makeRoot({ in: '', out: '' });
    expect(ask(file)).toEqual(
      says(`${file}/in is no FIFO: is this the directory of a running minit?`),
    );
    const idle = makeRoot({});
    execFileSync('mkfifo', ['-m', '600', join(idle, 'in'), join(idle, 'out')]);
    expect(ask(idle)).toEqual(says('minit is not running'));
  });

  itUnprivileged('say that the FIFOs are not theirs', async () => {
    const minit = await bootGood();
    chmodSync(join(minit.root, '..'), 0o755);
    // Whoever runs the tests owns the FIFOs: so they are closed to the owner, too.
    if (process.getuid?.() !== 0) chmodSync(join(minit.root, 'in'), 0);
    const ask = (name: string, ...args: string[]) =>
      tried([
        ...unprivileged,
        process.execPath,
        join(__dirname, `../../dist/${name}.js`),
        '--root',
        minit.root,
        ...args,
      ]);
    expect(ask('msvc', 'good')).toEqual({
      code: 1,
      text: `msvc: unable to open ${minit.root}/in: permission denied\n`,
    });
    expect(ask('minit-list')).toEqual({
      code: 1,
      text: `minit-list: unable to open ${minit.root}/in: permission denied\n`,
    });
    chmodSync(join(minit.root, 'in'), 0o600);
    await endsWell(minit);
  });
});
