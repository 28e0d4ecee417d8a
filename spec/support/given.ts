/**
 * Specs of the core in sentences: `given(tree).boots().when(exited('web', 1)).asks('…')`.
 *
 * It is the fold and nothing else, with a world that answers at once: a directory is read from the
 * tree, a process is there as soon as it is asked for. The invariants are checked after each event.
 *
 * @module
 */
import type { ServiceDefinition, ServiceMode } from '../../machines/definition';
import type { Effect } from '../../machines/effects';
import type { ExitStatus, MinitEvent, Role, SignalName, SpawnStage } from '../../machines/events';
import { fold, initialState, type Transition } from '../../machines/fold';
import { checkInvariants, checkSignals } from '../../machines/invariants';
import { innerState, stateName, type Service, type SupervisorState } from '../../machines/state';

/** One service as a spec describes it; what is left out is as plain as can be. */
export interface Entry extends Partial<Omit<ServiceDefinition, 'run' | 'depends' | 'mode'>> {
  readonly mode?: ServiceMode;
  /** `false`: only a bundle of dependencies. */
  readonly run?: boolean | ServiceDefinition['run'];
  /** One name a line of the file. */
  readonly depends?: readonly string[];
  /** `hangs`: no outcome until the spec tells one; or the stage and error that it fails with, each time. */
  readonly spawn?: 'hangs' | readonly [SpawnStage, string];
}
export type Tree = Readonly<Record<string, Entry>>;

/** An event, or one that depends on what is: the PID of a service, say. */
export type Given = MinitEvent | ((now: Scenario) => MinitEvent);

export function definitionOf(
  name: string,
  { run, depends, spawn: _, ...rest }: Entry,
): ServiceDefinition {
  const directory = `/etc/minit/${name}`;
  return {
    directory,
    mode: 'oneshot',
    ...(run !== false && {
      run: typeof run === 'object' ? run : { path: `/bin/${name}`, argv0: name },
    }),
    params: [],
    depends: (depends ?? []).map((dependency, index) => ({ name: dependency, line: index + 1 })),
    workingDirectory: directory,
    problems: [],
    ...rest,
  };
}

const errnoByCode: Readonly<Record<string, number>> = {
  ENOENT: 2,
  EAGAIN: 11,
  ENOMEM: 12,
  EACCES: 13,
  ENOEXEC: 8,
};
export const systemError = (code: string) => ({ code, errno: errnoByCode[code] ?? 5 });

const signalNames: Readonly<Record<number, string>> = {
  1: 'HUP',
  2: 'INT',
  9: 'KILL',
  15: 'TERM',
  18: 'CONT',
  19: 'STOP',
};

/** An effect as a line of a spec; NULs are shown as `|`. */
export function line({ type, params }: Effect): string {
  switch (type) {
    case 'SpawnProcess':
    case 'ReadService':
    case 'CloseLogPipe':
      return `${type} ${params.service}`;
    case 'SendSignal':
      return `${type} ${params.service} ${signalNames[params.signal] ?? String(params.signal)}`;
    case 'WatchProcess':
      return `${type} ${params.service} ${String(params.pid)}`;
    case 'ProbeProcess':
      return `${type} ${String(params.pid)}`;
    case 'StartTimer':
      return `${type} ${params.timer} ${String(params.delayMs)}`;
    case 'CancelTimer':
      return `${type} ${params.timer}`;
    case 'Reply':
      return `${type} ${params.text.replaceAll('\0', '|').trimEnd()}`;
    case 'Report': {
      const place = [params.file, params.line].filter((part) => part !== undefined).join(':');
      // How a boot went in all its words has a spec of its own.
      const text = params.text.replace(/^(boot settled after [\d.]+ s).*$/u, '$1');
      return `${type} ${[place, text].filter((part) => part !== '').join(': ')}`;
    }
    case 'EndProcesses':
      return `${type} ${String(params.graceMs)}`;
    case 'EndSystem':
      return `${type} ${params.how}`;
    case 'ExitSupervisor':
      return `${type} ${String(params.code)}`;
    default:
      return type;
  }
}

