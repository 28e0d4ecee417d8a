/**
 * qemu's monitor, over a socket: keys are pressed there, and power is cut.
 *
 * @module
 */
import { connect, type Socket } from 'node:net';

interface Reply {
  readonly return?: unknown;
  readonly error?: { readonly desc: string };
}

/** The QEMU Machine Protocol: a JSON object a line, a reply for each command, events between them. */
export class Monitor {
  readonly #socket: Socket;
  #received = '';
  #replyTo: ((reply: Reply) => void)[] = [];

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('data', (chunk: Buffer) => {
      this.#hear(chunk.toString());
    });
    // A machine that ends closes it in the middle of whatever it was told.
    socket.on('error', () => undefined);
  }

  static async connect(path: string): Promise<Monitor> {
    const socket = connect(path);
    await new Promise((resolve, reject) => {
      socket.once('connect', resolve);
      socket.once('error', reject);
    });
    const monitor = new Monitor(socket);
    await monitor.#send({ execute: 'qmp_capabilities' });
    return monitor;
  }

  /** Runs a command of the monitor that people type, such as `sendkey ctrl-alt-delete`. */
  async run(command: string): Promise<void> {
    await this.#send({
      execute: 'human-monitor-command',
      arguments: { 'command-line': command },
    });
  }

  close(): void {
    this.#socket.destroy();
  }

  async #send(command: object): Promise<void> {
    const reply = await new Promise<Reply>((resolve) => {
      this.#replyTo.push(resolve);
      this.#socket.write(`${JSON.stringify(command)}\n`);
    });
    if (reply.error !== undefined) throw new Error(`qemu: ${reply.error.desc}`);
  }

  #hear(text: string): void {
    const lines = (this.#received + text).split('\n');
    this.#received = lines.pop() ?? '';
    for (const line of lines) {
      if (line.trim() === '') continue;
      const message = JSON.parse(line) as Reply;
      if ('return' in message || 'error' in message) this.#replyTo.shift()?.(message);
    }
  }
}
