import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { minitCheck } from '../../cli/minit-check';
import { temporaryDirectory } from '../support/temporary-directory';

interface Tree {
  /** By path; one that ends in `run` is made executable, one that ends in a slash is a directory. */
  readonly files?: Readonly<Record<string, string>>;
  /** Targets by path. */
  readonly links?: Readonly<Record<string, string>>;
}

const script = '#!/bin/sh\n';

/** A tree with FIFOs. */
function tree({ files = {}, links = {} }: Tree): string {
  const root = temporaryDirectory();
  const place = (path: string): string => {
    const full = join(root, path);
    mkdirSync(path.endsWith('/') ? full : dirname(full), { recursive: true });
    return full;
  };
  for (const [path, content] of Object.entries(files)) {
    const full = place(path);
    if (!path.endsWith('/')) writeFileSync(full, content);
    if (path.endsWith('/run')) chmodSync(full, 0o755);
  }
  for (const [path, target] of Object.entries(links)) symlinkSync(target, place(path));
  execFileSync('mkfifo', ['-m', '600', join(root, 'in'), join(root, 'out')]);
  return root;
}

function run(...argv: string[]) {
  const said = { out: '', error: '' };
  const code = minitCheck(argv, {
    out: (text) => {
      said.out += text;
    },
    error: (text) => {
      said.error += text;
    },
  });
  return { code, ...said };
}

/** What is printed about a tree, ROOT as `ROOT`. */
function check({ ...content }: Tree): { code: number; lines: string[] } {
  const root = tree(content);
  const { code, out } = run(root);
  return { code, lines: out.replaceAll(root, 'ROOT').split('\n').slice(0, -1) };
}

/** Nothing is unreadable to root. */
function asNobody<T>(act: () => T): T {
  if (process.geteuid?.() !== 0) return act();
  process.seteuid?.(65_534);
  try {
    return act();
  } finally {
    process.seteuid?.(0);
  }
}

/** Makes a socket; returns what ends it. */
function listenAt(path: string): Promise<() => Promise<void>> {
  const server = createServer();
  const close = () =>
    new Promise<void>((resolve) => {
      server.close(() => {
        resolve();
      });
    });
  return new Promise((resolve) => {
    server.listen(path, () => {
      resolve(close);
    });
  });
}

