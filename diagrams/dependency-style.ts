/**
 * How services and dependencies look, in Graphviz and in Mermaid alike. Pure.
 *
 * @module
 */
import {
  notLoaded,
  type DependencyGraph,
  type GraphDependency,
  type GraphService,
} from './dependency-graph';
import { lightTone, stateTone, surface, type ToneName } from './palette';

export const modeTones: Readonly<Record<GraphService['mode'], ToneName>> = {
  respawn: 'running',
  sync: 'done',
  oneshot: 'starting',
  bundle: 'neutral',
  missing: 'failed',
};

/** Returns the tone of a service: that of its state where it is known, otherwise that of its mode. Pure. */
export const serviceTone = ({ mode, state }: GraphService): ToneName =>
  state === undefined ? modeTones[mode] : stateTone(state);

/** `starting.reading` → `starting (reading)`: as `msvc` says it. */
export const stateWords = (state: string): string =>
  state
    .replace('.ready', '')
    .replace(/\.(.+)$/u, ' ($1)')
    .replace(notLoaded, 'not loaded');

/** `event 57, 12.480 s after the start`. */
export const instantWords = ({ seq, us }: NonNullable<DependencyGraph['instant']>): string =>
  `event ${String(seq)}, ${(us / 1_000_000).toFixed(3)} s after the start`;

/** Returns the colour of a dependency's line; red: minit skips it, or the one that closes its cycle. Pure. */
export function dependencyColor(
  { isInCycle }: GraphDependency,
  to: GraphService | undefined,
): string {
  // What a log does not know is not missing: it may only have been asked for by nobody yet.
  const isMissing = to === undefined || (to.mode === 'missing' && to.state === undefined);
  return isInCycle || isMissing ? lightTone('failed').line : surface.smallPrint.light;
}
