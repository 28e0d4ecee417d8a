/**
 * As much of the C minit as pidfilehack needs: it knows one service, `d`, answers `0` to what it
 * does not understand, and prints each request. It makes its FIFOs in ROOT, its argument.
 *
 * @module
 */
const { execFileSync } = require('node:child_process');
const { constants, openSync, readSync, writeSync } = require('node:fs');
const { join } = require('node:path');

const [input, output] = ['in', 'out'].map((name) => join(process.argv[2], name));
execFileSync('mkfifo', ['-m', '600', input, output]);
const requests = openSync(input, constants.O_RDWR);
const replies = openSync(output, constants.O_RDWR);
const buffer = Buffer.alloc(1_500);

function setPid(request) {
  const [service, pid] = request.slice(1).split('\0');
  try {
    process.kill(Number(pid), 0);
    return service === 'd' ? '1' : '0';
  } catch {
    return '0';
  }
}

console.log('ready');
for (;;) {
  const request = buffer.toString('utf8', 0, readSync(requests, buffer));
  writeSync(1, `${JSON.stringify(request)}\n`);
  writeSync(replies, request.startsWith('P') ? setPid(request) : '0');
}
