/**
 * What each supervisor is told of the same small set.
 *
 * Not checked: that they understand it; a run of the benchmark fails if they do not.
 *
 * @module
 */
import { mkdirSync, readFileSync, readdirSync, readlinkSync, statSync, type Dirent } from 'node:fs';
import { join } from 'node:path';
import { benchModule } from '../../support/bench-module';
import { temporaryDirectory } from '../../support/temporary-directory';

interface Home {
  readonly dir: string;
  readonly set: { readonly services: readonly unknown[] };
}
interface Peer {
  readonly name: string;
  readonly canOrder?: boolean;
  prepare: (home: Home) => void;
  command: (home: Home) => { readonly argv: readonly string[]; readonly etc?: string };
  stop: (home: Home) => { readonly signal?: number; readonly argv?: readonly string[] };
}
const { allPeers, keyOf } = benchModule('peers/all.mjs') as {
  allPeers: (paths: object) => readonly Peer[];
  keyOf: (peer: Peer) => string;
};
const sets = benchModule('lib/service-set.mjs') as {
  flatSet: (count: number) => Home['set'];
  graphSet: (count: number, oneShotMs?: number) => Home['set'];
  withCommands: (set: Home['set'], where: object) => Home['set'];
};

const peers = allPeers({ programs: { minit: '/dist/minit.js' }, floorProgram: '/c/floor' });
const places = { program: '/c/pause', stamps: '/t/stamps' };

