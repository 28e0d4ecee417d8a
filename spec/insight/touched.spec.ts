/** Which services an event touched, over a boot in which operators ask for things. */
import { touchedServices } from '../../insight/touched';
import { encodeRequest } from '../../machines/control-protocol';
import { initialState } from '../../machines/fold';
import type { LoggedRecord } from '../../machines/log-format';
import { replay } from '../../effects/replay';
import { bootTree } from '../support/world';

type Request = Parameters<typeof encodeRequest>[0];

/** What the last event of a boot touched, which is this request. */
function touchedBy(request: Request): readonly string[] {
  const boot = bootTree({
    tree: {
      default: { isBundle: true, depends: ['web', 'once'] },
      web: { mode: 'respawn' },
      once: {},
    },
    behaviours: { once: [{ livesUs: 1_000 }] },
  });
  boot.run(1_000_000);
  const { length } = boot.world.records;
  boot.world.request(encodeRequest(request));
  boot.run(0);
  const folded = [...replay(initialState(), boot.world.records as readonly LoggedRecord[])];
  return [...touchedServices(folded[length] ?? fail())];
}

const fail = (): never => {
  throw new Error('there is no such event');
};

describe('a request touches the service that it is about', () => {
  it('also where that stays in its state', () => {
    expect(touchedBy({ do: 'start', service: 'web', respawn: false })).toEqual(['web']);
    expect(touchedBy({ do: 'stop', service: 'once' })).toEqual(['once']);
    expect(touchedBy({ do: 'set-pid', service: 'web', pid: 4_000 })).toEqual(['web']);
  });

  it('also where that has no process to signal', () => {
    expect(touchedBy({ do: 'signal', service: 'once', signal: 15 })).toEqual(['once']);
  });

  it('not where somebody only looks', () => {
    expect(touchedBy({ do: 'status', services: ['web'] })).toEqual([]);
    expect(touchedBy({ do: 'log' })).toEqual([]);
  });
});