describe('minit-check', () => {
  it('finds nothing wrong with a tree in order', () => {
    expect(
      check({
        files: {
          'default/depends': '# what this machine does\nweb\n\nnet/eth0\n',
          'web/run': script,
          'web/respawn': '',
          'web/depends': 'net/eth0\n',
          'web/log/run': script,
          'net/eth0/run': script,
          'net/eth0/sync': '',
        },
        links: { 'web/out': '/dev/null', 'ctrlaltdel/run': '/bin/true' },
      }),
    ).toEqual({ code: 0, lines: ['0 errors, 0 warnings, 0 notes in 5 services'] });
  });

  it('tells every problem with its file and line', () => {
    const { code, lines } = check({
      files: {
        'default/depends': '# all\nweb\nnosuch\ncat\na\nplain\nscript\nbundle\nempty\n../evil\n',
        'web/params': '-v\n',
        'web/respawn': '',
        'web/sync': '',
        'web/nice': 'very\n',
        'web/log/params': 'x\n',
        'plain/run/': '',
        'script/run': '#!/opt/bin/nosuchshell -e\n',
        'a/run': script,
        'a/depends': 'b\n',
        'b/run': script,
        'b/depends': '\na\n',
        'bundle/sync': '',
        'empty/run': '',
        'lonely/run': script,
        'Windows/run': '#!/bin/sh\r\n',
        'noexec/depends': 'web\r\n',
        'noexec/text': '',
      },
      links: { 'cat/run': '/usr/bin/nosuchcat', 'cat/root': '/nosuchdir', 'cat/in': 'gone' },
    });
    expect(lines).toEqual([
      'ROOT/Windows: note: not reached from default: it starts only when somebody asks for it',
      'ROOT/Windows/run:1: error: its interpreter "/bin/sh\\r" does not exist (its lines end in carriage returns: save it with Unix line ends)',
      'ROOT/b/depends:2: error: the dependency closes the cycle a -> b -> a: minit skips it; remove one of these dependencies',
      'ROOT/bundle: warning: the service starts nothing: it has no run, and depends on nothing',
      'ROOT/cat/in: error: a symbolic link to a file that does not exist, so that the program cannot be started',
      'ROOT/cat/root: error: the working directory "/nosuchdir" does not exist',
      'ROOT/cat/run: error: a symbolic link to "/usr/bin/nosuchcat", which does not exist: install the program, or correct the link',
      'ROOT/default/depends:3: error: there is no service "nosuch": make it, or remove the line',
      'ROOT/default/depends:10: error: "../evil" names no service, as the name has a component "..": correct the line',
      'ROOT/empty/run: error: an empty file, so that it cannot be executed',
      'ROOT/lonely: note: not reached from default: it starts only when somebody asks for it',
      'ROOT/noexec: warning: the service starts nothing: it has no run, and depends on nothing',
      'ROOT/noexec: note: not reached from default: it starts only when somebody asks for it',
      'ROOT/noexec/depends:1: error: the line ends in a carriage return (Windows line ends): save the file with Unix line ends',
      'ROOT/plain/run: error: a directory, no program',
      'ROOT/script/run:1: error: its interpreter "/opt/bin/nosuchshell" does not exist',
      'ROOT/web/log: error: the directory has no run, so that there is nothing to log with: give it one, or remove it',
      'ROOT/web/nice: warning: "very" is no integer, so that the nice level stays as it is: write a number from -20 to 19',
      'ROOT/web/run: error: there is none, and without it params, respawn, log and nice can do nothing: make it a link to the program, or a script',
      'ROOT/web/sync: error: there is respawn as well, and what is started again for ever never terminates for its dependents: sync is ignored; remove one of the two',
      '14 errors, 3 warnings, 3 notes in 13 services',
    ]);
    expect(code).toBe(1);
  });

  it('tells a program that nobody may execute, and a text without an interpreter', () => {
    const root = tree({
      files: { 'default/depends': 'text\nweb\n', 'text/run': 'exec httpd\n', 'web/run': script },
    });
    chmodSync(join(root, 'web/run'), 0o644);
    expect(run(root)).toEqual({
      code: 1,
      error: '',
      out:
        `${root}/text/run:1: error: neither a program nor a script: a script needs a first line such as "#!/bin/sh"\n` +
        `${root}/web/run: error: not executable: chmod +x\n` +
        '2 errors, 0 warnings, 0 notes in 3 services\n',
    });
  });

  it('reads a first line as the kernel does: up to a NUL byte, and from where the program runs', () => {
    expect(
      check({
        files: {
          'default/depends': 'nul\nhere\nelsewhere\ngone\n',
          'nul/run': '#!/bin/sh\0 -e\n',
          'here/run': '#!./shell\n',
          'elsewhere/run': '#!shell\n',
          'gone/run': '#!package.json\n',
        },
        links: { 'here/shell': '/bin/sh', 'elsewhere/root': '../here' },
      }),
    ).toEqual({
      code: 1,
      lines: [
        'ROOT/gone/run:1: error: its interpreter "package.json" does not exist',
        '1 error, 0 warnings, 0 notes in 5 services',
      ],
    });
  });

  it('follows an interpreter that is a script itself, and is not led in circles by it', () => {
    const root = tree({
      files: {
        'default/depends': 'web\nloop\n',
        'web/run': '#!helper/run -x\n',
        'web/helper/run': '#! /opt/bin/nosuchshell\n',
        'loop/run': '#!run\n',
      },
    });
    expect(run(root)).toMatchObject({
      code: 1,
      out: expect.stringContaining(
        `${root}/web/run:1: error: its interpreter "helper/run": its interpreter "/opt/bin/nosuchshell" does not exist\n`,
      ) as string,
    });
  });

  it('tells a working directory, a log and a run that cannot be reached', () => {
    const long = 'x'.repeat(256);
    expect(
      check({
        files: { 'default/depends': 'long\nloop\nround\n', 'long/run': script, 'loop/run': script },
        links: { 'long/root': long, 'loop/log': 'log', 'round/run': 'run' },
      }),
    ).toEqual({
      code: 1,
      lines: [
        `ROOT/long/root: error: the working directory "ROOT/long/${long}" does not exist`,
        'ROOT/loop/log: error: no directory, so that there is nothing to log with: make it a service directory, or remove it',
        'ROOT/round/run: error: cannot be looked at: too many symbolic links (ELOOP)',
        '3 errors, 0 warnings, 0 notes in 4 services',
      ],
    });
  });

  it('is not led in circles by links, and does not leave the tree by the links of a service', () => {
    expect(
      check({
        files: { 'default/depends': 'web\nalias\n', 'web/run': script, 'folder/': '' },
        links: {
          'folder/up': '..',
          'web/self': '.',
          'web/root': '/',
          'web/data': '/usr',
          loop: 'loop',
          alias: 'web',
          nowhere: 'gone',
          file: 'web/run',
        },
      }),
    ).toEqual({ code: 0, lines: ['0 errors, 0 warnings, 0 notes in 3 services'] });
  });

  it('tells directories and files that cannot be read', () => {
    const root = tree({
      files: {
        'default/depends': 'web\nsecret\n',
        'web/run': script,
        'web/params': '',
        'secret/run': script,
      },
    });
    chmodSync(root, 0o755);
    chmodSync(join(root, 'web/params'), 0o000);
    chmodSync(join(root, 'secret'), 0o000);
    expect(asNobody(() => run(root))).toEqual({
      code: 1,
      error: '',
      out:
        `${root}/default/depends:2: error: the service "secret" cannot be read: permission denied (EACCES)\n` +
        `${root}/secret: error: the directory cannot be read: permission denied (EACCES)\n` +
        `${root}/web/params: error: cannot be read: permission denied (EACCES)\n` +
        '3 errors, 0 warnings, 0 notes in 2 services\n',
    });
  });

  it('tells what minit cannot open as in and out, and nothing of what a log pipe takes the place of', () => {
    expect(
      check({
        files: {
          'default/depends': 'gone\nfolder\nlogged\n',
          'gone/run': script,
          'folder/run': script,
          'folder/in/': '',
          'folder/out/': '',
          'logged/run': script,
          'logged/log/run': script,
          'logged/log/in/': '',
        },
        links: { 'gone/in': 'no', 'gone/out': 'no', 'logged/out': 'no', 'logged/log/out': 'no' },
      }),
    ).toEqual({
      code: 1,
      lines: [
        'ROOT/folder/in: error: a directory, so that the program cannot be started: put a file or a FIFO there',
        'ROOT/folder/out: error: a directory, so that the program cannot be started: put a file or a FIFO there',
        'ROOT/gone/in: error: a symbolic link to a file that does not exist, so that the program cannot be started',
        'ROOT/gone/out: error: a symbolic link to a file that does not exist, so that the program cannot be started',
        'ROOT/logged/log/out: error: a symbolic link to a file that does not exist, so that the program cannot be started',
        '5 errors, 0 warnings, 0 notes in 5 services',
      ],
    });
  });

  it('tells a socket in the place of in or out', async () => {
    const root = tree({ files: { 'default/run': script } });
    const close = await listenAt(join(root, 'default/out'));
    const { out } = run(root);
    await close();
    expect(out).toBe(
      `${root}/default/out: error: a socket, which cannot be opened, so that the program cannot be started: put a file or a FIFO there\n` +
        '1 error, 0 warnings, 0 notes in 1 service\n',
    );
  });

  it('tells directories whose names no service can have', () => {
    expect(check({ files: { 'default/run': script, 'a\nb/run': script } })).toEqual({
      code: 1,
      lines: [
        'ROOT/a?b: error: the directory can be no service, as the name holds a control character: rename it',
        '1 error, 0 warnings, 0 notes in 1 service',
      ],
    });
  });

  it('tells a ROOT that is missing, is a file, or has no default', () => {
    const root = tree({ files: { 'web/run': script, file: '' } });
    expect(run(`${root}/nosuch/`)).toEqual({
      code: 1,
      error: '',
      out:
        `${root}/nosuch: error: there is no such directory: ROOT is the directory that holds the service directories\n` +
        '1 error, 0 warnings, 0 notes in 0 services\n',
    });
    expect(run(`${root}/file`).out).toBe(
      `${root}/file: error: not a directory: ROOT is the directory that holds the service directories\n` +
        '1 error, 0 warnings, 0 notes in 0 services\n',
    );
    expect(run(root).out).toBe(
      `${root}/default: error: there is no service "default": minit starts only what its command line names (say so with --start NAME)\n` +
        '1 error, 0 warnings, 0 notes in 1 service\n',
    );
    expect(run('--start', 'web', root)).toEqual({
      code: 0,
      error: '',
      out: '0 errors, 0 warnings, 0 notes in 1 service\n',
    });
  });

  it('tells why what is started cannot be', () => {
    const root = tree({ files: { 'web/run': script, default: 'web\n' } });
    expect(run('--start', 'default', '--start', 'web/', '--start', 'nosuch', root).out).toBe(
      `${root}/default: error: the service "default" cannot be read: a component is not a directory (ENOTDIR)\n` +
        `${root}/nosuch: error: there is no service "nosuch" to start\n` +
        `${root}/web/: error: "web/" names no service, as the name has an empty component\n` +
        '3 errors, 0 warnings, 0 notes in 1 service\n',
    );
  });

  it('takes an empty directory that is started for what minit does: a service that starts nothing', () => {
    const root = tree({ files: { 'default/': '', 'idle/': '' } });
    const said = (name: string): string =>
      `${root}/${name}: warning: the service starts nothing: it has no run, and depends on nothing\n` +
      '0 errors, 1 warning, 0 notes in 1 service\n';
    expect(run(root)).toEqual({ code: 0, error: '', out: said('default') });
    expect(run('--start', 'idle', root)).toEqual({ code: 0, error: '', out: said('idle') });
  });

  it('notes FIFOs that are missing', () => {
    const root = temporaryDirectory();
    mkdirSync(join(root, 'default'));
    symlinkSync('/bin/true', join(root, 'default/run'));
    expect(run(root)).toEqual({
      code: 0,
      error: '',
      out:
        `${root}/in: note: there is no FIFO: minit makes it when it can write there; on a read-only file system: mkfifo -m 600\n` +
        `${root}/out: note: there is no FIFO: minit makes it when it can write there; on a read-only file system: mkfifo -m 600\n` +
        '0 errors, 0 warnings, 2 notes in 1 service\n',
    });
  });

  it('adds up several trees', () => {
    const one = tree({ files: { 'default/run': script } });
    const two = tree({ files: { 'default/depends': 'nosuch\n' } });
    expect(run(one, two)).toEqual({
      code: 1,
      error: '',
      out:
        `${two}/default/depends:1: error: there is no service "nosuch": make it, or remove the line\n` +
        '1 error, 0 warnings, 0 notes in 2 services\n',
    });
  });

  it('shows all as JSON', () => {
    const root = tree({ files: { 'default/depends': 'nosuch\n' } });
    const { code, out } = run('--json', root);
    expect(code).toBe(1);
    expect(JSON.parse(out)).toEqual({
      services: 1,
      errors: 1,
      warnings: 0,
      notes: 0,
      findings: [
        {
          severity: 'error',
          file: `${root}/default/depends`,
          line: 1,
          service: 'default',
          code: 'dependency-missing',
          text: 'there is no service "nosuch": make it, or remove the line',
        },
      ],
    });
  });

  it('refuses a wrong command line with 2', () => {
    expect(run()).toEqual({
      code: 2,
      out: '',
      error: "minit-check: fatal: missing required argument 'root'\n",
    });
    expect(run('--nosuch', '/')).toEqual({
      code: 2,
      out: '',
      error: "minit-check: fatal: unknown option '--nosuch'\n",
    });
    expect(run('--help').code).toBe(0);
  });
});
