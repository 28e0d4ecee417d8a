/**
 * How this very program is executed anew: the file that Node is, and the same arguments.
 *
 * @module
 */
import { accessSync, constants, statSync } from 'node:fs';
import { isAbsolute, join, resolve } from 'node:path';

/** What is to be known of the running program; `process` has it. */
export interface RunningProgram {
  readonly execPath: string;
  readonly execArgv: readonly string[];
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  cwd(): string;
}

/** Where execvp(3) looks when there is no PATH; the kernel gives its init none. */
const usualPath = '/bin:/usr/bin';

/**
 * Returns path and argv for execve(2); `undefined` if the file is not found. Ask before the working
 * directory changes.
 */
export function ownProgram(
  running: RunningProgram = process,
): { readonly path: string; readonly argv: readonly string[] } | undefined {
  const path = executablePath(running);
  if (path === undefined) return undefined;
  // Node has made the script's path (argv[1]) absolute. argv[0] is the path as well, because the next
  // program may have to find itself by it.
  return { path, argv: [path, ...running.execArgv, ...running.argv.slice(1)] };
}

/** Without /proc, `execPath` is what the program was called: `node`, `./node` or an absolute path. */
function executablePath({ execPath, env, cwd }: RunningProgram): string | undefined {
  if (isAbsolute(execPath)) return execPath;
  const candidates = execPath.includes('/')
    ? [resolve(cwd(), execPath)]
    : (env['PATH'] ?? usualPath)
        .split(':')
        // An empty one is the working directory. execvp(3)
        .map((directory) => join(resolve(cwd(), directory), execPath));
  return candidates.find(isExecutableFile);
}

function isExecutableFile(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
