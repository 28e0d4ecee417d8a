/**
 * `minit-replay LOG --inspect [URL|FILE]`: the log for an inspector of XState's, as lines of JSON, or sent over a
 * WebSocket.
 *
 * @module
 */
import { setTimeout as wait } from 'node:timers/promises';
import type { AnyStateMachine } from 'xstate';
import { InspectFeed } from '../../adapters/inspect-feed';
import { fileSink, webSocketSink, type LineSink } from '../../adapters/line-sink';
import { outputProblem } from '../../adapters/log-output';
import { systemErrorOf } from '../../adapters/system-error';
import { wallClockOf } from '../../adapters/why-log';
import { chartOf } from '../../diagrams/statechart';
import { chartToJson } from '../../diagrams/statechart-json';
import { InspectEventMapper } from '../../insight/inspect-events';
import { describeErrorCode } from '../../machines/describe-failure';
import { initMachine, serviceMachine } from '../../machines/xstate-machines';
import { complain, print, tellNotes, writeOut } from '../program';
import { exitCode, verdict, type View } from './view';

/** How often a log that grows is looked at. */
const followMs = 200;

export const inspectView: View = {
  flag: '--inspect',
  takes: ['--at', '--follow'],
  declare(program) {
    program
      .option(
        '--inspect [target]',
        "for XState's inspectors: as lines of JSON into a file or to standard output, or to a WebSocket (ws://…)",
      )
      .option('--follow', 'with --inspect: read on while the log grows, until minit ends');
  },
  async show({ log, until }, { inspect, follow }) {
    if (follow === true && until !== undefined) return fail('--follow and --at exclude each other');
    const target = typeof inspect === 'string' ? inspect : undefined;
    const problem = target === undefined ? undefined : outputProblem(target, log);
    if (problem !== undefined) return fail(problem);
    const mapper = new InspectEventMapper({
      clock: wallClockOf(log.header),
      definitions: {
        init: definitionOf(initMachine),
        service: definitionOf(serviceMachine),
      },
    });
    const feed = new InspectFeed(log, until, mapper);
    let count: number;
    try {
      count = await pass(feed, await sinkTo(target), follow === true);
    } catch (error) {
      return fail(`unable to write "${target ?? 'standard output'}": ${reasonOf(error)}`);
    }
    if (feed.beginsAfter !== undefined)
      return fail(
        `the log begins after event ${String(feed.beginsAfter)}; what was before is gone`,
      );
    if (target !== undefined) print(`${target}: ${String(count)} inspection events`);
    tellNotes('minit-replay', log.notes);
    return verdict(feed);
  },
};

/** On one line: each actor comes with it. */
const definitionOf = (machine: AnyStateMachine): string =>
  JSON.stringify(JSON.parse(chartToJson(chartOf(machine))));

/** Hands on all there is, and what comes; returns how many events that was. */
async function pass(feed: InspectFeed, sink: LineSink, isFollowed: boolean): Promise<number> {
  let count = 0;
  for (;;) {
    for (const batch of feed.readOn()) {
      count += batch.length;
      await sink.send(batch.map((event) => JSON.stringify(event)));
    }
    if (!isFollowed || feed.isOver) break;
    await wait(followMs);
  }
  await sink.close();
  return count;
}

async function sinkTo(target: string | undefined): Promise<LineSink> {
  if (target === undefined) return standardOutput;
  return /^wss?:/u.test(target) ? await webSocketSink(target) : fileSink(target);
}

const standardOutput: LineSink = {
  send(lines) {
    writeOut(lines.map((line) => `${line}\n`).join(''));
    return Promise.resolve();
  },
  close: () => Promise.resolve(),
};

function reasonOf(error: unknown): string {
  if (!(error instanceof Error) || !('code' in error))
    return error instanceof Error ? error.message : String(error);
  const { code } = systemErrorOf(error);
  const text = describeErrorCode(code);
  return text === code ? code : `${text} (${code})`;
}

function fail(text: string): number {
  complain('minit-replay', text);
  return exitCode.usage;
}
