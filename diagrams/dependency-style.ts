/**
 * How services and dependencies look, in Graphviz and in Mermaid alike. Pure.
 *
 * @module
 */
import type { GraphDependency, GraphService } from './dependency-graph';
import { lightTone, surface, type ToneName } from './palette';

export const modeTones: Readonly<Record<GraphService['mode'], ToneName>> = {
  respawn: 'running',
  sync: 'done',
  oneshot: 'starting',
  bundle: 'neutral',
  missing: 'failed',
};

/** Returns the colour of a dependency's line; red: minit skips it, or the one that closes its cycle. Pure. */
export function dependencyColor(
  { isInCycle }: GraphDependency,
  to: GraphService | undefined,
): string {
  return isInCycle || to === undefined || to.mode === 'missing'
    ? lightTone('failed').line
    : surface.smallPrint.light;
}
