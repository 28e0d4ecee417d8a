import { nameBytesMax } from '../../machines/limits';
import { parseDefinition, type RawServiceDirectory } from '../../machines/parse-definition';
import { badLinesReportedMax } from '../../machines/parse-depends';

const directory = '/etc/minit/web';

const parse = (raw: Partial<RawServiceDirectory>) =>
  parseDefinition({
    name: 'web',
    directory,
    hasRespawn: false,
    hasSync: false,
    hasInput: false,
    hasOutput: false,
    ...raw,
  });

const text = (content: string) => ({ kind: 'text', text: content }) as const;
const params = (content: string) => parse({ params: text(content) }).params;
const depends = (content: string) => parse({ depends: text(content) });

describe('definition of a service', () => {
  it('is a bundle when there is nothing in the directory', () => {
    expect(parse({})).toEqual({
      directory,
      mode: 'oneshot',
      params: [],
      depends: [],
      workingDirectory: directory,
      problems: [],
    });
  });

  it('names the files that become stdin and stdout', () => {
    const { input, output } = parse({ hasInput: true, hasOutput: true });
    expect([input, output]).toEqual([`${directory}/in`, `${directory}/out`]);
  });
});

describe('run', () => {
  it.each([
    ['/usr/sbin/httpd', '/usr/sbin/httpd', 'httpd'],
    ['../../bin/httpd', `${directory}/../../bin/httpd`, 'httpd'],
    ['httpd', `${directory}/httpd`, 'httpd'],
    ['/opt/bin/', '/opt/bin/', 'bin'],
    ['/', '/', 'run'],
  ])('is executed at its target %s', (target, path, argv0) => {
    expect(parse({ run: { kind: 'symlink', target } }).run).toEqual({ path, argv0 });
  });

  it('is executed as it is when it is a file', () => {
    expect(parse({ run: { kind: 'other' } }).run).toEqual({
      path: `${directory}/run`,
      argv0: 'run',
    });
  });
});

describe('params', () => {
  it.each([
    ['', []],
    ['a\n', ['a']],
    ['a', ['a']],
    ['a\nb', ['a', 'b']],
    ['a\n\nb\n', ['a', '', 'b']],
    ['\n', ['']],
    ['a\n\n', ['a', '']],
    ['# no comment\n', ['# no comment']],
    ['two words  \n', ['two words  ']],
    ['$HOME "x"\n', ['$HOME "x"']],
  ])('of %j are %j', (content, expected) => {
    expect(params(content)).toEqual(expected);
  });

  it('say that they were read byte by byte', () => {
    const raw = { kind: 'text', text: 'caf\u00e9\n', encoding: 'latin1' } as const;
    expect(parse({ params: raw })).toMatchObject({ params: ['café'], paramsEncoding: 'latin1' });
  });

  it('with a NUL byte make the service unusable, with the line', () => {
    expect(parse({ params: text('a\nb\0c\n') })).toMatchObject({
      params: [],
      problems: [{ severity: 'error', code: 'bad-params', file: 'params', line: 2 }],
    });
  });

  it('with Windows line ends are passed on and warned about', () => {
    expect(parse({ params: text('-p\r\n80\r\n') })).toMatchObject({
      params: ['-p\r', '80\r'],
      problems: [{ severity: 'warning', code: 'bad-params', line: 1 }],
    });
  });

  it('that are too large make the service unusable', () => {
    expect(parse({ params: { kind: 'too-large', bytesMax: 1_048_576 } }).problems).toEqual([
      {
        severity: 'error',
        code: 'too-large',
        file: 'params',
        text: 'larger than the 1048576 bytes that are read: shorten it',
      },
    ]);
  });

  it('that cannot be read make the service unusable, with the reason', () => {
    expect(parse({ params: { kind: 'failed', code: 'EISDIR' } }).problems).toEqual([
      {
        severity: 'error',
        code: 'unreadable',
        file: 'params',
        text: 'cannot be read: is a directory (EISDIR)',
      },
    ]);
  });
});

