/**
 * The language of changes: what each says, and where one that is none is wrong.
 *
 * @module
 */
import fc from 'fast-check';
import { parseChange } from '../../insight/what-if/what-if-changes';

const services = new Set(['web', 'db', 'a log', 'drop']);

describe('a change', () => {
  it.each([
    ['web exits 1 at +12s', { kind: 'exits', service: 'web', status: { code: 1 }, atUs: 12e6 }],
    ['web exits at +1.5', { kind: 'exits', status: { code: 0 }, atUs: 1_500_000 }],
    ['web exits SIGKILL at +2min', { kind: 'exits', status: { signal: 9 }, atUs: 120e6 }],
    ['db ready 40s later', { kind: 'ready', readiness: { when: 'later', byUs: 40e6 } }],
    ['db ready at +200ms', { kind: 'ready', readiness: { when: 'at', atUs: 200_000 } }],
    ['db never ready', { kind: 'ready', readiness: { when: 'never' } }],
    ["db's spawn fails ENOENT", { kind: 'spawn-fails', error: { code: 'ENOENT', errno: 2 } }],
    ['drop respawn of web', { kind: 'edit', action: 'drop', edit: { what: 'respawn' } }],
    [
      'add depends db to web',
      { kind: 'edit', action: 'add', edit: { what: 'depends', dependency: 'db' } },
    ],
    ['request stop "a log" at +3s', { kind: 'request', verb: 'stop', service: 'a log' }],
    ['no request at +3s', { kind: 'no-request', atUs: 3e6 }],
    ['root /etc/minit', { kind: 'root', directory: '/etc/minit' }],
    ['"drop" exits at +1s # in quotes a name', { kind: 'exits', service: 'drop' }],
  ])('%s', (text, says) => {
    expect(parseChange(text, services)).toMatchObject(says);
  });

  it.each(['', '   ', '# web exits 1 at +12s'])('is none in %j', (text) => {
    expect(parseChange(text, services)).toBeUndefined();
  });

  it.each([
    ['wbe exits 1 at +1s', 1, 'there is no service "wbe": did you mean "web"?'],
    [
      'web exts 1',
      5,
      'expected one of exits, ready, never, spawn, not "exts": did you mean "exits"?',
    ],
    [
      'web exits 300 at +1s',
      11,
      'expected an exit status from 0 to 255, a signal such as SIGKILL, or "at", not "300"',
    ],
    ['web exits 1 at 12', 16, 'expected a time since the start, such as +12s, not "12"'],
    ['web exits 1 at', 15, 'expected a time such as +12s, but the change ends here'],
    ['web ready 4x later', 11, 'expected a time such as 40s, or "at", not "4x"'],
    ['web exits at +1s now', 18, 'expected the end of the change, not "now"'],
    ['"web exits', 1, 'the quotation mark " is never closed'],
    [
      'drop respwan of web',
      6,
      'expected one of respawn, sync, depends, not "respwan": did you mean "respawn"?',
    ],
    ['drop respawn to web', 14, 'expected "of", not "to"'],
  ])('that is wrong, %s, is pointed at', (text, column, complaint) => {
    expect(parseChange(text, services)).toEqual({ column, text: complaint });
  });

  it('is read, or pointed at, whatever is typed', () => {
    const words = fc.constantFrom(
      'web',
      'exits',
      'at',
      '+1s',
      'ready',
      'drop',
      'of',
      '"',
      '#',
      '9',
    );
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.array(words, { maxLength: 7 }).map((each) => each.join(' ')),
    );
    fc.assert(
      fc.property(text, (typed) => {
        const read = parseChange(typed, services);
        if (read === undefined) return;
        expect(read.column).toBeGreaterThanOrEqual(1);
        expect(read.column).toBeLessThanOrEqual(typed.length + 1);
      }),
    );
  });
});
