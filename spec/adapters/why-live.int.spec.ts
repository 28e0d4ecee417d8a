/**
 * What `msvc --why` asks a running minit, and what it does meanwhile: a log may take seconds to read, in which
 * nobody else must wait for the lock, and after which it is later.
 */
import { copyFileSync, mkdirSync, readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import type { ControlClient } from '../../adapters/control-client';
import { explainLive } from '../../adapters/why-live';
import { toPlain } from '../../machines/snapshot';
import { initialState } from '../../machines/fold';
import { temporaryDirectory } from '../support/temporary-directory';

const golden = join(__dirname, '../golden/demo.v1.jsonl');
const lastLine = readFileSync(golden, 'utf8').trimEnd().split('\n').at(-1) ?? '';
const { seq, at } = JSON.parse(lastLine) as { readonly seq: number; readonly at: number };
const askedAtMs = Date.parse('2026-11-24T04:00:00.000Z');

interface Given {
  readonly log: string | null;
  /** When a client lets go of the lock. */
  readonly onClosed?: () => void;
}

/** A minit that answers, how its clients come and go, and a clock. */
function given({ log, onClosed }: Given) {
  const calls: string[] = [];
  const reply = (body: object) => ({
    reply: `${JSON.stringify({ minit: 1, ok: true, ...body })}\n`,
  });
  const connect = (): ControlClient => {
    calls.push('open');
    return {
      ask(request) {
        const isLog = request.includes('"log"');
        calls.push(isLog ? 'ask log' : 'ask state');
        return isLog ? reply({ log, seq, at }) : reply({ state: toPlain(initialState()) });
      },
      close() {
        calls.push('close');
        onClosed?.();
      },
    };
  };
  return { calls, connect };
}

function explain(connect: () => ControlClient, wallMs: () => number = () => askedAtMs) {
  const answer = explainLive(connect, ['web'], wallMs);
  if ('code' in answer) throw new Error(answer.text);
  const [report] = answer.reports;
  if (report === undefined) throw new Error('no report');
  return report;
}

describe('the reasons of a running minit', () => {
  it('are looked for in the log when others can ask minit again', () => {
    const directory = temporaryDirectory();
    const [away, here] = [join(directory, 'away'), join(directory, 'log')];
    mkdirSync(away);
    copyFileSync(golden, join(away, 'minit-000001.jsonl'));
    // There is no log before the lock is given back.
    const onClosed = (): void => {
      renameSync(away, here);
    };
    const { calls, connect } = given({ log: join(here, 'minit-000001.jsonl'), onClosed });
    expect(explain(connect).notes).toEqual([]);
    expect(calls).toEqual(['open', 'ask log', 'close']);
  });

  it('are asked for once more where no log can be read', () => {
    const { calls, connect } = given({ log: null });
    expect(explain(connect).notes).toEqual([
      "the event log is not being written: this is from minit's present state alone",
    ]);
    expect(calls).toEqual(['open', 'ask log', 'close', 'open', 'ask state', 'close']);
  });

  it('have the times of the moment of the question, however long the log takes to read', () => {
    const directory = temporaryDirectory();
    copyFileSync(golden, join(directory, 'minit-000001.jsonl'));
    let nowMs = askedAtMs;
    const onClosed = (): void => {
      nowMs += 20_000;
    };
    const { connect } = given({ log: join(directory, 'minit-000001.jsonl'), onClosed });
    expect(explain(connect, () => nowMs).clock).toEqual({ at, wallMs: askedAtMs });
  });

  it('are not to be had where minit is not there', () => {
    const problem = { code: 'not-running', text: 'minit is not running' } as const;
    expect(explainLive(() => problem, ['web'])).toEqual(problem);
  });
});
