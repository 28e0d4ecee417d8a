/**
 * Trees with something wrong in them: minit says what and where, and boots the rest. Not here: an
 * unreadable directory of a service on a network that hangs.
 */
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { boot, cleanUp, makeRoot, program, run, type Files } from '../support/supervisor';
import {
  endsWell,
  tells,
  bootUnprivileged,
  itUnprivileged,
  lines,
  problems,
  rest,
  sleeper,
  tried,
} from './fixtures-bad/bad-input';

afterAll(cleanUp);

const long = 'x'.repeat(10_000);

describe('a ROOT that cannot be used', () => {
  it('says that there is none', () => {
    expect(run('minit', ['--root', '/no/such/root'])).toEqual({
      code: 100,
      stdout: '',
      stderr:
        'minit: fatal: unable to use "/no/such/root" as ROOT: there is no such directory: make it, or name another with --root\n',
    });
  });

  it('says that it is a file', () => {
    const root = makeRoot({ file: '' });
    expect(run('minit', ['--root', join(root, 'file')])).toEqual({
      code: 100,
      stdout: '',
      stderr: `minit: fatal: unable to use "${root}/file" as ROOT: it is no directory: name another with --root\n`,
    });
    expect(run('minit', ['--root', join(root, 'file/x')]).stderr).toBe(
      `minit: fatal: unable to use "${root}/file/x" as ROOT: a component is not a directory\n`,
    );
  });

  it('says that its name is too long', () => {
    expect(run('minit', ['--root', `/${long}`])).toMatchObject({
      code: 100,
      stderr: `minit: fatal: unable to use "/${long}" as ROOT: the name is too long\n`,
    });
  });

  it('says that there is nothing to start', async () => {
    const minit = boot({ 'web/run': sleeper });
    expect(await minit.finished()).toEqual({ code: 100, signal: null });
    await tells(minit, [
      'minit: error: ROOT/default: nothing to start: make a service "default" that depends on the others, or name services on the command line',
    ]);
    minit.replays();
  });

  it('says why default cannot be read', async () => {
    const minit = boot({ 'web/run': sleeper, default: 'web\n' });
    expect(await minit.finished()).toEqual({ code: 100, signal: null });
    await tells(minit, [
      'minit: error: ROOT/default: nothing to start: its directory cannot be read: a component is not a directory (ENOTDIR)',
    ]);
    minit.replays();
  });

  it('takes an empty MINIT_ROOT for none', () => {
    const { stderr } = run('msvc', ['web'], { env: { ...process.env, MINIT_ROOT: '' } });
    expect(stderr).toMatch(/^msvc: \/etc\/minit\/in does not exist|minit is not running/u);
  });
});

describe('names on the command line', () => {
  it('ignores the impossible ones, says so, and starts the others', async () => {
    const root = makeRoot({ 'good/run': sleeper });
    const minit = boot(root, {
      args: ['../x', '/abs', 'a//b', './good', '', long, 'no-such', 'good'],
    });
    await minit.reaches('good', 'running');
    await tells(minit, [
      'minit: warning: argument "../x" ignored: the name has a component ".."',
      'minit: warning: argument "/abs" ignored: the name begins with a slash: it is relative to ROOT',
      'minit: warning: argument "a//b" ignored: the name has an empty component',
      'minit: warning: argument "./good" ignored: the name has a component "."',
      'minit: warning: argument "" ignored: the name is empty',
      `minit: warning: argument "${'x'.repeat(57)}…" ignored: the name has 10000 bytes, at most 255 are allowed`,
      'minit: warning: argument "no-such" ignored: there is no such service in ROOT',
    ]);
    await endsWell(minit);
  });

  it('ignores bytes that are no UTF-8', async () => {
    const root = makeRoot({ 'good/run': sleeper });
    const minit = boot(root, {
      wrapper: ['sh', '-c', 'exec "$@" "$(printf "a\\377b")" good', 'sh'],
    });
    await minit.reaches('good', 'running');
    await tells(minit, [
      'minit: warning: argument "a\\ufffdb" ignored: the name is not valid UTF-8',
    ]);
    await endsWell(minit);
  });
});

/** Each: what is put into `bad/`, what minit says, and what becomes of the service. */
type Case = readonly [
  name: string,
  files: Files | ((root: string) => void),
  says: readonly string[],
  state: string,
];

const bytes = (name: string, content: Buffer) => (root: string) => {
  writeFileSync(join(root, 'bad', name), content);
};

