/**
 * Before `npm run test:boot`: installs what a virtual machine needs, or says what to install.
 *
 * @module
 */
import { meetForBoot } from './requirements';

try {
  meetForBoot();
} catch (error) {
  console.error(`test:boot: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}
