import { createChildren } from '../../adapters/children';

const reaped = (pid: number, code = 0) => ({ pid, status: { code } });

describe('children', () => {
  it('are known from their spawn to their reaping, with the cause of their end', () => {
    const children = createChildren();
    expect(children.spawned(7, 100)).toEqual({});
    expect(children.has(7)).toBe(true);
    children.signalled(7, 101);
    expect(children.reaped(7)).toBe(101);
    expect(children.has(7)).toBe(false);
    expect(children.reaped(7)).toBeUndefined();
  });

  it('that were reaped before their PID was known are never live', () => {
    const children = createChildren();
    children.holdBack(reaped(7, 3));
    expect(children.spawned(7, 100)).toEqual({ ended: reaped(7, 3) });
    expect(children.has(7)).toBe(false);
    expect(children.settle()).toEqual([]);
  });

  it('that were given up for strangers are never live either', () => {
    const children = createChildren();
    const early = reaped(7);
    children.holdBack(early);
    expect(children.giveUp(early)).toBe(true);
    expect(children.giveUp(early)).toBe(false);
    expect(children.spawned(7, 100)).toEqual({});
    expect(children.has(7)).toBe(false);
  });
});

describe('strangers', () => {
  it('are told apart when no spawn is under way any more', () => {
    const children = createChildren();
    children.holdBack(reaped(7));
    children.holdBack(reaped(8));
    children.spawned(7, 100);
    expect(children.settle()).toEqual([reaped(8)]);
    expect(children.settle()).toEqual([]);
  });

  it('leave their PID to the next child', () => {
    const children = createChildren();
    const early = reaped(7);
    children.holdBack(early);
    children.giveUp(early);
    children.settle();
    children.spawned(7, 100);
    expect(children.has(7)).toBe(true);
  });
});

describe('the child of a failed spawn', () => {
  it('is never reported', () => {
    const children = createChildren();
    const failed = reaped(7, 127);
    children.holdBack(failed);
    children.spawnFailed();
    expect(children.giveUp(failed)).toBe(false);
    expect(children.settle()).toEqual([]);
  });

  it('is not confused with a child that exits like it', () => {
    const children = createChildren();
    children.holdBack(reaped(7, 127));
    children.spawnFailed();
    expect(children.spawned(7, 100)).toEqual({ ended: reaped(7, 127) });
  });

  it('hides no more than one stranger that exits like it', () => {
    const children = createChildren();
    children.holdBack(reaped(7, 127));
    children.holdBack(reaped(8, 127));
    children.spawnFailed();
    expect(children.settle()).toEqual([reaped(8, 127)]);
  });
});
