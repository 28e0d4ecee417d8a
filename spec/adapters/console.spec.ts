/**
 * What each kind of console tells of the same boot, and that none can stop minit.
 *
 * @module
 */
import { createConsole, type ConsoleOptions } from '../../adapters/console';
import type { Output } from '../../adapters/output';
import type { Effect } from '../../machines/effects';
import type { Verbosity } from '../../machines/kernel-words';
import { exited, fired, given, signalled, type Given, type Scenario } from '../support/given';

/** Boots a machine with a bit of everything that can go wrong. */
const scenario = (): Scenario =>
  given({
    default: { run: false, depends: ['web', 'missing', 'broken', 'once'] },
    web: { mode: 'respawn', depends: ['step', 'fsck'] },
    step: { mode: 'sync' },
    fsck: { mode: 'sync' },
    broken: { mode: 'respawn', spawn: ['execute', 'ENOENT'] },
    once: {},
  });

/** An output that is always writable, and never calls back. */
const idle = { isWritable: () => true, onWritable: () => undefined };

function tell(more: Partial<ConsoleOptions>) {
  let text = '';
  const console = createConsole({
    startedAt: 0,
    isColoured: false,
    verbosity: 'transitions',
    greeting: ['hello'],
    outputOf: () => ({
      ...idle,
      write(bytes) {
        text += bytes.toString();
        return bytes.length;
      },
    }),
    ...more,
  });
  const show = ({ transitions, effects }: Scenario): void => {
    console.transitions(transitions);
    const reports = effects.filter(
      (one): one is Effect & { type: 'Report' } => one.type === 'Report',
    );
    for (const { params } of reports) console.report(params, 0);
  };
  return { console, show, lines: () => text.split('\n').slice(0, -1) };
}

function told(verbosity: Verbosity): string[] {
  const { show, lines } = tell({ verbosity });
  const boot = scenario();
  const rounds: Given[][] = [
    [exited('step')],
    [exited('fsck', 8)],
    [fired('respawn:broken')],
    [exited('once', 3)],
    [exited('web', 1)],
  ];
  show(boot.bootsAs('machine', 'ro', 'root=/dev/x', 'default'));
  for (const round of rounds) show(boot.when(...round));
  return lines();
}

const problems = [
  'minit: error: /etc/minit/default/depends:2: dependency "missing" skipped: there is no such service; make it, or remove the line',
  'minit: error: /bin/broken: cannot execute its program (run): no such file or directory (ENOENT)',
  'minit: warning: fsck: exited 8 after 0.00 s; its dependents go on all the same',
];

