/**
 * The end of minit's own program, with the exit status that it is to have.
 *
 * @module
 */
import { hasHungUp } from './libc/terminal';
import { exitAtOnce } from './libc/write';

const standardFds = [0, 1, 2];

/**
 * Ends this program with `code`, after all that listens to its end. At its very end Node sets back the terminals that it
 * was started on, and crashes on one that has hung up: there it is left out.
 */
export function endProgram(code: number): never {
  process.on('exit', () => {
    if (standardFds.some(hasHungUp)) exitAtOnce(code);
  });
  process.exit(code);
}
