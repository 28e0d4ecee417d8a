/**
 * How the processes of a service ended, those counted together that did so one soon after the other. Pure.
 *
 * @module
 */
import type { ExitStatus } from '../../machines/events';
import type { CauseNode } from './cause-chain';

/** Processes of a service that ended one soon after the other. */
export interface Ends {
  readonly node: CauseNode;
  readonly count: number;
  /** When the first of their processes was started, µs. */
  readonly since: number;
  /** All of them ended in the same way. */
  readonly isSame: boolean;
  readonly status: ExitStatus;
  readonly livedUs: number;
}

/** A process that lived longer has not failed at the start: with it a new count begins. */
const longLifeUs = 60_000_000;

/** Those before, and one more. */
export function endsAfter(
  before: Ends | undefined,
  {
    node,
    status,
    livedUs = 0,
  }: { node: CauseNode; status: ExitStatus; livedUs: number | undefined },
): Ends {
  const isFirst = before === undefined || livedUs > longLifeUs;
  const isSame =
    isFirst || (before.isSame && JSON.stringify(before.status) === JSON.stringify(status));
  return {
    node,
    count: isFirst ? 1 : before.count + 1,
    since: isFirst ? node.at - livedUs : before.since,
    isSame,
    status,
    livedUs,
  };
}
