/**
 * The log as it is in the page: JSON, gzip, base64, so that the page is one file and stays small.
 *
 * @module
 */
import type { PageData } from './recorded-boot';

/** Unpacks what stands in the element with this ID. @throws Error if that is no log. */
export async function readPageData(element: Element | null): Promise<PageData> {
  const packed = element?.textContent.trim() ?? '';
  if (packed === '') throw new Error('there is no log in this page');
  const bytes = Uint8Array.from(atob(packed), (char) => char.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'));
  return (await new Response(stream).json()) as PageData;
}
