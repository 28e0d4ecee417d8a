/**
 * A program that was executed anew takes up what the one before it has left, or, when that has failed
 * too often in a row, first gives the console to an administrator.
 *
 * @module
 */
import type { ResumeReason } from '../../machines/events';
import { failuresInARowMax } from '../../machines/limits';
import { say } from '../last-words';
import { bootTimeUs } from '../libc/clock';
import { endProgram } from '../program-end';
import { detectRole } from '../role';
import type { Survival } from '../real-ports';
import { keepAlive } from '../turns';
import { giveConsoleAway } from './administrator';
import { exitInternalError, guardProgram } from './guard';
import { noteEnded } from './journal';
import { readJournal, type Legacy } from './journal-reader';
import { countStart } from './resumption';
import type { VitalMemory } from './vital-memory';

export interface SecondLife {
  /** Goes on with all that there was. */
  readonly goOn: (survival: Survival & { readonly legacy: Legacy }, reason: ResumeReason) => void;
  /** Nothing is left to go on from: begins as if there had been nothing. */
  readonly beginAfresh: (survival: Survival) => void;
}

const lostAll = 'nothing is left of what minit knew: it begins anew, and services may run twice';
const failedEarly = 'minit itself failed before it had started anything: it begins anew';

/** Begins the life of a program that found `memory` of the one before it. */
export function beginSecondLife(memory: VitalMemory, { goOn, beginAfresh }: SecondLife): void {
  const { page } = memory;
  const [signal = 0] = page.signal;
  // Counted before anything is looked at: looking at it may be what fails.
  const failuresInARow = countStart(memory, bootTimeUs());
  const guard = guardProgram(memory);
  const takeUp = (): void => {
    const legacy = readJournal(memory.fd, page);
    if (legacy === undefined) {
      say(`error: ${page.hasSpawned ? lostAll : failedEarly}`);
      beginAfresh({ memory, guard });
      return;
    }
    const reason: ResumeReason =
      signal === 0 ? (legacy.reason ?? { kind: 'unknown' }) : { kind: 'signal', signal };
    if (reason.kind === 'update') page.failuresInARow = 0;
    goOn({ memory, guard, legacy }, reason);
  };
  keepAlive();
  if (failuresInARow <= failuresInARowMax) {
    takeUp();
    return;
  }
  const often = `failed ${String(failuresInARow)} times in a row`;
  if (process.pid !== 1) {
    say(`fatal: ${often}: minit ends, and leaves its services as they are`);
    guard.release();
    endProgram(exitInternalError);
  }
  say(
    `error: ${often}: the console is given to an administrator; minit goes on when that shell ends`,
  );
  giveConsoleAway({
    role: detectRole().role,
    onReaped: (reaped) => {
      noteEnded(memory, reaped);
    },
    onEnded: () => {
      page.failuresInARow = 0;
      takeUp();
    },
  });
}
