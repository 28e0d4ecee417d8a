/**
 * A limit of file sizes for this process, while a spec wants it.
 *
 * @module
 */
import { spawnSync } from 'node:child_process';

/** As `ulimit -f`: what is written beyond so many bytes of a file is cut off there, and then refused. */
export function withFilesUpTo(bytes: number, act: () => void): void {
  const limit = (to: string): void => {
    const { status } = spawnSync('prlimit', ['--pid', String(process.pid), `--fsize=${to}:`]);
    expect(status).toBe(0);
  };
  const ignore = (): void => undefined;
  // Otherwise the signal ends the program.
  process.on('SIGXFSZ', ignore);
  limit(String(bytes));
  try {
    act();
  } finally {
    limit('unlimited');
    process.off('SIGXFSZ', ignore);
  }
}
