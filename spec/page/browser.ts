/**
 * Chromium with a page that `minit-replay --html` wrote, from the disk as a reader opens it. Root gets
 * Chromium through apt; anybody else is told what to install.
 *
 * @module
 */
import { chromium, type Browser, type Page } from 'playwright-core';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findTool, meet } from '../../vm/requirements';
import { run } from '../support/supervisor';

const folder = mkdtempSync(join(tmpdir(), 'minit-page-'));
let browser: Browser | undefined;
let pages = 0;

beforeAll(async () => {
  const isThere = (): boolean => findTool('chromium') !== undefined;
  meet([{ package: 'chromium', isThere }], 'to test the page');
  const quiet = ['background-networking', 'component-update', 'sync', 'gpu', 'quic'];
  browser = await chromium.launch({
    executablePath: findTool('chromium') ?? 'chromium',
    args: ['--no-sandbox', '--no-first-run', ...quiet.map((name) => `--disable-${name}`)],
  });
});

afterAll(async () => {
  await browser?.close();
  rmSync(folder, { recursive: true });
});

export interface OpenedPage {
  readonly page: Page;
  /** What went wrong in the page, and what it asked the network for. */
  readonly faults: string[];
  /** From the start of the load until the reader can do something, ms. */
  readonly readyMs: number;
}

/** Writes the page of a log, and opens it. */
export async function openPage(
  log: string,
  {
    dark = false,
    at,
    told = '',
  }: {
    readonly dark?: boolean;
    readonly at?: string;
    /** What minit-replay notes of the log. */ readonly told?: string;
  } = {},
): Promise<OpenedPage> {
  const file = join(folder, `${String((pages += 1))}.html`);
  const written = run('minit-replay', [
    log,
    '--html',
    file,
    ...(at === undefined ? [] : ['--at', at]),
  ]);
  expect(written).toMatchObject({ code: 0, stderr: told });
  if (browser === undefined) throw new Error('no browser');
  const page = await browser.newPage({
    viewport: { width: 1400, height: 900 },
    colorScheme: dark ? 'dark' : 'light',
  });
  const faults: string[] = [];
  page.on('pageerror', ({ message }) => faults.push(message));
  page.on('console', (message) => faults.push(message.text()));
  page.on('request', (request) => {
    if (!request.url().startsWith('file://')) faults.push(request.url());
  });
  const start = performance.now();
  await page.goto(`file://${file}`);
  await page.waitForSelector('body.is-ready', { timeout: 60_000 });
  return { page, faults, readyMs: performance.now() - start };
}
