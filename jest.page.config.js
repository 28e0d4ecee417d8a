// @ts-check
/**
 * For `npm run test:page`: specs that open a page in a real browser.
 *
 * @type {import('jest').Config}
 */
module.exports = {
  ...require('./jest.config.js'),
  testMatch: ['**/*.page.spec.ts'],
  testPathIgnorePatterns: [],
};
