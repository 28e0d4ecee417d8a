/**
 * What `--why` says of what did not happen, word by word; what did is in why-golden.spec.ts.
 */
import { explain } from '../../insight/why/why';
import { WhyHistory } from '../../insight/why/why-history';
import { explanationText } from '../../insight/why/why-text';
import { replay } from '../../effects/replay';
import { initialState } from '../../machines/fold';
import { encodeRequest } from '../../machines/control-protocol';
import type { LoggedRecord } from '../../machines/log-format';
import { bootTree, type Boot, type BootOptions } from '../support/world';

/** Boots, does what there is to do, and explains: from the log, or from the state alone. */
function why(
  service: string,
  options: BootOptions & { readonly then?: (boot: Boot) => void; readonly isLogKept?: boolean },
): string {
  const boot = bootTree(options);
  boot.run(1_000_000);
  options.then?.(boot);
  const history = new WhyHistory();
  let state = initialState();
  for (const folded of replay(state, boot.world.records as readonly LoggedRecord[])) {
    history.observe(folded.record, folded);
    ({ state } = folded);
  }
  const known = options.isLogKept === false ? undefined : history;
  // Durations are none of this spec's business.
  return explanationText(explain(state, service, known), undefined).replace(/\d+\.\d\d s/gu, 'N s');
}

const ask = (boot: Boot, request: Parameters<typeof encodeRequest>[0]): void => {
  boot.world.request(encodeRequest(request));
  boot.run(1_000_000);
};
const tree = {
  default: { isBundle: true, depends: ['web', 'db'] },
  web: { mode: 'respawn', depends: ['db', 'nowhere'] },
  db: { mode: 'respawn' },
  loose: { mode: 'respawn' },
} as const;

describe('a service that is not there', () => {
  it('because nobody ever asked for it', () => {
    expect(why('loose', { tree })).toBe('loose is not loaded: nobody ever asked for it.');
  });

  it('because the command line black-lists it', () => {
    expect(why('db', { tree, words: ['-db'] })).toMatchInlineSnapshot(
      `"db is not loaded: it was never started; it is black-listed on the command line. default (/etc/minit/default/depends:2) goes on without db: it is black-listed on the command line. web (/etc/minit/web/depends:1) goes on without db: it is black-listed on the command line."`,
    );
  });

  it('because it has no directory', () => {
    expect(why('nowhere', { tree })).toMatchInlineSnapshot(
      `"nowhere is not loaded: it was never started. web (/etc/minit/web/depends:2) goes on without nowhere: there is no such service."`,
    );
  });

  it('because an operator asked for what has no directory', () => {
    const then = (boot: Boot): void => {
      ask(boot, { do: 'start', service: 'typo', respawn: true });
    };
    expect(why('typo', { tree, then })).toMatchInlineSnapshot(
      `"typo is not loaded: it was never started. typo was asked for N s ago by an operator, but there is no directory of it."`,
    );
  });

  it('because default has none', () => {
    expect(why('default', { tree: { web: {} }, role: 'machine' })).toMatchInlineSnapshot(
      `"default is not loaded: it was never started. default was asked for N s ago by minit itself, whose command line named no other, but there is no directory of it. minit is in emergency: directory of default not readable (ENOENT), because: minit started as PID 1 (machine) in /etc/minit: default."`,
    );
  });

  it('from the state alone: black-listed, and with less of the rest', () => {
    const isLogKept = false;
    expect(why('db', { tree, words: ['-db'], isLogKept })).toMatchInlineSnapshot(
      `"db is not loaded: it was never started; it is black-listed on the command line. default (/etc/minit/default/depends:2) goes on without db: it is black-listed on the command line. web (/etc/minit/web/depends:1) goes on without db: it is black-listed on the command line."`,
    );
    expect(why('nowhere', { tree, isLogKept })).toMatchInlineSnapshot(
      `"nowhere is not loaded: it was never started. web lists it in its depends, and goes without it; why is not on record."`,
    );
    expect(why('web', { tree, isLogKept })).toMatchInlineSnapshot(
      `"web is running, as process 101 for N s. web was asked for as a dependency of default (default/depends:1), which was asked for by what is not on record."`,
    );
  });
});

describe('a service that goes without another', () => {
  it('because that would close a cycle', () => {
    const cyclic = {
      default: { isBundle: true, depends: ['a'] },
      a: { mode: 'respawn', depends: ['b'] },
      b: { mode: 'respawn', depends: ['a'] },
    } as const;
    expect(why('b', { tree: cyclic })).toMatchInlineSnapshot(
      `"b is running, as process 100 for N s. b was started N s ago, when it was clear that it must do without a. b (/etc/minit/b/depends:1) goes on without a: it closes the cycle b -> a -> b. b was asked for N s ago as a dependency of a (a/depends:1), one of default (default/depends:1), which minit starts by itself."`,
    );
  });

  it('because that is black-listed, or missing', () => {
    expect(why('web', { tree, words: ['-db'] })).toMatchInlineSnapshot(
      `"web is running, as process 100 for N s. web was started N s ago, when it was clear that it must do without nowhere. web (/etc/minit/web/depends:1) goes on without db: it is black-listed on the command line. web (/etc/minit/web/depends:2) goes on without nowhere: there is no such service. web was asked for N s ago as a dependency of default (default/depends:1), which minit starts by itself."`,
    );
  });
});

it('a service that was stopped before it ran', () => {
  const slow = { ...tree, db: { mode: 'sync' } } as const;
  const then = (boot: Boot): void => {
    ask(boot, { do: 'stop', service: 'web' });
  };
  const behaviours = { db: [{ livesUs: 60_000_000 }] };
  expect(why('web', { tree: slow, behaviours, then })).toMatchInlineSnapshot(
    `"web is down: it was stopped before it ran. An operator stopped web N s ago. web (/etc/minit/web/depends:2) goes on without nowhere: there is no such service."`,
  );
});

it('a long chain of dependents is told in part', () => {
  const names = Array.from({ length: 40 }, (_, index) => `s${String(index)}`);
  const chain = Object.fromEntries(
    names.map((name, index) => [
      name,
      { mode: 'respawn', depends: names.slice(index + 1, index + 2) } as const,
    ]),
  );
  expect(
    why('s39', { tree: { ...chain, default: { isBundle: true, depends: ['s0'] } } }),
  ).toMatchInlineSnapshot(
    `"s39 is running, as process 100 for N s. s39 was asked for N s ago as a dependency of s38 (s38/depends:1), one of s37 (s37/depends:1), one of s36 (s36/depends:1), one of s35 (s35/depends:1), one of s34 (s34/depends:1), one of s33 (s33/depends:1), one of s32 (s32/depends:1), one of s31 (s31/depends:1), one of s30 (s30/depends:1), and so on by 31 more, which minit starts by itself."`,
  );
});
