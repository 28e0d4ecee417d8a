/**
 * V8's flags, by V8's own function and, where Node shows none of that name, by Node.
 */
import { Script } from 'node:vm';
import { bindOptional } from '../../adapters/libc/koffi';
import { setV8Flags } from '../../adapters/libc/v8-flags';

let asked = 0;

/** A flag that shows: V8 compiles what it does not otherwise. Never the same text, which it would remember. */
function takesNatives(): boolean {
  asked += 1;
  try {
    return new Script(`%SystemBreak(); // ${String(asked)}`) instanceof Script;
  } catch {
    return false;
  }
}

it.each([
  ['by V8', bindOptional],
  ['by Node', () => undefined],
])('%s', (_way, bind) => {
  expect(takesNatives()).toBe(false);
  setV8Flags(['--semi-space-growth-factor=2', '--allow-natives-syntax'], bind);
  expect(takesNatives()).toBe(true);
  setV8Flags(['--no-allow-natives-syntax'], bind);
  expect(takesNatives()).toBe(false);
});
