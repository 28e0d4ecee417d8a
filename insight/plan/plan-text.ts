/**
 * The actions of a plan in sentences. Pure.
 *
 * @module
 */
import { describeEffect } from '../../machines/describe-event';
import { failureText } from '../../machines/describe-failure';
import type { ServiceName } from '../../machines/definition';
import type { Effect, EffectParams, EffectType } from '../../machines/effects';
import type { Transition } from '../../machines/fold';
import { pidMax } from '../../machines/limits';
import { loggedService } from '../../machines/names';
import { stateName, type Service, type SupervisorState } from '../../machines/state';
import { runsOn } from './ideal-world';

export interface Decided {
  /** As it is when the step is decided; none for what is about the whole system. */
  readonly service: Service | undefined;
  /** Before anything of the plan. */
  readonly begin: SupervisorState;
  readonly effects: readonly Effect[];
  /** It is named in the order, and this is what that leads to at once: as it was before that. */
  readonly before?: Service | undefined;
  /** The last change that has no effect of its own. */
  readonly last?: Transition;
  /** It runs since before, and has ended by itself in this step. */
  readonly isAwaited?: true;
}

/** Returns one sentence, or `undefined` where nothing is to be told. Pure. */
export function actionText(decided: Decided): string | undefined {
  const { service, effects, isAwaited } = decided;
  if (service === undefined) return systemText(effects);
  const { name } = service.context;
  const awaited = isAwaited === true ? `${name}, which runs already, terminates; ` : '';
  const spawn = find(effects, 'SpawnProcess');
  if (spawn !== undefined) return awaited + startText(service, spawn);
  const stop = stopText(decided, service);
  if (stop !== undefined) return awaited + stop;
  if (awaited !== '') return `wait until ${name}, which runs already, has terminated`;
  return restText(decided, service) ?? wishText(decided, service);
}

const find = <K extends EffectType>(
  effects: readonly Effect[],
  wanted: K,
): EffectParams<K> | undefined =>
  effects.find(({ type }) => type === wanted)?.params as EffectParams<K> | undefined;

function systemText(effects: readonly Effect[]): string | undefined {
  const texts = effects.map(systemDeed);
  return texts.length === 0 ? undefined : texts.join('; ');
}

const deeds = { reboot: 'reboot', halt: 'halt', 'power-off': 'power off' } as const;

function systemDeed(effect: Effect): string {
  const { type, params } = effect;
  if (type === 'ExitSupervisor') return `minit exits ${String(params.code)}`;
  if (type === 'EndProcesses')
    return `send SIGTERM to every process that is left, and SIGKILL after ${seconds(params.graceMs)}`;
  if (type === 'EndSystem') return `unmount all file systems and ${deeds[params.how]} the machine`;
  if (type === 'StartEmergencyShell') return 'start the emergency shell on the console';
  return describeEffect(effect);
}

const seconds = (ms: number): string => `${String(ms / 1_000)} s`;

function startText(
  service: Service,
  { path, argv, nice, workingDirectory }: EffectParams<'SpawnProcess'>,
): string {
  const { name, needs, definition } = service.context;
  const command = [path, ...argv.slice(1)].map(shown).join(' ');
  const facts = [
    ...(workingDirectory === definition.directory ? [] : [`in ${shown(workingDirectory)}`]),
    ...(nice === undefined ? [] : [`nice ${String(nice)}`]),
  ];
  const how = facts.length === 0 ? '' : `, ${facts.join(', ')}`;
  return `start ${name} (${command}${how})${manner(service)}${needs.length === 0 ? '' : `, after ${listed(needs)}`}`;
}

/** Words with a space or worse in quotes. */
const shown = (word: string): string =>
  /^[\w@%+=:,./-]+$/u.test(word) ? word : JSON.stringify(word);

function manner(service: Service): string {
  const { name, want, definition } = service.context;
  const logged = loggedService(name);
  if (want === 'up') return ', and again whenever it exits';
  if (definition.mode === 'sync') return ' and wait until it has terminated';
  if (logged !== undefined && runsOn(service)) return `, which reads what ${logged} writes`;
  return definition.mode === 'respawn' ? ', but not again when it exits' : ' once';
}

const listedMax = 5;
/** `a, b and 7 more`. */
export function listed(names: readonly ServiceName[]): string {
  if (names.length <= listedMax) return names.join(', ');
  const more = names.length - listedMax + 1;
  return `${names.slice(0, listedMax - 1).join(', ')} and ${String(more)} more`;
}

const signalTexts: Readonly<Record<number, string>> = { 15: 'SIGTERM', 9: 'SIGKILL' };

function stopText({ effects, begin }: Decided, service: Service): string | undefined {
  const { name } = service.context;
  const signal = effects.flatMap((effect) =>
    effect.type === 'SendSignal' && signalTexts[effect.params.signal] !== undefined
      ? [effect.params]
      : [],
  )[0];
  const timer = find(effects, 'StartTimer');
  const kill =
    timer?.timer === `stop:${name}`
      ? `, and SIGKILL after ${seconds(timer.delayMs)} if it has not ended`
      : '';
  const closes = find(effects, 'CloseLogPipe');
  if (signal !== undefined) {
    // Above it are those that the plan has made up.
    const known = begin.services.get(name)?.context.pid === signal.pid && signal.pid <= pidMax;
    const process = known ? ` (process ${String(signal.pid)})` : '';
    return `stop ${name}${process}: send it ${signalTexts[signal.signal] ?? ''}${kill === '' || signal.signal === 9 ? '' : kill}`;
  }
  if (closes !== undefined && stateName(service) === 'stopping')
    return `close the log pipe of ${closes.service}: ${name} reads the rest and ends`;
  return closes === undefined ? undefined : `close the log pipe of ${closes.service}`;
}

/** A change without any deed. */
function restText({ last, effects }: Decided, service: Service): string | undefined {
  const { name, definition, failure } = service.context;
  const state = stateName(service);
  const cancelled = find(effects, 'CancelTimer');
  if (last === undefined)
    return cancelled === undefined || effects.length > 1 ? fallback(effects) : undefined;
  const before = last.before === undefined ? undefined : stateName(last.before);
  if (state === 'failed' && failure !== undefined)
    return `${name} cannot be started: ${failureText(failure)}`;
  if (state === 'respawning' && failure !== undefined)
    return `${name} cannot be started, and is tried again for ever: ${failureText(failure)}`;
  if (definition.run === undefined && (state === 'finished' || state === 'sync-done'))
    return before === 'waiting-deps' || before === 'starting'
      ? `${name} is complete: a bundle, without a program of its own`
      : undefined;
  if (before === 'waiting-deps')
    return `${name}, which still waits for its dependencies, is not started`;
  if (before === 'respawning')
    return `${name}, which waits for its next attempt, is not started again`;
  if (before === 'starting') return `${name}, which is just being read, is not started`;
  return fallback(effects);
}

/** It goes on as before; what it does when it exits is another thing. */
function wishText({ before }: Decided, { context }: Service): string | undefined {
  if (before === undefined || before.context.want === context.want) return undefined;
  const state = stateName(before);
  if (state !== 'running' && state !== 'starting') return undefined;
  const now = state === 'running' ? 'runs already' : 'is just being started';
  const will =
    context.want === 'up' ? 'started again whenever it exits' : 'not started again when it exits';
  return `${context.name}, which ${now}, is ${will}`;
}

const fallback = (effects: readonly Effect[]): string | undefined =>
  effects.length === 0 ? undefined : effects.map(describeEffect).join('; ');
