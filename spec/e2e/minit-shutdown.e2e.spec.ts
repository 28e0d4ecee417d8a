/**
 * minit-shutdown as a client: flags, names, messages and exit codes. What it brings about on a machine
 * is in machine-end.e2e; here minit is no machine's init, and only ends itself.
 */
import { spawnSync } from 'node:child_process';
import { symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import {
  boot,
  cleanUp,
  makeRoot,
  program,
  run,
  type Files,
  type Ran,
  type Supervisor,
} from '../support/supervisor';
import { effectsOf, recordsOf, sleeper } from './fixtures/recorded';

afterAll(cleanUp);

const tree: Files = {
  'default/depends': 'web\n',
  'web/run': sleeper,
  'web/respawn': '',
  'web/depends': 'db\n',
  'db/run': sleeper,
};
const shutdown = (...args: string[]): Ran => run('minit-shutdown', args);

/** Calls the program by another name, as `/sbin/reboot` is a link to it. */
function as(name: string, args: readonly string[]): Ran {
  const link = join(dirname(makeRoot({})), name);
  symlinkSync(program('minit-shutdown'), link);
  const { status, stdout, stderr } = spawnSync(link, args, { encoding: 'utf8' });
  return { code: status, stdout, stderr };
}

function lastRequest(minit: Supervisor): unknown {
  const requests = recordsOf(minit).flatMap(({ event }) =>
    event.type === 'RequestReceived' && 'request' in event ? [event.request] : [],
  );
  return JSON.parse(requests.at(-1)?.slice(2) ?? '');
}

describe('minit-shutdown', () => {
  it('has minit end in order, and says what follows', async () => {
    const minit = boot(tree);
    await minit.booted();
    expect(shutdown('-r', '--root', minit.root)).toEqual({
      code: 0,
      stdout:
        'minit-shutdown: 2 services are taken down, then minit ends, as it is not the init of a machine\n',
      stderr: '',
    });
    expect(await minit.finished()).toEqual({ code: 0, signal: null });
    expect(lastRequest(minit)).toEqual({ do: 'shutdown', how: 'reboot', isOrdered: true });
    expect(effectsOf(minit, 'ExitSupervisor')).toEqual([{ code: 0 }]);
    minit.replays();
  });

  it.each([
    [['-hnt5'], { how: 'halt', isOrdered: false, graceMs: 5_000 }],
    [['-m', '-t', '0.25'], { how: 'services', isOrdered: true, graceMs: 250 }],
    [['-sn'], { how: 'sulogin', isOrdered: false }],
    [['-o', '-t0'], { how: 'power-off', isOrdered: true, graceMs: 0 }],
  ])('understands %j as the original does', async (flags, meaning) => {
    const minit = boot(tree);
    await minit.booted();
    expect(shutdown(...flags, '--root', minit.root)).toMatchObject({ code: 0, stderr: '' });
    await minit.finished();
    expect(lastRequest(minit)).toEqual({ do: 'shutdown', ...meaning });
  });

  it.each([
    ['reboot', [], { how: 'reboot', isOrdered: true }],
    ['halt', [], { how: 'halt', isOrdered: true }],
    ['halt', ['-p'], { how: 'power-off', isOrdered: true }],
    ['poweroff', [], { how: 'power-off', isOrdered: true }],
    ['reboot', ['-f'], { how: 'reboot', isOrdered: false, graceMs: 0 }],
  ])('called as %s with %j does what that says', async (name, flags, meaning) => {
    const minit = boot(tree);
    await minit.booted();
    const ran = as(name, [...flags, '--root', minit.root]);
    expect(ran).toMatchObject({ code: 0, stderr: '' });
    expect(ran.stdout).toMatch(new RegExp(`^${name}: 2 services are taken down`, 'u'));
    await minit.finished();
    expect(lastRequest(minit)).toEqual({ do: 'shutdown', ...meaning });
  });

  it('shows how to use it when nothing is asked for', () => {
    const { code, stdout, stderr } = shutdown();
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/^Usage: minit-shutdown -r\|-h\|-o\|-s\|-m \[options\]\n/u);
    expect(shutdown('--help').stdout).toBe(stdout);
    expect(shutdown('--version').stdout).toMatch(/^\d+\.\d+\.\d+\n$/u);
  });

  it.each([
    [['-n'], 'minit-shutdown: say what shall follow: -r, -h, -o, -s or -m\n'],
    [['-rh'], 'minit-shutdown: -r and -h cannot be used together\n'],
    [['-x'], "minit-shutdown: error: unknown option '-x'\n"],
    [['-f', '-r'], "minit-shutdown: error: unknown option '-f'\n"],
    [['-r', 'now'], 'minit-shutdown: error: too many arguments. Expected 0 arguments but got 1.\n'],
    [
      ['-r', '-t', 'soon'],
      "minit-shutdown: error: option '-t <seconds>' argument 'soon' is invalid. Give 0 to 3600 seconds\n",
    ],
    [
      ['-r', '-t', '-1'],
      "minit-shutdown: error: option '-t <seconds>' argument '-1' is invalid. Give 0 to 3600 seconds\n",
    ],
  ])('refuses %j with a sentence, and asks nobody', (args, stderr) => {
    expect(shutdown(...args, '--root', '/nowhere')).toEqual({ code: 1, stdout: '', stderr });
  });

  it('says when there is no minit', () => {
    const root = makeRoot({});
    expect(shutdown('-r', '--root', root)).toEqual({
      code: 1,
      stdout: '',
      stderr: `minit-shutdown: ${root}/in does not exist: is this the directory of a running minit?\n`,
    });
  });
});