/** The files that the peer by that key makes of a set, by path. */
function prepared(key: string, bare: Home['set']): { home: Home; files: Map<string, string> } {
  const peer = peers.find((one) => keyOf(one) === key);
  if (peer === undefined) throw new Error(`no peer ${key}`);
  const dir = join(temporaryDirectory(), 'home');
  mkdirSync(dir);
  const home = { dir, set: sets.withCommands(bare, places) };
  peer.prepare(home);
  const files = readdirSync(dir, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .sort((a, b) => (join(a.parentPath, a.name) < join(b.parentPath, b.name) ? -1 : 1));
  return {
    home,
    files: new Map(
      files.map((entry) => {
        const path = join(entry.parentPath, entry.name);
        return [path.slice(dir.length + 1), textOf(entry, path)] as const;
      }),
    ),
  };
}

function textOf(entry: Dirent, path: string): string {
  if (entry.isFIFO()) return 'a FIFO';
  return entry.isSymbolicLink() ? `-> ${readlinkSync(path)}` : readFileSync(path, 'utf8');
}

describe('of two independent services', () => {
  const two = sets.flatSet(2);

  it('minit gets two directories, and a default', () => {
    expect(Object.fromEntries(prepared('minit', two).files)).toEqual({
      'root/default/depends': 's0001\ns0002\n',
      'root/s0001/params': '/t/stamps\n1\n',
      'root/s0001/respawn': '',
      'root/s0001/run': '-> /c/pause',
      'root/s0002/params': '/t/stamps\n2\n',
      'root/s0002/respawn': '',
      'root/s0002/run': '-> /c/pause',
    });
  });

  it('the C minit gets the same, with FIFOs, in what it sees as /etc', () => {
    const { files, home } = prepared('c-minit', two);
    const ours = [...prepared('minit', two).files];
    files.delete('etc/ld.so.cache');
    expect(Object.fromEntries(files)).toEqual({
      ...Object.fromEntries(ours.map(([path, text]) => [path.replace('root', 'etc/minit'), text])),
      'etc/minit/in': 'a FIFO',
      'etc/minit/out': 'a FIFO',
    });
    const command = peers.find((peer) => keyOf(peer) === 'c-minit')?.command(home);
    expect(command).toEqual({ argv: ['minit-c'], etc: join(home.dir, 'etc') });
  });

  it('dinit gets two descriptions, and one of what to boot', () => {
    const { files } = prepared('dinit', two);
    expect([...files.keys()]).toEqual(['services/boot', 'services/s0001', 'services/s0002']);
    expect(files.get('services/boot')).toBe(
      'type = internal\nwaits-for: s0001\nwaits-for: s0002\n',
    );
    expect(files.get('services/s0002')).toBe(
      'type = process\nsmooth-recovery = yes\ncommand = /c/pause /t/stamps 2\n',
    );
  });

  it.each([
    ['runit', 'service'],
    ['s6', 'scan'],
    ['daemontools', 'service'],
  ])('%s gets two directories with a run that is no shell', (key, folder) => {
    const { files, home } = prepared(key, two);
    expect(Object.fromEntries(files)).toEqual({
      [`${folder}/s0001/run`]: '#!/c/pause /t/stamps 1\n',
      [`${folder}/s0002/run`]: '#!/c/pause /t/stamps 2\n',
    });
    expect(statSync(join(home.dir, folder, 's0001', 'run')).mode & 0o777).toBe(0o755);
  });

  it('supervisor gets a section for each, which counts as started at once', () => {
    const conf = prepared('supervisor', two).files.get('conf') ?? '';
    expect(conf.match(/^\[program:.*\]$/gmu)).toEqual(['[program:s0001]', '[program:s0002]']);
    expect(conf.match(/^command=.*2$/mu)).toEqual(
      expect.arrayContaining(['command=/c/pause /t/stamps 2']),
    );
    expect(conf.match(/^(?:autorestart=true|startsecs=0)$/gmu)).toHaveLength(4);
  });

  it('pm2 gets two entries without an interpreter', () => {
    const { apps } = JSON.parse(prepared('pm2', two).files.get('services.json') ?? '') as {
      apps: readonly object[];
    };
    expect(apps).toHaveLength(2);
    expect(apps[1]).toMatchObject({
      name: 's0002',
      script: '/c/pause',
      args: ['/t/stamps', '2'],
      interpreter: 'none',
    });
  });

  it('the naive loop gets two commands, and the floor all of them by number', () => {
    const { files } = prepared('naive-node', two);
    expect(JSON.parse(files.get('services.json') ?? '')).toEqual([
      ['/c/pause', '/t/stamps', '1'],
      ['/c/pause', '/t/stamps', '2'],
    ]);
    const { home } = prepared('floor', two);
    expect(peers[0]?.command(home).argv).toEqual(['/c/floor', '2', '/c/pause', '/t/stamps']);
  });

  it.each(peers.map(keyOf))('%s can be told to stop', (key) => {
    const { home } = prepared(key, two);
    const { signal, argv } = peers.find((peer) => keyOf(peer) === key)?.stop(home) ?? {};
    expect(signal ?? argv?.length).toBeGreaterThan(0);
  });
});

describe('of a graph', () => {
  const graph = sets.graphSet(20, 10);

  it('only the two minits and dinit can be told', () => {
    expect(peers.filter(({ canOrder }) => canOrder).map(keyOf)).toEqual([
      'minit',
      'c-minit',
      'dinit',
    ]);
  });

  it.each([
    ['minit', 'root'],
    ['c-minit', 'etc/minit'],
  ])('%s gets sync one-shots and dependencies', (key, root) => {
    const { files } = prepared(key, graph);
    expect(files.get(`${root}/s0004/depends`)).toBe('s0001\ns0002\n');
    expect(files.get(`${root}/s0004/params`)).toBe('/t/stamps\n4\n10\n');
    expect(files.has(`${root}/s0004/sync`)).toBe(true);
    expect(files.has(`${root}/s0004/respawn`)).toBe(false);
    expect(files.has(`${root}/s0003/respawn`)).toBe(true);
  });

  it('dinit gets scripted services and the same dependencies', () => {
    expect(prepared('dinit', graph).files.get('services/s0004')).toBe(
      [
        'type = scripted',
        'command = /c/pause /t/stamps 4 10',
        'depends-on: s0001',
        'depends-on: s0002',
        '',
      ].join('\n'),
    );
  });
});
