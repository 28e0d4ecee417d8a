/**
 * Which strings may name a service.
 *
 * @module
 */
import { loggedService, nameProblem, showName, utf8Length } from '../../machines/names';

describe('a service name', () => {
  it.each(['web', 'net/eth0', 'a.b', '...', 'ü', '-x', 'a b', 'x'.repeat(255)])(
    'may be %j',
    (name) => {
      expect(nameProblem(name)).toBeUndefined();
    },
  );

  it.each([
    ['', 'the name is empty'],
    ['/web', 'the name begins with a slash: it is relative to ROOT'],
    ['web/', 'the name has an empty component'],
    ['a//b', 'the name has an empty component'],
    ['..', 'the name has a component ".."'],
    ['a/./b', 'the name has a component "."'],
    ['../../etc', 'the name has a component ".."'],
    ['a\u0000b', 'the name holds a NUL byte'],
    ['a\nb', 'the name holds a control character'],
    ['a\u007f', 'the name holds a control character'],
    ['a\ufffd', 'the name is not valid UTF-8'],
    ['x'.repeat(256), 'the name has 256 bytes, at most 255 are allowed'],
    ['ü'.repeat(128), 'the name has 256 bytes, at most 255 are allowed'],
  ])('may not be %j: %s', (name, problem) => {
    expect(nameProblem(name)).toBe(problem);
  });

  it.each([
    ['a', 1],
    ['ü', 2],
    ['€', 3],
    ['😀', 4],
  ])('has as many bytes as UTF-8: %s has %i', (text, bytes) => {
    expect(utf8Length(text)).toBe(bytes);
  });

  it.each([
    ['web', '"web"'],
    ['a\nb', '"a\\nb"'],
    ['a\u009b', '"a\\u009b"'],
    ['x'.repeat(61), `"${'x'.repeat(57)}…"`],
  ])('is shown so that a terminal takes no harm: %j', (name, shown) => {
    expect(showName(name)).toBe(shown);
  });

  it('tells a log service from what it logs', () => {
    expect([loggedService('net/web/log'), loggedService('web'), loggedService('log')]).toEqual([
      'net/web',
      undefined,
      undefined,
    ]);
  });
});
