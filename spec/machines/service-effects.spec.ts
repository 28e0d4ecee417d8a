/**
 * What the start of a process is told: the files of the service directory, one by one.
 *
 * @module
 */
import type { SpawnProcessParams } from '../../machines/effects';
import { retryDelay } from '../../machines/service-effects';
import { given, type Entry } from '../support/given';

/** What `web` is started with. */
function spawnOf(entry: Entry, name = 'web'): SpawnProcessParams | undefined {
  const { effects } = given({ [name]: entry }).boots(name);
  return effects.flatMap(({ type, params }) => (type === 'SpawnProcess' ? [params] : []))[0];
}

describe('the start of a process', () => {
  it('has no more than there is', () => {
    expect(spawnOf({})).toEqual({
      service: 'web',
      path: '/bin/web',
      argv: ['web'],
      workingDirectory: '/etc/minit/web',
    });
  });

  it('has argv[0] from run and one argument a line of params', () => {
    const run = { path: '/usr/sbin/httpd', argv0: 'httpd' };
    expect(spawnOf({ run, params: ['-f', '', 'a b'] })).toMatchObject({
      path: '/usr/sbin/httpd',
      argv: ['httpd', '-f', '', 'a b'],
    });
  });

  it('has the encoding of params that are no UTF-8', () => {
    expect(spawnOf({ params: ['\u00ff'], paramsEncoding: 'latin1' })).toMatchObject({
      argvEncoding: 'latin1',
    });
  });

  it('has in, out, nice and root', () => {
    expect(
      spawnOf({
        input: '/etc/minit/web/in',
        output: '/dev/null',
        nice: 5,
        workingDirectory: '/srv',
      }),
    ).toMatchObject({
      input: '/etc/minit/web/in',
      output: '/dev/null',
      nice: 5,
      workingDirectory: '/srv',
    });
  });

  it('has a nice level of 0 that was asked for', () => {
    expect(spawnOf({ nice: 0 })).toHaveProperty('nice', 0);
  });

  it('has the write end of the log pipe, and its logger the read end', () => {
    expect(spawnOf({ hasLog: true })).toMatchObject({ writesLogOf: 'web' });
    expect(spawnOf({}, 'web/log')).toMatchObject({ readsLogOf: 'web' });
  });

  it('may log the logger', () => {
    expect(spawnOf({ hasLog: true }, 'web/log')).toMatchObject({
      readsLogOf: 'web',
      writesLogOf: 'web/log',
    });
  });
});

describe('the delay after failed starts in a row', () => {
  it.each([
    [1, 100],
    [2, 200],
    [3, 400],
    [9, 25_600],
    [10, 30_000],
    [2000, 30_000],
  ])('after %i is %i ms', (failures, delay) => {
    expect(retryDelay(failures)).toBe(delay);
  });
});
