import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { minitDiagram } from '../../cli/minit-diagram';
import { layOut } from '../diagrams/lay-out';
import { temporaryDirectory } from '../support/temporary-directory';

async function run(...argv: string[]) {
  const said = { out: '', error: '' };
  const code = await minitDiagram(argv, {
    out: (text) => {
      said.out += text;
    },
    error: (text) => {
      said.error += text;
    },
    loadLayOut: () => Promise.resolve(layOut),
  });
  return { code, ...said };
}

function tree(): string {
  const root = temporaryDirectory();
  for (const name of ['default', 'web']) mkdirSync(join(root, name));
  writeFileSync(join(root, 'default/depends'), 'web\n');
  symlinkSync('/bin/true', join(root, 'web/run'));
  return root;
}

describe('minit-diagram', () => {
  it('draws the machine of a service for Mermaid unless told otherwise', async () => {
    const { code, out } = await run('service');
    expect([code, out.split('\n')[0]]).toEqual([0, 'stateDiagram-v2']);
  });

  it.each(['service', 'init'])('draws %s in every format', async (what) => {
    for (const [format, beginning] of [
      ['dot', `digraph "${what}" {`],
      ['svg', '<svg role="img"'],
      ['json', '{'],
      ['scxml', '<?xml version="1.0" encoding="UTF-8"?>'],
    ] as const) {
      const { code, out } = await run(what, '--format', format);
      expect([code, out.startsWith(beginning)]).toEqual([0, true]);
    }
  });

  it('draws the dependencies of a tree', async () => {
    const root = tree();
    const { code, out } = await run('deps', root, '--format', 'json');
    expect([code, JSON.parse(out)]).toEqual([
      0,
      {
        root,
        services: [
          { name: 'default', mode: 'bundle' },
          { name: 'web', mode: 'oneshot' },
        ],
        dependencies: [{ from: 'default', to: 'web', kind: 'soft', isInCycle: false }],
      },
    ]);
  });

  it('takes the format from the name of the output file', async () => {
    const file = join(temporaryDirectory(), 'tree.svg');
    expect(await run('deps', tree(), '--output', file)).toEqual({ code: 0, out: '', error: '' });
    expect(readFileSync(file, 'utf8')).toContain('<svg role="img"');
  });

  it.each([
    [['deps'], 2, 'minit-diagram: fatal: deps needs a ROOT\n'],
    [['service', '/etc/minit'], 2, 'minit-diagram: fatal: service takes no ROOT\n'],
    [
      ['deps', '/', '--format', 'scxml'],
      2,
      'minit-diagram: fatal: dependencies are no state machine: scxml is for service and init\n',
    ],
    [
      ['deps', '/nosuch'],
      1,
      'minit-diagram: fatal: unable to read "/nosuch": no such file or directory (ENOENT)\n',
    ],
    [
      ['init', '--output', '/nosuch/x'],
      1,
      'minit-diagram: fatal: unable to write "/nosuch/x": no such file or directory (ENOENT)\n',
    ],
    [
      ['init', '--format', 'gif'],
      2,
      "minit-diagram: fatal: option '--format <format>' argument 'gif' is invalid. Allowed choices are mermaid, dot, svg, json, scxml.\n",
    ],
  ])('refuses %j', async (argv, code, error) => {
    expect(await run(...argv)).toEqual({ code, out: '', error });
  });
});
