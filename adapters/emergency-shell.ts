/**
 * The administrator's shell on the console, for when nothing else is left: sulogin(8), or what
 * `MINIT_EMERGENCY` names (a word `MINIT_EMERGENCY=/bin/sh` on the kernel's command line arrives in the
 * environment).
 *
 * @module
 */
import type { SpawnProcessParams } from '../machines/effects';
import type { MinitEvent } from '../machines/events';
import { consoleTerminal } from './console-terminal';
import type { SpawnProblem } from './spawn-failure';

/** Asks for the password of root, then starts a shell. */
const shellDefault = '/sbin/sulogin';

/** In place of a service's name, which is never empty. */
export const emergencyShellName = '';

/** Returns how it is started: as no service, on the console as its controlling terminal where that is one. */
export function emergencyShell(): SpawnProcessParams {
  const named = process.env['MINIT_EMERGENCY'] ?? '';
  const path = named === '' ? shellDefault : named;
  const terminal = consoleTerminal();
  return {
    service: emergencyShellName,
    path,
    argv: [path],
    workingDirectory: '/',
    ...(terminal !== undefined && { input: terminal, output: terminal }),
  };
}

export function shellFailed(path: string, { error, hint }: SpawnProblem): MinitEvent {
  return { type: 'EmergencyShellFailed', path, error, ...(hint !== undefined && { hint }) };
}
