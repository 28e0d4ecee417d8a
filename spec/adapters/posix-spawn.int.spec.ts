/** All that is asked of a child, asked of one that libc has made: where no program may be put into memory, say. */
jest.mock('../../adapters/libc/call-list', () => ({
  ...jest.requireActual<object>('../../adapters/libc/call-list'),
  callListRunner: () => undefined,
}));

import { holdThreads } from '../../adapters/libc/spawn';
import './spawn.int.spec';

it('is made on a thread', () => {
  expect(holdThreads()).toBe(true);
});
