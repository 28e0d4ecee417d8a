/**
 * How the page of a boot looks: whether each part has room in a small window, and each text stands out from
 * its ground.
 *
 * Not here: whether it is beautiful.
 */
import { join } from 'node:path';
import { openPage } from './browser';

const demo = join(__dirname, '../golden/demo.v1.jsonl');

describe('the looks of the page', () => {
  it.each([
    [360, 640],
    [600, 900],
    [1000, 400],
  ])('has room for each part in a window of %i x %i', async (width, height) => {
    const { page } = await openPage(demo);
    await page.setViewportSize({ width, height });
    await page.locator('#services .row', { hasText: 'clock/log' }).click();
    await page.waitForSelector('#facts h2:text-is("clock/log")');
    const boxes: Box[] = [];
    for (const id of ['services', 'bars', 'dependencies', 'facts', 'chart', 'events'])
      boxes.push(await page.locator(`#${id}`).evaluate(boxOf));
    for (const [index, box] of boxes.entries()) {
      expect(box.left).toBeGreaterThanOrEqual(0);
      expect(box.right).toBeLessThanOrEqual(width);
      expect(box.right - box.left).toBeGreaterThan(90);
      expect(box.bottom - box.top).toBeGreaterThan(50);
      for (const other of boxes.slice(index + 1)) expect(areApart(box, other)).toBe(true);
    }
    await page.close();
  });

  it.each([false, true])('has no text that is hard to read, dark: %s', async (dark) => {
    const { page } = await openPage(demo, { dark });
    await page.locator('#services .row', { hasText: 'clock/log' }).click();
    await page.locator('#slider').fill('12');
    await page.waitForSelector('#events .future');
    const contrasts = await page.locator('body').evaluate(contrastsIn);
    expect(contrasts.length).toBeGreaterThan(20);
    expect(contrasts.filter(({ ratio }) => ratio < 4.5)).toEqual([]);
    await page.close();
  });
});

interface Box {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

function boxOf(element: unknown): Box {
  const { left, right, top, bottom } = (
    element as { getBoundingClientRect(): Box }
  ).getBoundingClientRect();
  return { left, right, top, bottom };
}

const areApart = (one: Box, other: Box): boolean =>
  one.right <= other.left ||
  other.right <= one.left ||
  one.bottom <= other.top ||
  other.bottom <= one.top;

/** What {@link contrastsIn} needs of the page, for which there are no types here. */
interface Node {
  readonly tagName: string;
  readonly textContent: string;
  readonly parentElement: Node | null;
  readonly childNodes: Iterable<{ readonly nodeType: number; readonly textContent: string }>;
  closest(selector: string): Node | null;
  querySelectorAll(selector: string): Iterable<Node>;
}
interface Style {
  readonly color: string;
  readonly backgroundColor: string;
  readonly opacity: string;
}

/** Each text outside the chart with its contrast after WCAG 2, 1 to 21. Runs in the page: all it needs is in it. */
function contrastsIn(body: unknown): { readonly text: string; readonly ratio: number }[] {
  const styleOf = (node: Node): Style =>
    (globalThis as unknown as { getComputedStyle(node: Node): Style }).getComputedStyle(node);
  const parts = (color: string): number[] => (color.match(/[\d.]+/gu) ?? []).map(Number);
  const lay = (above: number[], below: number[], share: number): number[] =>
    below.map((value, index) => (above[index] ?? 0) * share + value * (1 - share));
  const light = (color: number[]): number =>
    color
      .map((value) => value / 255)
      .map((value) => (value <= 0.03928 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4))
      .reduce((sum, value, index) => sum + value * ([0.2126, 0.7152, 0.0722][index] ?? 0), 0);
  const ratioOf = (node: Node): number => {
    const line: Node[] = [];
    for (let at: Node | null = node; at !== null; at = at.parentElement) line.unshift(at);
    let [ground, opacity] = [[255, 255, 255], 1];
    for (const at of line) {
      const [red = 0, green = 0, blue = 0, alpha = 1] = parts(styleOf(at).backgroundColor);
      ground = lay([red, green, blue], ground, alpha);
      opacity *= Number(styleOf(at).opacity);
    }
    const ink = lay(parts(styleOf(node).color).slice(0, 3), ground, opacity);
    const [dim = 0, bright = 0] = [light(ink), light(ground)].sort((a, b) => a - b);
    return (bright + 0.05) / (dim + 0.05);
  };
  const hasText = ({ childNodes }: Node): boolean =>
    [...childNodes].some(
      ({ nodeType, textContent }) => nodeType === 3 && textContent.trim() !== '',
    );
  return [...(body as Node).querySelectorAll('*')]
    .filter((node) => hasText(node) && node.closest('svg, script, style, dialog') === null)
    .map((node) => ({ text: node.textContent, ratio: ratioOf(node) }));
}
