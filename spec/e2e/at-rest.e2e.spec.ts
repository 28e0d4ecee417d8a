/**
 * What minit has in memory when its boot is over. Not here: how much that is (bench/).
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { boot, cleanUp } from '../support/supervisor';
import { eventually } from './fixtures-bad/bad-input';
import { sleeper } from './fixtures/recorded';

afterAll(cleanUp);

/** What a process has of files in memory, kB. proc_pid_status(5) */
const ofFilesKb = (pid: number | undefined): number =>
  Number(/^RssFile:\s+(\d+) kB$/mu.exec(readFileSync(`/proc/${String(pid)}/status`, 'utf8'))?.[1]);

/** Of a Node that has started, and does nothing. */
async function ofBareNodeKb(): Promise<number> {
  const node = spawn(process.execPath, ['-e', 'process.stdout.write("."); process.stdin.resume()']);
  await once(node.stdout, 'data');
  const kb = ofFilesKb(node.pid);
  node.stdin.end();
  await once(node, 'close');
  return kb;
}

it('has less of Node in memory than a Node that does nothing, and goes on', async () => {
  const bareKb = await ofBareNodeKb();
  const minit = boot({ 'default/run': sleeper, 'default/respawn': '' });
  await minit.booted();
  await eventually('less in memory', () => ofFilesKb(minit.pid) < 0.7 * bareKb);
  process.kill(minit.pidOf('default'), 'SIGKILL');
  await minit.reaches('default', 'running', 2);
  expect(await minit.stopAndReplay()).toEqual({ code: 0, signal: null });
}, 60_000);
