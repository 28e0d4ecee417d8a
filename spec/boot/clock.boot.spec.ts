/**
 * The talk's "unanticipated problem": the clock is set in the middle of a boot. Only that of the virtual
 * machine.
 *
 * @module
 */
import { Disk } from './disk';
import { diskService, logOnDisk, serialShell } from './trees';
import { bootMachine } from './virtual-machine';

const hourUs = 3_600_000_000;

describe('a clock that is set', () => {
  it('changes no duration, and is on record', async () => {
    const disk = new Disk();
    const machine = await bootMachine({
      disk,
      words: [logOnDisk],
      tree: {
        ...diskService(),
        ...serialShell,
        'default/depends': 'disk\nback\nforward\nshell\n',
        'back/run': '#!/bin/sh\nexec date -s @$(($(date +%s) - 3600))\n',
        'back/sync': '',
        'back/depends': 'disk\n',
        'forward/run': '#!/bin/sh\nexec date -s @$(($(date +%s) + 3600))\n',
        'forward/depends': 'back\n',
      },
    });
    await machine.booted();
    const { output } = await machine.run('msvc --all; msvc shell | cat');
    await machine.powerOff();

    // A shell that has run for less than a minute, whatever the clock has done since.
    const [, seconds] = /^\d+ (\d+)$/mu.exec(output) ?? [];
    expect(Number(seconds)).toBeLessThan(60);
    const log = disk.log();
    log.expectSameReplay();
    const records = log.records();
    const steps = records.flatMap(({ event }) =>
      event.type === 'WallClockStepped' ? [Math.round(event.byUs / hourUs)] : [],
    );
    expect(steps).toEqual([-1, 1]);
    const times = records.map(({ at }) => at);
    expect(times).toEqual([...times].sort((one, other) => one - other));
    expect((times.at(-1) ?? 0) - (times[0] ?? 0)).toBeLessThan(60_000_000);
  });
});
