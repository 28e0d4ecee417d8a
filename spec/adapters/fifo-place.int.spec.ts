/**
 * How often the place of a FIFO is looked after. That a FIFO which has gone is noticed is in
 * control-fifo.int.spec.ts and going-away.e2e.spec.ts.
 */
import '../support/real-process';
import { closeSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate as nextIteration } from 'node:timers/promises';
import { watchPlace } from '../../adapters/fifo-place';
import { temporaryDirectory } from '../support/temporary-directory';

const pauseMs = 100;

it('is at most ten times a second, however much happens beside it, and once after all', async () => {
  const directory = temporaryDirectory();
  const path = join(directory, 'in');
  writeFileSync(path, '');
  // Each look is told, because something else is at the place.
  const fd = openSync('/dev/null', 'r');
  let looks = 0;
  let isLooked = (): void => undefined;
  const begunAt = performance.now();
  const stop = watchPlace({ fifos: [{ fd, path }] }, () => {
    looks += 1;
    isLooked();
  });
  for (let count = 0; count < 500; count += 1) {
    const other = join(directory, 'other');
    writeFileSync(other, '');
    rmSync(other);
    await nextIteration();
  }
  const during = looks;
  const passedMs = performance.now() - begunAt;
  expect(during).toBeGreaterThan(0);
  expect(during).toBeLessThanOrEqual(1 + passedMs / (pauseMs - 1));
  await new Promise<void>((resolve) => {
    isLooked = resolve;
  });
  stop();
  closeSync(fd);
});
