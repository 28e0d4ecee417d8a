/**
 * How many files a service may open: as many as whoever starts minit, and not as many as Node, which has
 * raised its limit. Not here: the first process of a machine (it has the kernel's 1024).
 */
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { boot, cleanUp, makeRoot, type Files } from '../support/supervisor';
import { contained, innerPid, itContained } from './fixtures/container';
import { eventually, minitCommand, sleeper, tried } from './fixtures-bad/bad-input';
import { recorded } from './fixtures/recorded';

afterAll(cleanUp);

/** Writes its limits and ends, so that minit ends. */
const tree: Files = {
  'default/depends': 'step\n',
  'step/run': '#!/bin/sh\necho $(ulimit -Sn) $(ulimit -Hn) > limits\n',
  'step/sync': '',
};

/** Boots {@link tree} by a shell that first does `setup`; returns the limits of its service. */
function limitsAfter(setup: string, launch = '"$@"; exit $?'): string {
  const root = makeRoot(tree);
  const minit = minitCommand(root, '--log', join(dirname(root), 'log'));
  expect(tried(['sh', '-c', `${setup}; ${launch}`, 'sh', ...minit])).toMatchObject({ code: 0 });
  return readFileSync(join(root, 'step/limits'), 'utf8').trim();
}

describe('a service may open', () => {
  it.each([700, 1_024, 1_500])('%d files when whoever starts minit may', (soft) => {
    expect(limitsAfter(`ulimit -Sn ${String(soft)}; ulimit -Hn 3000`)).toBe(`${String(soft)} 3000`);
  });

  it('1024 files when nobody can tell, and more as soon as it asks', () => {
    expect(limitsAfter('ulimit -n 3000', 'exec "$@"')).toBe('1024 3000');
  });

  it('no more than the hard limit', () => {
    expect(limitsAfter('ulimit -n 600', 'exec "$@"')).toBe('600 600');
  });

  itContained('1024 files in a container', async () => {
    const minit = boot(tree, { wrapper: contained('ulimit -n 3000') });
    await minit.finished();
    expect(readFileSync(join(minit.root, 'step/limits'), 'utf8')).toBe('1024 3000\n');
  });
});

describe('more log pipes than a service may open files', () => {
  const names = Array.from({ length: 130 }, (_, index) => `s${String(index)}`);
  const files: Files = Object.fromEntries(
    names.flatMap((name) => [
      [`${name}/run`, '#!/bin/sh\nulimit -Sn\nexec sleep 1000\n'],
      [`${name}/log/run`, '#!/bin/sh\nexec cat > said\n'],
      [`${name}/log/respawn`, ''],
    ]),
  );

  it('are no hindrance, also after minit was executed anew', async () => {
    const minit = boot(
      { ...files, 'default/depends': `${names.join('\n')}\n`, 'late/run': sleeper },
      { wrapper: ['sh', '-c', 'ulimit -Sn 256; "$@"; exit $?', 'sh'] },
    );
    await minit.booted();
    const pid = innerPid(minit);
    const softOf = (of: number): string | undefined =>
      /^Max open files +(\d+)/mu.exec(readFileSync(`/proc/${String(of)}/limits`, 'utf8'))?.[1];
    const open = readdirSync(`/proc/${String(pid)}/fd`);
    expect(open.length).toBeGreaterThan(256);
    const said = (name: string): string => join(minit.root, name, 'log/said');
    await eventually('all have said something', () =>
      names.every((name) => existsSync(said(name)) && readFileSync(said(name), 'utf8') === '256\n'),
    );
    process.kill(pid, 'SIGSEGV');
    await recorded(minit, ({ event }) => event.type === 'SupervisorResumed');
    expect(minit.msvc('-o', 'late')).toMatchObject({ code: 0 });
    expect(softOf(minit.pidOf('late'))).toBe('256');
    process.kill(pid, 'SIGTERM');
    expect(await minit.finished()).toEqual({ code: 0, signal: null });
    minit.replays();
  });
});
