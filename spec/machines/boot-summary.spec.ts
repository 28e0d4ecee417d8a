/**
 * How a boot went, verbatim.
 *
 * @module
 */
import type { Effect } from '../../machines/effects';
import { exited, given, type Scenario } from '../support/given';

const summary = ({ effects }: Scenario): string | undefined =>
  effects.find(
    (one): one is Effect & { type: 'Report' } =>
      one.type === 'Report' && one.params.code === 'boot',
  )?.params.text;

const step = { mode: 'sync' } as const;

describe('the boot summary', () => {
  it('counts what is up, done and failed, and names the slowest step', () => {
    const scenario = given({
      default: { run: false, depends: ['web', 'db', 'broken'] },
      web: { mode: 'respawn', depends: ['net/eth0', 'fs', 'fsck'] },
      db: {},
      broken: { spawn: ['execute', 'ENOENT'] },
      'net/eth0': step,
      fs: step,
      fsck: step,
    }).boots();
    scenario.after(50).when(exited('fs'));
    scenario.after(100).when(exited('fsck', 1));
    scenario.after(350).when(exited('net/eth0'));
    expect(summary(scenario)).toBe(
      'boot settled after 0.50 s: 2 services up, 2 steps done, 2 failed; slowest step net/eth0 0.50 s',
    );
  });

  it('is plain when there is nothing to add', () => {
    expect(summary(given({ default: { run: false } }).boots())).toBe('boot settled after 0.00 s');
  });

  it('speaks of one service in the singular, and of no step that was fast', () => {
    const scenario = given({ a: { depends: ['b'] }, b: step }).boots('a');
    scenario.after(9).when(exited('b'));
    expect(summary(scenario)).toBe('boot settled after 0.01 s: 1 service up, 1 step done');
  });

  it('counts a one-shot that has ended, and what waits for its next start', () => {
    const scenario = given({
      default: { run: false, depends: ['once', 'bad', 'loop', 'web'] },
      once: {},
      bad: {},
      loop: { mode: 'respawn' },
      web: { depends: ['slow'] },
      slow: step,
    }).boots();
    scenario.when(exited('once'), exited('bad', 'KILL'), exited('loop'));
    scenario.after(2_000).when(exited('slow'));
    expect(summary(scenario)).toBe(
      'boot settled after 2.00 s: 1 service up, 1 step done, 1 finished, 1 to be started again, 1 failed; slowest step slow 2.00 s',
    );
  });

  it('says on a machine how long ago the kernel began', () => {
    const scenario = given({ a: {} }).after(3_200).bootsAs('machine', 'a');
    expect(summary(scenario)).toBe(
      "boot settled after 0.00 s, 3.20 s after the kernel's start: 1 service up",
    );
  });
});
