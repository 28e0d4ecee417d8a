/**
 * Pseudo-terminals, for specs of what minit does on one that is read slowly, or never. pty(7)
 *
 * @module
 */
import { closeSync, constants, openSync, readSync } from 'node:fs';
import { bind } from '../../adapters/libc/koffi';

const [TIOCSPTLCK, TIOCGPTN, TCXONC] = [0x4004_5431, 0x8004_5430, 0x540a];
const control = bind<[number, number, Int32Array]>('int ioctl(int, unsigned long, void *)');
const controlNumber = bind<[number, number, number]>('int ioctl(int, unsigned long, long)');
const { O_RDWR, O_NOCTTY, O_NONBLOCK } = constants;

export interface PseudoTerminal {
  /** For programs: an open file description without O_NONBLOCK. */
  readonly fd: number;
  readonly path: string;
  /** Returns what the terminal would show, as much as there is now. */
  readonly read: () => string;
  /** As Ctrl-S and Ctrl-Q do. */
  readonly setStopped: (isStopped: boolean) => void;
  readonly close: () => void;
}

export function openPseudoTerminal(): PseudoTerminal {
  const master = openSync('/dev/ptmx', O_RDWR | O_NOCTTY | O_NONBLOCK);
  control(master, TIOCSPTLCK, new Int32Array([0]));
  const number = new Int32Array(1);
  control(master, TIOCGPTN, number);
  const path = `/dev/pts/${String(number[0])}`;
  const fd = openSync(path, O_RDWR | O_NOCTTY);
  return {
    fd,
    path,
    read() {
      let text = '';
      const buffer = Buffer.alloc(65_536);
      try {
        for (;;) text += buffer.toString('utf8', 0, readSync(master, buffer));
      } catch {
        // There is no more.
        return text;
      }
    },
    setStopped(isStopped) {
      controlNumber(fd, TCXONC, isStopped ? 0 : 1);
    },
    close() {
      closeSync(fd);
      closeSync(master);
    },
  };
}
