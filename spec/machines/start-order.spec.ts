/**
 * Which services start, and in what order: minit-compat.md, "Service directory" and "Start".
 *
 * @module
 */
import {
  asked,
  askedInJson,
  exited,
  fired,
  given,
  probed,
  read,
  signalled,
  spawnFailed,
  systemError,
  type Scenario,
} from '../support/given';

/** The names in the history, oldest first: the order in which the walk met them. */
const met = (scenario: Scenario): string[] => [...scenario.state.history].reverse();

describe('start order', () => {
  describe('of dependencies', () => {
    it('goes depth first, line by line', () => {
      const tree = { default: { depends: ['a', 'b'] }, a: { depends: ['c'] }, b: {}, c: {} };
      expect(met(given(tree).boots())).toEqual(['default', 'a', 'c', 'b']);
    });

    it('takes the log service before the lines of depends', () => {
      const tree = { web: { depends: ['db'], hasLog: true as const }, 'web/log': {}, db: {} };
      expect(met(given(tree).boots('web'))).toEqual(['web', 'web/log', 'db']);
    });

    it('reads each directory once, however many need it', () => {
      const tree = { a: { depends: ['c'] }, b: { depends: ['c'] }, c: {} };
      expect(given(tree).boots('a', 'b').linesOf('ReadService')).toEqual(
        ['a', 'c', 'b'].map((n) => `ReadService ${n}`),
      );
    });

    it('reads nothing that is not reached', () => {
      expect(
        given({ a: {}, b: {} }).boots('a').is({ b: 'unknown' }).linesOf('ReadService'),
      ).toEqual(['ReadService a']);
    });

    it('starts a service when each dependency has been started', () => {
      given({ a: { depends: ['b'] }, b: { depends: ['c'] }, c: {} })
        .boots('a')
        .starts('c', 'b', 'a');
    });

    it('names as the cause of a read the event that asked for it', () => {
      const scenario = given({ a: { depends: ['b', 'c'] }, b: {}, c: {} }).boots('a');
      const reads = scenario.effects.flatMap(({ type, params }) =>
        type === 'ReadService' ? [params] : [],
      );
      // Event 2 read `a`, and both of its dependencies are read because of that.
      expect(reads).toEqual([{ service: 'a' }, { service: 'b' }, { service: 'c', cause: 2 }]);
    });

    it('does not wait for a soft dependency to terminate', () => {
      given({ a: { depends: ['b'] }, b: {} })
        .boots('a')
        .is({ b: 'running.ready', a: 'running.ready' });
    });

    it('waits for the spawn of a soft dependency', () => {
      given({ a: { depends: ['b'] }, b: { spawn: 'hangs' } })
        .boots('a')
        .is({ b: 'starting.spawning', a: 'waiting-deps' });
    });

    it('waits for a sync dependency to terminate', () => {
      given({ a: { depends: ['b'] }, b: { mode: 'sync' } })
        .boots('a')
        .is({ a: 'waiting-deps', b: 'running.ready' })
        .when(exited('b'))
        .is({ a: 'running.ready', b: 'sync-done' });
    });

    it('lets only direct dependents wait for a sync service, and those behind them', () => {
      given({ a: { depends: ['b'] }, b: { depends: ['c'] }, c: { mode: 'sync' }, d: {} })
        .boots('a', 'd')
        .is({ a: 'waiting-deps', b: 'waiting-deps', d: 'running.ready' });
    });

    it('runs independent sync services at the same time', () => {
      given({ a: { depends: ['b', 'c'] }, b: { mode: 'sync' }, c: { mode: 'sync' } })
        .boots('a')
        .is({ b: 'running.ready', c: 'running.ready', a: 'waiting-deps' })
        .when(exited('c'))
        .is({ a: 'waiting-deps' })
        .when(exited('b'))
        .is({ a: 'running.ready' });
    });

    it.each([
      ['exits with a status', exited('b', 1)],
      ['dies of a signal', exited('b', 'KILL')],
    ])('lets dependents go on when a sync service %s', (_, end) => {
      given({ a: { depends: ['b'] }, b: { mode: 'sync' } })
        .boots('a')
        .when(end)
        .is({ a: 'running.ready', b: 'sync-done' });
    });

    it('lets dependents go on when a sync service cannot be started at all', () => {
      given({ a: { depends: ['b'] }, b: { mode: 'sync', spawn: ['execute', 'ENOENT'] } })
        .boots('a')
        .is({ a: 'running.ready', b: 'failed' });
    });

    it('waits only for the start of a respawning service, also when it is sync', () => {
      given({ a: { depends: ['b'] }, b: { mode: 'respawn' } })
        .boots('a')
        .is({ a: 'running.ready' });
    });

    it('lets dependents of a sync service go on when its respawn is switched on', () => {
      given({ a: { depends: ['b'] }, b: { mode: 'sync' } })
        .boots('a')
        .when(asked('Rb'))
        .is({ a: 'running.ready' })
        .after(5000)
        .when(exited('b'))
        .is({ b: 'running.ready' });
    });

    it('lets dependents go on when the operator stops what they wait for', () => {
      given({ a: { depends: ['b'] }, b: { depends: ['c'] }, c: { mode: 'sync' } })
        .boots('a')
        .when(askedInJson({ do: 'stop', service: 'b' }))
        .is({ b: 'down', a: 'running.ready' });
    });

    it('finishes a bundle without a process when its dependencies are started', () => {
      given({ default: { run: false, depends: ['a'] }, a: {} })
        .boots()
        .starts('a')
        .is({ default: 'finished', a: 'running.ready' });
    });

    it('finishes a bundle that is to respawn, and does not want it up', () => {
      const scenario = given({ all: { run: false, mode: 'respawn' }, a: {} })
        .boots('all', 'a')
        .is({ all: 'finished' });
      expect(scenario.service('all').context.want).toBe('once');
    });

    it('is done with a sync bundle when its sync dependencies have terminated', () => {
      given({
        a: { depends: ['all'] },
        all: { run: false, mode: 'sync', depends: ['b'] },
        b: { mode: 'sync' },
      })
        .boots('a')
        .is({ all: 'waiting-deps', a: 'waiting-deps' })
        .when(exited('b'))
        .is({ all: 'sync-done', a: 'running.ready' });
    });
  });

  describe('of what has finished', () => {
    it('does not start it again as a dependency', () => {
      given({ a: { depends: ['b'] }, b: {}, c: {} })
        .boots('b', 'c')
        .when(exited('b'))
        .when(asked('sa'))
        .starts('a')
        .is({ b: 'finished' });
    });

    it('does not start a failed one again as a dependency', () => {
      given({ a: { depends: ['b'] }, b: { spawn: ['execute', 'ENOENT'] }, c: {} })
        .boots('b', 'c')
        .when(asked('sa'))
        .starts('a')
        .is({ b: 'failed' });
    });

    it('starts it again by hand', () => {
      given({ b: {}, c: {} }).boots('b', 'c').when(exited('b')).when(asked('sb')).starts('b');
    });

    it('starts what was stopped before it ran as a dependency', () => {
      given({ a: { depends: ['b'] }, b: { depends: ['c'] }, c: { mode: 'sync' } })
        .boots('b')
        .when(askedInJson({ do: 'stop', service: 'b' }))
        .is({ b: 'down' })
        .when(asked('sa'))
        .is({ b: 'waiting-deps', a: 'waiting-deps' });
    });
  });

  describe('of words of the command line', () => {
    it('starts each one, in order', () => {
      expect(met(given({ a: {}, b: {} }).boots('b', 'a'))).toEqual(['b', 'a']);
    });

    it('starts default when there is none', () => {
      given({ default: {} }).boots().starts('default');
    });

    it('starts default when no word could be loaded', () => {
      given({ default: {} }).bootsAs('machine', 'ro', 'quiet', 'root=/dev/sda1').starts('default');
    });

    it('does not start default when one word could be loaded', () => {
      given({ default: {}, a: {} }).boots('ro', 'a').starts('a').is({ default: 'unknown' });
    });

    it('does not start default when a word that was loaded cannot be executed', () => {
      given({ default: {}, a: { spawn: ['execute', 'ENOENT'] } })
        .boots('a')
        .is({ default: 'unknown', a: 'failed' });
    });

    it('ignores a word that is no name, and says so beside a terminal', () => {
      given({ default: {} })
        .boots('../x')
        .starts('default')
        .reports(
          'argument "../x" ignored: the name has a component ".."',
          'boot settled after 0.00 s',
        );
    });

    it('says in its report which word was ignored', () => {
      given({ a: {} })
        .boots('foo', 'a')
        .reports(
          'argument "foo" ignored: there is no such service in /etc/minit',
          'boot settled after 0.00 s',
        );
    });

    it('ignores options of the kernel or of minit', () => {
      given({ default: {} }).boots('--x', '-').starts('default');
    });
  });

  describe('with a black list', () => {
    const tree = { default: { depends: ['foo', 'bar'] }, foo: {}, bar: {} };

    it.each([
      ['after', ['default', '-foo']],
      ['before', ['-foo', 'default']],
      ['without', ['-foo']],
    ])('does not start a black-listed dependency: %s the word', (_, words) => {
      given(tree)
        .boots(...words)
        .starts('bar', 'default')
        .is({ foo: 'unknown', default: 'running.ready' });
    });

    it('reports which line of which file was skipped', () => {
      given(tree)
        .boots('-foo')
        .reports(
          '/etc/minit/default/depends:1: dependency "foo" skipped: black-listed on the command line',
          'boot settled after 0.00 s',
        );
    });

    it('starts it by hand, and from then on as a dependency', () => {
      given({ ...tree, late: { depends: ['foo'] } })
        .boots('-foo')
        .when(asked('sfoo'))
        .starts('foo')
        .when(askedInJson({ do: 'signal', service: 'foo', signal: 15 }), asked('slate'))
        .starts('late')
        .reports();
    });

    it('black-lists a log service, too', () => {
      given({ web: { hasLog: true as const }, 'web/log': {} })
        .boots('web', '-web/log')
        .starts('web');
    });
  });

  describe('with what is wrong', () => {
    it('skips a missing dependency, and says which line of which file', () => {
      given({ a: { depends: ['gone', 'b'] }, b: {} })
        .boots('a')
        .starts('b', 'a')
        .reports(
          '/etc/minit/a/depends:1: dependency "gone" skipped: there is no such service; make it, or remove the line',
          'boot settled after 0.00 s',
        );
    });

    it('waits for what passes by itself, longer each time, and drops no dependency for it', () => {
      const missing = {
        type: 'ServiceMissing',
        service: 'b',
        error: systemError('EMFILE'),
      } as const;
      given({ a: { depends: ['b'] }, b: {}, k: {} })
        .boots('k')
        .withoutAnswers()
        .when(asked('sa'), read('a'))
        .when(missing)
        .asks(
          'StartTimer read:b 100',
          'Report /etc/minit/b: cannot read the directory just now, and tries again: too many open files (EMFILE)',
        )
        .when(fired('read:b'))
        .reads('b')
        .when(missing)
        .asks('StartTimer read:b 200')
        .when(fired('read:b'), read('b'))
        .starts('b');
    });

    it('gives up that wait when minit ends', () => {
      const missing = {
        type: 'ServiceMissing',
        service: 'b',
        error: systemError('EMFILE'),
      } as const;
      given({ a: { depends: ['b'] }, b: {}, k: {} })
        .boots('k')
        .withoutAnswers()
        .when(asked('sa'), read('a'), missing, signalled('SIGTERM'))
        .when(fired('read:b'))
        .reads();
    });

    it('says what kept a directory from being read', () => {
      given({ a: { depends: ['b'] }, k: {} })
        .boots('k')
        .withoutAnswers()
        .when(asked('sa'), read('a'))
        .when({ type: 'ServiceMissing', service: 'b', error: systemError('EACCES') })
        .reports(
          '/etc/minit/a/depends:1: dependency "b" skipped: its directory cannot be read: permission denied (EACCES)',
        );
    });

    it('skips the line that closes a cycle, and shows the whole path', () => {
      given({ a: { depends: ['b'] }, b: { depends: ['x', 'c'] }, c: { depends: ['a'] }, x: {} })
        .boots('a')
        .starts('x', 'c', 'b', 'a')
        .reports(
          '/etc/minit/c/depends:1: dependency "a" skipped: it closes the cycle a -> b -> c -> a; remove one of these lines',
          'boot settled after 0.00 s',
        );
    });

    it('shows of a cycle only the services in it', () => {
      given({ top: { depends: ['a'] }, a: { depends: ['b'] }, b: { depends: ['a'] } })
        .boots('top')
        .reports(
          '/etc/minit/b/depends:1: dependency "a" skipped: it closes the cycle a -> b -> a; remove one of these lines',
          'boot settled after 0.00 s',
        );
    });

    it('takes a diamond for no cycle', () => {
      given({ a: { depends: ['b', 'c'] }, b: { depends: ['d'] }, c: { depends: ['d'] }, d: {} })
        .boots('a')
        .reports('boot settled after 0.00 s')
        .is({ a: 'running.ready' });
    });

    describe('of a sync step that is started by hand while others wait for it', () => {
      const step = { mode: 'sync', spawn: ['fork', 'EAGAIN'] } as const;
      const top = { top: { depends: ['app'] }, app: { depends: ['step'] }, step, k: {} };

      it('leaves out the line that a boot has left out', () => {
        given({ app: { depends: ['step'] }, step: { ...step, depends: ['app'] } })
          .boots('app')
          .is({ app: 'waiting-deps', step: 'respawning' })
          .edits('step', { mode: 'sync', depends: ['app'] })
          .when(asked('sstep'))
          .reports(
            '/etc/minit/step/depends:1: dependency "app" skipped: it closes the cycle app -> step -> app; remove one of these lines',
          )
          .when(exited('step'))
          .is({ app: 'running.ready', step: 'sync-done' });
      });

      it('leaves out a new one by which it would wait for itself, however long the way', () => {
        given(top)
          .boots('k', 'top')
          .edits('step', { mode: 'sync', depends: ['new'] })
          .edits('new', { depends: ['top'] })
          .when(asked('sstep'))
          .reports(
            '/etc/minit/new/depends:1: dependency "top" skipped: it closes the cycle top -> app -> step -> new -> top; remove one of these lines',
          )
          .when(exited('step'))
          .is({ top: 'running.ready', app: 'running.ready', new: 'running.ready' });
      });

      it('leaves out nothing else, then and later', () => {
        const scenario = given(top)
          .boots('k', 'top')
          .edits('step', { mode: 'sync', depends: ['k', 'new'] })
          .edits('new', { depends: ['k'] })
          .when(asked('sstep'))
          .starts('new', 'step')
          .edits('later', { depends: ['top', 'step'] })
          .when(asked('slater'))
          .reports();
        expect(scenario.service('later').context.needs).toEqual(['top', 'step']);
      });
    });

    it('reports the problems of a directory with file and line', () => {
      const problems = [
        { severity: 'warning', code: 'bad-nice', file: 'nice', text: 'no integer' },
      ] as const;
      given({ a: { problems } })
        .boots('a')
        .reports('/etc/minit/a/nice: no integer', 'boot settled after 0.00 s');
    });

    it('does not run a program whose params are unusable', () => {
      const problems = [
        { severity: 'error', code: 'bad-params', file: 'params', line: 2, text: 'a NUL byte' },
      ] as const;
      given({ a: { problems }, b: {} })
        .boots('a', 'b')
        .starts('b')
        .is({ a: 'failed' })
        .reports(
          '/etc/minit/a/params:2: cannot use its params: a NUL byte',
          'boot settled after 0.00 s',
        );
    });

    it('tries again later when a service that is wanted up has unusable params', () => {
      const problems = [
        { severity: 'error', code: 'bad-params', file: 'params', text: 'a NUL byte' },
      ] as const;
      const scenario = given({ a: { mode: 'respawn', problems } })
        .boots('a')
        .is({ a: 'respawning' });
      expect(scenario.linesOf('StartTimer')).toEqual(['StartTimer respawn:a 100']);
    });
  });

  describe('while a directory is being read', () => {
    it('keeps to its own timer when that is faster than a start by hand', () => {
      given({ a: { mode: 'respawn', depends: ['n'] }, n: {}, k: {} })
        .boots('a', 'k')
        .when(exited('a'))
        .edits('a', { mode: 'respawn', depends: ['n', 'late'] })
        .withoutAnswers()
        .when(asked('sa'), fired('respawn:a'), read('a'))
        .starts('a')
        .is({ a: 'starting.spawning', late: 'unknown' })
        .when(read('a'))
        .starts();
    });

    it('answers a restart and a start by hand at the same time, however often it could not be read', () => {
      const missing = (code: string) =>
        ({ type: 'ServiceMissing', service: 'a', error: systemError(code) }) as const;
      const scenario = given({ a: { mode: 'respawn' }, k: {} })
        .boots('a', 'k')
        .when(exited('a'))
        .withoutAnswers()
        .when(asked('sa'), missing('EMFILE'), fired('respawn:a'), missing('EMFILE'));
      scenario.when(fired('read:a'), read('a')).starts('a').is({ a: 'starting.spawning' });
    });

    it('has a restart and a start by hand fail at the same time when it is gone', () => {
      given({ a: { mode: 'respawn' }, k: {} })
        .boots('a', 'k')
        .when(exited('a'))
        .edits('a', undefined)
        .withoutAnswers()
        .when(asked('sa'), fired('respawn:a'))
        .when(read('a'))
        .asks(
          'Reply 0',
          'CancelTimer reply:7',
          'Report /etc/minit/a: cannot read its service directory: no such file or directory (ENOENT)',
          'StartTimer respawn:a 100',
        )
        .is({ a: 'respawning' });
    });

    it('leaves a service alone whose PID was told meanwhile', () => {
      given({ a: { depends: ['b'] }, b: {}, k: {} })
        .boots('a', 'k')
        .when(exited('a'))
        .withoutAnswers()
        .when(asked('sa'), asked('Pa|500|'), probed(true), read('a'))
        .is({ a: 'running.ready' })
        .starts();
    });

    it('deals with one start request after the other', () => {
      const scenario = given({ a: {}, b: {}, k: {} })
        .boots('k')
        .withoutAnswers()
        .when(asked('sa'), asked('sb'));
      expect(scenario.linesOf('ReadService')).toEqual(['ReadService a']);
      expect(scenario.when(read('a')).linesOf('ReadService')).toEqual(['ReadService b']);
    });
  });

  describe('of the history', () => {
    const numbered = (count: number) =>
      Object.fromEntries(Array.from({ length: count }, (_, index) => [`s${String(index)}`, {}]));

    it('keeps the last ten, newest first', () => {
      const tree = numbered(12);
      given(tree)
        .boots(...Object.keys(tree))
        .when(asked('h'))
        .replies('1:s11|s10|s9|s8|s7|s6|s5|s4|s3|s2|||');
    });

    it('holds a parent before its dependencies', () => {
      given({ a: { depends: ['b'] }, b: {} })
        .boots('a')
        .when(asked('h'))
        .replies('1:b|a|||');
    });

    it('counts a dependency that runs already', () => {
      given({ a: { depends: ['b'] }, b: {} })
        .boots('b')
        .when(asked('sa'))
        .when(asked('h'))
        .replies('1:b|a|b|||');
    });

    it('does not count a dependency that has finished', () => {
      given({ a: { depends: ['b'] }, b: {}, k: {} })
        .boots('b', 'k')
        .when(exited('b'))
        .when(asked('sa'))
        .when(asked('h'))
        .replies('1:a|k|b|||');
    });

    it('does not count a start by hand of what runs', () => {
      given({ a: {} }).boots('a').when(asked('sa')).when(asked('h')).replies('1:a|||');
    });

    it('does not count what does not exist', () => {
      given({ a: { depends: ['gone'] } })
        .boots('a')
        .when(asked('snone'))
        .when(asked('h'))
        .replies('1:a|||');
    });
  });

  describe('of a start that fails', () => {
    it('starts dependents of a soft dependency that cannot be executed', () => {
      given({ a: { depends: ['b'] }, b: { spawn: 'hangs' } })
        .boots('a')
        .when(spawnFailed('b', 'execute', 'ENOENT'))
        .is({ b: 'failed', a: 'running.ready' });
    });

    it('starts nothing new once the shutdown has begun', () => {
      given({ a: { depends: ['b'] }, b: {}, k: {} })
        .boots('k')
        .withoutAnswers()
        .when(asked('sa'), read('a'))
        .when(signalled('SIGTERM'), read('b'))
        .starts()
        .is({ a: 'down', b: 'unknown' });
    });
  });
});
