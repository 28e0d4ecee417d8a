/**
 * A boot as a sequence diagram in the language of Mermaid: a bar at a service's line while it has a process. Pure.
 *
 * @module
 */
import type { SequenceMessage } from '../insight/boot-sequence';
import type { SequenceExcerpt } from '../insight/sequence-excerpt';

/** Returns the diagram; `startedAt`: CLOCK_BOOTTIME in µs that its times are counted from. Pure. */
export function sequenceToMermaid(
  { services, messages, leftOut }: SequenceExcerpt,
  startedAt: number,
): string {
  // A name may be any word of Mermaid's own (`end`), so that ids are numbers.
  const idByName = new Map(services.map((name, index) => [name, `s${String(index)}`]));
  const active = new Set<string>();
  const lines = messages.flatMap((message) => {
    const id = idByName.get(message.service ?? '');
    const seconds = ((message.at - startedAt) / 1_000_000).toFixed(3);
    const text = safe(`${seconds} s ${message.text}`);
    return [...messageLines(message, id, text), ...barLines(message, id, active)];
  });
  return [
    'sequenceDiagram',
    ...(messages.some(({ kind }) => kind === 'order') ? ['actor operator'] : []),
    'participant minit',
    ...services.map((name) => `participant ${idByName.get(name) ?? ''} as ${safeName(name)}`),
    ...lines,
    // A bar that is still open would not be drawn.
    ...[...active].map((id) => `deactivate ${id}`),
    ...leftOut.map((text) => `Note over minit: left out: ${safe(text)}`),
  ]
    .map((line, index) => (index === 0 ? line : `  ${line}`))
    .concat('')
    .join('\n');
}

function messageLines(
  { kind }: SequenceMessage,
  id: string | undefined,
  text: string,
): readonly string[] {
  switch (kind) {
    case 'order':
      return [`operator->>minit: ${text}`];
    case 'note':
      return [id === undefined ? `Note over minit: ${text}` : `Note over ${id}: ${text}`];
    case 'tell':
      return [`minit->>${id ?? ''}: ${text}`];
    case 'up':
    case 'end':
      return [`${id ?? ''}-->>minit: ${text}`];
    case 'failure':
      return [`${id ?? ''}--xminit: ${text}`];
  }
}

/** Mermaid refuses to end a bar that was not begun. */
function barLines(
  { kind }: SequenceMessage,
  id: string | undefined,
  active: Set<string>,
): string[] {
  if (id === undefined) return [];
  if (kind === 'up' && !active.has(id)) {
    active.add(id);
    return [`activate ${id}`];
  }
  return (kind === 'end' || kind === 'failure') && active.delete(id) ? [`deactivate ${id}`] : [];
}

/** What could mean something in Mermaid (`#`, `;`, line ends) goes by its number. */
const safe = (text: string): string =>
  text.replace(
    /[^\p{L}\p{N} .,:()/_+-]/gu,
    (character) => `#${String(character.codePointAt(0) ?? 0)};`,
  );

/** `wrap:` in front of a name would be a word of Mermaid's. */
const safeName = (name: string): string => safe(name).replaceAll(':', '#58;');
