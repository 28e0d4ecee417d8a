/** What `--why` says of a service that operators have ordered about, word by word. */
import { explain } from '../../insight/why/why';
import { WhyHistory } from '../../insight/why/why-history';
import { explanationText } from '../../insight/why/why-text';
import { replay } from '../../effects/replay';
import { encodeRequest } from '../../machines/control-protocol';
import { initialState } from '../../machines/fold';
import type { LoggedRecord } from '../../machines/log-format';
import { bootTree } from '../support/world';

/** A request of our msvc, one of the original's, or a signal from outside. */
type Step =
  Parameters<typeof encodeRequest>[0] | string | { readonly kill: 9 } | { readonly term: 15 };

const tree = {
  default: { isBundle: true, depends: ['web', 'once', 'crash', 'firm'] },
  web: { mode: 'respawn' },
  once: {},
  firm: { mode: 'respawn' },
  crash: { mode: 'respawn' },
} as const;
const behaviours = {
  firm: [{ termUs: 'ignored' as const }],
  once: [{ livesUs: 1_000 }],
  crash: [{ livesUs: 1_000, exit: { code: 3 } }],
};

/** A shutdown: SIGTERM to minit. */
const shutdown = { term: 15 } as const;

/** Boots, takes one step after the other, and explains. */
function why(service: string, ...steps: readonly Step[]): string {
  const boot = bootTree({ tree, behaviours });
  boot.run(200_000);
  for (const step of steps) {
    if (typeof step === 'string') boot.world.request(step);
    else if ('kill' in step) boot.world.kill('web', step.kill);
    else if ('term' in step) boot.world.signal('SIGTERM');
    else boot.world.request(encodeRequest(step));
    boot.advance(100_000);
  }
  const history = new WhyHistory();
  let state = initialState();
  for (const folded of replay(state, boot.world.records as readonly LoggedRecord[])) {
    history.observe(folded.record, folded);
    ({ state } = folded);
  }
  // Durations are none of this spec's business.
  return explanationText(explain(state, service, history), undefined).replace(
    /\d+\.\d+ s/gu,
    'N s',
  );
}

const once = { do: 'start', service: 'web', respawn: false } as const;
const down = { do: 'stop', service: 'web' } as const;
const up = { do: 'start', service: 'web', respawn: true } as const;
const killed = { kill: 9 } as const;

describe('a service that did not respawn', () => {
  it('because a single run of it was asked for, while it ran', () => {
    expect(why('web', once, killed)).toMatchInlineSnapshot(
      `"web is finished: killed by SIGKILL after N s; its respawn is switched off. An operator asked for a single run of web N s ago. web was asked for N s ago as a dependency of default (default/depends:1), which minit starts by itself."`,
    );
  });

  it('because of the last order that switched that off, not of an older one', () => {
    expect(why('web', 'rweb', 'Rweb', once, killed)).toContain(
      'An operator asked for a single run of web',
    );
    expect(why('web', once, 'rweb', killed)).toContain(
      'An operator switched off the respawn of web',
    );
  });

  it('because it had been stopped, and was started without a word of respawn', () => {
    expect(why('web', up, once, up, down, 'sweb', killed)).toMatchInlineSnapshot(
      `"web is finished: killed by SIGKILL after N s; its respawn is switched off. An operator stopped web N s ago. web was asked for N s ago by an operator."`,
    );
  });
});

describe('a service that is to stay down', () => {
  it('had ended before: it did not end because it was asked to', () => {
    expect(why('once', { do: 'stop', service: 'once' })).toMatchInlineSnapshot(
      `"once is finished: exited 0 after N s; it is to stay down. An operator stopped once N s ago."`,
    );
    expect(why('crash', { do: 'stop', service: 'crash' })).toMatchInlineSnapshot(
      `"crash is finished: exited 3 after N s; it is to stay down. An operator stopped crash N s ago."`,
    );
  });

  it('ended because it was asked to', () => {
    expect(why('web', down)).toMatchInlineSnapshot(
      `"web is finished: killed by SIGTERM after N s; it was asked to end. An operator stopped web N s ago."`,
    );
  });

  it('and a shutdown does what the order did not', () => {
    const stop = { do: 'stop', service: 'firm' } as const;
    expect(why('firm', stop, shutdown)).toMatchInlineSnapshot(
      `"firm is stopping (terminating): process 103 has not ended; it was sent SIGTERM; SIGKILL follows in N s. An operator stopped firm N s ago. minit is shutting-down: it takes the services down since N s ago: minit got SIGTERM."`,
    );
    const threeSeconds = Array.from({ length: 30 }, () => 'pweb');
    expect(why('firm', stop, shutdown, ...threeSeconds)).toMatchInlineSnapshot(
      `"firm is finished: killed by SIGKILL after N s; it was asked to end. An operator stopped firm N s ago. minit took the services down N s ago: minit got SIGTERM; it has halted."`,
    );
  });
});
