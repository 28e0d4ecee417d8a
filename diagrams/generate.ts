/**
 * `npm run diagrams`: writes diagrams/generated anew. A program, like those of cli/, which is why it
 * alone in here touches files.
 *
 * @module
 */
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { surveyTree } from '../adapters/tree-survey';
import { generatedFiles } from './generated-files';
import { loadGraphviz } from './graphviz';

const folder = join(__dirname, 'generated');

async function main(): Promise<void> {
  const files = generatedFiles(
    surveyTree(join(__dirname, '../examples/demo')),
    await loadGraphviz(),
  );
  mkdirSync(folder, { recursive: true });
  for (const name of readdirSync(folder)) {
    if (!files.has(name)) rmSync(join(folder, name));
  }
  for (const [name, content] of files) {
    writeFileSync(join(folder, name), content);
    process.stdout.write(`diagrams/generated/${name}\n`);
  }
}

void main();
