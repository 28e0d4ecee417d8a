/**
 * Why a process could not be started, verbatim.
 *
 * @module
 */
import { describeErrorCode, failureText } from '../../machines/describe-failure';
import type { SpawnStage } from '../../machines/events';
import { given, fired } from '../support/given';

describe('a failed start', () => {
  it.each<[SpawnStage, string, string]>([
    [
      'read-directory',
      'ENOENT',
      'cannot read its service directory: no such file or directory (ENOENT)',
    ],
    ['params', 'EINVAL', 'cannot use its params: not usable'],
    ['open-in', 'ENOENT', 'cannot open its in: no such file or directory (ENOENT)'],
    ['open-out', 'EROFS', 'cannot open its out: the file system is read-only (EROFS)'],
    ['log-pipe', 'EMFILE', 'cannot make its log pipe: too many open files (EMFILE)'],
    [
      'change-directory',
      'ENOTDIR',
      'cannot change to its working directory: a component is not a directory (ENOTDIR)',
    ],
    ['execute', 'EACCES', 'cannot execute its program (run): permission denied (EACCES)'],
    ['fork', 'ENOMEM', 'cannot make a process: out of memory (ENOMEM)'],
    ['learn-pid', 'ETIMEDOUT', 'cannot learn the PID of its daemon: ETIMEDOUT (ETIMEDOUT)'],
    ['fork', 'EWHATEVER', 'cannot make a process: EWHATEVER (EWHATEVER)'],
  ])('at %s with %s is: %s', (stage, code, text) => {
    expect(failureText({ stage, error: { code, errno: 1 } })).toBe(text);
  });

  it('says what the numbers do not tell instead', () => {
    const failure = {
      stage: 'execute',
      error: { code: 'ENOENT', errno: 2 },
      hint: 'its interpreter is missing',
    } as const;
    expect(failureText(failure)).toBe(
      'cannot execute its program (run): its interpreter is missing (ENOENT)',
    );
  });

  it('says how often it happened in a row', () => {
    given({ web: { mode: 'respawn', spawn: ['execute', 'ENOENT'] } })
      .boots('web')
      .when(fired('respawn:web'))
      .reports(
        '/bin/web: cannot execute its program (run): no such file or directory (ENOENT) (2 times in a row)',
      );
  });

  it('shows a code without words by its name', () => {
    expect([describeErrorCode('ENOSPC'), describeErrorCode('EXDEV')]).toEqual([
      'no space left on the device',
      'EXDEV',
    ]);
  });
});
