/**
 * What an event allocates, counted in a process of its own: no more with 10,000 services than with 100.
 */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { buildSync } from 'esbuild';
import { temporaryDirectory } from '../support/temporary-directory';

const script = join(temporaryDirectory(), 'count-allocations.cjs');
const youngMb = 256;

interface Count {
  readonly events: number;
  readonly bytesPerEvent: number;
  /** Garbage collections meanwhile: with one the bytes are not those that were allocated. */
  readonly collected: number;
}

const countWith = (services: number): Count =>
  JSON.parse(
    execFileSync(
      process.execPath,
      [
        ...['--expose-gc', '--no-opt'],
        ...[`--min-semi-space-size=${String(youngMb)}`, `--max-semi-space-size=${String(youngMb)}`],
        ...[script, String(services)],
      ],
      { encoding: 'utf8' },
    ),
  ) as Count;

beforeAll(() => {
  buildSync({
    entryPoints: [join(__dirname, '../support/count-allocations.ts')],
    bundle: true,
    platform: 'node',
    target: 'node20',
    outfile: script,
    logLevel: 'error',
  });
});

it('is bounded by the services that the event touches', () => {
  const [few, many] = [countWith(100), countWith(10_000)];
  expect([few.collected, many.collected]).toEqual([0, 0]);
  expect(few.bytesPerEvent).toBeGreaterThan(1_000);
  expect(many.bytesPerEvent).toBeLessThan(1.05 * few.bytesPerEvent);
});
