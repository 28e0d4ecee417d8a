// @ts-check
/**
 * Jest reporter: a plain last line for scripts, `N passed, N failed`, after Jest's own summary.
 *
 * @module
 */
const { writeSync } = require('node:fs');

module.exports = class TallyReporter {
  /**
   * @param {unknown} _contexts
   * @param {import('@jest/reporters').AggregatedResult} results
   */
  onRunComplete(_contexts, results) {
    const { numPassedTests, numFailedTests, numPendingTests, numRuntimeErrorTestSuites } = results;
    // A file that cannot even be loaded has failed, too.
    const failed = numFailedTests + numRuntimeErrorTestSuites;
    const skipped = numPendingTests > 0 ? `, ${numPendingTests} skipped` : '';
    const line = `${numPassedTests} passed, ${failed} failed${skipped}\n`;
    // Jest prints its summary when all reporters have been told, whatever their order.
    process.on('exit', () => writeSync(process.stdout.fd, line));
  }
};
