/**
 * What an image holds, looked at without booting it.
 *
 * @module
 */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { readFileSystem } from '../../vm/ext4';
import { makeImage } from '../../vm/make-image';
import { findTool } from '../../vm/requirements';
import { addFiles } from '../support/supervisor';
import { temporaryDirectory } from '../support/temporary-directory';

describe('an image', () => {
  const folder = temporaryDirectory();
  addFiles(folder, {
    'tree/default/run': '#!/bin/sh\n',
    'tree/default/respawn': '',
    'overlay/sbin/mine': '#!/bin/sh\n',
    'overlay/etc/passwd': 'other\n',
  });
  const image = makeImage({
    tree: join(folder, 'tree'),
    overlays: [join(folder, 'overlay')],
    without: ['/proc', '/dev/tty1'],
    output: join(folder, 'root.img'),
  });
  const stat = (path: string): string => readFileSystem(image, `stat "${path}"`);

  it('is a sound file system', () => {
    const { status, stdout } = spawnSync(findTool('e2fsck') ?? '', ['-f', '-n', image], {
      encoding: 'utf8',
    });
    expect({ status, stdout }).toEqual({ status: 0, stdout: expect.any(String) as string });
  });

  it('has the nodes that a kernel and Node need, and the FIFOs, all for root', () => {
    expect(stat('/dev/null')).toMatch(
      /Type: character special +Mode: +0666[^]*minor number: 01:03/u,
    );
    expect(stat('/dev/console')).toMatch(
      /Type: character special +Mode: +0600[^]*minor number: 05:01/u,
    );
    for (const name of ['in', 'out']) {
      expect(stat(`/etc/minit/${name}`)).toMatch(/Type: FIFO +Mode: +0600[^]*User: +0 +Group: +0/u);
    }
  });

  it('has minit as init: a script for Node by its full path', () => {
    expect(stat('/sbin/init')).toMatch(/Fast link dest: "\/usr\/lib\/minit\/minit.js"/u);
    expect(readFileSystem(image, 'cat /usr/lib/minit/minit.js')).toMatch(/^#!\/usr\/bin\/node\n/u);
    expect(stat('/usr/lib/minit/minit.js')).toMatch(/Mode: +0755/u);
  });

  it('has the tree, and what is laid over the root, also where a link leads', () => {
    expect(stat('/etc/minit/default/run')).toMatch(/Mode: +0755/u);
    expect(stat('/etc/minit/default/respawn')).toMatch(/Type: regular/u);
    expect(stat('/usr/sbin/mine')).toMatch(/Mode: +0755/u);
    expect(readFileSystem(image, 'cat /etc/passwd')).toBe('other\n');
  });

  it('has not what it shall not have', () => {
    const present = readFileSystem(image, 'ls -p /') + readFileSystem(image, 'ls -p /dev');
    expect(present).toMatch(/\/sys\/.*\n/u);
    expect(present).not.toMatch(/\/(?:proc|tty1)\//u);
  });

  it('is not made from what is not there', () => {
    const options = { tree: join(folder, 'missing'), output: join(folder, 'none.img') };
    expect(() => makeImage(options)).toThrow(/^there is no tree ".*missing"$/u);
  });
});
