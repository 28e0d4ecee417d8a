/**
 * Log services: whatever becomes of the logger, no line of the writer is lost, and the writer hears
 * nothing of it. Not here: log pipes that cannot be made (bad-limits.e2e); what a logger had read and
 * not yet written when it was killed, which is gone with it.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync, readdirSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { boot, cleanUp, makeRoot, type Files, type Supervisor } from '../support/supervisor';
import { change, changesOf, printed, sleeper, statesOf } from './fixtures/recorded';

afterAll(cleanUp);

/** A service `w` with a logger; both respawn. */
const withLog = (run: string, logger: string): Files => ({
  'default/depends': 'w\n',
  'w/run': run,
  'w/respawn': '',
  'w/log/run': logger,
  'w/log/respawn': '',
});
/** Copies its input line by line to `lines`, and to the console. */
const copies = '#!/bin/sh\nwhile read -r line; do echo "$line" >> lines; echo "log: $line"; done\n';
const logged = ({ root }: Supervisor): string[] =>
  readFileSync(join(root, 'w/log/lines'), 'utf8').trimEnd().split('\n');
const numbered = (to: number): string[] =>
  Array.from({ length: to }, (_, index) => `${'.'.repeat(20)} line ${String(index + 1)}`);
const count = (to: number): string =>
  `i=1; while [ $i -le ${String(to)} ]; do echo "${'.'.repeat(20)} line $i"; i=$((i+1)); done`;

describe('a log service', () => {
  it('reads what the service writes to stdout and to stderr, and starts before it', async () => {
    const minit = boot(withLog('#!/bin/sh\necho out\necho err >&2\nexec sleep 1000\n', copies));
    await minit.prints(/^log: (out|err)$/mu, 2);
    expect(logged(minit)).toEqual(['out', 'err']);
    expect(printed(minit)).toEqual(['log: out', 'log: err']);
    await minit.stopAndReplay();
    const changes = changesOf(minit);
    expect(change(changes, 'w/log', 'running').place).toBeLessThan(
      change(changes, 'w', 'starting').place,
    );
  });

  it('its pipe wins over `out` of the one and over `in` of the other', async () => {
    const minit = boot({
      ...withLog('#!/bin/sh\necho hello\nexec sleep 1000\n', copies),
      'w/out': 'as it was\n',
      'w/log/in': 'not this\n',
    });
    await minit.prints(/^log: hello$/mu);
    expect(logged(minit)).toEqual(['hello']);
    expect(readFileSync(join(minit.root, 'w/out'), 'utf8')).toBe('as it was\n');
    await minit.stopAndReplay();
  });

  it('serves one pipe that minit holds at both ends, the same for every process', async () => {
    const minit = boot(withLog(sleeper, '->/bin/cat'));
    await minit.booted();
    const pipe = readlinkSync(`/proc/${String(minit.pidOf('w'))}/fd/1`);
    expect(pipe).toMatch(/^pipe:\[\d+\]$/u);
    expect(minit.msvc('-k', 'w', 'w/log')).toMatchObject({ code: 0 });
    await minit.reaches('w', 'running', 2);
    await minit.reaches('w/log', 'running', 2);
    const links = [minit.pidOf('w'), minit.pidOf('w/log')].map((pid) =>
      [0, 1, 2].map((fd) => readlinkSync(`/proc/${String(pid)}/fd/${String(fd)}`)),
    );
    expect(links[0]?.slice(1)).toEqual([pipe, pipe]);
    expect(links[1]?.[0]).toBe(pipe);
    const fds = `/proc/${String(minit.pid)}/fd`;
    expect(readdirSync(fds).filter((fd) => readlinkSync(join(fds, fd)) === pipe)).toHaveLength(2);
    await minit.stopAndReplay();
  });
});

