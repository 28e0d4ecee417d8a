import fc from 'fast-check';
import { parsePredicate } from '../../insight/predicate/predicate';
import type { MinitEvent } from '../../machines/events';
import { fold, initialState } from '../../machines/fold';
import type { SupervisorState } from '../../machines/state';
import { definitionOf, systemError } from '../support/given';

const names = ['web', 'db', 'web/log', 'my-service', '1', 'and', 'bad'] as const;
const known: ReadonlySet<string> = new Set(names);

const events: readonly MinitEvent[] = [
  {
    type: 'SupervisorStarted',
    pid: 7,
    role: 'process',
    root: '/etc/minit',
    words: [...names],
    graceMs: 3_000,
  },
  ...names.flatMap((name, index): MinitEvent[] => [
    {
      type: 'ServiceRead',
      service: name,
      definition: definitionOf(name, { mode: index === 0 ? 'respawn' : 'oneshot' }),
    },
    name === 'bad'
      ? { type: 'SpawnFailed', service: name, stage: 'execute', error: systemError('ENOENT') }
      : { type: 'ProcessSpawned', service: name, pid: 100 + index },
  ]),
  { type: 'ProcessExited', pid: 101, status: { code: 3 } },
  { type: 'ProcessExited', pid: 100, status: { signal: 9 } },
  { type: 'ServiceRead', service: 'web', definition: definitionOf('web', { mode: 'respawn' }) },
  { type: 'ProcessSpawned', service: 'web', pid: 200 },
];

/** A second passes before each event: web has been started again, db has exited 3, bad has failed. */
const state = events.reduce<SupervisorState>(
  (before, event, index) =>
    fold(before, { seq: index + 1, at: (index + 1) * 1_000_000, event }).state,
  initialState(),
);

function holds(text: string): boolean {
  const predicate = parsePredicate(text, known);
  if ('column' in predicate) throw new Error(`${String(predicate.column)}: ${predicate.text}`);
  return predicate.holds(state);
}

function problem(text: string): string {
  const predicate = parsePredicate(text, known);
  return 'column' in predicate ? `${String(predicate.column)}: ${predicate.text}` : 'none';
}

describe('a predicate', () => {
  it.each([
    'web.state == running',
    'state(web) == running',
    'running == web.state',
    'web.state != failed',
    'web.inner == ready',
    'web.want == up',
    'db.want != up',
    'web.pid == 200',
    'web.restarts == 1',
    'restarts(web) >= 1',
    '0 < restarts(web)',
    'restarts(web) < 1.5 and restarts(web) > 0.5',
    'bad.failed',
    'bad.state == failed',
    'failures(bad) == 1',
    'not web.failed',
    'web.failed == false',
    'web.up',
    'db.exit == 3',
    'db.signal == none',
    'web.signal == 9',
    'db.pid == none',
    'db.inner == none',
    'web/log.up and my-service.up',
    '"web/log".state == running',
    "'web/log'.up",
    '1.up',
    '"and".up',
    'up("and")',
    'minit == running',
    'seq == 19',
    'web.since == 0 and db.since == 3',
    'not not web.up',
    'not (web.failed or db.failed)',
    // "and" binds more closely than "or".
    'web.up or db.up and db.up',
    'not db.up and web.up',
    'web.state == web.state',
    'web.restarts > db.restarts',
    '(((web.up)))',
  ])('%s holds', (text) => {
    expect(holds(text)).toBe(true);
  });

  it.each([
    'web.state == failed',
    'web.up and db.up',
    'db.up or web.failed',
    'restarts(db) > 3',
    'not web.up',
    '(web.up or db.up) and db.up',
    'db.pid < 1000',
    'db.pid >= 0',
    'web.state == none',
  ])('%s does not', (text) => {
    expect(holds(text)).toBe(false);
  });

  it('of a service that is not there yet: none, and nothing else', () => {
    const test = (text: string) => {
      const predicate = parsePredicate(text);
      return 'column' in predicate ? predicate : predicate.holds(initialState());
    };
    expect(['web.state == none', 'web.up', 'web.state != up(db)', 'web.pid < 3'].map(test)).toEqual(
      [true, false, expect.objectContaining({ column: 14 }), false],
    );
  });
});

