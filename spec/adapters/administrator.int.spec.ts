/**
 * The console is given away, and is ours again when the shell ends, however soon.
 *
 * Not here: what makes minit give it away (never-dies.e2e), the console as a terminal (emergency.boot).
 */
import '../support/real-process';
import { giveConsoleAway } from '../../adapters/re-exec/administrator';

const given = process.env['MINIT_EMERGENCY'];
afterEach(() => {
  if (given === undefined) delete process.env['MINIT_EMERGENCY'];
  else process.env['MINIT_EMERGENCY'] = given;
});

const givenAway = (shell: string): Promise<void> => {
  process.env['MINIT_EMERGENCY'] = shell;
  return new Promise((resolve) => {
    giveConsoleAway(resolve);
  });
};

it('is ours again when the shell has ended, 50 times in a row', async () => {
  for (let time = 1; time <= 50; time += 1) await givenAway('/bin/true');
  expect(process.listenerCount('SIGCHLD')).toBe(0);
});
