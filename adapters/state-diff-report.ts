/**
 * The difference between two moments of a log as lines for people.
 *
 * @module
 */
import type { FieldChange, StateDiff } from '../insight/state-diff';

const shown = (value: FieldChange['from']): string => (value === null ? 'none' : String(value));

/** One line a change, the name and the field first; one for a service that is there at one moment only. */
export function diffLines({ minit, services }: StateDiff): string[] {
  const rows = [
    ...minit.map((change) => ['(minit)', change.field, arrow(change)] as const),
    ...services.flatMap(({ service, is, changes }) =>
      is === 'changed'
        ? changes.map((change) => [service, change.field, arrow(change)] as const)
        : [[service, is, whole(changes, is === 'new' ? 'to' : 'from')] as const],
    ),
  ];
  if (rows.length === 0) return ['nothing has changed'];
  const nameWidth = Math.max(...rows.map(([name]) => name.length));
  const fieldWidth = Math.max(...rows.map(([, field]) => field.length));
  return rows.map(
    ([name, field, text]) => `${name.padEnd(nameWidth)}  ${field.padEnd(fieldWidth)}  ${text}`,
  );
}

const arrow = ({ from, to }: FieldChange): string => `${shown(from)} -> ${shown(to)}`;

/** The state of a service that is new or gone, and why. */
function whole(changes: readonly FieldChange[], side: 'from' | 'to'): string {
  const value = (name: string): string =>
    shown(changes.find(({ field }) => field === name)?.[side] ?? null);
  return `${value('state')}, wants ${value('want')}: ${value('reason')}`;
}
