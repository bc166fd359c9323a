/**
 * One connection of an MTA. Packets are answered in their order; reading stops while the gate or
 * the reader of the message takes its time, or the MTA does not take its answers.
 */
import type { Socket } from 'node:net';
import type { Maybe } from '../../core/maybe.ts';
import { MilterReader } from '../../protocol/milter-reader.ts';
import { PROGRESS } from '../../protocol/milter-replies.ts';
import type { Telemetry } from '../../telemetry/contract.ts';
import { ConnectionClock, type StreamSession } from '../listen.ts';
import type { Gate } from '../../gate-contract.ts';
import type { MilterJudge } from './judge.ts';
import { giveBack } from '../../spent-bytes.ts';
import { MAX_UNSENT_BYTES, type MilterDoorSettings } from './options.ts';
import { MilterSession, type Taken } from './session.ts';

export interface MilterConnectionParts {
  readonly gate: Gate;
  readonly judge: MilterJudge;
  readonly settings: MilterDoorSettings;
  readonly telemetry: Telemetry;
}

export class MilterConnection implements StreamSession {
  readonly #socket: Socket;
  readonly #settings: MilterDoorSettings;
  readonly #telemetry: Telemetry;
  readonly #session: MilterSession;
  readonly #reader: MilterReader;
  readonly #clock: ConnectionClock;
  /** What was read last, as long as packets of it are left. */
  #chunk: Buffer | undefined;
  #out = '';
  #isWaiting = false;
  #waitsForPeer = false;
  #isHalfClosed = false;
  #isFinishing = false;
  /** It was sent its last answer; what it still says is thrown away. */
  #isOver = false;
  #packets = 0;
  #endingSince: number | undefined;

  constructor(socket: Socket, { gate, judge, settings, telemetry }: MilterConnectionParts) {
    this.#socket = socket;
    this.#settings = settings;
    this.#telemetry = telemetry;
    this.#reader = new MilterReader(settings.maxPacketBytes);
    this.#clock = new ConnectionClock({
      stuckSeconds: settings.packetTimeoutSeconds,
      idleSeconds: settings.idleTimeoutSeconds,
    });
    const isUnix = socket.remoteAddress === undefined;
    this.#session = new MilterSession({ gate, judge, settings, telemetry, isUnix });
    socket.on('data', (chunk: Buffer) => this.#read(chunk));
    socket.on('drain', () => this.#resumeAfterDrain());
    socket.on('end', () => {
      this.#isHalfClosed = true;
      this.#work();
    });
    // A peer that vanishes is no event of ours; `close` follows and tidies up.
    socket.on('error', () => undefined);
    socket.on('close', () => {
      this.#isOver = true;
      this.#session.leave();
    });
  }

  /** Lets an open transaction come to its end, then ends. */
  finish(): void {
    this.#isFinishing = true;
    if (this.#isOver) this.#socket.destroySoon();
    else this.#work();
  }

  /** Called now and then: shows progress, cuts a peer that is idle, dribbles or does not read. */
  expire(now: number): void {
    if (this.#isWaiting) {
      this.#clock.look(now, undefined);
      this.#showProgress(now);
      return;
    }
    this.#endingSince = undefined;
    const isStuck = this.#waitsForPeer || this.#isOver || this.#reader.isPartial;
    const due = this.#clock.look(now, { isStuck, taken: this.#packets });
    if (due === 'idle') this.#socket.destroySoon();
    if (due !== 'stuck') return;
    const what = this.#waitsForPeer ? 'does not take its answers' : 'does not end its packet';
    if (!this.#isOver) this.#telemetry.clientFault('milter', `an MTA ${what}`);
    this.#socket.destroy();
  }

  #showProgress(now: number): void {
    if (!this.#session.isEnding || this.#isOver) return;
    this.#endingSince ??= now;
    if (now - this.#endingSince < this.#settings.progressSeconds * 1000) return;
    this.#endingSince = now;
    this.#socket.write(PROGRESS, 'latin1');
  }

  #read(chunk: Buffer): void {
    this.#clock.heard();
    if (this.#isOver) return;
    this.#reader.push(chunk);
    this.#chunk = chunk;
    this.#work();
  }

  /** Takes packets until there is none, something takes its time, or the MTA lags. */
  #work(): void {
    while (!this.#isWaiting && !this.#waitsForPeer && !this.#isOver) {
      const packet = this.#reader.next();
      if (packet === undefined) {
        this.#chunkDone();
        break;
      }
      if (!packet.ok) {
        this.#giveUp(packet.reason);
        return;
      }
      this.#packets += 1;
      const taken = this.#take(packet.command, packet.data);
      if (taken instanceof Promise) this.#await(taken);
      else this.#say(taken);
    }
    this.#flush();
    if (this.#isWaiting || this.#waitsForPeer || this.#isOver) return;
    if (this.#isHalfClosed) this.#endOfInput();
    else if (this.#isFinishing && !this.#session.isBusy) this.#end();
  }

  /** Whoever was given packets of it has copied what he keeps. */
  #chunkDone(): void {
    if (this.#chunk === undefined) return;
    this.#reader.settle();
    giveBack(this.#chunk);
    this.#chunk = undefined;
  }

  /** Whatever goes wrong behind, the MTA gets its answer. */
  #take(command: number, data: Buffer): Maybe<Taken> {
    try {
      return this.#session.take(command, data);
    } catch (error) {
      return this.#failed(error);
    }
  }

  #failed(error: unknown): Taken {
    this.#telemetry.judgingFailed('milter', error, this.#settings.onFailure);
    this.#session.leave();
    return this.#session.stance();
  }

  #await(pending: Promise<Taken>): void {
    this.#isWaiting = true;
    // What was answered before is not held back by what comes next.
    this.#flush();
    this.#socket.pause();
    const goOn = (taken: Taken): void => {
      this.#isWaiting = false;
      this.#clock.heard();
      if (this.#isOver) return;
      this.#say(taken);
      if (!this.#waitsForPeer) this.#socket.resume();
      this.#work();
    };
    pending.then(goOn, (error: unknown) => {
      goOn(this.#failed(error));
    });
  }

  #say(taken: Taken): void {
    if (typeof taken === 'string') {
      this.#out += taken;
      if (this.#out.length > MAX_UNSENT_BYTES) this.#flush();
    } else if ('end' in taken) this.#end();
    else this.#giveUp(taken.fault);
  }

  #flush(): void {
    if (this.#out === '' || this.#socket.destroyed) return;
    this.#socket.write(this.#out, 'latin1');
    this.#out = '';
    if (this.#socket.writableLength > MAX_UNSENT_BYTES && !this.#waitsForPeer) {
      this.#waitsForPeer = true;
      this.#socket.pause();
    }
  }

  #resumeAfterDrain(): void {
    if (!this.#waitsForPeer) return;
    this.#waitsForPeer = false;
    if (!this.#isWaiting) this.#socket.resume();
    this.#work();
  }

  #endOfInput(): void {
    if (this.#reader.isPartial) {
      this.#telemetry.clientFault('milter', 'an MTA ended in the middle of a packet');
    }
    this.#end();
  }

  #end(): void {
    this.#flush();
    this.#isOver = true;
    this.#session.leave();
    this.#socket.end();
    // What still comes is thrown away, or the end would never be seen.
    this.#socket.resume();
  }

  /**
   * After nonsense nobody knows what the MTA will ask next: the answer is the failure stance, then
   * the connection ends and the MTA does what its own setting says (milter_default_action).
   */
  #giveUp(reason: string): void {
    this.#telemetry.clientFault('milter', reason);
    this.#out += this.#session.stance();
    this.#end();
  }
}