const cases: readonly Case[] = [
  [
    'params of 10 MB',
    bytes('params', Buffer.alloc(10_485_760, 'a')),
    [
      'minit: error: ROOT/bad/params: cannot use its params: larger than the 1048576 bytes that are read: shorten it',
    ],
    'failed',
  ],
  [
    'a NUL in params',
    { 'bad/params': 'one\nt\0wo\n' },
    // Whether the line is told is the core's business: see the report.
    [
      expect.stringMatching(
        /^minit: error: ROOT\/bad\/params(:2)?: cannot use its params: the line holds a NUL byte, which no argument can: write one argument a line, as text$/u,
      ) as string,
    ],
    'failed',
  ],
  [
    'params that is a directory',
    { 'bad/params/': '' },
    [
      'minit: error: ROOT/bad/params: cannot use its params: cannot be read: is a directory (EISDIR)',
    ],
    'failed',
  ],
  [
    'params with Windows line ends',
    { 'bad/params': '1000\r\n' },
    [
      'minit: warning: ROOT/bad/params:1: the line ends in a carriage return (Windows line ends), which is passed on as part of the argument: save the file with Unix line ends',
    ],
    'running',
  ],
  [
    'bad names in depends',
    bytes(
      'depends',
      Buffer.concat([
        Buffer.from(`../x\n/abs\na\0b\n${long}\nb`),
        Buffer.from([0xff, 0xfe]),
        Buffer.from('\nx/../y\n'),
      ]),
    ),
    [
      'minit: error: ROOT/bad/depends:1: "../x" names no service, as the name has a component "..": correct the line',
      'minit: error: ROOT/bad/depends:2: "/abs" names no service, as the name begins with a slash: it is relative to ROOT: correct the line',
      'minit: error: ROOT/bad/depends:3: "a\\u0000b" names no service, as the name holds a NUL byte: correct the line',
      `minit: error: ROOT/bad/depends:4: "${'x'.repeat(57)}…" names no service, as the name has 10000 bytes, at most 255 are allowed: correct the line`,
      'minit: error: ROOT/bad/depends:5: "b\\ufffd\\ufffd" names no service, as the name is not valid UTF-8: correct the line',
      'minit: error: ROOT/bad/depends:6: "x/../y" names no service, as the name has a component "..": correct the line',
    ],
    'running',
  ],
  [
    'depends of 10 MB',
    bytes('depends', Buffer.alloc(10_485_760, 'a')),
    ['minit: error: ROOT/bad/depends: larger than the 1048576 bytes that are read: shorten it'],
    'running',
  ],
  [
    'a dependency on itself',
    { 'bad/depends': '# me\nbad\n' },
    ['minit: error: ROOT/bad/depends:2: the service depends on itself: remove the line'],
    'running',
  ],
  [
    'a cycle',
    {
      'bad/depends': 'b\n',
      'b/run': sleeper,
      'b/depends': 'c\n',
      'c/run': sleeper,
      'c/depends': '\nbad\n',
    },
    [
      expect.stringContaining(
        'minit: error: ROOT/c/depends:2: dependency "bad" skipped: it closes the cycle bad -> b -> c -> bad; remove one of these lines',
      ) as string,
    ],
    'running',
  ],
  [
    'a dependency that is missing',
    { 'bad/depends': 'good\nno-such\n' },
    [
      expect.stringContaining(
        'minit: error: ROOT/bad/depends:2: dependency "no-such" skipped: there is no such service; make it, or remove the line',
      ) as string,
    ],
    'running',
  ],
  [
    'respawn with sync',
    { 'bad/respawn': '', 'bad/sync': '' },
    [
      'minit: error: ROOT/bad/sync: there is respawn as well, and what is started again for ever never terminates for its dependents: sync is ignored; remove one of the two',
    ],
    'running',
  ],
  [
    'a nice that is no number',
    { 'bad/nice': 'very\n' },
    [
      'minit: warning: ROOT/bad/nice: "very" is no integer, so that the nice level stays as it is: write a number from -20 to 19',
    ],
    'running',
  ],
  [
    'a log without run',
    { 'bad/log/': '' },
    [
      'minit: warning: ROOT/bad/log: the directory has no run, so that there is nothing to log with: give it one, or remove it',
    ],
    'running',
  ],
  [
    'a log that is a file',
    { 'bad/log': '' },
    [
      'minit: warning: ROOT/bad/log: no directory, so that there is nothing to log with: make it a service directory, or remove it',
    ],
    'running',
  ],
  [
    'a run that is a text without an interpreter',
    { 'bad/run': 'echo\n' },
    [
      'minit: error: ROOT/bad/run: cannot execute its program (run): it is neither a program for this machine nor a script with a "#!" line (ENOEXEC)',
    ],
    'failed',
  ],
  [
    'a run that is empty',
    { 'bad/run': '' },
    ['minit: error: ROOT/bad/run: cannot execute its program (run): it is empty (ENOEXEC)'],
    'failed',
  ],
  [
    'a run that is a dangling link',
    { 'bad/run': '->/no/such/program' },
    [
      'minit: error: /no/such/program: bad: cannot execute its program (run): no such file or directory (ENOENT)',
    ],
    'failed',
  ],
  [
    'a run that is a directory',
    { 'bad/run/': '' },
    ['minit: error: ROOT/bad/run: cannot execute its program (run): it is a directory (EACCES)'],
    'failed',
  ],
  [
    'a run with a missing interpreter',
    { 'bad/run': '#!/no/such/shell\n' },
    [
      'minit: error: ROOT/bad/run: cannot execute its program (run): its interpreter "/no/such/shell" does not exist (ENOENT)',
    ],
    'failed',
  ],
  [
    'a root that is missing',
    { 'bad/root': '->/no/such/directory' },
    [
      'minit: error: /no/such/directory: bad: cannot change to its working directory: no such file or directory (ENOENT)',
    ],
    'failed',
  ],
  [
    'an in that leads nowhere',
    { 'bad/in': '->/no/such/file' },
    [
      'minit: error: ROOT/bad/in: cannot open its in: it is a symbolic link to "/no/such/file", which does not exist (ENOENT)',
    ],
    'failed',
  ],
  [
    'an in that is a directory',
    { 'bad/in/': '' },
    [
      'minit: error: ROOT/bad/in: cannot open its in: it is a directory: put a file or a FIFO there (EISDIR)',
    ],
    'failed',
  ],
  [
    'an out that is a directory',
    { 'bad/out/': '' },
    [
      'minit: error: ROOT/bad/out: cannot open its out: it is a directory: put a file or a FIFO there (EISDIR)',
    ],
    'failed',
  ],
  [
    'an out that leads nowhere',
    { 'bad/out': '->/no/such/file' },
    [
      'minit: error: ROOT/bad/out: cannot open its out: it is a symbolic link to "/no/such/file", which does not exist (ENOENT)',
    ],
    'failed',
  ],
];

