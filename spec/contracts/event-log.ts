/**
 * The contract of the port `EventLog`.
 *
 * @module
 */
import type { EventLog, LogRecord } from '../../effects/ports';
import { listen, type Subject } from './contract';

export interface EventLogSubject extends Subject<EventLog> {
  /** The records on the disk. */
  readonly written: () => readonly LogRecord[];
  /** The disk fills up, or has room again. */
  readonly setFull: (isFull: boolean) => void;
}

const record = (seq: number): LogRecord => ({
  seq,
  at: 10 * seq,
  ...(seq > 1 && { cause: seq - 1 }),
  event: { type: 'ProcessSpawned', service: 'wéb', pid: 100 + seq },
  effects: [{ type: 'ReadService', params: { service: 'wéb' } }],
});

const snapshot = (): unknown => ({});

/** Describes what holds of any event log. */
export function describeEventLogContract(name: string, make: () => EventLogSubject): void {
  describe(`${name} keeps the contract of EventLog`, () => {
    it('opens, with its cause', async () => {
      const { port, first } = listen(make());
      port.open(2);
      expect((await first('LogOpened', ({ path }) => path.startsWith('/'))).cause).toBe(2);
    });

    it('keeps records as they are, in order', () => {
      const { port, written } = make();
      port.append([record(1), record(2)], snapshot);
      port.append([record(3)], snapshot);
      port.close();
      expect(written()).toEqual([record(1), record(2), record(3)]);
    });

    it('holds what cannot be written, says so once, and writes it when it can', async () => {
      const made = make();
      const { port, occurrences, first } = listen(made);
      port.open(1);
      made.setFull(true);
      port.append([record(1)], snapshot);
      port.append([record(2)], snapshot);
      expect((await first('LogFailed')).event.error).toEqual({ code: 'ENOSPC', errno: 28 });
      expect(occurrences.map(({ event }) => event.type)).toEqual(['LogOpened', 'LogFailed']);
      expect(made.written()).toEqual([]);
      made.setFull(false);
      port.append([record(3)], snapshot);
      expect(occurrences.map(({ event }) => event.type)).toEqual([
        'LogOpened',
        'LogFailed',
        'LogOpened',
      ]);
      expect(made.written()).toEqual([record(1), record(2), record(3)]);
    });

    it('lets go of its file, holds what comes then, and writes it when it is opened again', () => {
      const { port, written } = make();
      port.open(1);
      port.append([record(1)], snapshot);
      port.release();
      port.append([record(2)], snapshot);
      expect(written()).toEqual([record(1)]);
      port.open(2);
      port.append([record(3)], snapshot);
      expect(written()).toEqual([record(1), record(2), record(3)]);
    });

    it('writes nothing at its end when it has let go of its file', () => {
      const { port, written } = make();
      port.append([record(1)], snapshot);
      port.release();
      port.append([record(2)], snapshot);
      port.close();
      expect(written()).toEqual([record(1)]);
    });

    it('says each time that it cannot be opened, with the cause', () => {
      const made = make();
      const { port, occurrences } = listen(made);
      made.setFull(true);
      port.open(1);
      port.open(2);
      expect(occurrences.map(({ event, cause }) => [event.type, cause])).toEqual([
        ['LogFailed', 1],
        ['LogFailed', 2],
      ]);
    });
  });
}
