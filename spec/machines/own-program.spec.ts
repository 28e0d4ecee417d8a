/**
 * What becomes of minit's own program: what is said of it, and who is answered.
 *
 * @module
 */
import type { MinitEvent, ResumeReason } from '../../machines/events';
import { describeReason } from '../../machines/own-program';
import { fromPlain, toPlain } from '../../machines/snapshot';
import {
  asked,
  askedInJson,
  exited,
  given,
  signalled,
  systemError,
  type Scenario,
} from '../support/given';

const resumed = (reason: ResumeReason, count = 1): MinitEvent => ({
  type: 'SupervisorResumed',
  reason,
  count,
  failuresInARow: 0,
  program: '9.9.9',
});
const updated = resumed({ kind: 'update' });
const failed: MinitEvent = { type: 'UpdateFailed', error: systemError('ENOENT') };
const running = (...services: string[]): Scenario =>
  given(Object.fromEntries(services.map((name) => [name, { mode: 'respawn' as const }]))).boots(
    ...services,
  );
const why = 'not updated, the program that runs goes on: no such file or directory';
const updateInJson = askedInJson({ do: 'update' });
/** In JSON, without the version of the protocol. */
const json = (body: object): string => JSON.stringify({ minit: 1, ...body });

describe('a minit that was executed anew', () => {
  it.each<[ResumeReason, string]>([
    [{ kind: 'signal', signal: 11 }, 'SIGSEGV'],
    [{ kind: 'signal', signal: 6 }, 'SIGABRT'],
    [{ kind: 'signal', signal: 26 }, 'an endless loop'],
    [{ kind: 'error', message: 'a bug of ours', stack: 'here' }, 'a bug of ours'],
    [{ kind: 'exit', code: 7 }, 'its program ended with 7'],
    [{ kind: 'unknown' }, 'nobody knows why'],
  ])('says why: %j', (reason, text) => {
    expect(describeReason(reason)).toBe(text);
    const scenario = running('a').when(resumed(reason, 3));
    scenario.asks(
      `Report minit itself failed (${text}) and was executed anew; 1 service carried on`,
    );
    expect(scenario.effects).toMatchObject([{ params: { severity: 'error', code: 'resumed' } }]);
  });

  it('says of an update that it was none of its faults', () => {
    const scenario = running('a', 'b').when(updated);
    scenario.asks('Report updated to minit 9.9.9; 2 services carried on');
    expect(scenario.effects).toMatchObject([{ params: { severity: 'note', code: 'update' } }]);
    expect(describeReason({ kind: 'update' })).toBe('update');
  });

  it('counts the services that are not at rest', () => {
    given({ a: { mode: 'respawn' }, b: {}, c: { mode: 'sync' } })
      .boots('a', 'b', 'c')
      .when(exited('c', 1))
      .when(exited('a'))
      .when(updated)
      .reports('updated to minit 9.9.9; 2 services carried on');
  });

  it('knows how often, and has lost nothing else of its state', () => {
    const scenario = running('a');
    const before = toPlain(scenario.state);
    scenario.when(resumed({ kind: 'unknown' }, 1)).when(resumed({ kind: 'unknown' }, 4));
    const { resumes, ...after } = toPlain(scenario.state);
    expect(resumes).toBe(4);
    expect({ ...after, seq: before['seq'], at: before['at'] }).toEqual(before);
  });
});

describe('an update', () => {
  it('is asked for once, and nobody is answered before it is there', () => {
    const scenario = running('a').when(asked('update')).asks('UpdateSupervisor');
    const { seq } = scenario.state;
    scenario.when(updated).replies('1');
    expect(scenario.effects).toContainEqual({ type: 'Reply', params: { request: seq, text: '1' } });
    scenario.when(updated);
    expect(scenario.linesOf('Reply')).toEqual([]);
  });

  it('is answered with the version that runs now', () => {
    running('a')
      .when(updateInJson)
      .when(updated)
      .replies(json({ ok: true, program: '9.9.9' }));
  });

  it('is answered by a program that came of a fault meanwhile: it is the new one as well', () => {
    running('a')
      .when(updateInJson)
      .when(resumed({ kind: 'signal', signal: 11 }))
      .replies(json({ ok: true, program: '9.9.9' }));
  });

  it('is answered by a program that knows the one before by its snapshot only', () => {
    const scenario = running('a').when(updateInJson);
    scenario.state = fromPlain(toPlain(scenario.state));
    scenario.when(updated).replies(json({ ok: true, program: '9.9.9' }));
  });

  it('that fails is told to who asked, and to everybody', () => {
    running('a')
      .when(updateInJson)
      .when(failed)
      .asks(`Report ${why}`, `Reply ${json({ ok: false, problem: why })}`);
    running('a').when(asked('update')).when(failed).asks(`Report ${why}`, 'Reply 0');
  });

  it('that fails says what the numbers do not tell', () => {
    running('a')
      .when({ ...failed, hint: 'the new program does not start (exited 1)' })
      .asks(
        'Report not updated, the program that runs goes on: the new program does not start (exited 1)',
      );
  });

  it('may be asked for again when it has failed, or when it is done', () => {
    for (const outcome of [failed, updated])
      running('a')
        .when(asked('update'))
        .when(outcome)
        .when(asked('update'))
        .asks('UpdateSupervisor');
  });

  it('is under way once only', () => {
    const scenario = running('a').when(asked('update')).when(updateInJson);
    scenario.asks(`Reply ${json({ ok: false, problem: 'an update is under way already' })}`);
    // Whoever asked first has been followed by another client, and is answered nowhere.
    scenario.when(updated);
    expect(scenario.effects).toContainEqual(
      expect.objectContaining({ params: expect.objectContaining({ isLate: true }) as object }),
    );
  });
});

describe('an update and the end of minit', () => {
  const refusal = json({ ok: false, problem: 'minit is shutting down' });

  it('do not go together: it is refused from the wish to end on', () => {
    running('a').when(signalled('SIGTERM')).when(updateInJson).asks(`Reply ${refusal}`);
    given({ a: {} })
      .bootsAs('machine', 'a')
      .withoutAnswers()
      .when(askedInJson({ do: 'shutdown', how: 'halt' }))
      .when(updateInJson)
      .asks(`Reply ${refusal}`);
  });

  it('may come in this order: who asked is told when minit ends', () => {
    const scenario = running('a').when(updateInJson).when(signalled('SIGTERM'));
    expect(scenario.linesOf('Reply')).toEqual([]);
    scenario.when(exited('a'));
    expect(scenario.linesOf('Reply', 'ExitSupervisor')).toEqual([
      'ExitSupervisor 0',
      `Reply ${refusal}`,
    ]);
    expect(scenario.state.pendingUpdate).toBeUndefined();
  });

  it('may come in this order, and the update is faster', () => {
    running('a')
      .when(updateInJson)
      .when(signalled('SIGTERM'))
      .when(updated)
      .replies(json({ ok: true, program: '9.9.9' }))
      .is({ a: 'stopping.terminating' })
      .when(exited('a'))
      .asks('CancelTimer stop:a', 'ExitSupervisor 0');
  });
});
