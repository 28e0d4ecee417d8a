import { createChildren, type Children } from '../../adapters/children';

const reaped = (pid: number, code = 0) => ({ pid, status: { code } });
/** A spawn is under way. */
function withSpawn(): { readonly children: Children; readonly begun: number } {
  const children = createChildren();
  return { children, begun: children.spawnBegun() };
}

describe('children', () => {
  it('are known from their spawn to their reaping, with the cause of their end', () => {
    const { children, begun } = withSpawn();
    expect(children.spawned(7, 100, begun)).toEqual({});
    expect(children.has(7)).toBe(true);
    children.signalled(7, 101);
    expect(children.reaped(7)).toBe(101);
    expect(children.has(7)).toBe(false);
    expect(children.reaped(7)).toBeUndefined();
  });

  it('that were reaped before their PID was known are never live', () => {
    const { children, begun } = withSpawn();
    children.holdBack(reaped(7, 3));
    expect(children.spawned(7, 100, begun)).toEqual({ ended: reaped(7, 3) });
    expect(children.has(7)).toBe(false);
    expect(children.settle()).toEqual([]);
  });

  it('that were given up for strangers are never live either', () => {
    const { children, begun } = withSpawn();
    const early = reaped(7);
    children.holdBack(early);
    expect(children.giveUp(early)).toBe(true);
    expect(children.giveUp(early)).toBe(false);
    expect(children.spawned(7, 100, begun)).toEqual({});
    expect(children.has(7)).toBe(false);
  });
});

describe('strangers', () => {
  it('are told apart when no spawn is under way any more', () => {
    const { children, begun } = withSpawn();
    children.holdBack(reaped(7));
    children.holdBack(reaped(8));
    children.spawned(7, 100, begun);
    expect(children.settle()).toEqual([reaped(8)]);
    expect(children.settle()).toEqual([]);
  });

  it('leave their PID to the next child', () => {
    const { children, begun } = withSpawn();
    const early = reaped(7);
    children.holdBack(early);
    children.giveUp(early);
    children.settle();
    children.spawned(7, 100, begun);
    expect(children.has(7)).toBe(true);
  });
});

describe('strangers whose PID the kernel gives to a child while a spawn hangs', () => {
  it('are not that child when they were given up before it was asked for', () => {
    const { children } = withSpawn();
    const early = reaped(7);
    children.holdBack(early);
    children.giveUp(early);
    const later = children.spawnBegun();
    expect(children.spawned(7, 100, later)).toEqual({});
    expect(children.has(7)).toBe(true);
    // Nor is the next one, which ends before it is known.
    expect(children.reaped(7)).toBe(100);
    const last = children.spawnBegun();
    children.holdBack(reaped(7, 3));
    expect(children.spawned(7, 101, last)).toEqual({ ended: reaped(7, 3) });
  });

  it('are not that child when they are still held back, and never told: it would be taken for the end of the child', () => {
    const { children } = withSpawn();
    const early = reaped(7, 127);
    children.holdBack(early);
    expect(children.spawned(7, 100, children.spawnBegun())).toEqual({});
    expect(children.has(7)).toBe(true);
    expect(children.giveUp(early)).toBe(false);
    expect(children.settle()).toEqual([]);
  });
});

describe('the child of a failed spawn', () => {
  it('is never reported', () => {
    const { children } = withSpawn();
    const failed = reaped(7, 127);
    children.holdBack(failed);
    children.spawnFailed();
    expect(children.giveUp(failed)).toBe(false);
    expect(children.settle()).toEqual([]);
  });

  it('is not confused with a child that exits like it', () => {
    const { children, begun } = withSpawn();
    children.holdBack(reaped(7, 127));
    children.spawnFailed();
    expect(children.spawned(7, 100, begun)).toEqual({ ended: reaped(7, 127) });
  });

  it('hides no more than one stranger that exits like it', () => {
    const { children } = withSpawn();
    children.holdBack(reaped(7, 127));
    children.holdBack(reaped(8, 127));
    children.spawnFailed();
    expect(children.settle()).toEqual([reaped(8, 127)]);
  });
});
