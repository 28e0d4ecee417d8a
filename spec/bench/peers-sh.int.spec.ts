/**
 * bench/peers.sh itself, a copy of it in a directory of its own, on a PATH with nothing but fakes that note how they
 * are called.
 *
 * Not checked: that the packages have these programs in any release of Debian or Ubuntu.
 *
 * @module
 */
import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryDirectory } from '../support/temporary-directory';

const script = join(__dirname, '../../bench/peers.sh');

const packages = {
  runit: 'runsvdir',
  s6: 's6-svscan',
  daemontools: 'svscan',
  supervisor: 'supervisord',
  dinit: 'dinit',
};
type Package = keyof typeof packages;
const programs = Object.values(packages);
const [rootId, userId] = ['0', '1000'];
const installing = (name: string): string =>
  `apt-get install -y --no-install-recommends ${name}, noninteractive`;

interface Machine {
  /** Who runs it. */
  readonly id?: string;
  /** Programs on PATH, besides id. */
  readonly has?: readonly string[];
  /** What apt can install. */
  readonly offers?: readonly Package[];
  /** Packages of which apt says that they are installed, without a program. */
  readonly empty?: readonly Package[];
  readonly hasPm2?: boolean;
  readonly npmStatus?: number;
}
const complete = [...programs, 'apt-get', 'npm', 'cc', 'minit-c', 'msvc-c'];
const without = (...missing: readonly string[]): string[] =>
  complete.filter((name) => !missing.includes(name));

/** Runs the script on such a machine: what it said, how it called apt-get and npm, what is on PATH then. */
function run({ id = rootId, has = complete, offers = [], ...machine }: Machine = {}) {
  const { empty = [], hasPm2 = true, npmStatus = 0 } = machine;
  const directory = temporaryDirectory();
  const [bin, bench, log] = ['bin', 'bench', 'log'].map((name) => join(directory, name)) as [
    string,
    string,
    string,
  ];
  const fake = (name: string, ...lines: readonly string[]): void => {
    writeFileSync(join(bin, name), ['#!/bin/sh', ...lines, ''].join('\n'), { mode: 0o755 });
  };
  const brings = [
    ...offers.map(
      (name) => `*\\ ${name}) echo >${bin}/${packages[name]} &&
      PATH=${process.env['PATH'] ?? ''} chmod +x ${bin}/${packages[name]} ;;`,
    ),
    ...empty.map((name) => `*\\ ${name}) ;;`),
  ];
  for (const folder of [bin, bench]) mkdirSync(folder);
  copyFileSync(script, join(bench, 'peers.sh'));
  if (hasPm2) {
    mkdirSync(join(bench, 'node_modules/pm2'), { recursive: true });
    writeFileSync(join(bench, 'node_modules/pm2/package.json'), '{}');
  }
  fake('id', `echo ${id}`);
  fake('dirname', 'echo "${1%/*}"');
  for (const name of has) fake(name, `echo "${name} $*" >>${log}`);
  if (has.includes('apt-get'))
    fake(
      'apt-get',
      `echo "apt-get $*\${DEBIAN_FRONTEND:+, $DEBIAN_FRONTEND}" >>${log}`,
      ...['case "$*" in', 'update) ;;', ...brings, '*) exit 100 ;;', 'esac'],
    );
  if (has.includes('npm')) fake('npm', `echo "npm $*" >>${log}`, `exit ${String(npmStatus)}`);

  const { status, stdout, stderr } = spawnSync('/bin/sh', [join(bench, 'peers.sh')], {
    encoding: 'utf8',
    cwd: directory,
    env: { PATH: bin },
  });
  expect([status, stderr]).toEqual([0, '']);
  const calls = existsSync(log) ? readFileSync(log, 'utf8').trimEnd().split('\n') : [];
  return {
    bench,
    calls,
    said: stdout.trimEnd().split('\n'),
    isOnPath: (name: string) => existsSync(join(bin, name)),
  };
}

