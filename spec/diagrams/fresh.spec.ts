import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { surveyTree } from '../../adapters/tree-survey';
import { generatedFiles } from '../../diagrams/generated-files';
import { layOut } from './lay-out';

const repository = join(__dirname, '../..');
const folder = join(repository, 'diagrams/generated');

describe('generated diagrams', () => {
  const files = generatedFiles(surveyTree(join(repository, 'examples/demo')), layOut);

  it('are all there, and no others', () => {
    expect(readdirSync(folder).sort()).toEqual([...files.keys()].sort());
  });

  it.each([...files])('have a fresh %s (otherwise: npm run diagrams)', (name, content) => {
    expect(readFileSync(join(folder, name), 'utf8') === content).toBe(true);
  });
});
