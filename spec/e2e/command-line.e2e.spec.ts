/**
 * The words on minit's command line: what is started, what is black-listed, what is ignored. Not here:
 * options and their errors (bad-surroundings.e2e), words as a kernel hands them to a real PID 1.
 */
import { boot, cleanUp, type Files } from '../support/supervisor';
import { printed } from './fixtures/recorded';

afterAll(cleanUp);

const stays = (text: string): string => `#!/bin/sh\necho ${text}\nexec sleep 1000\n`;

describe('the command line', () => {
  const tree: Files = {
    'default/depends': 'web\nfoo\n',
    'web/run': stays('web'),
    'foo/run': stays('foo'),
    'other/run': stays('other'),
    'other/depends': 'foo\n',
  };
  const skipped = 'dependency "foo" skipped: black-listed on the command line';

  it.each([[['default', '-foo']], [['-foo', 'default']], [['-foo']]])(
    '%j: default without foo',
    async (args) => {
      const minit = boot(tree, { args });
      await minit.booted();
      await minit.prints(/^web$/mu);
      expect(minit.output).toContain(`minit: ${minit.root}/default/depends:2: ${skipped}\n`);
      expect(minit.status('foo')).toEqual({ name: 'foo', state: 'unknown' });
      expect(printed(minit)).toEqual(['web']);
      await minit.stopAndReplay();
    },
  );

  it('a black-listed service that somebody starts by hand is no longer black-listed', async () => {
    const minit = boot(tree, { args: ['-foo'] });
    await minit.booted();
    expect(minit.msvc('-o', 'foo')).toMatchObject({ code: 0 });
    expect(minit.msvc('-d', 'foo')).toMatchObject({ code: 0 });
    await minit.reaches('foo', 'finished');
    expect(minit.msvc('-o', 'other')).toMatchObject({ code: 0 });
    expect(minit.output.split(skipped)).toHaveLength(2);
    expect(minit.ask('dother')).toBe('1:\0\0');
    await minit.stopAndReplay();
  });

  it('words that name a service are started in their order, all others ignored', async () => {
    const minit = boot(tree, { args: ['ro', 'other', 'quiet', 'root=/dev/sda1', 'web'] });
    await minit.booted();
    await minit.prints(/^web$/mu);
    await minit.prints(/^other$/mu);
    for (const word of ['ro', 'quiet', 'root=/dev/sda1']) {
      expect(minit.output).toContain(
        `minit: warning: argument "${word}" ignored: there is no such service in ${minit.root}\n`,
      );
    }
    expect(minit.ask('d-')).toBe('1:other\0web\0\0\0');
    expect(minit.status('default')).toEqual({ name: 'default', state: 'unknown' });
    await minit.stopAndReplay();
  });

  it('words that name none at all: default', async () => {
    const minit = boot(tree, { args: ['ro', 'quiet'] });
    await minit.booted();
    expect(minit.ask('d-')).toBe('1:default\0\0\0');
    await minit.stopAndReplay();
  });

  it('--quiet: problems only', async () => {
    const minit = boot(
      { 'default/depends': 'none\nweb\n', 'web/run': stays('web') },
      { args: ['--quiet'] },
    );
    await minit.prints(/^web$/mu);
    await minit.prints(/none/u);
    await minit.stopAndReplay();
    const problem = `minit: error: ${minit.root}/default/depends:1: dependency "none" skipped: there is no such service; make it, or remove the line`;
    expect(minit.output.trimEnd().split('\n').sort()).toEqual([problem, 'web']);
  });
});
