/**
 * What V8 is told after a big boot, by its version.
 *
 * Not here: what V8 makes of it (bench/).
 */
import { letV8Optimize } from '../../adapters/tune-v8';

const flagsFor = (v8Version: string): readonly string[] => {
  const told: string[] = [];
  letV8Optimize((flags) => told.push(...flags), v8Version);
  return told;
};

it('lets V8 optimize what is hot in the long run, by flags that this version knows', () => {
  expect(flagsFor('11.3.244.8-node.30')).toEqual(['--opt', '--interrupt-budget=1000000']);
  expect(flagsFor('12.4.254.21-node.33')).toEqual(['--opt']);
});

it('leaves a V8 alone that has optimized by Maglev all along', () => {
  expect(flagsFor('13.6.233.17-node.41')).toEqual([]);
  expect(flagsFor('14.3.127.18-node.10')).toEqual([]);
});
