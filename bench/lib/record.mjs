/**
 * Keeps a run: its tables in RESULTS.md, all of it in results/.
 *
 * @module
 */
import { appendFileSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { bench } from './programs.mjs';

/** Appends `text` to RESULTS.md; a second run of a day has a letter of its own. */
export function record({ text, json, svg }) {
  const day = new Date().toISOString().slice(0, 10);
  const directory = join(bench, 'results');
  mkdirSync(directory, { recursive: true });
  const names = [day, ...'bcdefghijklmnopqrstuvwxyz'.split('').map((letter) => `${day}${letter}`)];
  const name = names.find((one) => !existsSync(join(directory, `${one}.json`))) ?? day;
  writeFileSync(join(directory, `${name}.json`), json);
  writeFileSync(join(directory, `${name}.svg`), svg);
  const links = `All values: [results/${name}.json](results/${name}.json), [bars](results/${name}.svg).`;
  // Tables of a run stand one level below its heading.
  appendFileSync(
    join(bench, 'RESULTS.md'),
    `\n## ${name}: all supervisors\n\n${text}\n\n${links}\n`,
  );
}
