/**
 * The console is given away, and is ours again when the shell ends, however soon.
 *
 * Not here: what makes minit give it away (never-dies.e2e), the console as a terminal (emergency.boot).
 */
import '../support/real-process';
import type { Reaped } from '../../adapters/libc/wait';
import { giveConsoleAway } from '../../adapters/re-exec/administrator';

const given = process.env['MINIT_EMERGENCY'];
afterEach(() => {
  if (given === undefined) delete process.env['MINIT_EMERGENCY'];
  else process.env['MINIT_EMERGENCY'] = given;
});

const givenAway = (shell: string): Promise<Reaped[]> => {
  process.env['MINIT_EMERGENCY'] = shell;
  const reaped: Reaped[] = [];
  return new Promise((resolve) => {
    giveConsoleAway({
      onReaped: (one) => void reaped.push(one),
      onEnded: () => {
        resolve(reaped);
      },
    });
  });
};

it('is ours again when the shell has ended, 50 times in a row', async () => {
  for (let time = 1; time <= 50; time += 1) {
    const statuses = (await givenAway('/bin/false')).map(({ status }) => status);
    expect(statuses).toEqual([{ code: 1 }]);
  }
  expect(process.listenerCount('SIGCHLD')).toBe(0);
});
