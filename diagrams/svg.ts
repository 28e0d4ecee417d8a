/**
 * What Graphviz makes, made fit for a page: sized in pixels, with fonts that every system has, and
 * with a dark form of each colour for readers who like it dark. Pure.
 *
 * @module
 */
import { escapeXml } from './escape-xml';
import { darkByLight } from './palette';

/** Lays out a DOT document and returns Graphviz's SVG. */
export type LayOut = (dot: string) => string;

/** Returns the picture of `dot`. `title` is read out to those who cannot see it. */
export function dotToSvg(dot: string, title: string, layOut: LayOut): string {
  const svg = layOut(dot)
    .replace(/^[\s\S]*?(?=<svg)/u, '')
    .replace(/<!--[\s\S]*?-->\n?/gu, '')
    // Titles of single boxes and lines are names of ours, which would pop up under the pointer.
    .replace(/<title>[\s\S]*?<\/title>\n?/gu, '')
    .replace(/ font-family="[^"]*"/gu, '')
    .replace(/(width|height)="(\d+)pt"/gu, '$1="$2"');
  const head = `<title>${escapeXml(title)}</title>\n<style>${styleSheet(svg)}</style>\n`;
  return svg.replace(
    /<svg ([^>]*)>\n?/u,
    (_, attributes: string) => `<svg role="img" ${attributes}>\n${head}`,
  );
}

/**
 * Returns the style sheet that `svg` needs. A rule of CSS goes before the attribute of the same name, so
 * that the attributes are the light form. Pure.
 */
export function styleSheet(svg: string): string {
  const rules = [...darkByLight()].flatMap(([light, dark]) =>
    (['fill', 'stroke'] as const)
      .filter((property) => svg.includes(`${property}="${light}"`))
      .map((property) => `[${property}="${light}"]{${property}:${dark}}`),
  );
  const fonts = 'text{font-family:Arial,Helvetica,"Liberation Sans",sans-serif}';
  return `${fonts}@media(prefers-color-scheme:dark){${rules.join('')}}`;
}
