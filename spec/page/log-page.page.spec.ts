/**
 * The page of a boot, in a real browser: it loads from the disk alone, goes to any instant, chooses and
 * searches services, by pointer and by keys.
 *
 * Not here: the fold in the page (it is machines/ itself), how the layers are laid out (insight/layers).
 */
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { run } from '../support/supervisor';
import { temporaryDirectory } from '../support/temporary-directory';
import { writeBigLog } from './big-log';
import { openPage } from './browser';

const demo = join(__dirname, '../golden/demo.v1.jsonl');
const texts = (page: Page, selector: string): Promise<string[]> =>
  page.locator(selector).allTextContents();

const shows = (page: Page, text: string) => page.waitForSelector(`#instant:has-text("${text}")`);

describe('the page of a boot', () => {
  it('shows every service as it is at the end, and asks nobody for anything', async () => {
    const { page, faults } = await openPage(demo);
    expect(await page.textContent('#summary')).toBe(
      '12 services, 43 events, settled after 1.025 s',
    );
    expect(await page.textContent('#instant')).toBe('event 43, +1.035 s: minit is halted');
    expect(await texts(page, '#services .name')).toEqual(
      expect.arrayContaining(['default', 'net/eth0', 'flaky']),
    );
    expect(await texts(page, '#services .row')).toHaveLength(12);
    expect(faults).toEqual([]);
    await page.close();
  });

  it('goes to an instant by the slider, and back by keys', async () => {
    const { page } = await openPage(demo);
    await page.locator('#slider').fill('10');
    await shows(page, 'event 11,');
    expect(await texts(page, '#services .row')).toContain('net/eth0running');
    await page.keyboard.press('Home');
    await shows(page, 'event 1,');
    await page.keyboard.press('ArrowRight');
    await shows(page, 'event 2,');
    await page.close();
  });

  it('tells an instant so that --at takes it, however late it is', async () => {
    const log = temporaryDirectory();
    writeBigLog(log, { services: 12, events: 400, livesUs: 1_000_000_100 });
    const { page } = await openPage(log);
    for (const seq of [20, 150, 399]) {
      await page.locator('#slider').fill(String(seq - 1));
      await shows(page, `event ${String(seq)},`);
      expect(await page.getAttribute('#slider', 'aria-valuetext')).toBe(`event ${String(seq)}`);
      const [, at = ''] = /(\+[\d.]+) s/u.exec((await page.textContent('#instant')) ?? '') ?? [];
      const [, listed] = (await page.textContent('[aria-current=true] .seq'))?.split('  ') ?? [];
      expect(listed).toBe(at);
      const told = run('minit-replay', [log, '--at', at, '--json']).stdout;
      // Up to the end of the millisecond, which others may share.
      const { seq: last } = JSON.parse(told) as { seq: number };
      expect(last).toBeGreaterThanOrEqual(seq);
      expect(atOf(log, last) - atOf(log, seq)).toBeLessThan(1_000);
    }
    await page.close();
  });

  it('goes where the strip is pointed at', async () => {
    const { page } = await openPage(demo);
    const box = await page.locator('#strip').boundingBox();
    if (box === null) throw new Error('no strip');
    await page.mouse.click(box.x + box.width / 2, box.y + box.height / 2);
    await shows(page, '+0.51');
    await page.close();
  });

  it('shows the chosen service: why, its chart in the state it is in, its events with their causes', async () => {
    const { page } = await openPage(demo);
    await page.locator('#services .row', { hasText: 'net/eth0' }).click();
    await page.waitForSelector('#facts h2:text-is("net/eth0")');
    expect(await page.textContent('#facts')).toContain('exited 0 after 0.50 s');
    expect(await page.locator('#chart .is-active').getAttribute('id')).toBe('state sync-done');
    expect(await texts(page, '#events .row')).toEqual([
      expect.stringContaining('directory of net/lo read'),
      expect.stringContaining('net/eth0 → starting'),
      expect.stringContaining('net/eth0 → running: pid '),
      expect.stringContaining('net/eth0 → sync-done: exited 0 after 0.50 s'),
    ]);
    // The cause of its start is a link to the event.
    await page.locator('#events .row', { hasText: 'has process' }).locator('.link').click();
    await shows(page, 'event 8,');
    expect(await page.locator('#chart .is-active').first().getAttribute('id')).toBe(
      'state starting',
    );
    await page.close();
  });

  it('goes from event to event of the chosen service by n and p, and through services by arrows', async () => {
    const { page } = await openPage(demo);
    await page.keyboard.press('Home');
    for (const name of ['default', 'net', 'net/lo', 'net/eth0']) {
      await page.keyboard.press('ArrowDown');
      await page.waitForSelector(`#facts h2:text-is("${name}")`);
    }
    for (const seq of [7, 8, 11]) {
      await page.keyboard.press('n');
      await shows(page, `event ${String(seq)},`);
    }
    await page.keyboard.press('p');
    await shows(page, 'event 8,');
    await page.close();
  });

  it('searches services, and shows all again on Escape', async () => {
    const { page } = await openPage(demo);
    await page.keyboard.press('/');
    await page.keyboard.type('ETH');
    await page.locator('#services .row').nth(1).waitFor({ state: 'detached' });
    expect(await texts(page, '#services .name')).toEqual(['net/eth0']);
    await page.keyboard.press('Escape');
    await page.locator('#services .row').nth(11).waitFor();
    await page.close();
  });

  it('tells its keys', async () => {
    const { page } = await openPage(demo);
    await page.keyboard.press('?');
    expect(await page.locator('#help').isVisible()).toBe(true);
    await page.close();
  });

  it('goes on where it was when its keys have been told', async () => {
    const { page } = await openPage(demo);
    await page.locator('#search').fill('eth');
    await page.locator('#services .row').nth(1).waitFor({ state: 'detached' });
    await page.locator('#help-button').click();
    for (const key of ['ArrowLeft', 'Home', 'Escape']) await page.keyboard.press(key);
    await page.locator('#help').waitFor({ state: 'hidden' });
    expect(await page.inputValue('#search')).toBe('eth');
    await page.keyboard.press('End');
    await page.keyboard.press('ArrowLeft');
    await shows(page, 'event 42,');
    expect(await texts(page, '#services .name')).toEqual(['net/eth0']);
    await page.close();
  });

  it('ends at the instant that was asked for', async () => {
    const { page } = await openPage(demo, { at: '12' });
    expect(await page.textContent('#summary')).toBe('5 services, 12 events, never settled');
    await page.close();
  });

  it('shows every service of a log whose first segments are gone, and goes to where it begins', async () => {
    const log = temporaryDirectory();
    writeBigLog(log, { services: 20, events: 600, segmentBytesMax: 30_000 });
    const [first, second] = readdirSync(log).sort();
    for (const name of [first, second]) rmSync(join(log, name ?? ''));
    const begins = snapshotSeqs(log)[0] ?? 0;
    const { page, faults } = await openPage(log);
    expect(await page.textContent('#summary')).toBe(
      `20 services, ${String(600 - begins)} events, the log begins after event ${String(begins)}`,
    );
    await page.keyboard.press('Home');
    await page.keyboard.press('ArrowLeft');
    await shows(page, `event ${String(begins)},`);
    expect(await texts(page, '#services .state')).not.toContain('');
    expect(faults).toEqual([]);
    await page.close();
  });

  it('shows what is before a gap in the log and what is after it, and says what is missing', async () => {
    const log = temporaryDirectory();
    writeBigLog(log, { services: 20, events: 600, segmentBytesMax: 30_000 });
    const [before = 0, after = 0] = snapshotSeqs(log);
    rmSync(join(log, readdirSync(log).sort()[1] ?? ''));
    const told = `minit-replay: note: events ${String(before + 1)} to ${String(after)} are gone from the log\n`;
    const { page, faults } = await openPage(log, { told });
    expect(await page.textContent('#summary')).toBe(
      `20 services, ${String(600 - (after - before))} events, settled after 0.005 s`,
    );
    expect(await page.textContent('#notes')).toBe(
      `Events ${String(before + 1)} to ${String(after)} are not in the log.`,
    );
    await page.locator('#slider').fill(String(before));
    await shows(page, `event ${String(after + 1)},`);
    await page.keyboard.press('ArrowLeft');
    await shows(page, `event ${String(before)},`);
    await page.keyboard.press('Home');
    await page.keyboard.press('End');
    await shows(page, 'event 600,');
    expect(faults).toEqual([]);
    await page.close();
  });

  it('takes 1,000 services and 100,000 events, of which it draws what is seen', async () => {
    const log = temporaryDirectory();
    writeBigLog(log, { services: 1_000, events: 100_000 });
    const { page, faults } = await openPage(log);
    expect(await page.textContent('#summary')).toMatch(/^1000 services, 100000 events, settled/u);
    expect(await page.locator('#services .row').count()).toBeLessThan(60);
    await page.keyboard.press('Home');
    await shows(page, 'event 1,');
    await page.locator('#slider').fill('49999');
    await shows(page, 'event 50000,');
    await page.keyboard.press('/');
    await page.keyboard.type('s777');
    await page.locator('#services .row', { hasText: 's777' }).click();
    await page.waitForSelector('#facts h2:text-is("s777")');
    expect(faults).toEqual([]);
    await page.close();
  }, 240_000);

  it('says of a service whose directory is still being read no more than that', async () => {
    const { page } = await openPage(demo);
    await page.locator('#services .row', { hasText: 'net/eth0' }).click();
    await page.locator('#slider').fill('1');
    await page.waitForSelector('#facts p:text-is("Its directory has not been read yet.")');
    await page.close();
  });

  it('is drawn in light and in dark', async () => {
    const grounds: string[] = [];
    for (const dark of [false, true]) {
      const { page } = await openPage(demo, { dark });
      grounds.push(await page.evaluate<string>('getComputedStyle(document.body).backgroundColor'));
      // Something is on each canvas.
      for (const id of ['strip', 'bars', 'dependencies'])
        expect(await page.locator(`#${id}`).evaluate(hasPixels)).toBe(true);
      await page.close();
    }
    expect(grounds).toEqual(['rgb(254, 254, 254)', 'rgb(13, 17, 23)']);
  });
});

/** CLOCK_BOOTTIME µs of an event. */
const atOf = (log: string, seq: number): number => {
  const [name = ''] = readdirSync(log);
  const line = readFileSync(join(log, name), 'utf8').split('\n')[seq] ?? '';
  return (JSON.parse(line) as { at: number }).at;
};

/** After which event each segment but the first begins. */
const snapshotSeqs = (log: string): number[] =>
  readdirSync(log)
    .sort()
    .flatMap((name) => {
      const [, line = ''] = readFileSync(join(log, name), 'utf8').split('\n');
      const { snapshot, seq } = JSON.parse(line) as { snapshot?: unknown; seq: number };
      return snapshot === undefined ? [] : [seq];
    });

function hasPixels(element: unknown): boolean {
  const canvas = element as {
    width: number;
    height: number;
    getContext(kind: '2d'): { getImageData(...area: number[]): { data: Uint8ClampedArray } };
  };
  const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
  return data.some((value) => value > 0);
}
