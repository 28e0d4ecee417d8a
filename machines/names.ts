/**
 * Which strings may name a service. The original checks nothing (`../../x` works there);
 * every side from which a name can come (argv, `depends`, FIFO) asks here.
 *
 * @module
 */
import { nameBytesMax } from './limits';

/** Bytes of a string as UTF-8, without an encoder (the core has none). */
export function utf8Length(text: string): number {
  let bytes = 0;
  for (const symbol of text) {
    const code = symbol.codePointAt(0) ?? 0;
    bytes += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
  }
  return bytes;
}

/** A name as shown to people: control characters and the replacement character made visible, cut at 60. */
export function showName(name: string): string {
  const visible = JSON.stringify(name.length > 60 ? `${name.slice(0, 57)}…` : name);
  return visible.replace(
    /[\u007f-\u009f\ufffd]/gu,
    (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** A path as shown to people, on one line: a file name may hold anything, a line end included. Pure. */
export const showPath = (path: string): string => path.replace(/\p{Cc}/gu, '?');

/** Returns what is wrong with `name` as the name of a service, or `undefined`. Pure. */
export function nameProblem(name: string): string | undefined {
  if (name === '') return 'the name is empty';
  if (name.includes('\0')) return 'the name holds a NUL byte';
  if (name.includes('\ufffd')) return 'the name is not valid UTF-8';
  if (name.startsWith('/')) return 'the name begins with a slash: it is relative to ROOT';
  // Counted only where it could matter: no character takes more bytes than three for each UTF-16 unit.
  const bytes = name.length * 3 > nameBytesMax ? utf8Length(name) : 0;
  if (bytes > nameBytesMax)
    return `the name has ${String(bytes)} bytes, at most ${String(nameBytesMax)} are allowed`;
  // Only these could have such a component: a thousand names are asked for in a boot.
  const components = name.includes('/') || name.startsWith('.') ? name.split('/') : [];
  for (const component of components) {
    if (component === '') return 'the name has an empty component';
    if (component === '.' || component === '..') return `the name has a component "${component}"`;
  }
  if (hasControlCharacter(name)) return 'the name holds a control character';
  return undefined;
}

/** Without a regular expression: V8 would compile it. */
function hasControlCharacter(text: string): boolean {
  for (let index = 0; index < text.length; index += 1) {
    const unit = text.charCodeAt(index);
    if (unit < 0x20 || unit === 0x7f) return true;
  }
  return false;
}

/** The service whose output `name` logs, or `undefined` when `name` is no log service. */
export function loggedService(name: string): string | undefined {
  return name.endsWith('/log') ? name.slice(0, -'/log'.length) : undefined;
}
