// @ts-check
/**
 * For `npm run test:boot`: specs that boot a virtual machine.
 *
 * @type {import('jest').Config}
 */
module.exports = {
  ...require('./jest.config.js'),
  testMatch: ['**/*.boot.spec.ts'],
  testPathIgnorePatterns: [],
  testTimeout: 240_000,
};
