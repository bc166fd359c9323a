/**
 * One connection of a socketmap client. Requests are answered in their order; what one chunk asks
 * is answered in one write. Reading stops while the client does not take its answers.
 */
import type { Socket } from 'node:net';
import { formatSocketmapReply, SocketmapReader } from '../../protocol/socketmap.ts';
import type { Telemetry } from '../../telemetry/contract.ts';
import { ConnectionClock, type StreamSession } from '../listen.ts';
import type { MapDesk } from './maps.ts';
import { MAX_UNSENT_BYTES, type SocketmapDoorSettings } from './options.ts';

export interface SocketmapConnectionParts {
  readonly settings: SocketmapDoorSettings;
  readonly desk: MapDesk;
  readonly telemetry: Telemetry;
}

export class SocketmapConnection implements StreamSession {
  readonly #socket: Socket;
  readonly #desk: MapDesk;
  readonly #telemetry: Telemetry;
  readonly #reader: SocketmapReader;
  #out: Buffer[] = [];
  #outBytes = 0;
  #waitsForClient = false;
  #isHalfClosed = false;
  #isFinishing = false;
  /** It was sent its last answer; what it still says is thrown away. */
  #isOver = false;
  readonly #clock: ConnectionClock;
  #requests = 0;

  constructor(socket: Socket, parts: SocketmapConnectionParts) {
    this.#socket = socket;
    this.#desk = parts.desk;
    this.#telemetry = parts.telemetry;
    this.#reader = new SocketmapReader(parts.settings.maxRequestBytes);
    this.#clock = new ConnectionClock({
      stuckSeconds: parts.settings.requestTimeoutSeconds,
      idleSeconds: parts.settings.idleTimeoutSeconds,
    });
    socket.on('data', (chunk: Buffer) => this.#read(chunk));
    socket.on('drain', () => this.#resumeAfterDrain());
    socket.on('end', () => {
      this.#isHalfClosed = true;
      this.#work();
    });
    // A client that vanishes is no event of ours.
    socket.on('error', () => undefined);
    socket.on('close', () => (this.#isOver = true));
  }

  finish(): void {
    this.#isFinishing = true;
    if (this.#isOver) this.#socket.destroySoon();
    else this.#work();
  }

  /** Called now and then: cuts a client that is idle, dribbles or does not read. `now` in ms. */
  expire(now: number): void {
    const isStuck = this.#waitsForClient || this.#isOver || this.#reader.isPartial;
    const due = this.#clock.look(now, { isStuck, taken: this.#requests });
    if (due === 'idle') this.#socket.destroySoon();
    if (due !== 'stuck') return;
    const what = this.#waitsForClient ? 'does not take its answers' : 'does not end its request';
    if (!this.#isOver) this.#telemetry.clientFault('socketmap', `a client ${what}`);
    this.#socket.destroy();
  }

  #read(chunk: Buffer): void {
    this.#clock.heard();
    if (this.#isOver) return;
    this.#reader.push(chunk);
    this.#work();
  }

  #work(): void {
    while (!this.#waitsForClient && !this.#isOver) {
      const read = this.#reader.next();
      if (read === undefined) break;
      if (!read.ok) {
        this.#giveUp(read.reason);
        return;
      }
      this.#requests += 1;
      this.#say(formatSocketmapReply(this.#desk.answer(read.value)));
    }
    this.#flush();
    if (this.#waitsForClient || this.#isOver) return;
    if (this.#isFinishing) {
      this.#isOver = true;
      this.#socket.destroySoon();
    } else if (this.#isHalfClosed) {
      this.#isOver = true;
      this.#socket.end();
    }
  }

  #say(reply: Buffer): void {
    this.#out.push(reply);
    this.#outBytes += reply.length;
    if (this.#outBytes > MAX_UNSENT_BYTES) this.#flush();
  }

  #flush(): void {
    if (this.#outBytes === 0) return;
    this.#socket.write(Buffer.concat(this.#out));
    this.#out = [];
    this.#outBytes = 0;
    if (this.#socket.writableLength > MAX_UNSENT_BYTES && !this.#waitsForClient) {
      this.#waitsForClient = true;
      this.#socket.pause();
    }
  }

  #resumeAfterDrain(): void {
    if (!this.#waitsForClient) return;
    this.#waitsForClient = false;
    this.#socket.resume();
    this.#work();
  }

  /**
   * After nonsense nobody knows where the next request begins: the answer is the failure stance,
   * then the connection ends. What still comes is read and thrown away, for closing a socket with
   * unread bytes would take the answer back (RFC 1122 section 4.2.2.13).
   */
  #giveUp(reason: string): void {
    this.#telemetry.clientFault('socketmap', reason);
    this.#say(formatSocketmapReply(this.#desk.failure()));
    this.#flush();
    this.#isOver = true;
    this.#socket.end();
    this.#socket.resume();
  }
}
