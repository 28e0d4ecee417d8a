/**
 * What minit prints, when it is in colour, and that a terminal which nobody reads stops nothing. Not here:
 * pipes that nobody reads (bad-surroundings.e2e), the console of a booted machine.
 */
import { spawnSync } from 'node:child_process';
import { chmodSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { openPseudoTerminal, type PseudoTerminal } from '../support/pseudo-terminal';
import {
  cleanUp,
  makeRoot,
  program,
  run,
  type Files,
  type Supervisor,
} from '../support/supervisor';
import {
  bootWith,
  endBegun,
  eventually,
  giveAway,
  itUnprivileged,
  minitCommand,
  unprivileged,
} from './fixtures-bad/bad-input';
import { itWhen } from './fixtures/recorded';

const terminals: PseudoTerminal[] = [];

afterAll(async () => {
  // Hung up, they take whatever is written.
  for (const terminal of terminals) terminal.close();
  endBegun();
  await cleanUp();
});

const hasTerminal = spawnSync('script', ['-qec', 'true', '/dev/null']).status === 0;
const onTerminal = itWhen(hasTerminal, 'script(1) is not installed');
/** Ends by itself, so that minit does. */
const tree: Files = {
  'default/depends': 'step\ngone\n',
  'step/run': '#!/bin/sh\nexit 0\n',
  'step/sync': '',
};
// eslint-disable-next-line no-control-regex -- the very sequences that are looked for
const colour = /\u001b\[\d+m/u;

function bootOnTerminal(env: NodeJS.ProcessEnv): string {
  const root = makeRoot(tree);
  const command = [
    process.execPath,
    program('minit'),
    '--root',
    root,
    '--log',
    join(dirname(root), 'log'),
  ];
  const { status, stdout } = spawnSync('script', ['-qec', command.join(' '), '/dev/null'], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...env },
  });
  expect(status).toBe(0);
  return stdout;
}

describe('the console', () => {
  it('is plain on a pipe: a line each transition, a line each problem', () => {
    const root = makeRoot(tree);
    const { code, stdout, stderr } = run('minit', [
      '--root',
      root,
      '--log',
      join(dirname(root), 'log'),
    ]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^ +\d+\.\d{3} {2}step +sync-done +exited 0 after \d\.\d\d s$/mu);
    expect(stderr).toBe(
      `minit: error: ${root}/default/depends:2: dependency "gone" skipped: there is no such service; make it, or remove the line\n`,
    );
    expect(stdout + stderr).not.toMatch(colour);
  });

  onTerminal('is in colour on a terminal', async () => {
    const shown = bootOnTerminal({ NO_COLOR: undefined, TERM: 'linux' });
    expect(shown).toContain('\u001b[32msync-done');
    expect(shown).toContain('\u001b[31merror');
    await Promise.resolve();
  });

  onTerminal('is plain on a terminal when NO_COLOR is set', async () => {
    expect(bootOnTerminal({ NO_COLOR: '1', TERM: 'linux' })).not.toMatch(colour);
    await Promise.resolve();
  });

  onTerminal('is plain on a terminal that knows no colours', async () => {
    expect(bootOnTerminal({ NO_COLOR: undefined, TERM: 'dumb' })).not.toMatch(colour);
    await Promise.resolve();
  });
});

describe('a terminal that nobody reads', () => {
  const sleeper = '#!/bin/sh\nexec sleep 1000\n';
  // Far more lines than there is room for, in the terminal and in minit.
  const names = Array.from({ length: 400 }, (_, index) => `step${String(index)}`);
  const steps: Files = Object.fromEntries(
    names.flatMap((name) => [
      [`${name}/run`, '->/bin/true'],
      [`${name}/sync`, ''],
    ]),
  );
  const manySteps: Files = {
    ...steps,
    'good/run': sleeper,
    'default/depends': `${names.join('\n')}\ngood\n`,
  };

  interface OnTerminal {
    readonly minit: Supervisor;
    readonly terminal: PseudoTerminal;
  }

  function bootUnread(as: readonly string[] = [], mode = 0o620): OnTerminal {
    const root = makeRoot(manySteps);
    if (as.length > 0) giveAway(root);
    const terminal = openPseudoTerminal();
    terminals.push(terminal);
    chmodSync(terminal.path, mode);
    const log = join(dirname(root), 'log');
    const { fd } = terminal;
    const command = [...as, ...minitCommand(root, '--log', log)];
    return { terminal, minit: bootWith(root, { log, command, stdio: [fd, fd, fd] }) };
  }

  /** minit answers, and ends in order. */
  async function goesOn({ minit }: OnTerminal): Promise<void> {
    await eventually('the last service runs', () => {
      const { code } = run('msvc', ['--root', minit.root, 'good']);
      return code === 0;
    });
    const flags = readFileSync(`/proc/${String(minit.pidOf('good'))}/fdinfo/1`, 'utf8');
    expect(Number.parseInt(/^flags:\s+(\d+)/mu.exec(flags)?.[1] ?? '', 8) & 0o4000).toBe(0);
    expect(await minit.stopAndReplay()).toEqual({ code: 0, signal: null });
  }

  it('stops neither the boot, nor control, nor the end', async () => {
    await goesOn(bootUnread());
  });

  itUnprivileged('does not either where it cannot be opened again', async () => {
    await goesOn(bootUnread(unprivileged, 0));
  });

  it('that is stopped (Ctrl-S) does not either, and shows all that waited when it goes on', async () => {
    const booted = bootUnread();
    const { minit, terminal } = booted;
    terminal.setStopped(true);
    await eventually('the last service runs', () => {
      const { code } = run('msvc', ['--root', minit.root, 'good']);
      return code === 0;
    });
    terminal.setStopped(false);
    let text = '';
    await eventually('the last line', () => {
      text += terminal.read();
      return text.includes('boot settled');
    });
    for (const name of names) expect(text).toMatch(new RegExp(`${name} +.*sync-done`, 'u'));
    await goesOn(booted);
  });
});
