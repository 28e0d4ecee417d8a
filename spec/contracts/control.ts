/**
 * The contract of the port `Control`, and what a client sees of it.
 *
 * @module
 */
import type { Control } from '../../effects/ports';
import { listen, type Subject } from './contract';

export interface ControlSubject extends Subject<Control> {
  /** A client writes a request. */
  readonly send: (request: string) => void;
  /** All that clients have read so far; `request` is the seq that was replied to. */
  readonly received: (request: number) => string;
  /** Tells the world that the request just read has this number. */
  readonly numbered: (seq: number) => void;
}

/** `makeBroken`: the FIFOs can be neither made nor opened. */
export function describeControlContract(
  name: string,
  make: () => ControlSubject,
  makeBroken: () => Subject<Control>,
): void {
  describe(`${name} keeps the contract of Control`, () => {
    it('opens, with its cause', async () => {
      const made = make();
      const { port, first } = listen(made);
      port.open(5);
      expect((await first('ControlOpened')).cause).toBe(5);
      made.close?.();
    });

    it('receives a request whole, without a cause, and sends the reply as it is', async () => {
      const made = make();
      const { port, first } = listen(made);
      port.open(1);
      await first('ControlOpened');
      made.send('pnet/eth0');
      const received = await first('RequestReceived');
      expect(received.event).toEqual({ type: 'RequestReceived', request: 'pnet/eth0' });
      expect(received.cause).toBeUndefined();
      made.numbered(9);
      port.reply({ request: 9, text: '1:a\0\0' });
      expect(made.received(9)).toBe('1:a\0\0');
      made.close?.();
    });

    it('says where it failed, with its cause', async () => {
      const { port, first } = listen(makeBroken());
      port.open(6);
      const { cause, event } = await first('ControlFailed');
      expect(cause).toBe(6);
      expect(event.path).toMatch(/\/in$/u);
      expect(event.error).toEqual({
        code: expect.any(String) as string,
        errno: expect.any(Number) as number,
      });
    });
  });
}