describe('a service directory', () => {
  it.each(cases)('with %s is reported, and the rest boots', async (_, files, says, state) => {
    const prepare = typeof files === 'function' ? files : undefined;
    const root = makeRoot({ 'bad/': '', ...rest, ...(prepare ? {} : (files as Files)) });
    const hasRun =
      typeof files === 'object' && Object.keys(files).some((name) => name.startsWith('bad/run'));
    if (!hasRun) writeFileSync(join(root, 'bad/run'), sleeper, { mode: 0o755 });
    else if (!('bad/run/' in files) && !String(files['bad/run']).startsWith('->'))
      chmodSync(join(root, 'bad/run'), 0o755);
    prepare?.(root);
    const minit = boot(root);
    await minit.booted();
    await minit.reaches('good', 'running');
    await tells(minit, says);
    expect(minit.status('bad')['state']).toBe(state);
    await endsWell(minit);
  });

  it('with binary garbage in depends is reported with a bounded number of lines, and the rest boots', async () => {
    const root = makeRoot({ ...rest, 'bad/run': sleeper });
    const garbage = Buffer.from(
      Array.from({ length: 65_536 }, (_, index) => (index * 7_919 + (index >> 8) * 31) & 0xff),
    );
    writeFileSync(join(root, 'bad/depends'), garbage);
    const minit = boot(root);
    await minit.reaches('good', 'running');
    await minit.reaches('bad', 'running');
    await minit.prints(/more lines name no service/u);
    const said = problems(minit);
    expect(said.length).toBeLessThanOrEqual(21);
    for (const line of said) {
      expect(line).toMatch(
        /^minit: error: ROOT\/bad\/depends(:\d+)?: .*(: correct the line|: write one service name a line|: save the file with Unix line ends)$/u,
      );
    }
    expect(said.at(-1)).toMatch(
      /^minit: error: ROOT\/bad\/depends: \d+ more lines name no service: write one service name a line$/u,
    );
    // eslint-disable-next-line no-control-regex -- a terminal must get none of them
    expect(minit.output.replaceAll('\n', '')).not.toMatch(/[\u0000-\u001f\u007f-\u009f\ufffd]/u);
    expect(minit.status('bad')['state']).toBe('running');
    await endsWell(minit);
  });

  it('with a run that is not executable is reported, and the rest boots', async () => {
    const root = makeRoot({ ...rest, 'bad/run': sleeper });
    chmodSync(join(root, 'bad/run'), 0o644);
    const minit = boot(root);
    await minit.booted();
    await tells(minit, [
      'minit: error: ROOT/bad/run: cannot execute its program (run): it is not executable (EACCES)',
    ]);
    await endsWell(minit);
  });

  it('that is repaired starts at its next attempt', async () => {
    const root = makeRoot({
      ...rest,
      'bad/respawn': '',
      'bad/params': 'a\0b\n',
      'bad/run': sleeper,
    });
    const minit = boot(root);
    await minit.reaches('bad', 'respawning', 2);
    writeFileSync(join(root, 'bad/params'), '');
    await minit.reaches('bad', 'running');
    await endsWell(minit);
  });

  itUnprivileged('with files that minit may not read is reported, and the rest boots', async () => {
    const root = makeRoot({
      ...rest,
      'bad/run': sleeper,
      'default/depends': 'bad\nclosed\nwords\nmute\ngood\n',
    });
    for (const [name, file] of [
      ['bad', 'params'],
      ['words', 'depends'],
      ['mute', 'out'],
    ] as const) {
      mkdirSync(join(root, name), { recursive: true });
      writeFileSync(join(root, name, 'run'), sleeper, { mode: 0o755 });
      writeFileSync(join(root, name, file), 'x\n', { mode: 0 });
      chmodSync(join(root, name, file), 0);
    }
    mkdirSync(join(root, 'closed'));
    chmodSync(join(root, 'closed'), 0);
    chmodSync(join(root, '..'), 0o777);
    chmodSync(root, 0o777);
    const minit = bootUnprivileged(root);
    await minit.booted();
    await minit.reaches('good', 'running');
    const said = [
      'minit: error: ROOT/bad/params: cannot use its params: cannot be read: permission denied (EACCES)',
      'minit: error: ROOT/default/depends:2: dependency "closed" skipped: its directory cannot be read: permission denied (EACCES)',
      'minit: error: ROOT/words/depends: cannot be read: permission denied (EACCES)',
      'minit: error: ROOT/mute/out: cannot open its out: permission denied (EACCES)',
    ];
    await minit.until('all four', () => problems(minit).length >= said.length);
    expect([...problems(minit)].sort()).toEqual([...said].sort());
    expect(minit.status('words')['state']).toBe('running');
    await endsWell(minit);
  });
});

