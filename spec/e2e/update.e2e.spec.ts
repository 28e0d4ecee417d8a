/**
 * `minit-update`: minit is executed anew on purpose, and nobody notices but who asked.
 */
import {
  copyFileSync,
  cpSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { distFolder, boot, cleanUp, run, type Files } from '../support/supervisor';
import { recordsOf } from './fixtures/recorded';

const folder = realpathSync(mkdtempSync(join(tmpdir(), 'minit-update-')));
afterAll(async () => {
  await cleanUp();
  rmSync(folder, { recursive: true });
});

const ended = { code: 0, signal: null };
const tree: Files = {
  'default/depends': 'web\n',
  'web/run': '#!/bin/sh\nexec sleep 1000\n',
  'web/respawn': '',
};

/** A copy of the programs, to be replaced under a running minit. */
function installed(name: string): string {
  const target = join(folder, name);
  cpSync(distFolder, target, { recursive: true });
  return target;
}

function replaceText(path: string, from: string, to: string): void {
  writeFileSync(path, readFileSync(path, 'utf8').replaceAll(from, to));
}

describe('minit-update', () => {
  it('has the program replaced, and the services carried on, as often as one likes', async () => {
    const minit = boot(tree);
    await minit.booted();
    const web = minit.pidOf('web');
    for (let count = 1; count <= 3; count += 1) {
      expect(run('minit-update', ['--root', minit.root])).toEqual({
        code: 0,
        stdout: 'minit-update: minit 0.1.0 runs now\n',
        stderr: '',
      });
    }
    expect(minit.pidOf('web')).toBe(web);
    const resumes = recordsOf(minit).filter(({ event }) => event.type === 'SupervisorResumed');
    expect(resumes.map(({ event }) => event)).toMatchObject([
      { reason: { kind: 'update' }, count: 1, failuresInARow: 0 },
      { count: 2, failuresInARow: 0 },
      { count: 3, failuresInARow: 0 },
    ]);
    expect(await minit.stopAndReplay()).toEqual(ended);
  });

  it('answers the letters of the original protocol as well', async () => {
    const minit = boot(tree);
    await minit.booted();
    expect(minit.ask('update')).toBe('1');
    expect(await minit.stopAndReplay()).toEqual(ended);
  });

  it('lets the new version go on', async () => {
    const dist = installed('newer');
    const minit = boot(tree, { program: join(dist, 'minit.js') });
    await minit.booted();
    replaceText(join(dist, 'minit.bundle'), '0.1.0', '9.9.9');
    expect(run('minit-update', ['--root', minit.root]).stdout).toBe(
      'minit-update: minit 9.9.9 runs now\n',
    );
    expect(await minit.stopAndReplay()).toEqual(ended);
  });

  it('goes on with the old one when the new one does not start', async () => {
    const dist = installed('broken');
    const minit = boot(tree, { program: join(dist, 'minit.js') });
    await minit.booted();
    const web = minit.pidOf('web');
    writeFileSync(join(dist, 'minit.js'), 'this is no program\n');
    expect(run('minit-update', ['--root', minit.root])).toEqual({
      code: 1,
      stdout: '',
      stderr:
        'minit-update: not updated, the program that runs goes on: the new program does not start (exited 1)\n',
    });
    expect(minit.pidOf('web')).toBe(web);
    copyFileSync(join(distFolder, 'minit.js'), join(dist, 'minit.js'));
    expect(run('minit-update', ['--root', minit.root]).code).toBe(0);
    expect(await minit.stopAndReplay()).toEqual(ended);
  });

  it('goes on with the old one when the new one could not read what it knows', async () => {
    const dist = installed('other-handover');
    const minit = boot(tree, { program: join(dist, 'minit.js') });
    await minit.booted();
    const web = minit.pidOf('web');
    replaceText(join(dist, 'minit.bundle'), 'handoverVersion=1', 'handoverVersion=2');
    expect(run('minit-update', ['--root', minit.root])).toEqual({
      code: 1,
      stdout: '',
      stderr:
        'minit-update: not updated, the program that runs goes on: the new program cannot take over from this version: it will run after the next boot\n',
    });
    expect(minit.pidOf('web')).toBe(web);
    expect(await minit.stopAndReplay()).toEqual(ended);
  });

  it('installed without minit-update, such a program begins anew after a fault, and says so', async () => {
    const dist = installed('other-handover-unasked');
    const minit = boot(tree, { program: join(dist, 'minit.js') });
    await minit.booted();
    const web = minit.pidOf('web');
    replaceText(join(dist, 'minit.bundle'), 'handoverVersion=1', 'handoverVersion=2');
    process.kill(minit.pid, 'SIGSEGV');
    await minit.prints(
      /^minit: error: the minit before was of another version: it begins anew, and services may run twice$/mu,
    );
    await minit.prints(/boot settled/u, 2);
    expect(minit.pidOf('web')).not.toBe(web);
    // It is nobody's now, and holds the pipe that the spec reads.
    process.kill(web, 'SIGKILL');
    minit.kill('SIGTERM');
    expect(await minit.finished()).toEqual(ended);
  });

  it('says so when there is no minit', () => {
    expect(run('minit-update', ['--root', folder])).toMatchObject({ code: 1 });
    expect(run('minit-update', ['--nonsense'])).toMatchObject({ code: 1 });
  });
});
