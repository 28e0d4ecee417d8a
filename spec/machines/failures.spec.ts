/**
 * Which ends of processes are told where only failures are.
 *
 * @module
 */
import { isCrash } from '../../machines/failures';
import { askedInJson, exited, fired, given, type Scenario } from '../support/given';

const crashes = ({ transitions }: Scenario): string[] =>
  transitions.filter(isCrash).map(({ after }) => after.context.name);

describe('a crash', () => {
  const web = () => given({ web: { mode: 'respawn' }, once: {}, step: { mode: 'sync' } });

  it('is told when a service ends badly that is to be up, after a short life and after a long one', () => {
    expect(crashes(web().boots('web').when(exited('web', 1)))).toEqual(['web']);
    expect(crashes(web().boots('web').after(5_000).when(exited('web', 'KILL')))).toEqual(['web']);
  });

  it('is told of a one-shot', () => {
    expect(crashes(web().boots('once').when(exited('once', 1)))).toEqual(['once']);
  });

  it('is no end with 0, none that was asked for, and no step, which is reported', () => {
    const scenario = web().boots('web', 'once', 'step');
    expect(crashes(scenario.when(exited('web'), exited('once'), exited('step', 1)))).toEqual([]);
    const stopped = web()
      .boots('web')
      .when(askedInJson({ do: 'stop', service: 'web' }));
    expect(crashes(stopped.when(exited('web', 'TERM')))).toEqual([]);
  });

  it('that comes again and again is told less and less often, and each time after a long life', () => {
    const scenario = web().boots('web');
    let told = 0;
    for (let turn = 0; turn < 100; turn += 1) {
      told += crashes(scenario.when(exited('web', 1))).length;
      scenario.when(fired('respawn:web'));
    }
    expect(told).toBe(8);
    expect(crashes(scenario.after(5_000).when(exited('web', 1)))).toEqual(['web']);
  });
});