describe('minit-check', () => {
  it('says the same of a tree that is all wrong, without a stack trace', () => {
    const root = makeRoot({
      ...rest,
      'bad/run': '->/no/such/program',
      'bad/depends': '../x\nbad\nno-such\n',
      'bad/respawn': '',
      'bad/sync': '',
    });
    writeFileSync(join(root, 'bad/params'), Buffer.from([0, 255, 10, 0]));
    const { code, text } = tried([process.execPath, program('minit-check'), root]);
    expect(code).toBe(1);
    expect(text.replaceAll(root, 'ROOT')).toMatch(
      /^ROOT\/bad\/depends:2: error: the service depends on itself: remove the line$/mu,
    );
  });
});

describe('options of minit', () => {
  it.each([
    [['--root'], "minit: fatal: option '--root <dir>' argument missing\n"],
    [
      ['--grace', 'x'],
      "minit: fatal: option '--grace <seconds>' argument 'x' is invalid. Give 0 to 3600 seconds\n",
    ],
    [
      ['--grace', '-1'],
      "minit: fatal: option '--grace <seconds>' argument '-1' is invalid. Give 0 to 3600 seconds\n",
    ],
    [
      ['--grace', '3601'],
      "minit: fatal: option '--grace <seconds>' argument '3601' is invalid. Give 0 to 3600 seconds\n",
    ],
  ])('%j are refused', (args, stderr) => {
    expect(run('minit', args)).toEqual({ code: 100, stdout: '', stderr });
  });

  it('that are unknown are ignored, and told', async () => {
    const minit = boot({ 'default/run': sleeper }, { args: ['--bogus'] });
    await minit.reaches('default', 'running');
    await tells(minit, [
      'minit: warning: option "--bogus" ignored: there is none of that name, see minit --help',
    ]);
    expect(lines(minit)[0]).toMatch(/^minit \d+\.\d+\.\d+: ROOT, PID \d+; event log in LOG$/u);
    await endsWell(minit);
  });
});
