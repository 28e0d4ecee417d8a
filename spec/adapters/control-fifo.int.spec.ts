import { execFile } from 'node:child_process';
import {
  closeSync,
  constants,
  mkdirSync,
  openSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { openControlClient, exchange, type ClientOptions } from '../../adapters/control-client';
import { createControl } from '../../adapters/control-fifo';
import { pipeBytes } from '../../adapters/fifo';
import { makeFifo } from '../../adapters/libc/pipe';
import { watchReadable, watchWritable } from '../../adapters/libc/readiness';
import { replyBytesMax } from '../../adapters/reply-writer';
import type { Control } from '../../effects/ports';
import type { MinitEvent } from '../../machines/events';
import { requestBytesMax } from '../../machines/limits';
import { extensionPrefix } from '../../machines/requests';
import { recordOccurrences } from '../support/occurrences';
import { temporaryDirectory } from '../support/temporary-directory';

type Answer = (request: string) => string | undefined;

/** A server whose turns the spec takes itself: `turn` reads once, `makeRoom` tells it that `out` has room. */
function serve(answer: Answer = () => '1', root = temporaryDirectory(), lockErrno = 0) {
  const events: MinitEvent[] = [];
  const readyByFd = new Map<number, () => void>();
  const writableByFd = new Map<number, () => void>();
  const poll = (fds: Map<number, () => void>) => (fd: number, onReady: () => void) => {
    fds.set(fd, onReady);
    return () => fds.delete(fd);
  };
  let now = 0;
  const control = createControl({
    root,
    now: () => (now += 1),
    mkfifo: makeFifo,
    lockServer: () => lockErrno,
    poll: poll(readyByFd),
    pollWritable: poll(writableByFd),
  });
  let seq = 0;
  control.occurrence$.subscribe(({ event }) => {
    seq += 1;
    events.push(event);
    if (event.type !== 'RequestReceived') return;
    const text = 'request' in event ? answer(event.request) : '0';
    if (text !== undefined) control.reply({ request: seq, text });
  });
  control.open(0);
  const turn = () => readyByFd.forEach((onReady) => onReady());
  const makeRoom = () => writableByFd.forEach((onReady) => onReady());
  const requests = () => events.flatMap((event) => ('request' in event ? [event.request] : []));
  return {
    root,
    control,
    events,
    requests,
    turn,
    makeRoom,
    isWriting: () => writableByFd.size > 0,
  };
}

type Server = ReturnType<typeof serve>;

/** Instead of waiting, the client lets the server take a turn. */
const clientOf = (
  { root, turn, makeRoom }: Server,
  more: Partial<ClientOptions> = {},
): ClientOptions => ({
  root,
  timeoutMs: 200,
  lockFirstByte: () => 0,
  waitReadable: () => {
    turn();
    makeRoom();
  },
  waitWritable: turn,
  ...more,
});

const waitsForNothing = { waitReadable: () => undefined, waitWritable: () => undefined };

const ask = (server: Server, ...requests: string[]) => exchange(clientOf(server), requests);

/** Writes into `in` as a client that is gone before it reads. */
function leaveRequest({ root }: Server, ...requests: (string | Buffer)[]): void {
  const fd = openSync(join(root, 'in'), constants.O_WRONLY | constants.O_NONBLOCK);
  for (const request of requests) writeSync(fd, Buffer.from(request));
  closeSync(fd);
}

function readReply({ root }: Server): string {
  const fd = openSync(join(root, 'out'), constants.O_RDONLY | constants.O_NONBLOCK);
  const buffer = Buffer.alloc(100);
  try {
    return buffer.toString('utf8', 0, readSync(fd, buffer));
  } catch {
    return '';
  } finally {
    closeSync(fd);
  }
}

/** Writes into a FIFO what it holds and no more. */
function fill(path: string): void {
  const fd = openSync(path, constants.O_WRONLY | constants.O_NONBLOCK);
  writeSync(fd, Buffer.alloc(pipeBytes, 'x'));
  closeSync(fd);
}

describe('control', () => {
  it('makes both FIFOs, for root alone', () => {
    const { root, events } = serve();
    const modes = ['in', 'out'].map((name) => statSync(join(root, name)).mode.toString(8));
    expect(modes).toEqual(['10600', '10600']);
    expect(events).toEqual([{ type: 'ControlOpened' }]);
  });

  it('opens what is there, and does not let go of it when it is opened again', () => {
    const first = serve();
    const second = serve(undefined, first.root);
    leaveRequest(second, 'pweb');
    second.control.open(0);
    second.turn();
    expect(second.requests()).toEqual(['pweb']);
  });

  it.each([
    ['in', (path: string) => writeFileSync(path, ''), { code: 'EEXIST' }, 'it is no FIFO'],
    ['out', (path: string) => mkdirSync(path), { code: 'EEXIST' }, 'it is no FIFO'],
    [
      'in',
      (path: string) => symlinkSync('nowhere', path),
      { code: 'EEXIST' },
      'it is a symbolic link to nothing',
    ],
  ])('says what is wrong with %s', (name, put, error, hint) => {
    const root = temporaryDirectory();
    put(join(root, name));
    const [event] = serve(undefined, root).events;
    expect(event).toMatchObject({ type: 'ControlFailed', path: join(root, name), error });
    expect(event).toHaveProperty('hint', expect.stringMatching(`^${hint}`));
  });

  it('says that ROOT is missing', () => {
    const [event] = serve(undefined, '/nowhere/minit').events;
    expect(event).toMatchObject({
      type: 'ControlFailed',
      path: '/nowhere/minit/in',
      error: { code: 'ENOENT', errno: 2 },
    });
  });

  it('ignores a reply while it is not open', () => {
    const { control } = serve(undefined, '/nowhere/minit');
    expect(() => {
      control.reply({ request: 1, text: '1' });
    }).not.toThrow();
  });
});

describe('request', () => {
  it('is recorded as text where it is UTF-8, with its NULs', () => {
    const server = serve();
    leaveRequest(server, 'Pcafé\u00001234\0');
    server.turn();
    expect(server.requests()).toEqual(['Pcafé\u00001234\0']);
  });

  it('is recorded as base64 where it is not', () => {
    const server = serve();
    leaveRequest(server, Buffer.from([0x70, 0xff]));
    server.turn();
    expect(server.events.at(-1)).toEqual({
      type: 'RequestReceived',
      requestBase64: 'cP8=',
      bytes: 2,
    });
  });

  it.each([
    [requestBytesMax, 'request'],
    [requestBytesMax + 1, 'requestBase64'],
  ])('of %d bytes is recorded as %s', (bytes, key) => {
    const server = serve();
    leaveRequest(server, 'p'.padEnd(bytes, 'x'));
    server.turn();
    expect(server.events.at(-1)).toHaveProperty(key);
  });

  it('of 1 MB does not land in the log', () => {
    const server = serve();
    let total = 0;
    for (let written = 0; written < 1_048_576; written += 32_768) {
      leaveRequest(server, Buffer.alloc(32_768, 'x'));
      server.turn();
    }
    for (const event of server.events.slice(1)) {
      if (!('requestBase64' in event)) throw new Error('recorded as text');
      expect(Buffer.from(event.requestBase64, 'base64')).toHaveLength(requestBytesMax + 1);
      total += event.bytes;
    }
    expect(total).toBe(1_048_576);
    expect(ask(server, 'pweb')).toEqual({ replies: ['1'] });
  });

  it('in JSON is cut free from what a dead client left before it', () => {
    const server = serve();
    const json = `${extensionPrefix}{"do":"state"}`;
    leaveRequest(server, 'sslow', `${extensionPrefix}{"do":"old"}`, json);
    server.turn();
    expect(server.requests()).toEqual([json]);
  });

  it('is left whole where only its middle looks like the extension', () => {
    const server = serve();
    leaveRequest(server, `pa${extensionPrefix}b`);
    server.turn();
    expect(server.requests()).toEqual([`pa${extensionPrefix}b`]);
  });
});

describe('client', () => {
  it('asks one thing after the other', () => {
    const server = serve((request) => (request === 'pweb' ? '4711' : '0'));
    expect(ask(server, 'pweb', 'punknown', 'pweb')).toEqual({ replies: ['4711', '0', '4711'] });
  });

  it.each([
    ['h', '1:\0\0'],
    ['h', '1:a\0b\0\0\0'],
    ['h', '1:a\0b\0\0'],
    ['d-', '1:a\0\0\0'],
    ['dweb', '0'],
    ['pd', '1:no list'],
    [`${extensionPrefix}{}`, '0'],
    [`${extensionPrefix}{}`, '{"minit":1}\n'],
  ])('reads the reply to %j, %j, to its end', (request, reply) => {
    expect(
      ask(
        serve(() => reply),
        request,
      ),
    ).toEqual({ replies: [reply] });
  });

  it('reads a list that comes in small pieces, as from the C minit', () => {
    const server = serve(() => undefined);
    const pieces = ['1:', 'a\0', 'net/eth0\0', '\0\0'];
    const out = openSync(join(server.root, 'out'), constants.O_RDWR | constants.O_NONBLOCK);
    const options = clientOf(server, {
      waitReadable: () => void writeSync(out, pieces.shift() ?? ''),
    });
    expect(exchange(options, ['h'])).toEqual({ replies: ['1:a\0net/eth0\0\0\0'] });
    closeSync(out);
  });

  it('reads a reply larger than the pipe', () => {
    const line = `${JSON.stringify({ names: 'ü'.repeat(2_000_000) })}\n`;
    expect(
      ask(
        serve(() => line),
        `${extensionPrefix}{}`,
      ),
    ).toEqual({ replies: [line] });
  });

  it('is told when a reply is larger than can be', () => {
    const server = serve(() => `{${'x'.repeat(replyBytesMax)}}\n`);
    const answer = ask(server, `${extensionPrefix}{}`);
    expect(answer).toHaveProperty(
      'replies.0',
      expect.stringContaining('"ok":false,"problem":"the reply has 16777219 bytes'),
    );
  });

  it('is not confused by the reply that a dead client left', () => {
    const server = serve((request) => (request === 'pold' ? 'stale' : 'fresh'));
    leaveRequest(server, 'pold');
    server.turn();
    expect(ask(server, 'pnew')).toEqual({ replies: ['fresh'] });
  });

  it('that does not drain is protected by the server, as the C client is', () => {
    const server = serve((request) => (request === 'pold' ? 'stale' : 'fresh'));
    leaveRequest(server, 'pold');
    server.turn();
    leaveRequest(server, 'pnew');
    server.turn();
    expect(readReply(server)).toBe('fresh');
  });

  it('that never reads does not hold up the next, and its long reply is dropped', () => {
    const server = serve((request) =>
      request === 'long' ? `{${'x'.repeat(1_000_000)}}\n` : 'short',
    );
    leaveRequest(server, 'long');
    server.turn();
    expect(server.isWriting()).toBe(true);
    expect(ask(server, 'pnew')).toEqual({ replies: ['short'] });
    expect(server.isWriting()).toBe(false);
  });

  it('does not get the late reply to an older request', () => {
    const server = serve((request) => (request === 'pnew' ? '7' : undefined));
    leaveRequest(server, 'sslow');
    server.turn();
    expect(ask(server, 'pnew')).toEqual({ replies: ['7'] });
    server.control.reply({ request: 2, text: 'late', isLate: true });
    expect(readReply(server)).toBe('');
  });

  it.each([
    ['no directory', '/nowhere', 'no-control'],
    ['no FIFOs', undefined, 'no-control'],
  ])('says that there is %s', (_what, given, code) => {
    const root = given ?? temporaryDirectory();
    expect(openControlClient({ root, lockFirstByte: () => 0, ...waitsForNothing })).toMatchObject({
      code,
    });
  });

  it('does not write into what is no FIFO', () => {
    const root = temporaryDirectory();
    writeFileSync(join(root, 'in'), '');
    const outcome = exchange({ root, lockFirstByte: () => 0, ...waitsForNothing }, ['pweb']);
    expect(outcome).toMatchObject({
      code: 'no-control',
      text: expect.stringContaining('is no FIFO') as string,
    });
  });

  it('says that minit is not running when nobody reads the FIFO', () => {
    const root = temporaryDirectory();
    for (const name of ['in', 'out']) makeFifo(join(root, name), 0o600);
    const outcome = exchange({ root, lockFirstByte: () => 0, ...waitsForNothing }, ['pweb']);
    expect(outcome).toEqual({ code: 'not-running', text: 'minit is not running' });
  });

  it('waits for room where others have filled the FIFO', () => {
    const server = serve();
    fill(join(server.root, 'in'));
    expect(exchange(clientOf(server), ['sweb'])).toEqual({ replies: ['1'] });
    expect(server.requests()).toContain('sweb');
  });

  it('gives up when nobody makes room', () => {
    const server = serve();
    fill(join(server.root, 'in'));
    const answer = exchange(clientOf(server, { timeoutMs: 5, waitWritable: () => undefined }), [
      'sweb',
    ]);
    expect(answer).toEqual({ code: 'no-reply', text: 'minit does not read its requests' });
  });

  it('gives up when there is no reply', () => {
    const options = clientOf(
      serve(() => undefined),
      { timeoutMs: 20 },
    );
    expect(exchange(options, ['pweb'])).toEqual({
      code: 'no-reply',
      text: 'no reply within 0.02 seconds',
    });
  });

  it('gives up when the reply does not end', () => {
    const options = clientOf(
      serve(() => '{"minit":1'),
      { timeoutMs: 20 },
    );
    expect(exchange(options, [`${extensionPrefix}{}`])).toMatchObject({ code: 'no-reply' });
  });

  it('waits for the lock', () => {
    const answers = [11, 13, 0];
    const options = clientOf(serve(), { lockFirstByte: () => answers.shift() ?? 0 });
    expect(exchange(options, ['pweb'])).toEqual({ replies: ['1'] });
  });

  it('does not wait for the lock for ever', () => {
    const options = clientOf(serve(), { lockFirstByte: () => 11, timeoutMs: 20 });
    expect(openControlClient(options)).toMatchObject({ code: 'busy' });
  });

  it('refuses a request that is too long before it is sent', () => {
    const server = serve();
    expect(ask(server, 'p'.repeat(requestBytesMax + 1))).toMatchObject({ code: 'too-long' });
    server.turn();
    expect(server.requests()).toEqual([]);
  });
});

describe('FIFOs that go away under a running minit', () => {
  const serveAt = (root: string) => {
    const control = createControl({
      root,
      now: () => 1,
      mkfifo: makeFifo,
      lockServer: () => 0,
      poll: () => () => undefined,
      pollWritable: () => () => undefined,
    });
    const recorder = recordOccurrences(control.occurrence$);
    control.open(1);
    return { control, recorder };
  };

  it('are missed, with a word on what to do, and opened again when they are back', async () => {
    const root = temporaryDirectory();
    const { control, recorder } = serveAt(root);
    const away = `${root}-away`;
    renameSync(root, away);
    expect((await recorder.first('ControlFailed')).event).toEqual({
      type: 'ControlFailed',
      path: `${root}/in`,
      error: { code: 'ENOENT', errno: 2 },
      hint: 'the FIFO has gone: make or mount the directory again',
    });
    renameSync(away, root);
    control.open(9);
    expect(recorder.occurrences.at(-1)).toMatchObject({
      cause: 9,
      event: { type: 'ControlOpened' },
    });
    rmSync(root, { recursive: true });
    await recorder.many('ControlFailed', 2);
  });

  it.each(['in', 'out'])('are missed though only %s has gone, and made again', async (name) => {
    const root = temporaryDirectory();
    const { control, recorder } = serveAt(root);
    rmSync(`${root}/${name}`);
    expect((await recorder.first('ControlFailed')).event).toEqual({
      type: 'ControlFailed',
      path: `${root}/${name}`,
      error: { code: 'ENOENT', errno: 2 },
      hint: 'the FIFO has gone: make or mount the directory again',
    });
    control.open(9);
    expect(recorder.occurrences.at(-1)).toMatchObject({ event: { type: 'ControlOpened' } });
    expect(statSync(`${root}/${name}`).isFIFO()).toBe(true);
    rmSync(root, { recursive: true });
    await recorder.many('ControlFailed', 2);
  });

  it('are opened again when somebody asks before the loss was noticed', () => {
    const root = temporaryDirectory();
    const { control, recorder } = serveAt(root);
    rmSync(`${root}/out`);
    control.open(9);
    expect(statSync(`${root}/out`).isFIFO()).toBe(true);
    expect(recorder.occurrences).toHaveLength(2);
    rmSync(root, { recursive: true });
    return recorder.first('ControlFailed');
  });

  it.each(['in', 'out'])(
    'that others have taken the place of are opened at once: %s',
    async (name) => {
      const root = temporaryDirectory();
      const { recorder } = serveAt(root);
      renameSync(`${root}/${name}`, `${root}/${name}-before`);
      makeFifo(`${root}/${name}`, 0o600);
      await recorder.many('ControlOpened', 2);
      rmSync(root, { recursive: true });
      await recorder.first('ControlFailed');
      expect(recorder.occurrences.map(({ event }) => event.type)).toEqual([
        'ControlOpened',
        'ControlOpened',
        'ControlFailed',
      ]);
    },
  );
});

describe('a second minit on the same directory', () => {
  it.each([11, 13])('leaves the FIFOs to the first and says so (errno %i)', (errno) => {
    const { events } = serve(() => '1', temporaryDirectory(), errno);
    expect(events).toEqual([
      expect.objectContaining({
        type: 'ControlFailed',
        hint: 'another minit serves this directory',
      }),
    ]);
  });

  it('goes on without the lock where the file system has none', () => {
    expect(serve(() => '1', temporaryDirectory(), 37).events).toEqual([{ type: 'ControlOpened' }]);
  });
});

describe('several clients at once', () => {
  it('each get their own replies, with the real lock and the real loop', async () => {
    const root = temporaryDirectory();
    const control: Control = createControl({
      root,
      now: () => 0,
      mkfifo: makeFifo,
      lockServer: () => 0,
      poll: watchReadable,
      pollWritable: watchWritable,
    });
    let seq = 0;
    control.occurrence$.subscribe(({ event }) => {
      seq += 1;
      if (event.type === 'RequestReceived' && 'request' in event)
        control.reply({ request: seq, text: event.request });
    });
    control.open(0);
    const program = join(__dirname, 'fixtures/control-client.ts');
    const run = async (name: string) => {
      const requests = Array.from({ length: 200 }, (_, index) => `p${name}${String(index)}`);
      const args = ['-r', 'ts-node/register/transpile-only', program, root, ...requests];
      const { stdout } = await promisify(execFile)(process.execPath, args);
      expect(JSON.parse(stdout)).toEqual({ replies: requests });
    };
    await Promise.all(['a', 'b', 'c'].map(run));
  }, 60_000);
});