describe('a text that is no predicate', () => {
  it.each([
    ['', '1: expected a service, as in web.state or restarts(web), found the end'],
    [
      'web.stat == failed',
      '5: expected one of state, inner, want, pid, restarts, failures, exit, signal, since, failed, up, found "stat": did you mean "state"?',
    ],
    [
      'web.state == faild',
      '14: expected a state (down, waiting-deps, starting, running, sync-done, respawning, stopping, finished, failed, none), found "faild": did you mean "failed"?',
    ],
    [
      'web.want == upp',
      '13: expected a want (up, once, down, none), found "upp": did you mean "up"?',
    ],
    ['wbe.up', '1: there is no service "wbe": did you mean "web"?'],
    ['restarts(weblog) > 3', '10: there is no service "weblog": did you mean "web/log"?'],
    [
      'restart(web) > 3',
      '1: expected one of state, inner, want, pid, restarts, failures, exit, signal, since, failed, up, found "restart": did you mean "restarts"?',
    ],
    ['zzzzzzz.up', '1: there is no service "zzzzzzz"'],
    ['web.state = failed', '11: "=" has no meaning here: write "=="'],
    ['web.up && db.up', '8: "&" has no meaning here: write "and"'],
    ['web.up adn db.up', '8: expected "and", "or" or the end, found "adn": did you mean "and"?'],
    ['web.up db.up', '8: expected "and", "or" or the end, found "db"'],
    ['web.up)', '7: expected "and", "or" or the end, found ")"'],
    ['(web.up', '8: expected "and", "or" or the ")" for column 1, found the end'],
    ['failed', '1: "failed" by itself is no condition: write SERVICE.failed'],
    ['web', '1: "web" by itself is no condition: write web.state == running, say'],
    ['web.state', '10: expected a comparison after web.state, such as ==, found the end'],
    ['web.state < failed', '11: "<" compares numbers: expected "==" or "!="'],
    ['web.up < 3', '8: "<" compares numbers: expected "==" or "!="'],
    ['web.pid == x', '12: expected a number or none, found "x"'],
    [
      'web.state == 3',
      '14: expected a state (down, waiting-deps, starting, running, sync-done, respawning, stopping, finished, failed, none), found "3"',
    ],
    ['web.state == db.want', '14: db.want is a want, expected a state'],
    ['3 == 3', '1: neither side says something of a service, as web.state does'],
    ['web.state == not', '14: expected a service before "not"'],
    ['and web.up', '1: expected a service before "and"'],
    [
      'web.',
      '5: expected one of state, inner, want, pid, restarts, failures, exit, signal, since, failed, up, found the end',
    ],
    ['restarts(web > 3', '14: expected ")", found ">"'],
    ['"web.up', '1: the quotation mark " is never closed'],
    ['  web.up # 3', '10: "#" has no meaning here: put names with other characters in quotes'],
    [`${'('.repeat(1_000)}web.up`, '51: this is nested too deeply'],
    [`${'not '.repeat(100_000)}web.up`, '201: this is nested too deeply'],
    ['__proto__ == 3', '1: neither side says something of a service, as web.state does'],
    [
      'web.constructor == 3',
      '5: expected one of state, inner, want, pid, restarts, failures, exit, signal, since, failed, up, found "constructor"',
    ],
  ])('%s is told at its column', (text, told) => {
    expect(problem(text)).toBe(told);
  });
});

/** Half words of the language, half anything. */
const piece = fc.oneof(
  fc.constantFrom(
    'web',
    '.',
    'state',
    '==',
    '!=',
    '<=',
    'failed',
    '(',
    ')',
    'and',
    'or',
    'not',
    ' ',
    '3',
    '"',
    "'",
    'restarts',
    'none',
    'minit',
  ),
  fc.string({ unit: 'binary', maxLength: 3 }),
);

describe('the parser', () => {
  it('gives a predicate or a place in the text, for any text', () => {
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30 }), fc.boolean(), (pieces, isKnown) => {
        const text = pieces.join('');
        const parsed = parsePredicate(text, isKnown ? known : undefined);
        if ('column' in parsed) {
          expect(parsed.column).toBeGreaterThanOrEqual(1);
          expect(parsed.column).toBeLessThanOrEqual(text.length + 1);
          expect(parsed.text).not.toBe('');
        } else {
          expect(typeof parsed.holds(state)).toBe('boolean');
          expect(typeof parsed.holds(initialState())).toBe('boolean');
        }
      }),
      { numRuns: 3_000 },
    );
  });

  it('takes any name in quotes', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', minLength: 1 }), (name) => {
        const text = `"${name.replace(/["\\]/gu, '\\$&')}".up`;
        expect(parsePredicate(text, new Set([name]))).toHaveProperty('holds');
      }),
    );
  });

  it('of A and of not A: one holds', () => {
    const condition = fc.constantFrom('web.up', 'db.up', 'bad.failed', 'restarts(web) > 3');
    const word = fc.constantFrom('and', 'or');
    fc.assert(
      fc.property(condition, word, condition, (a, operator, b) => {
        const text = `${a} ${operator} ${b}`;
        expect(holds(`not (${text})`)).toBe(!holds(text));
        expect(holds(text)).toBe(operator === 'and' ? holds(a) && holds(b) : holds(a) || holds(b));
      }),
    );
  });
});
