/**
 * A connection while it sends nothing but usual requests, each a whole POST in one piece
 * (protocol/plain-post.ts): they are read and answered on the socket itself, which costs less than
 * half of what node:http does. With the first other piece the connection is node:http's for good.
 */
import type { Socket } from 'node:net';
import { parsePlainPost } from '../../protocol/plain-post.ts';
import type { PlainPost } from '../../protocol/plain-post.ts';
import type { Reply } from './command.ts';
import { formatReply } from './requests.ts';

export interface PlainOptions {
  /** How long a new connection may say nothing. */
  readonly firstMs: number;
  /** Idle time between requests, as the client is told. */
  readonly keepAliveMs: number;
  /** Answers, at once or later. False when node:http must; then nothing has happened yet. */
  readonly answer: (post: PlainPost, body: () => string, finish: (reply: Reply) => void) => boolean;
  /** Whether each answer is now the last one of its connection. */
  readonly isClosing: () => boolean;
  /** Takes the connection over; what was read last is read again. */
  readonly handOver: (socket: Socket) => void;
  /** The connection failed, or said nothing in time. */
  readonly failed: (error: NodeJS.ErrnoException, socket: Socket) => void;
}

/** The time the client is told is its own to use up, so the end comes a little later. */
const KEEP_ALIVE_SLACK_MS = 1_000;

const SILENT = Object.assign(new Error('The client said nothing.'), {
  code: 'ERR_HTTP_REQUEST_TIMEOUT',
});

export class PlainConnection {
  readonly #socket: Socket;
  readonly #options: PlainOptions;
  #hasSpoken = false;
  #isAnswering = false;
  #hasEnded = false;

  constructor(socket: Socket, options: PlainOptions) {
    this.#socket = socket;
    this.#options = options;
    socket.setTimeout(options.firstMs);
    socket.on('data', this.#read);
    socket.on('end', this.#end);
    socket.on('timeout', this.#timedOut);
    socket.on('error', this.#failed);
  }

  /** Ends it: at once when it is idle, else with the answer under way. */
  finish(): void {
    if (!this.#isAnswering) this.#socket.destroy();
  }

  destroy(): void {
    this.#socket.destroy();
  }

  readonly #read = (piece: Buffer): void => {
    const post = parsePlainPost(piece.toString('latin1'));
    this.#isAnswering = true;
    const body = (): string => piece.toString('utf8', post?.bodyAt);
    if (post === undefined || !this.#options.answer(post, body, this.#answer)) {
      this.#handOver(piece);
      return;
    }
    if (!this.#hasSpoken) {
      this.#hasSpoken = true;
      this.#socket.setTimeout(this.#options.keepAliveMs + KEEP_ALIVE_SLACK_MS);
    }
    this.#readOn();
  };

  readonly #answer = (reply: Reply): void => {
    const socket = this.#socket;
    const isLast = this.#options.isClosing() || reply.close === true;
    socket.write(formatReply(reply, isLast ? 0 : this.#options.keepAliveMs));
    this.#isAnswering = false;
    if (isLast) socket.destroySoon();
    else if (this.#hasEnded) socket.end();
    else if (socket.isPaused()) this.#readOn();
  };

  /** One request at a time, and none from a client that does not read its answers. */
  #readOn(): void {
    const socket = this.#socket;
    if (this.#isAnswering) socket.pause();
    else if (!socket.writableNeedDrain) {
      if (socket.isPaused()) socket.resume();
    } else {
      socket.pause();
      socket.once('drain', () => this.#readOn());
    }
  }

  #handOver(piece: Buffer): void {
    const socket = this.#socket;
    socket.setTimeout(0);
    socket.off('data', this.#read);
    socket.off('end', this.#end);
    socket.off('timeout', this.#timedOut);
    socket.off('error', this.#failed);
    // Paused, so that the piece waits until somebody listens again.
    socket.pause();
    socket.unshift(piece);
    this.#options.handOver(socket);
    socket.resume();
  }

  /** The client has stopped sending and may still read. */
  readonly #end = (): void => {
    this.#hasEnded = true;
    if (!this.#isAnswering) this.#socket.end();
  };

  readonly #timedOut = (): void => {
    if (this.#isAnswering) return;
    if (this.#hasSpoken) this.#socket.destroy();
    else this.#options.failed(SILENT, this.#socket);
  };

  readonly #failed = (error: NodeJS.ErrnoException): void => {
    this.#options.failed(error, this.#socket);
  };
}
