/**
 * minit-replay --inspect, as it is installed: into a file, to standard output, to a WebSocket, and on while the
 * log grows. Not here: what the events say (spec/insight/inspect-events).
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { WebSocketServer } from 'ws';
import { boot, cleanUp, makeRoot, program, run, type Ran } from '../support/supervisor';
import { sleeper } from './fixtures/recorded';

afterAll(cleanUp);

const demo = join(__dirname, '../golden/demo.v1.jsonl');

interface Told {
  readonly type: string;
  readonly sessionId: string;
  readonly snapshot?: { readonly value: string | Readonly<Record<string, string>> };
}

const told = (lines: string): Told[] =>
  lines.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line) as Told]));

/** The outermost state of each service, as its last event has it. */
function lastStates(events: readonly Told[]): Record<string, string> {
  const states: Record<string, string> = {};
  for (const { sessionId, snapshot } of events) {
    const value = snapshot?.value ?? '';
    const [name] = typeof value === 'string' ? [value] : Object.keys(value);
    if (snapshot !== undefined && sessionId.startsWith('service:'))
      states[sessionId.slice('service:'.length)] = name ?? '';
  }
  return states;
}

function replayedStates(log: string, ...more: string[]): Record<string, string> {
  const { stdout } = run('minit-replay', [log, '--json', ...more]);
  const { services } = JSON.parse(stdout) as { services: { name: string; state: string }[] };
  return Object.fromEntries(services.map(({ name, state }) => [name, state]));
}

/** Beside whatever else goes on here. */
async function runBeside(args: readonly string[]): Promise<Ran> {
  const child = spawn(process.execPath, [program('minit-replay'), ...args]);
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, stdout, stderr };
}

describe('minit-replay --inspect', () => {
  it('writes a line of JSON an event, up to the instant', () => {
    for (const at of [[], ['--at', '12']]) {
      const { code, stdout } = run('minit-replay', [demo, '--inspect', ...at]);
      expect(code).toBe(0);
      expect(lastStates(told(stdout))).toEqual(replayedStates(demo, ...at));
    }
  });

  it('sends the same to a WebSocket', async () => {
    const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
    const messages: string[] = [];
    server.on('connection', (socket) => {
      socket.on('message', (data: Buffer) => messages.push(data.toString()));
    });
    await once(server, 'listening');
    const url = `ws://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
    const { code, stdout, stderr } = await runBeside([demo, '--inspect', url]);
    server.close();
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toBe(`${url}: ${String(messages.length)} inspection events\n`);
    expect(messages.join('\n')).toBe(run('minit-replay', [demo, '--inspect']).stdout.trimEnd());
  });

  it('reads on while the log grows, until minit has ended', async () => {
    const minit = boot({
      'default/depends': 'web\nidle\n',
      'web/run': sleeper,
      'idle/run': sleeper,
    });
    await minit.reaches('web', 'running');
    const file = join(makeRoot({}), 'events.jsonl');
    const following = runBeside([minit.log, '--inspect', file, '--follow']);
    minit.msvc('-d', 'web');
    await minit.reaches('web', 'finished');
    await minit.stopAndReplay();
    expect(await following).toMatchObject({ code: 0, stderr: '' });
    const events = told(readFileSync(file, 'utf8'));
    expect(lastStates(events)).toEqual(replayedStates(minit.log));
    expect(events.at(-1)).toMatchObject({ sessionId: 'minit', snapshot: { value: 'halted' } });
  });

  it.each([
    [['--inspect', 'ws://127.0.0.1:1'], 'unable to write "ws://127.0.0.1:1": ECONNREFUSED'],
    [['--inspect', 'ws://'], 'unable to write "ws://": Invalid URL: ws://'],
    [
      ['--inspect', '/no/such/file'],
      'unable to write "/no/such/file": no such file or directory (ENOENT)',
    ],
    [['--follow'], '--follow goes with --inspect'],
    [['--inspect', '--follow', '--at', '12'], '--follow and --at exclude each other'],
  ])('refuses %j in a line', (args, says) => {
    expect(run('minit-replay', [demo, ...args])).toEqual({
      code: 1,
      stdout: '',
      stderr: `minit-replay: ${says}\n`,
    });
  });
});
