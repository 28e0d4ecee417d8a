/**
 * What a boot does not bring into memory: Node's streams, which several of its modules would load, time zones, and V8's
 * optimizer.
 *
 * Not here: how much that is (bench/).
 */
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeOneShots } from '../support/one-shots';
import { temporaryDirectory } from '../support/temporary-directory';

const minit = join(__dirname, '../../dist/minit.js');
const count = 300;
const heavy = new Set(['stream', 'zlib', 'v8', 'os'].map((name) => `NativeModule ${name}`));

/**
 * Run before minit: at its end says which of Node's own modules were loaded, whether V8 took the code cache, and how often it
 * was asked for something that has it look for the time zone.
 */
const hookFor = (path: string): string => `
  const vm = require('node:vm');
  const { Script } = vm;
  const scripts = [];
  vm.Script = class extends Script {
    constructor(...given) {
      super(...given);
      scripts.push({ isCached: this.cachedDataRejected === false });
    }
  };
  let zoned = 0;
  for (const method of ['toISOString', 'toString', 'getTimezoneOffset', 'getHours']) {
    const original = Date.prototype[method];
    Date.prototype[method] = function () {
      zoned += 1;
      return original.call(this);
    };
  }
  process.on('exit', () =>
    require('node:fs').writeFileSync(
      ${JSON.stringify(path)},
      JSON.stringify({ scripts, modules: process.moduleLoadList, zoned }),
    ));`;

interface Seen {
  readonly scripts: readonly { readonly isCached: boolean }[];
  readonly modules: readonly string[];
  readonly zoned: number;
}

/** Boots services that end at once, until none is left. */
function boot(...nodeOptions: readonly string[]): Seen & { readonly said: string } {
  const directory = temporaryDirectory();
  const root = join(directory, 'root');
  makeOneShots(root, count);
  const [hook, seen] = [join(directory, 'hook.cjs'), join(directory, 'seen')];
  writeFileSync(hook, hookFor(seen));
  const { status, stdout: said } = spawnSync(
    process.execPath,
    [
      ...['--require', hook, ...nodeOptions, minit, '--quiet'],
      ...['--root', root, '--log', join(directory, 'log')],
    ],
    { encoding: 'utf8', env: { PATH: process.env['PATH'] } },
  );
  expect(status).toBe(0);
  return { ...(JSON.parse(readFileSync(seen, 'utf8')) as Seen), said };
}

it('of 300 services comes from the code cache, and loads neither streams nor time zones', () => {
  const { scripts, modules, zoned } = boot();
  expect(scripts).toEqual([{ isCached: true }]);
  expect(modules).toContain('NativeModule fs');
  expect(modules.filter((name) => heavy.has(name))).toEqual([]);
  expect(zoned).toBe(0);
}, 60_000);

it('of 300 services is over before V8 optimizes anything', () => {
  // A flag more, and the code cache is for another V8.
  const { scripts, said } = boot('--trace-opt');
  expect(scripts).toEqual([{ isCached: false }]);
  expect(said).not.toContain('completed optimizing');
}, 60_000);
