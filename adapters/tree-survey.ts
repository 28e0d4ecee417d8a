/**
 * Looks at a whole tree of service directories, and collects what the checks need. minit itself
 * reads only what it starts; this reads everything, because it is for people.
 *
 * @module
 */
import { lstatSync, readdirSync, statSync, type BigIntStats, type Dirent } from 'node:fs';
import type { ServiceDefinition, ServiceName } from '../machines/definition';
import type { SystemError } from '../machines/events';
import { loggedService, nameProblem } from '../machines/names';
import {
  serviceEntries,
  type DirectoryFact,
  type FileFact,
  type FifoFact,
  type ServiceEntry,
  type SurveyedService,
  type TreeSurvey,
} from '../machines/tree-facts';
import { programFact } from './program-facts';
import { readServiceDirectory } from './service-directories';
import { systemErrorOf } from './system-error';

/** A directory that is still to be looked at. */
interface Place {
  /** Relative to ROOT; empty for ROOT itself. */
  readonly name: string;
  readonly entries: readonly Dirent[];
}

interface Findings {
  readonly root: string;
  readonly serviceByName: Map<ServiceName, SurveyedService>;
  readonly failures: { directory: string; error: SystemError }[];
  readonly badNames: { directory: string; text: string }[];
  readonly missing: Map<ServiceName, SystemError>;
  /** Device and inode of each directory that was looked into: no link leads there a second time. */
  readonly seen: Set<string>;
}

/**
 * Returns what there is to be known about the tree at `root`; never throws for what it finds there. `starts` are
 * services even where their directories are empty, as for minit.
 */
export function surveyTree(
  rootAsTyped: string,
  starts: readonly ServiceName[] = ['default'],
): TreeSurvey {
  const root = rootAsTyped.replace(/(?<=.)\/+$/u, '');
  const found: Findings = {
    root,
    serviceByName: new Map(),
    failures: [],
    badNames: [],
    missing: new Map(),
    seen: new Set(),
  };
  const error = walk(found);
  for (const name of starts) readByName(found, name);
  readDependencies(found);
  const { serviceByName, failures, badNames, missing } = found;
  return {
    root,
    ...(error && { error }),
    services: [...serviceByName.values()].sort((a, b) => (a.name < b.name ? -1 : 1)),
    failures,
    badNames,
    missing,
    requestFifo: fifoFact(`${root}/in`),
    replyFifo: fifoFact(`${root}/out`),
  };
}

/** Real directories come first, so that a service is told by its own name and not by a link's. */
function walk(found: Findings): SystemError | undefined {
  const first = look(found, '');
  if ('code' in first) return first;
  const directories = [first];
  const links: string[] = [];
  for (;;) {
    const place = directories.pop();
    if (place !== undefined) {
      addService(found, place);
      enterChildren(found, place, { directories, links });
      continue;
    }
    const link = links.shift();
    if (link === undefined) return undefined;
    enter(found, link, directories);
  }
}

interface Waiting {
  readonly directories: Place[];
  readonly links: string[];
}

function enterChildren(found: Findings, place: Place, { directories, links }: Waiting): void {
  const isService = place.name !== '' && entriesAmong(place.entries).length > 0;
  for (const entry of place.entries) {
    const isLink = entry.isSymbolicLink();
    if (!(entry.isDirectory() || isLink) || entry.name.startsWith('.')) continue;
    // Below a service there are its files, and links to its data; `root` may lead to the whole system.
    if (isService && entry.name !== 'log' && (isLink || isServiceEntry(entry.name))) continue;
    const name = place.name === '' ? entry.name : `${place.name}/${entry.name}`;
    if (isLink) links.push(name);
    else enter(found, name, directories);
  }
}

function enter(found: Findings, name: string, directories: Place[]): void {
  const directory = `${found.root}/${name}`;
  const text = nameProblem(name);
  if (text !== undefined) {
    if (isDirectory(directory)) found.badNames.push({ directory, text });
    return;
  }
  const place = look(found, name);
  if (!('code' in place)) directories.push(place);
  // ELOOP and ENOENT: links that lead nowhere; ENOTDIR: links to files.
  else if (!['EEXIST', 'ENOTDIR', 'ENOENT', 'ELOOP'].includes(place.code)) {
    found.failures.push({ directory, error: place });
  }
}

