/**
 * What holds for the files themselves, whatever is in them.
 *
 * Not checked: that a spec mirrors its file, and that a comment is worth reading.
 *
 * @module
 */
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

const root = join(__dirname, '..');
const production = ['machines', 'insight', 'effects', 'adapters', 'cli', 'diagrams'];
const written = [...production, 'spec', 'bench', 'vm', 'docs', 'examples', '.ci'];
const isSource = (path: string): boolean => /\.(?:[cm]?js|ts)$/u.test(path);

/** Lines a file may have, where it is more than {@link linesMax}. */
const longer: Readonly<Record<string, number>> = {
  // A machine is one object, and its states are read together.
  'machines/service.ts': 400,
};
const linesMax = 300;

/** The files below `folder`, as paths from the root of the repository. */
function filesBelow(folder: string): string[] {
  if (!existsSync(join(root, folder))) return [];
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1))
    .filter(
      (path) => !/^(?:diagrams\/generated|bench\/node_modules|bench\/out|vm\/out)\//u.test(path),
    );
}

const textOf = (path: string): string => readFileSync(join(root, path), 'utf8');
const topFiles = readdirSync(root, { withFileTypes: true })
  .filter((entry) => entry.isFile() && entry.name !== 'package-lock.json')
  .map((entry) => entry.name);
const files = [...topFiles, ...written.flatMap(filesBelow)];
const productionFiles = production.flatMap(filesBelow).filter((path) => path.endsWith('.ts'));
const sources = files.filter(isSource);

/** `path:line` of each line that matches. */
function linesWith(pattern: RegExp, paths: readonly string[]): string[] {
  return paths.flatMap((path) =>
    textOf(path)
      .split('\n')
      .flatMap((line, index) => (pattern.test(line) ? [`${path}:${String(index + 1)}`] : [])),
  );
}

describe('the files of this repository', () => {
  it('open with what they hold', () => {
    const head = /^(?:#!.*\n)?\/\*\*\n(?: \*.*\n)*? \* @module\n \*\/\n/u;
    expect(productionFiles.filter((path) => !head.test(textOf(path)))).toEqual([]);
  });

  it('are short', () => {
    const tooLong = productionFiles.filter(
      (path) => textOf(path).split('\n').length - 1 > (longer[path] ?? linesMax),
    );
    expect(tooLong).toEqual([]);
  });

  it('are named for what they hold', () => {
    const vague = /^(?:utils?|common|misc|helpers?)\./u;
    expect(sources.filter((path) => vague.test(basename(path)))).toEqual([]);
  });

  it('name no place that is only on one machine', () => {
    const place = new RegExp(
      ['work', 'root', 'home/[a-z]+'].map((name) => `(?<![\\w.}])/${name}/`).join('|'),
      'u',
    );
    expect(linesWith(place, files)).toEqual([]);
  });

  it('leave nothing for later without an issue', () => {
    expect(
      linesWith(new RegExp(['FIX', 'ME|TO', 'DO(?!\\(#\\d+\\))'].join(''), 'u'), sources),
    ).toEqual([]);
  });

  it('leave no spec out', () => {
    // Where a machine cannot do it a spec may be skipped, if its name then says why.
    const leftOut =
      /\b(?:describe|it|test)\.(?:only\(|skip\((?!.*skipped: ))|\b[fx](?:describe|it|test)\(/u;
    expect(
      linesWith(
        leftOut,
        filesBelow('spec').filter((path) => path !== 'spec/tidy.spec.ts'),
      ),
    ).toEqual([]);
  });
});

describe('the programs', () => {
  it('are all installed', () => {
    const { bin } = JSON.parse(textOf('package.json')) as { bin: Record<string, string> };
    const programs = filesBelow('cli')
      .filter((path) => dirname(path) === 'cli')
      .map((path) => basename(path, '.ts'))
      // What all of them share, what dist/minit.js is, and a part of minit.
      .filter((name) => !['program', 'loader', 'minit-options', 'remember-signals'].includes(name));
    expect(programs.filter((name) => bin[name] !== `dist/${name}.js`)).toEqual([]);
  });
});

describe('the decision records', () => {
  const records = filesBelow('docs/decisions')
    .filter((path) => /\/\d{4}-[^/]*\.md$/u.test(path))
    .sort();

  it('are numbered without a gap', () => {
    const numbers = records.map((path) => Number(basename(path).slice(0, 4)));
    expect(numbers).toEqual(numbers.map((_, index) => index + 1));
  });

  it.each(records)('%s says whether it holds', (path) => {
    expect(textOf(path)).toMatch(/^(?:Status: |## Status\n\n)\w/mu);
  });
});
