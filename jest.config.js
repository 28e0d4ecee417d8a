// @ts-check
/**
 * Types are the business of `npm run types`; here they are only stripped.
 *
 * @type {import('jest').Config}
 */
module.exports = {
  testEnvironment: 'node',
  roots: ['<rootDir>/spec'],
  testMatch: ['**/*.spec.ts'],
  // They boot a virtual machine or need a browser: see jest.boot.config.js and jest.page.config.js.
  testPathIgnorePatterns: ['[.](boot|page)[.]spec[.]ts$'],
  setupFilesAfterEnv: ['<rootDir>/spec/support/equal-maps.js'],
  transform: { '\\.ts$': '<rootDir>/spec/support/typescript-transform.js' },
  maxWorkers: 2,
  testTimeout: 60_000,
  showSeed: true,
  watchman: false,
  reporters: ['default', '<rootDir>/spec/support/tally-reporter.js'],
};
