/**
 * What the files of a service directory do to its process, seen in /proc: program, arguments,
 * standard descriptors, directory. Not here: files that are wrong (bad-trees.e2e), what holds for
 * every process (processes.e2e).
 */
import { execFileSync } from 'node:child_process';
import {
  closeSync,
  constants,
  copyFileSync,
  openSync,
  readFileSync,
  realpathSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { cleanUp } from '../support/supervisor';
import { bootX, linkOf, plain } from './fixtures/one-service';
import { argumentsOnceStarted, printed, sleeper } from './fixtures/recorded';

afterAll(cleanUp);

describe('in', () => {
  it('a file is stdin', async () => {
    const minit = await bootX({ 'x/run': '->/bin/cat', 'x/in': 'first\nsecond\n' });
    await minit.reaches('x', 'finished');
    await minit.prints(/^second$/mu);
    expect(printed(minit)).toEqual(['first', 'second']);
    await minit.stopAndReplay();
  });

  it('a FIFO is stdin: the service starts without a writer, and outlives each one', async () => {
    const minit = await bootX(
      { 'x/run': '#!/bin/sh\nwhile read -r line; do echo "got $line"; done\n' },
      (x) => execFileSync('mkfifo', [join(x, 'in')]),
    );
    for (const word of ['one', 'two']) {
      const fd = openSync(join(minit.root, 'x/in'), constants.O_WRONLY | constants.O_NONBLOCK);
      writeSync(fd, `${word}\n`);
      closeSync(fd);
      await minit.prints(new RegExp(`^got ${word}$`, 'mu'));
    }
    expect(minit.msvc('x')).toMatchObject({ code: 0 });
    await minit.stopAndReplay();
  });
});

describe('out', () => {
  it('a regular file gets stdout and stderr, behind what is in it already', async () => {
    const minit = await bootX({ 'x/run': '#!/bin/sh\necho new\necho err >&2\n', 'x/out': 'old\n' });
    await minit.reaches('x', 'finished');
    expect(minit.msvc('-o', 'x')).toMatchObject({ code: 0 });
    await minit.reaches('x', 'finished', 2);
    expect(readFileSync(join(minit.root, 'x/out'), 'utf8')).toBe('old\nnew\nerr\nnew\nerr\n');
    expect(printed(minit)).toEqual([]);
    await minit.stopAndReplay();
  });

  it('a link to /dev/null', async () => {
    const minit = await bootX({ ...plain, 'x/out': '->/dev/null' });
    const pid = minit.pidOf('x');
    expect([linkOf(pid, 'fd/1'), linkOf(pid, 'fd/2')]).toEqual(['/dev/null', '/dev/null']);
    await minit.stopAndReplay();
  });

  it('with none of both, the service has those of minit', async () => {
    const minit = await bootX({ 'x/run': '#!/bin/sh\necho out\necho err >&2\nexec sleep 1000\n' });
    await minit.prints(/^err$/mu);
    await minit.prints(/^out$/mu);
    expect([0, 1, 2].map((fd) => linkOf(minit.pidOf('x'), `fd/${String(fd)}`))).toEqual(
      [0, 1, 2].map((fd) => linkOf(minit.pid, `fd/${String(fd)}`)),
    );
    await minit.stopAndReplay();
  });
});

describe('params', () => {
  const cases: [string, string | Buffer, (string | Buffer)[]][] = [
    ['one argument a line', 'a\nb\n', ['a', 'b']],
    ['no newline at the end', 'a\nb', ['a', 'b']],
    ['empty lines are empty arguments', '\na\n\nb\n', ['', 'a', '', 'b']],
    [
      'no expansion, no quoting',
      '$HOME *\n"a b"\n`id` ; \\n\n ~\n',
      ['$HOME *', '"a b"', '`id` ; \\n', ' ~'],
    ],
    ['no comments', '# a\n', ['# a']],
    [
      'bytes that are no UTF-8',
      Buffer.from([0x61, 0xff, 0xfe, 0x0a, 0xc3, 0x28, 0x0a]),
      [Buffer.from([0x61, 0xff, 0xfe]), Buffer.from([0xc3, 0x28])],
    ],
    ['UTF-8', 'größe\n日本\n', ['größe', '日本']],
    ['nothing', '', []],
  ];
  it.each(cases)('%s', async (_, params, expected) => {
    const minit = await bootX({ 'x/run': '#!/bin/sh\nread -r _\n' }, (x) => {
      writeFileSync(join(x, 'params'), params);
      execFileSync('mkfifo', [join(x, 'in')]);
    });
    const pid = minit.pidOf('x');
    await argumentsOnceStarted(pid);
    const commandLine = readFileSync(`/proc/${String(pid)}/cmdline`);
    const whole = [
      Buffer.from('/bin/sh'),
      Buffer.from(join(minit.root, 'x/run')),
      ...expected.map((part) => Buffer.from(part as string)),
    ];
    expect(commandLine.toString('latin1')).toBe(
      whole.map((part) => `${part.toString('latin1')}\0`).join(''),
    );
    await minit.stopAndReplay();
  });
});

describe('run', () => {
  it('a link: executed at its target, argv[0] is the last component of the link', async () => {
    const minit = await bootX(plain);
    expect(await argumentsOnceStarted(minit.pidOf('x'))).toEqual(['sleep', '1000']);
    expect(linkOf(minit.pidOf('x'), 'exe')).toBe(realpathSync('/bin/sleep'));
    await minit.stopAndReplay();
  });

  it('a relative link: from the service directory, through further links, which do not name it', async () => {
    const minit = await bootX({
      'x/run': '->../bin/my-tail',
      'x/params': '-f\n/dev/null\n',
      'bin/my-tail': '->/usr/bin/tail',
      'x/root': '->/',
    });
    expect(await argumentsOnceStarted(minit.pidOf('x'))).toEqual(['my-tail', '-f', '/dev/null']);
    expect(linkOf(minit.pidOf('x'), 'exe')).toBe(realpathSync('/usr/bin/tail'));
    await minit.stopAndReplay();
  });

  it('a binary of its own: argv[0] is `run`', async () => {
    const minit = await bootX({ 'x/params': '-c\nread -r _\n' }, (x) => {
      copyFileSync('/bin/sh', join(x, 'run'));
      execFileSync('mkfifo', [join(x, 'in')]);
    });
    expect(await argumentsOnceStarted(minit.pidOf('x'))).toEqual(['run', '-c', 'read -r _']);
    await minit.stopAndReplay();
  });

  it('a script: in the service directory', async () => {
    const minit = await bootX({ 'x/run': '#!/bin/sh\necho "in $(pwd)"\nexec sleep 1000\n' });
    await minit.prints(new RegExp(`^in ${minit.root}/x$`, 'mu'));
    await minit.stopAndReplay();
  });
});

describe('root', () => {
  it('is the working directory, also of a script', async () => {
    const minit = await bootX({ 'x/run': sleeper, 'x/root': '->../elsewhere', 'elsewhere/': '' });
    expect(linkOf(minit.pidOf('x'), 'cwd')).toBe(join(minit.root, 'elsewhere'));
    await minit.stopAndReplay();
  });

  it('without it that is the service directory', async () => {
    const minit = await bootX({ 'x/run': sleeper });
    expect(linkOf(minit.pidOf('x'), 'cwd')).toBe(join(minit.root, 'x'));
    await minit.stopAndReplay();
  });
});
