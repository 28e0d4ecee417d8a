/**
 * Adds up the tallies on stdin, `N passed, N failed`, into one; exits 1 if anything failed. What broke
 * before it could give a tally (`1` as the argument) counts as a failure.
 *
 * @module
 */
import { readFileSync } from 'node:fs';

const [isBroken] = process.argv.slice(2);
const sum = { passed: 0, failed: 0, skipped: 0 };
for (const line of readFileSync(0, 'utf8').split('\n')) {
  const found = /^(\d+) passed, (\d+) failed(?:, (\d+) skipped)?$/.exec(line);
  if (found === null) continue;
  sum.passed += Number(found[1]);
  sum.failed += Number(found[2]);
  sum.skipped += Number(found[3] ?? 0);
}
if (isBroken !== '0' && sum.failed === 0) sum.failed = 1;
const skipped = sum.skipped > 0 ? `, ${sum.skipped} skipped` : '';
process.exitCode = sum.failed === 0 ? 0 : 1;
console.log(`${sum.passed} passed, ${sum.failed} failed${skipped}`);
