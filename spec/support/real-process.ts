/**
 * Gives a spec Node's own `process`. Jest's is a copy, on which `process.on('SIGCHLD')` never calls
 * back, and whose `env` is no environment. Import it before any adapter.
 *
 * @module
 */
import { runInThisContext } from 'node:vm';

globalThis.process = runInThisContext('process') as NodeJS.Process;
