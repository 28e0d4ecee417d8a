/**
 * A restart that happens nowhere: what it takes of Node's program comes into memory before somebody waits for it.
 *
 * @module
 */
import { foldTurn } from '../effects/loop';
import type { Occurrence } from '../effects/ports';
import type { ServiceDefinition } from '../machines/definition';
import type { MinitEvent } from '../machines/events';
import { initialState } from '../machines/fold';
import { signals } from '../machines/service-context';
import { addLine, checkLength, turnJson } from './event-log/records';
import { openByLibc } from './libc/directory';
import { killProcess } from './libc/process';
import { ScratchBytes } from './scratch-bytes';
import { readServiceDirectory } from './service-directories';

/** Between two events: each process lives for long enough to be started again at once. */
const secondUs = 1_000_000;

const service = 'default';
const definition: ServiceDefinition = {
  directory: '/etc/minit/default',
  mode: 'respawn',
  run: { path: '/bin/true', argv0: 'true' },
  params: ['once'],
  depends: [],
  workingDirectory: '/etc/minit/default',
  problems: [],
};
const read: MinitEvent = { type: 'ServiceRead', service, definition };
const scene: readonly MinitEvent[] = [
  {
    type: 'SupervisorStarted',
    pid: 2,
    role: 'process',
    root: '/etc/minit',
    words: [],
    graceMs: 0,
    endsSystem: false,
  },
  read,
  { type: 'ProcessSpawned', service, pid: 3 },
  { type: 'ProcessExited', pid: 3, status: { signal: signals.SIGKILL } },
  read,
  { type: 'ProcessSpawned', service, pid: 4 },
];

/**
 * Goes through it: a signal that a child has ended where none has, a directory, the fold of a supervisor that is thrown
 * away, and the lines of its log, which nobody writes. Starts nothing, and emits nothing. The directory is one of the kernel's:
 * a service's may lie on a file server that is dead, and its `params` may be a FIFO, of which each reading takes something.
 */
export function rehearseRestart(): void {
  killProcess(process.pid, signals.SIGCHLD);
  readServiceDirectory('/proc', 'self', openByLibc);
  const occurrences = scene.map((event, index): Occurrence => ({ at: index * secondUs, event }));
  const { records } = foldTurn(initialState(), occurrences);
  const scratch = new ScratchBytes();
  for (const json of turnJson(records)) {
    scratch.begin(json.length + checkLength);
    addLine(scratch, json, 0);
  }
}
