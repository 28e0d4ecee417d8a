/**
 * A shutdown asked of whichever minit is there.
 *
 * @module
 */
import type { ControlClient } from '../../adapters/control-client';
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
