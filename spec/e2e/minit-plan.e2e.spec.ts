/**
 * `minit-plan` as it is installed: from a tree, from a running minit, which it leaves as it is, and
 * from a log. What is planned is then done, and comes out as planned.
 */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { boot, cleanUp, makeRoot, run, type Files } from '../support/supervisor';
import { sleeper } from './fixtures/recorded';

afterAll(cleanUp);

const tree: Files = {
  'default/depends': 'web\n',
  'web/run': sleeper,
  'web/respawn': '',
  'web/depends': 'check\n',
  'check/run': '#!/bin/sh\nexit 0\n',
  'check/sync': '',
  'spare/run': sleeper,
  'spare/respawn': '',
  'spare/depends': 'web\ncheck\nghost\n',
};

const planned = (...args: string[]) => run('minit-plan', args);

describe('minit-plan', () => {
  it('plans a boot from the directories', () => {
    const root = makeRoot(tree);
    expect(planned('boot', '--root', root)).toEqual({
      code: 0,
      stderr: '',
      stdout: [
        `boot (a boot of ${root}): 3 steps`,
        `  1. start check (${root}/check/run) and wait until it has terminated`,
        `  2. start web (${root}/web/run), and again whenever it exits, after check`,
        '  3. default is complete: a bundle, without a program of its own',
        '',
      ].join('\n'),
    });
  });

  it('tells what would fail, although the fold cannot know it', () => {
    const root = makeRoot({ ...tree, 'web/run': '->/no/such/program' });
    const { stdout } = planned('start', 'spare', '--root', root);
    expect(stdout).toContain(
      `${root}/web/run: error: a symbolic link to "/no/such/program", which does not exist`,
    );
    expect(stdout).toContain(`${root}/spare/depends:3: error: dependency "ghost" skipped`);
  });

  it('plans against the minit that runs, which then does as planned', async () => {
    const minit = boot(tree);
    await minit.booted();
    const before = readFileSync(join(minit.log, 'minit-000001.jsonl'), 'utf8');
    const { code, stdout } = planned('start', 'spare', '--live', '--json', '--root', minit.root);
    const plan = JSON.parse(stdout) as {
      steps: { actions: { service: string; text: string }[] }[];
      unchanged: { service: string; state: string }[];
      changes: unknown[];
    };
    expect(code).toBe(0);
    expect(plan.steps.map(({ actions }) => actions.map(({ service }) => service))).toEqual([
      ['spare'],
    ]);
    expect(plan.unchanged.map(({ service, state }) => [service, state])).toEqual([
      ['web', 'running'],
      ['check', 'sync-done'],
    ]);
    expect(plan.changes).toEqual([{ service: 'spare', after: 'running' }]);
    // The request for the state, and nothing else.
    const after = readFileSync(join(minit.log, 'minit-000001.jsonl'), 'utf8');
    expect(after.slice(before.length).split('\n').slice(0, -1)).toHaveLength(1);

    expect(run('msvc', ['-u', 'spare', '--root', minit.root]).code).toBe(0);
    await minit.reaches('spare', 'running');
    const stop = planned('stop', 'web', '--live', '--root', minit.root).stdout;
    expect(stop).toContain(`stop web (process ${String(minit.pidOf('web'))}): send it SIGTERM`);
    expect(stop).toContain('warning: spare needs web, and is not stopped with it');
    await minit.stopAndReplay();

    const fromLog = planned('shutdown', '--log', minit.log, '--at', '1');
    expect(fromLog.stdout).toContain('shutdown power-off (event 1 of');
    expect(planned('start', 'spare', '--live', '--root', minit.root)).toEqual({
      code: 1,
      stdout: '',
      stderr: 'minit-plan: minit is not running\n',
    });
  });

  it('plans with the tree as it is now, which the running minit has not read yet', async () => {
    const minit = boot({
      'default/depends': 'web\nkeep\n',
      'web/run': sleeper,
      'keep/run': sleeper,
      'db/run': sleeper,
    });
    await minit.booted();
    const plan = () => planned('start', 'web', '--live', '--root', minit.root);
    expect(minit.msvc('-d', 'web').code).toBe(0);
    await minit.reaches('web', 'finished');
    writeFileSync(join(minit.root, 'web/depends'), 'db\n');
    expect(plan().stdout).toMatch(/1\. start db .*\n.*2\. start web .*, after db/u);
    rmSync(join(minit.root, 'web'), { recursive: true });
    expect(plan()).toMatchObject({ code: 3, stderr: '' });
    expect(plan().stdout).toContain('refused: web: no such service');
    // What it was and why is still known.
    expect(minit.msvc('--why', 'web').stdout).toMatch(/^web is finished: .* it was asked to end/u);
    expect(await minit.stopAndReplay()).toEqual({ code: 0, signal: null });
  });

  it.each([
    [['start'], 1, 'start needs the name of a service'],
    [['reload'], 1, "'reload' is invalid"],
    [['boot', '--live'], 1, 'it takes neither --live nor --log'],
    [['stop', 'x', '--at', '3'], 1, '--at needs --log'],
    [['stop', 'x', '--log', '/no/such/log'], 1, '/no/such/log does not exist'],
    [['boot', '--root', '/no/such/root'], 1, 'unable to read "/no/such/root"'],
    [['stop', 'x', '--once'], 1, '--respawn and --once are for start'],
    [['shutdown', 'now'], 1, 'shutdown takes one of reboot'],
  ])('says in one line what is wrong with %j', (args, code, text) => {
    const ran = planned(...args);
    expect([ran.code, ran.stdout, ran.stderr.trimEnd().split('\n').length]).toEqual([code, '', 1]);
    expect(ran.stderr).toContain(text);
  });

  it('exits 3 where minit would refuse, and 2 where the log is damaged', () => {
    const root = makeRoot(tree);
    const refused = planned('start', 'ghost', '--root', root);
    expect([refused.code, refused.stdout]).toEqual([
      3,
      `start ghost (${root}, with nothing started): 0 steps\n  refused: ghost: no such service\n`,
    ]);
    const log = join(root, 'log.jsonl');
    writeFileSync(
      log,
      readFileSync(join(__dirname, '../golden/demo.v1.jsonl'), 'utf8').replace(
        '"ProcessExited","pid":16830',
        '"ProcessExited","pid":16831',
      ),
    );
    const damaged = planned('stop', 'web', '--log', log);
    expect([damaged.code, damaged.stderr]).toEqual([
      2,
      expect.stringMatching(
        /^minit-plan: .*:41: damaged: its check does not match; what is before/u,
      ),
    ]);
  });
});
