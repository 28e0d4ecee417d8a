/**
 * Text in XML, SVG and the labels of Graphviz. Pure.
 *
 * @module
 */

/** Returns `text` for use in XML, in an attribute or between tags. Pure. */
export function escapeXml(text: string): string {
  return text.replace(/[&<>"']/gu, (character) => `&#${String(character.charCodeAt(0))};`);
}
