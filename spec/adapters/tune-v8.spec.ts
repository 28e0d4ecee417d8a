/**
 * What V8 is told after a big boot, for a code cache and for a long log, by its version.
 *
 * Not here: what V8 makes of it (bench/, light-boot.e2e).
 */
import { letV8Optimize, tuneV8ForLogs, untuneV8, type SetV8Flags } from '../../adapters/tune-v8';

const flagsBy =
  (tell: (setFlags: SetV8Flags, v8Version: string) => void) =>
  (v8Version: string): readonly string[] => {
    const told: string[] = [];
    tell((flags) => told.push(...flags), v8Version);
    return told;
  };
const flagsFor = flagsBy(letV8Optimize);

it('lets V8 optimize what is hot in the long run, by flags that this version knows', () => {
  expect(flagsFor('11.3.244.8-node.30')).toEqual(['--opt', '--interrupt-budget=1000000']);
  expect(flagsFor('12.4.254.21-node.33')).toEqual(['--opt']);
});

it('takes back for a code cache what V8 12 concludes from --no-opt, and no other version knows', () => {
  const flagsBack = flagsBy(untuneV8);
  expect(flagsBack('11.3.244.8-node.30')).not.toContain('--osr-from-maglev');
  expect(flagsBack('12.4.254.21-node.33')).toContain('--osr-from-maglev');
  expect(flagsBack('13.6.233.17-node.41')).not.toContain('--osr-from-maglev');
});

it('leaves a V8 alone that has optimized by Maglev all along', () => {
  expect(flagsFor('13.6.233.17-node.41')).toEqual([]);
  expect(flagsFor('14.3.127.18-node.10')).toEqual([]);
});

it('holds the young generation down for a long log where it would take more than the log', () => {
  const flagsForLogs = flagsBy(tuneV8ForLogs);
  expect(flagsForLogs('11.3.244.8-node.30')).toEqual(['--heap-growing-percent=40']);
  expect(flagsForLogs('12.4.254.21-node.33')).toEqual(['--heap-growing-percent=40']);
  expect(flagsForLogs('13.6.233.17-node.41')).toContain('--semi-space-growth-factor=1');
  expect(flagsForLogs('14.3.127.18-node.10')).toContain('--semi-space-growth-factor=1');
});
