import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Occurrence } from '../../effects/ports';
import { openByLibc } from '../../adapters/libc/directory';
import { entryNames, noEntries, openByNode } from '../../adapters/open-directory';
import { createServiceDirectories, readServiceDirectory } from '../../adapters/service-directories';
import { paramsBytesMax } from '../../machines/limits';
import { temporaryDirectory } from '../support/temporary-directory';

/** A tree with the service `web`; a path that ends in a slash is a directory. */
function tree(files: Readonly<Record<string, string | Buffer>>): string {
  const root = temporaryDirectory();
  mkdirSync(join(root, 'web'));
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(path.endsWith('/') ? join(root, path) : dirname(join(root, path)), {
      recursive: true,
    });
    if (!path.endsWith('/')) writeFileSync(join(root, path), content);
  }
  return root;
}

const ways = [
  { way: 'with node:fs', open: openByNode },
  { way: 'with system calls alone', open: openByLibc },
];

describe.each(ways)('service directory $way', ({ open }) => {
  const read = (root: string, name = 'web') => {
    const reading = readServiceDirectory(root, name, open);
    if ('error' in reading) throw new Error(reading.error.code);
    return reading.definition;
  };

  it('is read whole', () => {
    const root = tree({
      'web/params': '-p\n80\n',
      'web/depends': 'net\n',
      'web/respawn': '',
      'web/nice': '5\n',
      'web/in': '',
      'web/out': '',
      'web/log/run': '',
    });
    symlinkSync('/usr/sbin/httpd', join(root, 'web/run'));
    symlinkSync('/srv', join(root, 'web/root'));
    const directory = join(root, 'web');
    expect(read(root)).toEqual({
      directory,
      mode: 'respawn',
      run: { path: '/usr/sbin/httpd', argv0: 'httpd' },
      params: ['-p', '80'],
      depends: [{ name: 'net', line: 1 }],
      hasLog: true,
      input: join(directory, 'in'),
      output: join(directory, 'out'),
      nice: 5,
      workingDirectory: '/srv',
      problems: [],
    });
  });

  it('may lie deeper, and ROOT may end in a slash', () => {
    const root = tree({ 'net/eth0/run': '' });
    expect(read(`${root}/`, 'net/eth0').run).toEqual({
      path: join(root, 'net/eth0/run'),
      argv0: 'run',
    });
  });

  it('keeps arguments that are no UTF-8 byte by byte', () => {
    const root = tree({ 'web/params': Buffer.from([0x63, 0xe9, 0x0a]) });
    expect(read(root)).toMatchObject({ params: ['c\u00e9'], paramsEncoding: 'latin1' });
  });

  it('takes no dependency from bytes that are no UTF-8', () => {
    const root = tree({ 'web/depends': Buffer.from([0x63, 0xe9, 0x0a]) });
    expect(read(root)).toMatchObject({ depends: [], problems: [{ code: 'bad-name', line: 1 }] });
  });

  it('reads params up to its limit and refuses one byte more', () => {
    const root = tree({
      'web/params': 'x'.repeat(paramsBytesMax),
      'big/params': 'x'.repeat(paramsBytesMax + 1),
    });
    expect(read(root).params[0]).toHaveLength(paramsBytesMax);
    expect(read(root, 'big').problems).toMatchObject([{ code: 'too-large', file: 'params' }]);
  });

  it('reports files that are directories', () => {
    const root = tree({ 'web/params/': '', 'web/depends/': '', 'web/nice/': '', 'web/run/': '' });
    const { run, problems } = read(root);
    expect(run).toEqual({ path: join(root, 'web/run'), argv0: 'run' });
    expect(problems.map(({ code, file }) => `${file} ${code}`)).toEqual([
      'params unreadable',
      'depends unreadable',
      'nice unreadable',
    ]);
  });

  it('does not block on a FIFO and does not read a device for ever', () => {
    const root = tree({});
    execFileSync('mkfifo', [join(root, 'web/params')]);
    symlinkSync('/dev/zero', join(root, 'web/depends'));
    expect(read(root)).toMatchObject({
      params: [],
      problems: [{ file: 'depends', code: 'too-large' }],
    });
  });

  it('reports links that lead nowhere or in a circle', () => {
    const root = tree({});
    symlinkSync('nowhere', join(root, 'web/params'));
    symlinkSync('depends', join(root, 'web/depends'));
    symlinkSync('log', join(root, 'web/log'));
    expect(read(root).problems).toMatchObject([
      { file: 'params', text: 'cannot be read: no such file or directory (ENOENT)' },
      { file: 'depends', text: 'cannot be read: too many symbolic links (ELOOP)' },
      { file: 'log', code: 'log-without-run' },
    ]);
  });

  it.each([
    ['a file', 'web/log', 'no directory'],
    ['an empty directory', 'web/log/', 'the directory has no run'],
  ])('has no log where log is %s', (_what, path, beginning) => {
    const definition = read(tree({ [path]: '' }));
    expect(definition).not.toHaveProperty('hasLog');
    expect(definition.problems[0]?.text).toMatch(new RegExp(`^${beginning}`, 'u'));
  });

  it('has a log where log is a link to a directory, and its run a link to nothing yet', () => {
    const root = tree({ 'web/run': '', 'logger/': '' });
    symlinkSync('/usr/bin/not-mounted-yet', join(root, 'logger/run'));
    symlinkSync('../logger', join(root, 'web/log'));
    expect(read(root).hasLog).toBe(true);
  });

  it('leaves a link whose text is no UTF-8 to the kernel', () => {
    const root = tree({});
    symlinkSync(Buffer.from([0x2f, 0xe9]), join(root, 'web/run'));
    expect(read(root).run).toEqual({ path: join(root, 'web/run'), argv0: 'run' });
  });

  it('has all that is in it, however many files are in the way', () => {
    const others = Array.from({ length: 1_500 }, (_, index) => `web/backup-${String(index)}`);
    const root = tree({
      ...Object.fromEntries(others.map((path) => [path, ''])),
      'web/params': 'one',
      'web/depends': 'net',
      'web/nice': '3',
      'web/respawn': '',
      'web/in': '',
      'web/out': '',
    });
    expect(read(root)).toMatchObject({
      params: ['one'],
      depends: [{ name: 'net' }],
      nice: 3,
      mode: 'respawn',
      input: join(root, 'web/in'),
      output: join(root, 'web/out'),
    });
  });

  it.each([
    ['missing', 'ENOENT'],
    ['file', 'ENOTDIR'],
    ['file/x', 'ENOTDIR'],
    ['circle', 'ELOOP'],
    ['../web', 'EINVAL'],
    ['/etc', 'EINVAL'],
    ['', 'EINVAL'],
    ['a/../b', 'EINVAL'],
  ])('named %j fails with %s', (name, code) => {
    const root = tree({ file: '' });
    symlinkSync('circle', join(root, 'circle'));
    expect(readServiceDirectory(root, name, open)).toMatchObject({ error: { code } });
  });

  it.each([4_096, 10_000])('fails where the path has more than %d bytes', (bytes) => {
    const root = `/${'x'.repeat(200)}`.repeat(Math.ceil(bytes / 201));
    expect(readServiceDirectory(root, 'web', open)).toEqual({
      error: { code: 'ENAMETOOLONG', errno: 36 },
    });
  });

  it.each(entryNames)('knows the entry %s from all that begin as it does', (name) => {
    const root = tree({ [`web/${name}`]: '' });
    const others = entryNames.flatMap((other) => [other.slice(0, -1), `${other}s`, `.${other}`]);
    for (const other of [...others, 'ou', 'r', '...', 'rün'])
      writeFileSync(join(root, 'web', other), '');
    const directory = open?.(join(root, 'web'));
    directory?.close();
    expect(directory?.has).toEqual({ ...noEntries, [name]: true });
  });

  it('leaves no file open', () => {
    const root = tree({ 'web/params': 'x', 'web/depends/': '', 'web/run': '' });
    const openFiles = () => readdirSync('/proc/self/fd').length;
    const before = openFiles();
    for (const name of ['web', 'missing', 'web/run']) readServiceDirectory(root, name, open);
    expect(openFiles()).toBe(before);
  });
});

describe('service directories port', () => {
  it('emits what it read, or why it could not, with its cause', () => {
    const root = tree({ 'web/run': '' });
    const port = createServiceDirectories({ root, now: () => 42 });
    const occurrences: Occurrence[] = [];
    port.occurrence$.subscribe((occurrence) => occurrences.push(occurrence));
    port.read({ service: 'web' }, 7);
    rmSync(join(root, 'web'), { recursive: true });
    port.read({ service: 'web' }, 8);
    expect(occurrences).toMatchObject([
      { at: 42, cause: 7, event: { type: 'ServiceRead', service: 'web' } },
      {
        at: 42,
        cause: 8,
        event: { type: 'ServiceMissing', service: 'web', error: { code: 'ENOENT', errno: 2 } },
      },
    ]);
  });
});
