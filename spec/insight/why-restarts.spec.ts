/** What `--why` says of a service that was started again, or whose PID was told, word by word. */
import { explain } from '../../insight/why/why';
import { WhyHistory } from '../../insight/why/why-history';
import { explanationText } from '../../insight/why/why-text';
import { replay } from '../../effects/replay';
import { encodeRequest } from '../../machines/control-protocol';
import { initialState } from '../../machines/fold';
import type { LoggedRecord } from '../../machines/log-format';
import type { Behaviour } from '../../adapters/simulated/behaviours';
import { bootTree, type Boot } from '../support/world';

const tree = { default: { mode: 'respawn' } } as const;

/** Boots, does what there is to do, and explains. */
function why(behaviours: readonly Behaviour[], then: (boot: Boot) => void): string {
  const boot = bootTree({ tree, behaviours: { default: behaviours } });
  boot.advance(100_000);
  then(boot);
  const history = new WhyHistory();
  let state = initialState();
  for (const folded of replay(state, boot.world.records as readonly LoggedRecord[])) {
    history.observe(folded.record, folded);
    ({ state } = folded);
  }
  // Durations are none of this spec's business.
  const text = explanationText(explain(state, 'default', history), undefined);
  return text.replace(/\d+\.\d+ s/gu, 'N s');
}

const ask = (boot: Boot, request: Parameters<typeof encodeRequest>[0]): void => {
  boot.world.request(encodeRequest(request));
  boot.advance(1_000);
};
const announce = { do: 'expect-pid', service: 'default' } as const;

const tell = (boot: Boot): void => {
  ask(boot, { do: 'set-pid', service: 'default', pid: boot.world.startForeign() });
};

describe('a service that was started again', () => {
  /** It goes to the background, and nobody tells its PID. */
  const silent = (boot: Boot): void => {
    ask(boot, announce);
    boot.advance(31_000_000);
  };

  it('because its daemon told no PID in time', () => {
    expect(why([{ livesUs: 200_000 }, {}], silent)).toMatchInlineSnapshot(
      `"default is running, as process 101 for N s. default was started again N s ago: cannot learn the PID of its daemon: it went to the background and told no PID within 30 s (ETIMEDOUT). default was asked for N s ago by minit itself, whose command line named no other."`,
    );
  });

  it('and has gone to the background again: not because of how it did that', () => {
    const again = (boot: Boot): void => {
      silent(boot);
      ask(boot, announce);
      boot.advance(1_500_000);
    };
    const behaviours = [{ livesUs: 200_000 }, { livesUs: 1_500_000 }];
    expect(why(behaviours, again)).toMatchInlineSnapshot(
      `"default is running (backgrounded): it has gone to the background, and the PID of its daemon must be told in N s. default: exited 0 after N s (2 times in N s). An operator announced the PID of the daemon of default N s ago. default was started again N s ago: cannot learn the PID of its daemon: it went to the background and told no PID within 30 s (ETIMEDOUT). default was asked for N s ago by minit itself, whose command line named no other."`,
    );
    const killed = (boot: Boot): void => {
      boot.world.kill('default', 9);
      boot.advance(1_000_000);
      ask(boot, announce);
      boot.advance(1_000_000);
    };
    expect(why([{}, { livesUs: 1_500_000 }], killed)).toMatchInlineSnapshot(
      `"default is running (backgrounded): it has gone to the background, and the PID of its daemon must be told in N s. default: exited 0 after N s (2 processes have ended in N s). An operator announced the PID of the daemon of default N s ago. default was started again N s ago: killed by SIGKILL after N s. default was asked for N s ago by minit itself, whose command line named no other."`,
    );
  });

  it('because it could not be started before', () => {
    const failure = { code: 'ENOENT', errno: 2, stage: 'execute' } as const;
    const wait = (boot: Boot): void => {
      boot.advance(5_000_000);
    };
    expect(why([{ failure }, { failure }, {}], wait)).toMatchInlineSnapshot(
      `"default is running, as process 100 for N s. default was started again N s ago: cannot execute its program (run): no such file or directory (ENOENT), /sbin/default (2 times in a row). default was asked for N s ago by minit itself, whose command line named no other."`,
    );
  });
});

describe('a service whose PID was told', () => {
  it('while its run was there: that, and what had started it', () => {
    expect(why([{}], tell)).toMatchInlineSnapshot(
      `"default is running, as process 101 for N s. The process of default was told to minit N s ago (request {"do":"set-pid","service":"default","pid":101}). default was asked for N s ago by minit itself, whose command line named no other."`,
    );
    const again = (boot: Boot): void => {
      boot.world.kill('default', 9);
      boot.advance(1_000_000);
      tell(boot);
    };
    expect(why([{}], again)).toMatchInlineSnapshot(
      `"default is running, as process 102 for N s. The process of default was told to minit N s ago (request {"do":"set-pid","service":"default","pid":102}). default was started again N s ago: killed by SIGKILL after N s. default was asked for N s ago by minit itself, whose command line named no other."`,
    );
  });

  it('after it had gone to the background: the same', () => {
    const later = (boot: Boot): void => {
      ask(boot, announce);
      boot.advance(200_000);
      tell(boot);
    };
    expect(why([{ livesUs: 200_000 }], later)).toMatchInlineSnapshot(
      `"default is running, as process 101 for N s. The process of default was told to minit N s ago (request {"do":"set-pid","service":"default","pid":101}). default was asked for N s ago by minit itself, whose command line named no other."`,
    );
  });
});
