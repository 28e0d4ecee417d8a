/**
 * What is asked of whichever minit is there: a shutdown, and how services are.
 *
 * @module
 */
import type { ControlClient } from '../../adapters/control-client';
import { listServices } from '../../adapters/list-services';
import { createServiceControl } from '../../adapters/minit-control';

const wish = { how: 'reboot', isOrdered: true } as const;

/** A minit that says the same to everything. */
const says = (reply: string): ControlClient => ({
  ask: () => ({ reply }),
  close: () => undefined,
});

describe('a shutdown', () => {
  it('has begun when our minit says so', () => {
    const control = createServiceControl(says('{"minit":1,"ok":true,"then":"exit","running":3}\n'));
    expect(control.shutDown(wish)).toEqual({ value: { then: 'exit', running: 3 } });
  });

  it('is refused with the reason', () => {
    const control = createServiceControl(says('{"minit":1,"ok":false,"problem":"too late"}\n'));
    expect(control.shutDown(wish)).toEqual({ code: 'system', text: 'too late' });
  });

  it('is more than the C original can be asked for', () => {
    expect(createServiceControl(says('0')).shutDown(wish)).toEqual({
      code: 'system',
      text: 'this minit takes no such request, it may be the C original: use the minit-shutdown that came with it',
    });
  });
});

describe('how services are', () => {
  const pids: Readonly<Record<string, number>> = { web: 17, db: 18 };
  const statusOf = (name: string) =>
    name in pids
      ? { name, state: 'running', pid: pids[name], since: 4.5 }
      : { name, state: 'unknown' };

  /** A minit with two services, and the requests that it got. */
  function running() {
    const requests: string[] = [];
    const client: ControlClient = {
      ask(request) {
        requests.push(request);
        const { services = Object.keys(pids) } = JSON.parse(request.slice(2)) as {
          services?: string[];
        };
        return { reply: JSON.stringify({ minit: 1, ok: true, services: services.map(statusOf) }) };
      },
      close: () => undefined,
    };
    const see = (names: readonly string[]) => {
      const answer = createServiceControl(client).see(names);
      return 'code' in answer ? answer : answer.value.map(({ condition, pid }) => [condition, pid]);
    };
    return { requests, see };
  }

  const few = ['db', 'nobody', 'web', 'db'];
  const others = Array.from({ length: 300 }, (_, index) => `other-${String(index)}`);

  it('is asked by name, and told in that order', () => {
    const { requests, see } = running();
    expect(see(few)).toEqual([
      ['up', 18],
      ['unknown', 0],
      ['up', 17],
      ['up', 18],
    ]);
    expect(requests).toHaveLength(1);
    expect(requests[0]).toContain('"services":["db","nobody","web","db"]');
  });

  it('is one question about all where the names do not fit into one, and told as if by name', () => {
    const { requests, see } = running();
    const many = [...few, ...others];
    expect(see(many)).toEqual([...(see(few) as unknown[]), ...others.map(() => ['unknown', 0])]);
    expect(requests[0]).not.toContain('services');
    expect(requests).toHaveLength(2);
  });
});

describe('the services that run', () => {
  /** Every request gets this; returns what is said of the services, and how often was asked. */
  function listed(answer: ReturnType<ControlClient['ask']>) {
    let asked = 0;
    const client: ControlClient = {
      ask() {
        asked += 1;
        return answer;
      },
      close: () => undefined,
    };
    return { ...listServices(createServiceControl(client), '/nowhere'), asked };
  }

  it('are asked for once where minit does not answer', () => {
    const error = { code: 'no-reply', text: 'no reply within 10 seconds' } as const;
    expect(listed(error)).toEqual({ ...error, asked: 1 });
  });

  it('are looked for in the tree where the C original cannot tell', () => {
    expect(listed({ reply: '0' })).toMatchObject({ value: [] });
  });
});

describe('a service of the C original', () => {
  /** Knows `web`, which runs, and `idle`, which does not; all else is `0`, as is our own question. */
  const replies: Readonly<Record<string, string>> = {
    ...{ pweb: '17', uweb: '5', dweb: '1:\0\0', rweb: '1' },
    ...{ pidle: '0', uidle: '9', didle: '1:\0\0', ridle: '1' },
  };
  const control = createServiceControl({
    ask: (request) =>
      // The C minit does not answer a single letter that needs a name.
      /^[^h]$/u.test(request)
        ? { code: 'no-reply', text: 'no reply within 10 seconds' }
        : { reply: replies[request] ?? '0' },
    close: () => undefined,
  });

  it('is down or unknown, though it says 0 to both', () => {
    expect(control.see(['web', 'idle', 'nobody'])).toEqual({
      value: [
        { condition: 'up', pid: 17, seconds: 5 },
        { condition: 'down', pid: 0, seconds: 9 },
        { condition: 'unknown', pid: 0, seconds: 0 },
      ],
    });
  });

  it.each([
    [{ do: 'signal', signal: 1 } as const, 'idle', 'it has no process'],
    [{ do: 'signal', signal: 1 } as const, 'nobody', 'no such service'],
    [{ do: 'stop' } as const, 'nobody', 'no such service'],
    [{ do: 'start', respawn: true } as const, 'nobody', 'no such service'],
    [{ do: 'start', respawn: true } as const, 'idle', 'refused'],
    [{ do: 'set-pid', pid: 17 } as const, 'nobody', 'no such service'],
    [{ do: 'set-pid', pid: 17 } as const, 'idle', 'no such process'],
    [{ do: 'clear' } as const, 'nobody', 'no such service'],
    [{ do: 'clear' } as const, '', 'no such service'],
    [{ do: 'stop' } as const, '', 'no such service'],
  ])('%j of %s: %s', (order, name, problem) => {
    expect(control.order(name, order)).toEqual({ value: { isDone: false, problem } });
  });

  it('that is down is stopped already, and may be cleared', () => {
    for (const order of [{ do: 'stop' }, { do: 'clear' }] as const)
      expect(control.order('idle', order)).toEqual({ value: { isDone: true, problem: '' } });
  });

  it('is not asked for without a name, which the C original does not answer', () => {
    expect(control.see([''])).toMatchObject({ value: [{ condition: 'unknown' }] });
    expect(control.dependents('')).toEqual({ value: undefined });
    expect(control.history()).toEqual({ value: [] });
  });
});
