/**
 * Starts the commands of a JSON file, and each again when it ends. SIGTERM stops them all.
 *
 * @module
 */
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';

const children = new Set();
let isStopping = false;

function start([program, ...args]) {
  const child = spawn(program, args, { stdio: 'ignore' });
  children.add(child);
  child.on('exit', () => {
    children.delete(child);
    if (!isStopping) start([program, ...args]);
  });
}

process.on('SIGTERM', () => {
  isStopping = true;
  for (const child of children) child.kill();
});
for (const command of JSON.parse(readFileSync(process.argv[2], 'utf8'))) start(command);