const allHere = 'All of them are here.';

describe('where all is there', () => {
  it.each([rootId, userId])('user %s is told so, and nothing is called', (id) => {
    const { said, calls } = run({ id });
    expect(said).toEqual([
      ...Object.keys(packages).map((name) => `${name}: is here`),
      'C minit: is here',
      'pm2: is here',
      allHere,
    ]);
    expect(calls).toEqual([]);
  });
});

describe('supervisors that are missing', () => {
  const offers = Object.keys(packages) as Package[];

  it('are installed one by one for root, after one update', () => {
    const { said, calls, isOnPath } = run({ has: without(...programs), offers });
    expect(calls).toEqual(['apt-get update', ...offers.map(installing)]);
    expect(said.slice(0, offers.length)).toEqual(offers.map((name) => `${name}: installed`));
    expect(programs.filter((program) => !isOnPath(program))).toEqual([]);
    expect(said.at(-1)).toBe(allHere);
  });

  it('are the only ones that are installed', () => {
    const { said, calls } = run({ has: without('svscan'), offers });
    expect(calls).toEqual(['apt-get update', installing('daemontools')]);
    expect(said).toEqual(expect.arrayContaining(['s6: is here', 'daemontools: installed']));
  });

  it.each([
    ['apt does not know', {}],
    ['come without the program', { empty: ['dinit'] as const }],
  ])('and %s are to be built, the rest is installed', (_, machine) => {
    const has = without('runsvdir', 'dinit');
    const { said, calls } = run({ has, offers: ['runit'], ...machine });
    expect(calls).toEqual(['apt-get update', installing('runit'), installing('dinit')]);
    expect(said).toEqual(
      expect.arrayContaining([
        'runit: installed',
        'dinit: no such package here; build it from its source and put dinit on PATH',
      ]),
    );
    expect(said).not.toContain(allHere);
  });

  it.each([
    ['who is not root', { id: userId, has: without('s6-svscan', 'dinit') }],
    ['root without apt', { has: without('s6-svscan', 'dinit', 'apt-get') }],
  ])('are named to %s, and nothing is called', (_, machine) => {
    const { said, calls } = run({ offers, ...machine });
    const how = '(as root, with apt, this script does)';
    expect(said).toEqual(
      expect.arrayContaining([
        'runit: is here',
        `s6: not here; install the package that has s6-svscan ${how}`,
        `dinit: not here; install the package that has dinit ${how}`,
      ]),
    );
    expect(said).not.toContain(allHere);
    expect(calls).toEqual([]);
  });
});

describe('what is in no package of apt', () => {
  it('pm2 is installed by npm beside the script, without scripts of packages', () => {
    const { bench, said, calls } = run({ id: userId, hasPm2: false });
    expect(calls).toEqual([`npm ci --prefix ${bench} --ignore-scripts --no-audit --no-fund`]);
    expect(said).toContain('pm2: installed in bench/node_modules');
    expect(said.at(-1)).toBe(allHere);
  });

  it.each([
    ['there is no npm', { has: without('npm') }],
    ['npm fails', { npmStatus: 1 }],
  ])('pm2 is left to do where %s', (_, machine) => {
    const { said } = run({ hasPm2: false, ...machine });
    expect(said).toContain('pm2: not here; run: npm ci --prefix bench');
    expect(said).not.toContain(allHere);
  });

  it.each(['minit-c', 'msvc-c'])('the C minit is to be built where %s is missing', (program) => {
    const { said, calls } = run({ has: without(program) });
    expect(said).toContain(
      'C minit: in no package; build it from its source and put its minit and msvc on PATH as minit-c and msvc-c',
    );
    expect(said).not.toContain(allHere);
    expect(calls).toEqual([]);
  });

  it('a compiler is named', () => {
    const { said, calls } = run({ has: without('cc') });
    expect(said.at(-1)).toBe('a C compiler: not here; without one only two boots can be measured');
    expect(calls).toEqual([]);
  });
});
