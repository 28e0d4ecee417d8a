/**
 * The contract of the port `ServiceDirectories`.
 *
 * @module
 */
import type { ServiceDirectories } from '../../effects/ports';
import { listen, type Subject } from './contract';

/** `make`: a tree with `web`, which respawns and depends on `db`, the bundle `db`, and nothing else. */
export function describeDirectoriesContract(
  name: string,
  make: () => Subject<ServiceDirectories>,
): void {
  describe(`${name} keeps the contract of ServiceDirectories`, () => {
    it('reads a service that is there, with its cause', async () => {
      const { port, first } = listen(make());
      port.read({ service: 'web' }, 3);
      expect(await first('ServiceRead')).toMatchObject({
        cause: 3,
        event: {
          service: 'web',
          definition: { mode: 'respawn', depends: [{ name: 'db', line: 1 }], problems: [] },
        },
      });
    });

    it('reads a bundle', async () => {
      const { port, first } = listen(make());
      port.read({ service: 'db' }, 1);
      expect((await first('ServiceRead')).event.definition).not.toHaveProperty('run');
    });

    it('misses a service that is not there', async () => {
      const { port, first, occurrences } = listen(make());
      port.read({ service: 'nothing' }, 4);
      expect(await first('ServiceMissing')).toMatchObject({
        cause: 4,
        event: { service: 'nothing', error: { code: 'ENOENT', errno: 2 } },
      });
      expect(occurrences).toHaveLength(1);
    });
  });
}
