/**
 * What stands in PID files.
 *
 * @module
 */
import { parsePidFile } from '../../machines/parse-pid-file';

describe('a PID file', () => {
  it.each([
    ['123\n', { kind: 'pid', pid: 123, isWhole: true }],
    ['123', { kind: 'pid', pid: 123, isWhole: false }],
    ['  4194304 ', { kind: 'pid', pid: 4_194_304, isWhole: true }],
    ['\n12\n', { kind: 'pid', pid: 12, isWhole: true }],
    // postmaster.pid and sendmail.pid have more lines than one.
    ['123\n/var/lib/data\n', { kind: 'pid', pid: 123, isWhole: true }],
    ['', { kind: 'empty' }],
    [' \n', { kind: 'empty' }],
    ['0\n', { kind: 'nonsense' }],
    ['1\n', { kind: 'nonsense' }],
    ['-5\n', { kind: 'nonsense' }],
    ['4194305\n', { kind: 'nonsense' }],
    ['99999999999999999999', { kind: 'nonsense' }],
    ['12x\n', { kind: 'nonsense' }],
    ['pid 12\n', { kind: 'nonsense' }],
    ['12\0\0', { kind: 'nonsense' }],
  ])('with %j says %j', (text, content) => {
    expect(parsePidFile(text)).toEqual(content);
  });
});