describe('a logger that is killed with kill -9', () => {
  it('between two lines: nothing is lost, and the writer lives on', async () => {
    const everyThousand = `#!/bin/sh\nexec 3>&1 >> lines\ni=0
while [ $i -lt 1000 ] && read -r line; do echo "$line"; i=$((i+1)); done
[ $i -eq 1000 ] && echo "a thousand" >&3\nexec sleep 1000\n`;
    // More than a pipe takes.
    const minit = boot(withLog(`#!/bin/sh\n${count(5_000)}\nexec sleep 1000\n`, everyThousand), {
      args: ['--grace', '0.2'],
    });
    for (let thousand = 1; thousand <= 5; thousand += 1) {
      await minit.prints(/^a thousand$/mu, thousand);
      // Its line may come before minit knows of its PID.
      await minit.reaches('w/log', 'running', thousand);
      if (thousand < 5) expect(minit.msvc('-k', 'w/log')).toMatchObject({ code: 0 });
    }
    expect(logged(minit)).toEqual(numbered(5_000));
    expect(minit.status('w')).toMatchObject({ state: 'running', restarts: 0 });
    expect(minit.status('w/log')).toMatchObject({ restarts: 4 });
    await minit.stopAndReplay();
    expect(statesOf(changesOf(minit), 'w')).toEqual([
      'waiting-deps',
      'starting',
      'running',
      'stopping',
      'finished',
    ]);
  });

  it('at any moment: at most the line in its hands is lost, and the writer gets no SIGPIPE', async () => {
    const minit = boot(
      withLog(
        `#!/bin/sh\n${count(10_000)}\necho end\nexec sleep 1000\n`,
        '#!/bin/sh\nexec 3>&1 >> lines\necho "log: begins" >&3\nwhile read -r line; do echo "$line"; [ "$line" = end ] && echo "log: end" >&3; done\n',
      ),
    );
    for (let kill = 1; kill <= 3; kill += 1) {
      await minit.prints(/^log: begins$/mu, kill);
      await minit.reaches('w/log', 'running', kill);
      process.kill(minit.pidOf('w/log'), 'SIGKILL');
    }
    await minit.prints(/^log: end$/mu);
    const whole = new Set(logged(minit));
    expect(numbered(10_000).filter((line) => !whole.has(line)).length).toBeLessThanOrEqual(3);
    expect(minit.status('w')).toMatchObject({ state: 'running', restarts: 0 });
    await minit.stopAndReplay();
  });
});

describe('a logger that is down', () => {
  it('the writer blocks when the pipe is full, and goes on where it was when there is one again', async () => {
    const root = makeRoot({
      ...withLog(
        `#!/bin/sh\n${count(10_000)}\necho "all written" > ../console/in\nexec sleep 1000\n`,
        '#!/bin/sh\necho "log: begins"\nexec >> lines\nwhile read -r line; do echo "$line"; done\n',
      ),
      'w/depends': 'console\ngate\n',
      'gate/run': sleeper,
      'gate/sync': '',
      'console/run': '->/bin/cat',
    });
    execFileSync('mkfifo', [join(root, 'console/in')]);
    const minit = boot(root);
    await minit.reaches('w/log', 'running');
    await minit.reaches('gate', 'running');
    expect(minit.msvc('-d', 'w/log')).toMatchObject({ code: 0 });
    await minit.reaches('w/log', 'finished');
    expect(minit.msvc('-t', 'gate')).toMatchObject({ code: 0 });
    await minit.reaches('w', 'running');
    expect(minit.msvc('w')).toMatchObject({ code: 0 });
    expect(minit.msvc('-u', 'w/log')).toMatchObject({ code: 0 });
    await minit.prints(/^all written$/mu);
    expect(printed(minit).slice(-2)).toEqual(['log: begins', 'all written']);
    expect(minit.status('w')).toMatchObject({ state: 'running', restarts: 0 });
    await minit.stopAndReplay();
    expect(logged(minit)).toEqual(numbered(10_000));
  });
});

describe('an orderly shutdown', () => {
  it('the logger is last, and reads to the end: also what the writer says in its last moment', async () => {
    const lastWords = `#!/bin/sh\ntrap '${count(5_000)}; exit 0' TERM\necho ready\nwhile :; do sleep 0.05; done\n`;
    const untilTheEnd =
      '#!/bin/sh\nwhile read -r line; do echo "$line" >> lines; [ "$line" = ready ] && echo "log: ready"; done\necho "end of log" >> lines\n';
    const minit = boot(withLog(lastWords, untilTheEnd));
    await minit.prints(/^log: ready$/mu);
    expect(await minit.stopAndReplay()).toEqual({ code: 0, signal: null });
    expect(logged(minit)).toEqual(['ready', ...numbered(5_000), 'end of log']);
    const changes = changesOf(minit);
    expect(change(changes, 'w', 'finished').place).toBeLessThan(
      change(changes, 'w/log', 'stopping').place,
    );
    expect(minit.output).toMatch(/w\/log +finished +exited 0 after/u);
  });

  it('a logger that only a signal can end is asked with TERM after the grace time', async () => {
    const minit = boot(withLog(sleeper, sleeper), { args: ['--grace', '0.2'] });
    await minit.booted();
    expect(await minit.stopAndReplay()).toEqual({ code: 0, signal: null });
    expect(minit.output).toMatch(/w\/log +finished +killed by SIGTERM after/u);
  });

  it('one logger of a chain waits for those before it', async () => {
    const minit = boot({
      ...withLog('#!/bin/sh\necho deep\nexec sleep 1000\n', '#!/bin/sh\nexec cat\n'),
      'w/log/log/run': copies.replace(/lines/gu, '../lines'),
    });
    await minit.prints(/^log: deep$/mu);
    expect(await minit.stopAndReplay()).toEqual({ code: 0, signal: null });
    const changes = changesOf(minit);
    const places = ['w', 'w/log', 'w/log/log'].map(
      (name) => change(changes, name, 'finished').place,
    );
    expect(places).toEqual([...places].sort((a, b) => a - b));
  });
});
