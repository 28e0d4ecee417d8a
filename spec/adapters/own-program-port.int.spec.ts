/**
 * The trial of a program that is to go on in the place of this one.
 *
 * Not here: that it is executed then (update.e2e.spec.ts).
 */
import '../support/real-process';
import { readFileSync } from 'node:fs';
import { createOwnProgram } from '../../adapters/re-exec/own-program-port';
import { systemError } from '../../adapters/system-error';
import { recordOccurrences } from '../support/occurrences';
import { startRealProcesses } from '../support/real-processes';

const world = startRealProcesses();
afterAll(world.close);

function isThere(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

it('kills a program that hangs, and lets the next one try', async () => {
  const pidFile = world.newPath();
  const path = world.script(
    `test ! -e ${pidFile} || exit 0`,
    `echo $$ > ${pidFile}`,
    'exec sleep 1000',
  );
  const port = createOwnProgram({
    now: () => 1,
    processes: {
      areSpawnsUnderWay: () => false,
      run: (program, done) => {
        world.processes.run({ ...program, path }, done);
      },
    },
    execute: () => systemError('EACCES'),
    trialMsMax: 500,
  });
  const recorder = recordOccurrences(port.occurrence$);
  port.update(7);
  const [hung] = await recorder.many('UpdateFailed', 1);
  expect(hung?.event.hint).toBe('the new program does not start (killed, it hung for 0.5 s)');
  const pid = Number(readFileSync(pidFile, 'utf8'));
  // Each program that ends has all that have ended reaped; SIGKILL may take its time on a busy machine.
  for (let tries = 0; tries < 100 && isThere(pid); tries += 1) await world.run('/bin/true');
  expect(isThere(pid)).toBe(false);
  port.update(8);
  const [, done] = await recorder.many('UpdateFailed', 2);
  expect(done?.event).toEqual({ type: 'UpdateFailed', error: systemError('EACCES') });
});