/** Answered by the scenario itself, or said once at every start: of no interest to a spec, unless it asks. */
const isQuiet = ({ type }: Effect): boolean =>
  ['ReadService', 'OpenLog', 'OpenControl'].includes(type);

export class Scenario {
  state: SupervisorState = initialState();
  /** Of the last `when` or `boots`, what followed at once included. */
  effects: Effect[] = [];
  transitions: Transition[] = [];
  private readonly tree: Map<string, Entry>;
  private now = 0;
  private nextPid = 101;
  private isAnswering = true;
  /** The event that asked for the last spawn of each service: its outcome is traced to that. */
  private readonly spawnCauses = new Map<string, number>();

  constructor(tree: Tree) {
    this.tree = new Map(Object.entries(tree));
  }

  /** Starts minit as PID 77 with the words of its command line. */
  boots(...words: string[]): this {
    return this.bootsAs('process', ...words);
  }

  bootsAs(role: Role, ...words: string[]): this {
    const pid = role === 'process' ? 77 : 1;
    return this.when({
      type: 'SupervisorStarted',
      pid,
      role,
      root: '/etc/minit',
      words,
      graceMs: 3000,
      endsSystem: true,
    });
  }

  /** Lets time pass. Nothing happens by it: timers end when the spec says so. */
  after(milliseconds: number): this {
    this.now += milliseconds * 1000;
    return this;
  }

  /** Changes a service directory, or removes it. */
  edits(name: string, entry: Entry | undefined): this {
    if (entry === undefined) this.tree.delete(name);
    else this.tree.set(name, entry);
    return this;
  }

  /** From now on directories are read, and processes made, only when the spec says so. */
  withoutAnswers(): this {
    this.isAnswering = false;
    return this;
  }

  when(...events: readonly Given[]): this {
    this.effects = [];
    this.transitions = [];
    for (const event of events) this.fold(typeof event === 'function' ? event(this) : event);
    return this;
  }

  private fold(first: MinitEvent): void {
    const queue = [first];
    for (const event of queue) {
      const before = this.state;
      const cause =
        event.type === 'ProcessSpawned' ? this.spawnCauses.get(event.service) : undefined;
      const { state, effects, transitions } = fold(before, {
        seq: before.seq + 1,
        at: this.now,
        ...(cause !== undefined && { cause }),
        event,
      });
      for (const { type, params } of effects)
        if (type === 'SpawnProcess') this.spawnCauses.set(params.service, state.seq);
      checkInvariants(state);
      checkSignals(before, state, effects);
      this.state = state;
      this.effects.push(...effects);
      this.transitions.push(...transitions);
      if (this.isAnswering) for (const effect of effects) queue.push(...this.answer(effect));
    }
  }

  private answer({ type, params }: Effect): MinitEvent[] {
    if (type === 'ReadService') return [read(params.service)(this)];
    if (type !== 'SpawnProcess') return [];
    const { service } = params;
    const spawn = this.tree.get(service)?.spawn;
    if (spawn === 'hangs') return [];
    if (spawn === undefined) return [spawned(service)(this)];
    return [
      {
        type: 'SpawnFailed',
        service,
        stage: spawn[0],
        error: systemError(spawn[1]),
        path: `/bin/${service}`,
      },
    ];
  }

  /** The directory of `name` as it is in the tree now. */
  entry(name: string): Entry | undefined {
    return this.tree.get(name);
  }

  newPid(): number {
    this.nextPid += 1;
    return this.nextPid - 1;
  }

  service(name: string): Service {
    const service = this.state.services.get(name);
    if (service === undefined) throw new Error(`the spec names the unknown service ${name}`);
    return service;
  }

  pidOf(name: string): number {
    const { pid } = this.service(name).context;
    if (pid === undefined) throw new Error(`${name} has no process in this spec`);
    return pid;
  }

  /** `running.ready`, `finished`, or `unknown` for what was never read. */
  stateOf(name: string): string {
    const service = this.state.services.get(name);
    if (service === undefined) return 'unknown';
    return [stateName(service), innerState(service)].filter((part) => part !== undefined).join('.');
  }

