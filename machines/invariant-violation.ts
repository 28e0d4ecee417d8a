/**
 * Thrown when minit itself is wrong, never for what the world does: a broken invariant,
 * an event where it cannot be. As PID 1 it is caught, recorded, and minit goes on degraded.
 *
 * @module
 */
export class InvariantViolation extends Error {
  readonly code = 'InvariantViolation';
  static {
    this.prototype.name = 'InvariantViolation';
  }
}

/** Narrows by `code`, not by class: Jest and bundles have realms and copies of their own. */
export function isInvariantViolation(error: unknown): error is InvariantViolation {
  return error instanceof Error && (error as { code?: unknown }).code === 'InvariantViolation';
}

/** For the end of a `switch` that must be exhaustive. @throws InvariantViolation always. */
export function assertNever(value: never, what: string): never {
  throw new InvariantViolation(`unknown ${what}: ${JSON.stringify(value)}`);
}
