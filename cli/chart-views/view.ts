/**
 * What each way to show a boot with `minit-chart` is given, and gives.
 *
 * @module
 */
import type { GatheredBoot } from '../../adapters/gathered-boot';
import type { ServiceName } from '../../machines/definition';
import type { SegmentHeader } from '../../machines/log-format';

export interface ShownBoot {
  readonly boot: GatheredBoot;
  readonly header: SegmentHeader;
  /** The length of the time axis, in µs. */
  readonly us: number;
  /** Those that are to be shown; `undefined`: all. */
  readonly services: ReadonlySet<ServiceName> | undefined;
}

/** Returns the text to write, or why there is none. */
export type ChartView = (shown: ShownBoot) => string | { readonly failure: string };

/** `boot of /etc/minit on host, 2026-11-24T03:20:16.122Z`. */
export const titleOf = ({ boot, header }: ShownBoot): string =>
  `boot of ${boot.state.root} on ${header.host}, ${header.wallAt}`;