  /** The effects of the last `when`, each as a line, without what the scenario answered itself. */
  get lines(): string[] {
    return this.effects.filter((effect) => !isQuiet(effect)).map(line);
  }

  linesOf(...types: Effect['type'][]): string[] {
    return this.effects.filter(({ type }) => types.includes(type)).map(line);
  }

  /** Exactly these effects, in this order. */
  asks(...lines: string[]): this {
    expect(this.lines).toEqual(lines);
    return this;
  }

  /** These directories and no others were asked for, in this order. */
  reads(...services: string[]): this {
    expect(this.linesOf('ReadService')).toEqual(services.map((name) => `ReadService ${name}`));
    return this;
  }

  /** These processes and no others were asked for, in this order. */
  starts(...services: string[]): this {
    expect(this.linesOf('SpawnProcess')).toEqual(services.map((name) => `SpawnProcess ${name}`));
    return this;
  }

  /** The one reply, NULs shown as `|`. */
  replies(text: string): this {
    expect(this.linesOf('Reply')).toEqual([`Reply ${text}`]);
    return this;
  }

  reports(...texts: string[]): this {
    expect(this.linesOf('Report')).toEqual(texts.map((text) => `Report ${text}`));
    return this;
  }

  /** `{ web: 'running.ready' }`. */
  is(states: Readonly<Record<string, string>>): this {
    const actual = Object.fromEntries(
      Object.keys(states).map((name) => [name, this.stateOf(name)]),
    );
    expect(actual).toEqual(states);
    return this;
  }
}

export const given = (tree: Tree): Scenario => new Scenario(tree);

/** The outcome of `ReadService`, as the tree has it. */
export function read(service: string): (now: Scenario) => MinitEvent {
  return (now) => {
    const entry = now.entry(service);
    return entry === undefined
      ? { type: 'ServiceMissing', service, error: systemError('ENOENT') }
      : { type: 'ServiceRead', service, definition: definitionOf(service, entry) };
  };
}

/** The process of `service` is there, with a PID of its own. */
export function spawned(service: string, pid?: number): (now: Scenario) => MinitEvent {
  return (now) => ({ type: 'ProcessSpawned', service, pid: pid ?? now.newPid() });
}

export const spawnFailed = (service: string, stage: SpawnStage, code: string): MinitEvent => ({
  type: 'SpawnFailed',
  service,
  stage,
  error: systemError(code),
});

/** The process of `service` exited with a code, or died of a signal (`'KILL'`). */
export function exited(
  service: string,
  how: number | 'KILL' | 'TERM' = 0,
): (now: Scenario) => MinitEvent {
  const status: ExitStatus =
    typeof how === 'number' ? { code: how } : { signal: how === 'KILL' ? 9 : 15 };
  return (now) => ({ type: 'ProcessExited', pid: now.pidOf(service), status });
}

export const orphanExited = (pid: number): MinitEvent => ({
  type: 'ProcessExited',
  pid,
  status: { code: 0 },
});

/** A request in the original's bytes; NULs may be written as `|`. */
export const asked = (request: string): MinitEvent => ({
  type: 'RequestReceived',
  request: request.replaceAll('|', '\0'),
});

/** A request of our own client. */
export const askedInJson = (request: object): MinitEvent => ({
  type: 'RequestReceived',
  request: `p\u0001${JSON.stringify(request)}`,
});

/** The answer to the probe that the last request waits for. */
export const probed =
  (alive: boolean): ((now: Scenario) => MinitEvent) =>
  (now) => {
    const [request = '', pending] = [...now.state.pendingProbes][0] ?? [];
    return { type: 'ProcessProbed', request: Number(request), pid: pending?.pid ?? 0, alive };
  };

export const signalled = (signal: SignalName): MinitEvent => ({ type: 'SignalReceived', signal });

export const fired = (timer: string): MinitEvent => ({ type: 'TimerFired', timer: timer as 'log' });
