/** The socket of one LMTP client, read when its session asks for more and written with patience. */
import type { Socket } from 'node:net';
import { MAX_UNSENT_BYTES } from './options.ts';

export class LmtpStream {
  readonly #socket: Socket;
  #chunks: Buffer[] = [];
  #isEnded = false;
  #out = '';
  #wake: (() => void) | undefined;
  /** Time of the last byte that came, in ms of `performance.now()`. */
  lastByteAt = performance.now();

  constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('data', (chunk: Buffer) => {
      this.lastByteAt = performance.now();
      this.#chunks.push(chunk);
      socket.pause();
      this.#stir();
    });
    const end = (): void => {
      this.#isEnded = true;
      this.#stir();
    };
    socket.on('end', end);
    socket.on('close', end);
    socket.on('drain', () => this.#stir());
    // A client that vanishes is no event of ours; `close` follows.
    socket.on('error', () => undefined);
    socket.pause();
  }

  get isClosed(): boolean {
    return this.#socket.destroyed;
  }

  /** The next bytes; `undefined` when the client says no more, or `stir` was called. */
  async more(): Promise<Buffer | undefined> {
    if (this.#chunks.length === 0 && !this.#isEnded) {
      this.#socket.resume();
      await this.#stirred();
    }
    return this.#chunks.shift();
  }

  /** Whether the client has said all it will. */
  get isEnded(): boolean {
    return this.#isEnded && this.#chunks.length === 0;
  }

  /** Lets whoever waits for bytes look around. */
  stir(): void {
    this.#stir();
  }

  say(text: string): void {
    this.#out += text;
  }

  /** Writes what was said; waits while the client does not take it. */
  async flush(): Promise<void> {
    if (this.#out === '' || this.isClosed) return;
    this.#socket.write(this.#out);
    this.#out = '';
    const isUntaken = (): boolean =>
      !this.#socket.destroyed && this.#socket.writableLength > MAX_UNSENT_BYTES;
    while (isUntaken()) await this.#stirred();
  }

  /** Ends after what was said; what still comes is thrown away, so that the answer arrives. */
  async end(): Promise<void> {
    await this.flush();
    this.#socket.removeAllListeners('data');
    this.#socket.end();
    this.#socket.resume();
  }

  destroy(): void {
    this.#socket.destroy();
  }

  #stirred(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }

  #stir(): void {
    this.#wake?.();
    this.#wake = undefined;
  }
}
