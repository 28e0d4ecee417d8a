/**
 * The table of states and events as Markdown, for people and for the spec that pins it. Pure.
 *
 * @module
 */
import type { Want } from './service-context';
import type { Cell, ServiceTable } from './table';

/** `·`: ignored; `noted`: the state stays, but what is known or wanted may not. */
function cellText(state: string, wantBefore: Want | undefined, cell: Cell | undefined): string {
  if (cell === undefined) return '·';
  const move = cell.next === state ? [] : [`→ **${cell.next}**`];
  const wish = cell.want === wantBefore ? [] : [`wants ${cell.want}`];
  const parts = [...move, ...wish, ...cell.effects];
  return parts.length === 0 ? 'noted' : parts.join('<br>');
}

/** Returns the table as Markdown, one section a state. Pure. */
export function tableToMarkdown(table: ServiceTable): string {
  const sections = table.map(({ state, variants, rows }) => {
    const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
    return [
      `## ${state}`,
      '',
      line(['event', ...variants.map(({ name }) => name)]),
      line(['---', ...variants.map(() => '---')]),
      ...rows.map(({ event, cells }) =>
        line([event, ...cells.map((cell, index) => cellText(state, variants[index]?.want, cell))]),
      ),
      '',
    ].join('\n');
  });
  return sections.join('\n');
}