describe('a console', () => {
  it('of a machine tells each failure in a line, and how the boot went, but nothing that is well', () => {
    const lines = told('failures');
    expect(lines.map((line) => line.replace(/^ +\d+\.\d{3} {2}/u, ''))).toEqual([
      ...problems,
      expect.stringMatching(
        /^minit: boot settled after 0\.00 s, 0\.00 s after the kernel's start: /u,
      ) as string,
      expect.stringMatching(/^once +finished +exited 3/u) as string,
      expect.stringMatching(/^web +respawning +exited 1/u) as string,
    ]);
  });

  it('that is quiet tells problems only', () => {
    const lines = told('quiet');
    expect([...new Set(lines)]).toEqual([...problems, `${problems[1] ?? ''} (2 times in a row)`]);
  });

  it('that is chatty tells each transition, and what of the command line is not for minit', () => {
    const lines = told('transitions');
    expect(lines[0]).toBe('hello');
    expect(lines.some((line) => / web +running +pid /u.test(line))).toBe(true);
    expect(lines.filter((line) => line.includes('argument "ro" ignored'))).toHaveLength(1);
    expect(lines.filter((line) => line.includes('/bin/broken'))).toHaveLength(2);
  });

  it('tells a file in one line, whatever its name holds', () => {
    const { console, lines } = tell({ verbosity: 'quiet' });
    const report = { severity: 'error', code: 'spawn-failed', text: 'it is not there' } as const;
    console.report({ ...report, file: '/no\nsuch\u001b[31m', line: 2 }, 0);
    expect(lines()).toEqual(['minit: error: /no?such?[31m:2: it is not there']);
  });

  it('of a machine tells at its end what has to be killed, and what not even KILL ends', () => {
    const { show, lines } = tell({ verbosity: 'failures' });
    const boot = given({ web: { mode: 'respawn' } }).bootsAs('machine', 'web');
    show(boot.when(signalled('SIGTERM')));
    const told = lines().length;
    show(boot.when(fired('stop:web')));
    show(boot.when(fired('stop:web')));
    expect(lines().slice(told, told + 2)).toEqual([
      expect.stringMatching(/ web +stopping +asked to stop \(killing\)$/u),
      expect.stringMatching(/ web +stopping +asked to stop \(stuck\)$/u),
    ]);
  });

  it('tells the same failure again when the service has run meanwhile', () => {
    const { show, lines } = tell({ verbosity: 'failures' });
    const boot = given({ web: { mode: 'respawn', spawn: ['fork', 'EAGAIN'] } }).bootsAs(
      'machine',
      'web',
    );
    show(boot);
    for (let turn = 0; turn < 5; turn += 1) show(boot.when(fired('respawn:web')));
    const failures = () => lines().filter((line) => line.includes('(EAGAIN)'));
    expect(failures()).toHaveLength(1);
    show(boot.edits('web', { mode: 'respawn' }).when(fired('respawn:web')));
    show(boot.edits('web', { mode: 'respawn', spawn: ['fork', 'EAGAIN'] }).when(exited('web')));
    show(boot.when(fired('respawn:web')));
    expect(failures()).toHaveLength(2);
  });

  it.each(['EIO', 'EBADF', 'EAGAIN', 'EPIPE'])('that fails with %s stops nobody', (code) => {
    const { show } = tell({
      verbosity: 'failures',
      outputOf: () => ({
        ...idle,
        write: () => {
          throw Object.assign(new Error(code), { code });
        },
      }),
    });
    expect(() => {
      show(scenario().bootsAs('machine'));
    }).not.toThrow();
  });

  describe('whose output takes little', () => {
    /** Takes `room` bytes, and is writable as long as there is any. */
    function narrow() {
      const output = {
        room: 0,
        isCalledWritable: false,
        text: '',
        listeners: [] as (() => void)[],
        tries: 0,
      };
      const only: Output = {
        isWritable: () => output.isCalledWritable || output.room > 0,
        write(bytes) {
          output.tries += 1;
          const taken = bytes.subarray(0, output.room);
          output.room -= taken.length;
          output.text += taken.toString();
          if (taken.length === 0) throw Object.assign(new Error(''), { code: 'EAGAIN' });
          return taken.length;
        },
        onWritable: (listener) => output.listeners.push(listener),
      };
      const told = tell({ verbosity: 'transitions', greeting: [], outputOf: () => only });
      const makeRoom = (bytes: number): void => {
        output.room = bytes;
        for (const listener of output.listeners.splice(0)) listener();
      };
      return { console: told.console, output, makeRoom };
    }
    const note = (text: string) => ({ severity: 'note', code: 'boot', text }) as const;

    it('goes on in the middle of a line, by itself', () => {
      const { console, output, makeRoom } = narrow();
      for (const text of ['one', 'two', 'three']) console.report(note(text), 0);
      expect(output.listeners).toHaveLength(1);
      for (let turn = 0; turn < 20; turn += 1) makeRoom(5);
      expect(output.text).toBe('minit: one\nminit: two\nminit: three\n');
      expect(output.listeners).toHaveLength(0);
    });

    it('gives up the oldest lines, never a part of one, and tells how many', () => {
      const { console, output, makeRoom } = narrow();
      output.room = 9;
      for (let line = 1; line <= 2_101; line += 1) console.report(note(`line ${String(line)}`), 0);
      makeRoom(1_000_000);
      const lines = output.text.split('\n').slice(0, -1);
      expect(lines.slice(0, 3)).toEqual([
        'minit: line 1',
        'minit: 100 lines lost, nobody read them',
        'minit: line 102',
      ]);
      expect(lines.at(-1)).toBe('minit: line 2101');
      expect(lines).toHaveLength(2_002);
    });

    it('does not keep minit busy when it is writable and takes nothing', () => {
      const { console, output } = narrow();
      output.isCalledWritable = true;
      console.report(note('one'), 0);
      for (let turn = 0; turn < 100; turn += 1)
        for (const listener of output.listeners.splice(0)) listener();
      expect(output.tries).toBe(2);
    });
  });
});
