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
  const { snapshots, records, gaps } = read(log, until);
  const data = { header: log.header, snapshots, records, notes: [...notesOf(log), ...gaps] };
  const packed = gzipSync(JSON.stringify(data)).toString('base64');
  writeFileSync(
    output,
    page.replace('<!--LOG-->', () => packed),
  );
  return records.length;
}

interface PageLog {
  /** `place`: of the record that the state is the one before. */
  readonly snapshots: { readonly place: number; readonly state: unknown }[];
  readonly records: LoggedRecord[];
  /** In words: which events are gone between others. */
  readonly gaps: string[];
}

function read(log: OpenedLog, until: Instant): PageLog {
  const { snapshots, records, gaps }: PageLog = { snapshots: [], records: [], gaps: [] };
  let missing: string | undefined;
  for (const item of log.items()) {
    if (item.kind === 'record') {
      if (isPast(item.record, until)) break;
      if (missing !== undefined) gaps.push(missing);
      missing = undefined;
      records.push(item.record);
    } else if (item.kind === 'snapshot' && item.seq !== (records.at(-1)?.seq ?? 0)) {
      const last = records.at(-1)?.seq;
      if (snapshots.at(-1)?.place === records.length) snapshots.pop();
      snapshots.push({ place: records.length, state: item.state });
      if (last !== undefined)
        missing = `Events ${String(last + 1)} to ${String(item.seq)} are not in the log.`;
    }
  }
  return { snapshots, records, gaps };
}

const notesOf = ({ notes }: OpenedLog): string[] =>
  notes.flatMap((note) => {
    switch (note.kind) {
      case 'torn':
        return `${note.path}:${String(note.line)}: torn last line cut off.`;
      case 'damaged':
        return `${note.path}:${String(note.line)}: damaged: ${note.reason}; what follows is not shown.`;
      case 'passed-over':
        return `${note.path} passed over: ${note.reason}.`;
      case 'gap':
        // They are told only where an event follows them.
        return [];
    }
  });
