/**
 * Power is cut while the event log is being written: what is on the disk can be read by the next boot,
 * and on the host, and the next boot writes on.
 *
 * @module
 */
import { readdirSync } from 'node:fs';
import { Disk } from './disk';
import { diskService, logOnDisk, serialShell } from './trees';
import { bootMachine } from './virtual-machine';

/** Every line goes to the disk at once, so that a cut finds the log in the middle of something. */
const tree = {
  ...diskService('sync'),
  'default/depends': 'disk\ncrasher\nbabbler\n',
  'crasher/run': '#!/bin/sh\nexit 1\n',
  'crasher/respawn': '',
  'crasher/depends': 'disk\n',
  // Requests are recorded, so this keeps the log growing.
  'babbler/run': '#!/bin/sh\nwhile :; do msvc -u crasher >/dev/null; echo babbled; done\n',
  'babbler/respawn': '',
  'babbler/depends': 'disk\n',
  'replayed/run':
    '#!/bin/sh\nminit-replay --verify /var/log/minit/minit-000001.jsonl; echo "replay: $?"\n',
  'replayed/depends': 'disk\n',
  'replayed/sync': '',
  ...serialShell,
  'shell/depends': 'replayed\n',
};

describe('a power cut', () => {
  it('leaves a log that the next boot reads, and writes on', async () => {
    const disk = new Disk();
    const first = await bootMachine({ tree, disk, words: [logOnDisk] });
    await first.prints(/^babbled$/mu, 3);
    await first.cutPower();
    expect(disk.isClean()).toBe(false);
    const before = disk.log();
    before.expectSameReplay();
    expect(before.records().length).toBeGreaterThan(20);
    // Where in a line the cut has come is chance; this one is torn for sure.
    disk.tear('minit/minit-000001.jsonl', 9);

    const second = await bootMachine({ tree, disk, words: [logOnDisk, 'shell'] });
    await second.prints(/^replay: \d+$/mu);
    await second.powerOff();
    expect(second.output).toMatch(/torn/u);
    expect(second.output).toMatch(/^replay: 0/mu);
    const after = disk.log();
    after.expectSameReplay();
    expect(readdirSync(after.directory).sort()).toEqual([
      'minit-000001.jsonl',
      'minit-000002.jsonl',
    ]);
  });
});