/** EEXIST stands for a directory that was looked into already. */
function look({ root, seen }: Findings, name: string): Place | SystemError {
  const directory = name === '' ? root : `${root}/${name}`;
  try {
    const status = statSync(directory, { bigint: true });
    if (seen.has(identity(status))) return { code: 'EEXIST', errno: 17 };
    const entries = readdirSync(directory, { withFileTypes: true });
    seen.add(identity(status));
    return { name, entries };
  } catch (error) {
    return systemErrorOf(error);
  }
}

const identity = ({ dev, ino }: BigIntStats): string => `${String(dev)}:${String(ino)}`;

const isServiceEntry = (name: string): boolean =>
  (serviceEntries as readonly string[]).includes(name);

function entriesAmong(entries: readonly Dirent[]): ServiceEntry[] {
  const names = new Set(entries.map(({ name }) => name));
  return serviceEntries.filter((entry) => names.has(entry));
}

function addService(found: Findings, { name, entries }: Place): void {
  const known = entriesAmong(entries);
  if (name === '' || known.length === 0) return;
  const reading = readServiceDirectory(found.root, name);
  if ('error' in reading)
    found.failures.push({ directory: `${found.root}/${name}`, error: reading.error });
  else found.serviceByName.set(name, surveyed(name, reading.definition, known));
}

/** Whatever a service depends on is looked up as minit does: through links, and even where there is nothing in it. */
function readDependencies(found: Findings): void {
  // A Map is walked in the order of insertion, and what is added meanwhile is walked as well.
  for (const { name: dependent, definition } of found.serviceByName.values()) {
    if (definition.hasLog) readByName(found, `${dependent}/log`);
    for (const { name } of definition.depends) readByName(found, name);
  }
}

function readByName(found: Findings, name: ServiceName): void {
  const { root, serviceByName, missing } = found;
  if (serviceByName.has(name) || missing.has(name)) return;
  const reading = readServiceDirectory(root, name);
  if ('error' in reading) {
    missing.set(name, reading.error);
    return;
  }
  const place = look({ ...found, seen: new Set() }, name);
  serviceByName.set(
    name,
    surveyed(name, reading.definition, 'code' in place ? [] : entriesAmong(place.entries)),
  );
}

function surveyed(
  name: ServiceName,
  definition: ServiceDefinition,
  entries: readonly ServiceEntry[],
): SurveyedService {
  const { run, workingDirectory, hasLog, input, output } = definition;
  return {
    name,
    definition,
    entries,
    ...(run && { program: programFact(run, definition) }),
    workingDirectory: directoryFact(workingDirectory),
    // A log pipe takes the place of the file, which is not opened then.
    input: loggedService(name) === undefined ? fileFact(input) : 'usable',
    output: hasLog ? 'usable' : fileFact(output),
  };
}

function directoryFact(path: string): DirectoryFact {
  try {
    return statSync(path).isDirectory() ? 'usable' : 'not-a-directory';
  } catch (error) {
    const { code } = systemErrorOf(error);
    // What may not be looked at by us may be usable by minit.
    return code === 'EACCES' ? 'usable' : code === 'ENOTDIR' ? 'not-a-directory' : 'missing';
  }
}

function fileFact(path: string | undefined): FileFact {
  if (path === undefined) return 'usable';
  try {
    const status = statSync(path);
    return status.isDirectory() ? 'directory' : status.isSocket() ? 'socket' : 'usable';
  } catch (error) {
    // What may not be looked at by us may be usable by minit.
    return systemErrorOf(error).code === 'EACCES' ? 'usable' : 'dangling';
  }
}

function fifoFact(path: string): FifoFact {
  try {
    return statSync(path).isFIFO() ? 'fifo' : 'something-else';
  } catch {
    // A link to nothing is there all the same, and in the way.
    return isLink(path) ? 'something-else' : 'missing';
  }
}

function isLink(path: string): boolean {
  try {
    return lstatSync(path).isSymbolicLink();
  } catch {
    return false;
  }
}

function isDirectory(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    // The name is no valid UTF-8, so that it cannot be looked up by its text.
    return path.includes('\ufffd');
  }
}
