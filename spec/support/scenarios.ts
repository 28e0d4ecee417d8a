/**
 * Whole stories at random: a boot, its faults, and what operators and others do to it.
 *
 * @module
 */
import fc from 'fast-check';
import type { Behaviours, Faults } from '../../adapters/simulated/behaviours';
import type { TreeEntry } from '../../adapters/simulated/tree';
import type { Role, SignalName } from '../../machines/events';
import { behaviours, delayUs, faults, request, serviceName, treeEntries } from './arbitraries';
import { bootTree, type Boot } from './world';

/** Something that happens to a running minit. */
export type Act =
  | { readonly act: 'advance'; readonly byUs: number }
  | { readonly act: 'request'; readonly text: string }
  | { readonly act: 'kill'; readonly service: string; readonly signal: number }
  | { readonly act: 'adopt'; readonly service: string; readonly livesUs: number }
  | { readonly act: 'signal'; readonly signal: SignalName }
  | { readonly act: 'step-clock'; readonly byUs: number }
  | { readonly act: 'orphan' };

export const act: fc.Arbitrary<Act> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ act: fc.constant('advance' as const), byUs: delayUs }) },
  { weight: 6, arbitrary: fc.record({ act: fc.constant('request' as const), text: request }) },
  {
    weight: 2,
    arbitrary: fc.record({
      act: fc.constant('kill' as const),
      service: serviceName,
      signal: fc.constantFrom(9, 15, 19, 18),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      act: fc.constant('adopt' as const),
      service: serviceName,
      livesUs: delayUs,
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      act: fc.constant('signal' as const),
      signal: fc.constantFrom('SIGHUP', 'SIGINT', 'SIGWINCH', 'SIGUSR1', 'SIGTERM', 'SIGPWR'),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      act: fc.constant('step-clock' as const),
      byUs: fc.integer({ min: -1e9, max: 1e9 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ act: fc.constant('orphan' as const) }) },
);

/** A boot and what happens to it. */
export interface Scenario {
  readonly seed: number;
  readonly tree: Readonly<Record<string, TreeEntry>>;
  readonly words: readonly string[];
  readonly role: Role;
  readonly behaviours: Behaviours;
  readonly faults: Faults;
  readonly acts: readonly Act[];
  readonly lastPid: number;
}

const word = fc.oneof(
  serviceName,
  serviceName.map((name) => `-${name}`),
  fc.constantFrom('quiet', 'root=/dev/sda1', '../x', ''),
);

export const scenario: fc.Arbitrary<Scenario> = fc.record({
  seed: fc.nat(),
  tree: treeEntries,
  words: fc.oneof({ weight: 3, arbitrary: fc.constant([]) }, fc.array(word, { maxLength: 3 })),
  role: fc.constantFrom('process', 'container', 'machine'),
  behaviours,
  faults,
  acts: fc.array(act, { maxLength: 25 }),
  // PIDs are used again soon, as on a machine that has been up for long.
  lastPid: fc.constantFrom(32_768, 112),
});

/** Boots the scenario and lets everything in it happen. */
export function enact(drawn: Scenario): Boot {
  const boot = bootTree(drawn);
  for (const each of drawn.acts) perform(boot, each);
  return boot;
}

/** Lets one act happen. */
export function perform({ world, advance }: Boot, each: Act): void {
  switch (each.act) {
    case 'advance':
      advance(each.byUs);
      break;
    case 'request':
      world.request(each.text);
      break;
    case 'kill':
      world.kill(each.service, each.signal);
      break;
    case 'adopt':
      world.request(`P${each.service}\0${String(world.startForeign({ livesUs: each.livesUs }))}\0`);
      break;
    case 'signal':
      world.signal(each.signal);
      break;
    case 'step-clock':
      world.stepClock(each.byUs);
      break;
    case 'orphan':
      world.processes.endOrphan();
      break;
  }
}
