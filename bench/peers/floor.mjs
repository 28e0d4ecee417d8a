/**
 * The floor: a loop in C around posix_spawn(3) and waitpid(2). See floor.c.
 *
 * @module
 */

/** @param {string | undefined} program path of the compiled floor.c, undefined without a compiler */
export const floor = (program) => ({
  name: 'floor',
  version: () => (program === undefined ? 'through koffi' : 'in C'),
  prepare: () => undefined,
  command: ({ set }) => {
    const [service, stamps] = set.services[0].argv;
    return { argv: [program, String(set.services.length), service, stamps] };
  },
  stop: () => ({ signal: 15 }),
});
