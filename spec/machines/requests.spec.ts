/**
 * What the bytes of a request mean.
 *
 * @module
 */
import { extensionPrefix, parseRequest } from '../../machines/requests';

describe('request', () => {
  it.each([
    ['pweb', { kind: 'pid', service: 'web' }],
    ['uweb', { kind: 'uptime', service: 'web' }],
    ['snet/eth0', { kind: 'start', service: 'net/eth0', respawn: undefined, isJson: false }],
    ['rweb', { kind: 'respawn', service: 'web', enable: false, isJson: false }],
    ['Rweb', { kind: 'respawn', service: 'web', enable: true, isJson: false }],
    ['Cweb', { kind: 'clear', service: 'web', isJson: false }],
    ['dweb', { kind: 'dependents', service: 'web', isJson: false }],
    ['d-', { kind: 'dependents', service: undefined, isJson: false }],
    ['h', { kind: 'history', isJson: false }],
    ['Pweb\u0000500\u0000', { kind: 'set-pid', service: 'web', pid: 500, isJson: false }],
    ['Pweb\u0000007', { kind: 'set-pid', service: 'web', pid: 7, isJson: false }],
    ['pwéb ü', { kind: 'pid', service: 'wéb ü' }],
    ['d-x', { kind: 'dependents', service: '-x', isJson: false }],
  ])('reads %j', (text, meaning) => {
    expect(parseRequest(text)).toEqual(meaning);
  });

  const json = (body: object): string => extensionPrefix + JSON.stringify(body);

  it.each([
    [{ how: 'reboot' }, { goal: 'reboot', isOrdered: true, graceMs: undefined }],
    [
      { how: 'halt', isOrdered: false, graceMs: 0 },
      { goal: 'halt', isOrdered: false, graceMs: 0 },
    ],
    [
      { how: 'services', graceMs: 3_600_000 },
      { goal: 'services', graceMs: 3_600_000 },
    ],
  ])('reads a shutdown: %j', (body, meaning) => {
    expect(parseRequest(json({ do: 'shutdown', ...body }))).toMatchObject({
      kind: 'shutdown',
      ...meaning,
    });
  });

  it.each([
    [{}, '"how" is none of reboot, halt, power-off, sulogin, services'],
    [{ how: 'toString' }, '"how" is none of reboot, halt, power-off, sulogin, services'],
    [{ how: 'halt', graceMs: -1 }, '"graceMs" is none of 0 to 3600000'],
    [{ how: 'halt', graceMs: '3' }, '"graceMs" is none of 0 to 3600000'],
    [{ how: 'halt', graceMs: 3_600_001 }, '"graceMs" is none of 0 to 3600000'],
  ])('refuses a shutdown: %j', (body, why) => {
    expect(parseRequest(json({ do: 'shutdown', ...body }))).toEqual({
      kind: 'refused',
      why,
      isJson: true,
    });
  });

  it.each([
    ['', 'the name is empty'],
    ['xweb', 'no such request'],
    ['pa\u0000b', 'the name holds a NUL byte'],
    ['pa\n', 'the name holds a control character'],
    ['Pweb\u00001\u0000', 'no PID'],
    ['Pweb\u00004194305\u0000', 'no PID'],
    ['P\u00005\u0000', 'the name is empty'],
  ])('refuses %j: %s', (text, why) => {
    expect(parseRequest(text)).toEqual({ kind: 'refused', why, isJson: false });
  });

  it('takes 1,500 bytes and not one more', () => {
    expect(parseRequest(`${extensionPrefix}${'x'.repeat(1498)}`)).toMatchObject({
      why: 'not JSON',
    });
    expect(parseRequest(`${extensionPrefix}${'x'.repeat(1499)}`)).toMatchObject({
      why: 'it is longer than 1500 bytes',
    });
  });

  it('counts bytes, not letters', () => {
    expect(parseRequest(`p${'ü'.repeat(750)}`)).toMatchObject({
      why: 'it is longer than 1500 bytes',
    });
  });

  it('refuses JSON in JSON', () => {
    expect(parseRequest(`${extensionPrefix}[1]`)).toMatchObject({ kind: 'refused', isJson: true });
  });

  it('is to the original the PID request of a service that cannot exist', () => {
    expect(extensionPrefix).toMatch(/^p[^/]/u);
  });
});
