/**
 * A log as a page for a browser, in one file that needs no network: `dist/replay-page.html` with the records
 * put in, packed.
 *
 * @module
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import type { LoggedRecord } from '../machines/log-format';
import type { OpenedLog } from './event-log/reader';
import type { Instant } from './log-instant';
import { isPast } from './log-instant';

export interface LogPageOptions {
  readonly log: OpenedLog;
  /** Later events are left out. */
  readonly until: Instant;
  /** The page without a log. */
  readonly template: string;
  readonly output: string;
}

/** Writes the page; returns how many events are in it. @throws the system's error where a file is not to be had. */
export function writeLogPage({ log, until, template, output }: LogPageOptions): number {
  const page = readFileSync(template, 'utf8');
  const { begin, records } = read(log, until);
  const data = { header: log.header, begin, records, notes: notesOf(log) };
  const packed = gzipSync(JSON.stringify(data)).toString('base64');
  writeFileSync(
    output,
    page.replace('<!--LOG-->', () => packed),
  );
  return records.length;
}

function read(
  log: OpenedLog,
  until: Instant,
): { readonly begin: unknown; readonly records: readonly LoggedRecord[] } {
  let begin: unknown = null;
  let records: LoggedRecord[] = [];
  for (const item of log.items()) {
    if (item.kind === 'record') {
      if (isPast(item.record, until)) break;
      records.push(item.record);
    } else if (item.kind === 'snapshot' && item.seq !== records.at(-1)?.seq) {
      // What was before is gone.
      begin = item.state;
      records = [];
    }
  }
  return { begin, records };
}

const notesOf = ({ notes }: OpenedLog): string[] =>
  notes.map((note) => {
    switch (note.kind) {
      case 'torn':
        return `${note.path}:${String(note.line)}: torn last line cut off.`;
      case 'damaged':
        return `${note.path}:${String(note.line)}: damaged: ${note.reason}; what follows is not shown.`;
      case 'passed-over':
        return `${note.path} passed over: ${note.reason}.`;
    }
  });
