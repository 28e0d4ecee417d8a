/**
 * The contract of the port `Processes`.
 *
 * @module
 */
import type { Processes } from '../../effects/ports';
import type { SpawnProcessParams } from '../../machines/effects';
import { listen, type Listened, type Subject } from './contract';

/** What the programs of the contract do; each world has its own. */
export type ContractProgram = 'exits-3' | 'lives' | 'ignores-term' | 'missing' | 'logger';

export interface ProcessesSubject extends Subject<Processes> {
  /** Resolves when the program that ignores TERM does so. */
  readonly ignoring: () => Promise<unknown>;
  /** How to start a program; the service is named by the contract: the program, a slash, a number. */
  readonly params: (program: ContractProgram) => Omit<SpawnProcessParams, 'service'>;
}

type Started = Listened<Processes> & ProcessesSubject;

/** Each process is one of a service of its own, so that nothing is taken for what came before. */
async function start(
  world: Started,
  program: ContractProgram,
  more: Partial<SpawnProcessParams> = {},
) {
  const service = `${program}/${String(world.occurrences.length)}`;
  world.port.spawn({ ...world.params(program), service, ...more }, 11);
  const { event, cause } = await world.first(
    'ProcessSpawned',
    (spawned) => spawned.service === service,
  );
  expect(cause).toBe(11);
  return { service, pid: event.pid };
}

const exitOf = ({ first }: Started, pid: number) =>
  first('ProcessExited', (exit) => exit.pid === pid);

/** Describes what holds of any processes. `make` is called once: there is one owner of all children. */
export function describeProcessesContract(name: string, make: () => ProcessesSubject): void {
  describe(`${name} keeps the contract of Processes`, () => {
    const made = make();
    const world: Started = { ...made, ...listen(made) };
    const { port, first } = world;
    afterAll(() => made.close?.());

    it('reports a process first as spawned, then as exited, with its status', async () => {
      const { pid } = await start(world, 'exits-3');
      const exited = await exitOf(world, pid);
      expect(exited).toMatchObject({ cause: 11, event: { status: { code: 3 } } });
      const ofIt = world.occurrences.filter(({ event }) => 'pid' in event && event.pid === pid);
      expect(ofIt.map(({ event }) => event.type)).toEqual(['ProcessSpawned', 'ProcessExited']);
    });

    it('reports what cannot be executed as failed, never as spawned', async () => {
      port.spawn({ ...world.params('missing'), service: 'missing/0' }, 12);
      const failed = await first('SpawnFailed');
      expect(failed).toMatchObject({
        cause: 12,
        event: { stage: 'execute', error: { code: 'ENOENT', errno: 2 } },
      });
      expect(failed.event.path).toBe(world.params('missing').path);
    });

    it('signals a process; its end is traced to that', async () => {
      const living = await start(world, 'lives');
      port.signal({ ...living, signal: 15 }, 21);
      expect(await exitOf(world, living.pid)).toMatchObject({
        cause: 21,
        event: { status: { signal: 15 } },
      });
    });

    it('ends with KILL what ignores TERM', async () => {
      const stubborn = await start(world, 'ignores-term');
      await world.ignoring();
      port.signal({ ...stubborn, signal: 15 }, 31);
      port.signal({ ...stubborn, signal: 9 }, 32);
      expect((await exitOf(world, stubborn.pid)).event.status).toEqual({ signal: 9 });
    });

    it('stops and continues a process', async () => {
      const living = await start(world, 'lives');
      port.signal({ ...living, signal: 19 }, 41);
      port.signal({ ...living, signal: 15 }, 42);
      port.signal({ ...living, signal: 18 }, 43);
      expect(await exitOf(world, living.pid)).toMatchObject({
        cause: 43,
        event: { status: { signal: 15 } },
      });
    });

    it('never signals what has been reaped, nor what it does not know', async () => {
      const gone = await start(world, 'exits-3');
      await exitOf(world, gone.pid);
      for (const pid of [gone.pid, 4_194_304]) {
        port.signal({ service: 'exits-3', pid, signal: 15 }, 51);
        const failed = await first('SignalFailed', (event) => event.pid === pid);
        expect(failed).toMatchObject({
          cause: 51,
          event: { signal: 15, error: { code: 'ESRCH', errno: 3 } },
        });
      }
    });

    it('probes whether a process is there', async () => {
      const living = await start(world, 'lives');
      port.probe({ request: 61, pid: living.pid }, 61);
      port.probe({ request: 62, pid: 4_194_304 }, 62);
      expect((await first('ProcessProbed', ({ request }) => request === 61)).event.alive).toBe(
        true,
      );
      expect((await first('ProcessProbed', ({ request }) => request === 62)).event.alive).toBe(
        false,
      );
      port.signal({ ...living, signal: 9 }, 63);
      await exitOf(world, living.pid);
    });

    it('reports a process that is not there, when it is to be watched, as vanished', async () => {
      port.watch({ service: 'lives', pid: 4_194_304 }, 71);
      expect((await first('ProcessVanished', ({ pid }) => pid === 4_194_304)).cause).toBe(71);
    });

    it('lets a logger read to the end of its pipe, when nobody can write to it any more', async () => {
      const logger = await start(world, 'logger', { readsLogOf: 'web' });
      const writer = await start(world, 'lives', { writesLogOf: 'web' });
      port.closeLogPipe({ service: 'web' });
      world.goOn();
      // The writer lives, so the logger does.
      port.probe({ request: 81, pid: logger.pid }, 81);
      expect((await first('ProcessProbed', ({ request }) => request === 81)).event.alive).toBe(
        true,
      );
      port.signal({ ...writer, signal: 9 }, 82);
      await exitOf(world, writer.pid);
      expect((await exitOf(world, logger.pid)).event.status).toEqual({ code: 0 });
    });
  });
}