describe('depends', () => {
  it('names one service a line, without comments and empty lines, and counts all of them', () => {
    expect(depends('# first\n\nnet/eth0\nsyslog')).toMatchObject({
      depends: [
        { name: 'net/eth0', line: 3 },
        { name: 'syslog', line: 4 },
      ],
      problems: [],
    });
  });

  it('keeps a name that is there twice at its first line', () => {
    expect(depends('a\nb\na\n').depends).toEqual([
      { name: 'a', line: 1 },
      { name: 'b', line: 2 },
    ]);
  });

  it('drops a dependency on the service itself', () => {
    expect(depends('a\nweb\n')).toMatchObject({
      depends: [{ name: 'a', line: 1 }],
      problems: [{ severity: 'error', code: 'depends-on-itself', file: 'depends', line: 2 }],
    });
  });

  it.each([
    ['../x', '"../x" names no service, as the name has a component "..": correct the line'],
    [
      '/x',
      '"/x" names no service, as the name begins with a slash: it is relative to ROOT: correct the line',
    ],
    ['a//b', '"a//b" names no service, as the name has an empty component: correct the line'],
    [
      'caf\ufffd',
      '"caf\\ufffd" names no service, as the name is not valid UTF-8: correct the line',
    ],
    [
      'a\r',
      'the line ends in a carriage return (Windows line ends): save the file with Unix line ends',
    ],
    [
      '\r',
      'the line ends in a carriage return (Windows line ends): save the file with Unix line ends',
    ],
    ['\ufeffa', 'the line begins with a byte order mark: save the file as UTF-8 without one'],
  ])('drops %j', (name, problem) => {
    expect(depends(`ok\n${name}\n`)).toMatchObject({
      depends: [{ name: 'ok', line: 1 }],
      problems: [{ severity: 'error', code: 'bad-name', file: 'depends', line: 2, text: problem }],
    });
  });

  it('takes a name of the greatest length and drops a longer one', () => {
    const longest = 'n'.repeat(nameBytesMax);
    expect(depends(`${longest}\n${longest}n\n`)).toMatchObject({
      depends: [{ line: 1 }],
      problems: [{ line: 2 }],
    });
  });

  it('reports the first bad lines one by one and the others as a number', () => {
    const { problems } = depends('/\n'.repeat(5_000));
    expect(problems).toHaveLength(badLinesReportedMax + 1);
    expect(problems.at(-1)?.text).toBe(
      '4980 more lines name no service: write one service name a line',
    );
  });

  it('that cannot be read is an error, and the service has no dependencies', () => {
    expect(parse({ depends: { kind: 'failed', code: 'EACCES' } })).toMatchObject({
      depends: [],
      problems: [{ severity: 'error', code: 'unreadable', file: 'depends' }],
    });
  });
});

describe('mode', () => {
  it.each([
    [true, false, 'respawn'],
    [false, true, 'sync'],
    [false, false, 'oneshot'],
  ])('with respawn %s and sync %s is %s', (hasRespawn, hasSync, mode) => {
    expect(parse({ hasRespawn, hasSync })).toMatchObject({ mode, problems: [] });
  });

  it('is respawn when both flags are there, and says so', () => {
    expect(parse({ hasRespawn: true, hasSync: true })).toMatchObject({
      mode: 'respawn',
      problems: [{ code: 'respawn-and-sync', file: 'sync' }],
    });
  });
});

describe('nice', () => {
  it.each([
    ['5\n', 5],
    ['-20', -20],
    ['+3\n', 3],
    [' 7 \n', 7],
    ['0\n', 0],
    ['1000', 39],
  ])('of %j is %d', (content, nice) => {
    expect(parse({ nice: text(content) })).toMatchObject({ nice, problems: [] });
  });

  it.each(['', 'high\n', '1.5', '5 5', '0x5'])('of %j is ignored and reported', (content) => {
    const definition = parse({ nice: text(content) });
    expect(definition).not.toHaveProperty('nice');
    expect(definition.problems).toMatchObject([
      { severity: 'warning', code: 'bad-nice', file: 'nice' },
    ]);
  });
});

describe('log', () => {
  it('takes the output when it has a run', () => {
    expect(parse({ log: 'with-run' })).toMatchObject({ hasLog: true, problems: [] });
  });

  it.each(['without-run', 'no-directory'] as const)(
    'is left out and reported when it is %s',
    (log) => {
      const definition = parse({ log });
      expect(definition).not.toHaveProperty('hasLog');
      expect(definition.problems).toMatchObject([
        { severity: 'warning', code: 'log-without-run', file: 'log' },
      ]);
    },
  );
});

describe('root', () => {
  it.each([
    ['/srv/www', '/srv/www'],
    ['../data', `${directory}/../data`],
    ['root', `${directory}/root`],
  ])('%s is the working directory', (root, workingDirectory) => {
    expect(parse({ root }).workingDirectory).toBe(workingDirectory);
  });
});
