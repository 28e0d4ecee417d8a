/**
 * `minit-replay LOG --what-if` as it is installed, on logs of real boots.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { boot, cleanUp, run } from '../support/supervisor';
import { temporaryDirectory } from '../support/temporary-directory';

afterAll(cleanUp);

const demo = join(__dirname, '../golden/demo.v1.jsonl');
const whatIf = (...args: readonly string[]) => run('minit-replay', [demo, '--what-if', ...args]);

describe('minit-replay --what-if', () => {
  it('tells nothing else where nothing is changed', () => {
    const { code, stdout } = whatIf('');
    expect([code, stdout]).toEqual([0, 'nothing would have been otherwise\n']);
  });

  it('tells how a real boot would have gone, and what of that is assumed', () => {
    const { code, stdout } = whatIf('drop depends setup/keys of web');
    expect(code).toBe(0);
    expect(stdout).toBe(`what if: drop depends setup/keys of web
first difference at +0.02 s: directory of web read, not as it was
(minit)     settled at  +1.03 s -> +0.72 s
default     done at     +1.03 s -> +0.72 s
clock       up at       +1.03 s -> +0.72 s
            time up     0.01 s -> 0.31 s
web         up at       +1.02 s -> +0.52 s
            time up     0.01 s -> 0.51 s
setup/keys  gone        sync-done, up at +0.02 s
motd        up at       +1.03 s -> +0.72 s
            done at     +1.03 s -> +0.73 s
as before: 7 services
assumed, not on record:
  what came from outside comes when it came, whatever has changed by then: SIGTERM at +1.03 s
`);
  });

  it('takes changes from a file, gives data, and writes a log that opens', () => {
    const directory = temporaryDirectory();
    const [file, log] = [join(directory, 'changes'), join(directory, 'imagined.jsonl')];
    writeFileSync(file, '# before the end\nsetup/keys never ready\n\n');
    const { code, stdout } = whatIf(file, '--json', '--log', log);
    expect(code).toBe(0);
    const { changes, minit } = JSON.parse(stdout) as Record<string, unknown>;
    expect(changes).toEqual(['setup/keys never ready']);
    expect(minit).toContainEqual(expect.objectContaining({ field: 'settledAtUs', to: null }));
    const opened = run('minit-replay', [log, '--why', 'web', '--at', '+1.028']);
    expect(opened.code).toBe(0);
    expect(opened.stdout).toMatch(/^web is waiting-deps: needs setup\/keys/u);
    expect(run('minit-replay', [log, '--verify']).code).toBe(0);
  });

  it('takes the tree at a path from where it is, as at the whole path', async () => {
    const minit = boot({
      'default/depends': 'web\n',
      'web/run': '#!/bin/sh\nexec sleep 0.1\n',
      'web/params': 'a\n',
    });
    await minit.finished();
    const asked = (root: string) =>
      run('minit-replay', [minit.log, '--what-if', `root ${root}`, '--json'], {
        cwd: dirname(minit.root),
      });
    const { code, stdout } = asked(basename(minit.root));
    expect([code, stdout.replace(/"changes":\["root [^"]*"\]/u, '')]).toEqual([
      0,
      asked(minit.root).stdout.replace(/"changes":\["root [^"]*"\]/u, ''),
    ]);
    expect(JSON.parse(stdout)).toMatchObject({ minit: [], services: [] });
  });

  it.each([
    ['wbe exits 1 at +1s', 'column 1: there is no service "wbe": did you mean "web"?'],
    ['web exits 1 at +12s', 'column 1: nothing can happen at +12.0 s: minit has ended at +1.03 s'],
    [
      'web exits 1 at +0.2s',
      'column 1: web cannot exit at +0.20 s: it is not running then (waiting-deps)',
    ],
    ['root /no/such', 'column 6: unable to read "/no/such": no such file or directory'],
  ])('says in one line what is wrong: %s', (text, why) => {
    const { code, stderr } = whatIf(text);
    expect([code, stderr]).toEqual([
      1,
      `minit-replay: --what-if ${JSON.stringify(text)}: ${why}\n`,
    ]);
  });

  it('names the line of a file, and a file that is not there', () => {
    const file = join(temporaryDirectory(), 'changes');
    writeFileSync(file, 'web exits at +1.025s\nweb exts\n');
    expect(whatIf(file).stderr).toMatch(
      /^minit-replay: \S+\/changes:2: column 5: expected one of/u,
    );
    expect(whatIf('/no/such').stderr).toBe(
      'minit-replay: --what-if "/no/such": no change, and no file with changes: no such file or directory\n',
    );
  });

  it('imagines what can be read of a damaged log, and refuses one without its beginning', () => {
    const lines = readFileSync(demo, 'utf8').split('\n');
    const [damaged, cut] = ['damaged.jsonl', 'cut.jsonl'].map((name) =>
      join(temporaryDirectory(), name),
    );
    writeFileSync(
      damaged ?? '',
      [...lines.slice(0, 30), '{"no":1}', ...lines.slice(31)].join('\n'),
    );
    const read = run('minit-replay', [damaged ?? '', '--what-if', 'net/eth0 ready 1s later']);
    expect([read.code, read.stderr]).toEqual([2, expect.stringMatching(/jsonl:31: damaged/u)]);
    expect(read.stdout).toMatch(/^what if: net\/eth0 ready 1s later\nfirst difference/u);
    writeFileSync(cut ?? '', [lines[0], ...lines.slice(10)].join('\n'));
    const refused = run('minit-replay', [cut ?? '', '--what-if', 'web exits at +1s']);
    expect([refused.code === 0, refused.stdout]).toEqual([false, '']);
  });
});
