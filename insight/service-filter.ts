/**
 * Which services somebody means: names, or patterns in which `*` stands for any text. Pure.
 *
 * @module
 */
import type { ServiceName } from '../machines/definition';

/** Returns those of `names` that one of `patterns` means, or the first pattern that means none. */
export function chooseServices(
  names: readonly ServiceName[],
  patterns: readonly string[],
): ReadonlySet<ServiceName> | { readonly unknown: string } {
  const chosen = new Set<ServiceName>();
  for (const pattern of patterns) {
    const meant = names.filter(matcherOf(pattern));
    if (meant.length === 0) return { unknown: pattern };
    for (const name of meant) chosen.add(name);
  }
  return chosen;
}

function matcherOf(pattern: string): (name: ServiceName) => boolean {
  if (!pattern.includes('*')) return (name) => name === pattern;
  const parts = pattern.split('*').map((part) => part.replace(/[.+?^${}()|[\]\\]/gu, '\\$&'));
  const expression = new RegExp(`^${parts.join('.*')}$`, 'su');
  return (name) => expression.test(name);
}
