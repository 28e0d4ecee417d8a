/**
 * minit fails while its own files are missing or broken (an update half done, a file system that has
 * gone): it is executed anew as soon as they are back, and PID 1 does not end meanwhile.
 *
 * Not here: a Node that is missing (crash-handler.int), a program that is no good for an update (update.e2e).
 */
import { cpSync, readFileSync, renameSync, truncateSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { boot, cleanUp, distFolder, makeRoot, type Supervisor } from '../support/supervisor';
import { contained, innerPid, itContained } from './fixtures/container';
import { recorded, sleeper } from './fixtures/recorded';

afterAll(cleanUp);

const ended = { code: 0, signal: null };
const tree = { 'default/depends': 'good\n', 'good/run': sleeper, 'good/respawn': '' };

/** Boots from an installation of its own. */
async function bootInstalled(wrapper: readonly string[]) {
  const root = makeRoot(tree);
  const dist = join(dirname(root), 'dist');
  cpSync(distFolder, dist, { recursive: true });
  const minit = boot(root, { wrapper, program: join(dist, 'minit.js') });
  await minit.booted();
  return { minit, dist, pid: wrapper.length === 0 ? minit.pid : innerPid(minit) };
}

const carriedOn = (minit: Supervisor): Promise<void> =>
  recorded(minit, ({ event }) => event.type === 'SupervisorResumed');

describe('PID 1 that fails while', () => {
  for (const [what, harm, says] of [
    [
      'its program is missing',
      (dist: string) => {
        renameSync(dist, `${dist}.gone`);
        return () => {
          renameSync(`${dist}.gone`, dist);
        };
      },
      /unable to load .*minit\.js: Cannot find module '.*minit\.js'/u,
    ],
    [
      'its bundle is empty',
      (dist: string) => {
        truncateSync(join(dist, 'minit.bundle'));
        return () => {
          cpSync(distFolder, dist, { recursive: true });
        };
      },
      /unable to load .*minit\.js: .*minit\.bundle holds no program/u,
    ],
    [
      'its bundle is cut off',
      (dist: string) => {
        truncateSync(join(dist, 'minit.bundle'), 100_000);
        return () => {
          cpSync(distFolder, dist, { recursive: true });
        };
      },
      /unable to load .*minit\.js: /u,
    ],
  ] as const)
    itContained(`${what} it says so, and goes on when that is back`, async () => {
      const { minit, dist, pid } = await bootInstalled(contained());
      const service = minit.pidOf('good');
      const repair = harm(dist);
      process.kill(pid, 'SIGSEGV');
      await minit.prints(says);
      repair();
      await carriedOn(minit);
      expect(minit.pidOf('good')).toBe(service);
      // And from then on as ever: once more, with nothing missing.
      process.kill(pid, 'SIGSEGV');
      await recorded(minit, ({ event }) => event.type === 'SupervisorResumed' && event.count === 2);
      const commandLine = readFileSync(`/proc/${String(pid)}/cmdline`, 'utf8').split('\0');
      expect(commandLine.filter((word) => word === '-e')).toHaveLength(1);
      process.kill(pid, 'SIGTERM');
      expect(await minit.finished()).toEqual(ended);
      minit.replays();
    });
});

it('minit that is not PID 1 ends, and leaves its services as they are', async () => {
  const { minit, dist, pid } = await bootInstalled([]);
  const service = minit.pidOf('good');
  renameSync(dist, `${dist}.gone`);
  process.kill(pid, 'SIGSEGV');
  await minit.prints(/unable to load .*minit\.js: .*; its services are left as they are/u);
  process.kill(service, 'SIGKILL');
  expect(await minit.finished()).toEqual({ code: 101, signal: null });
});
