/**
 * examples/vm, booted by a real kernel as `npm run boot` does.
 *
 * @module
 */
import { bootMachine, exampleTree } from './virtual-machine';

describe('the example tree', () => {
  it('boots to a login', async () => {
    const machine = await bootMachine({ tree: exampleTree });
    await machine.logIn();
    const listed = await machine.run('msvc --all; echo hi');
    expect(listed).toEqual({ status: 0, output: expect.stringMatching(/getty.*pid/u) as string });
    await machine.cutPower();
  });
});
