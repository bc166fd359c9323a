/**
 * One connection of a policy client. Requests are answered in their order, one after the other;
 * what one chunk asks is answered in one write. Reading stops while an answer waits for the gate
 * or the client does not take its answers.
 */
import type { Socket } from 'node:net';
import { formatPolicyAnswer, type PolicyAction } from '../../protocol/postfix-policy.ts';
import { PolicyReader } from '../../protocol/postfix-policy-reader.ts';
import type { Telemetry } from '../../telemetry/contract.ts';
import { ConnectionClock, type StreamSession } from '../listen.ts';
import { failureAction } from './answer.ts';
import type { Asker, PolicyJudge } from './judge.ts';
import type { Met } from './inbound.ts';
import type { Turns } from './turns.ts';
import { MAX_UNSENT_BYTES, type PolicyDoorSettings } from './options.ts';
import type { Transaction } from './transactions.ts';

export interface PolicyConnectionParts {
  readonly judge: PolicyJudge;
  readonly settings: PolicyDoorSettings;
  readonly telemetry: Telemetry;
  readonly number: number;
  readonly turns: Turns;
}

export class PolicyConnection implements StreamSession, Asker {
  readonly number: number;
  current: Transaction | undefined;
  met?: Met;
  readonly #socket: Socket;
  readonly #judge: PolicyJudge;
  readonly #settings: PolicyDoorSettings;
  readonly #telemetry: Telemetry;
  readonly #reader: PolicyReader;
  readonly #turns: Turns;
  readonly #clock: ConnectionClock;
  #out = '';
  #isInTurn = false;
  #waitsForGate = false;
  #waitsForClient = false;
  /** The client sends no more; it still reads. */
  #isHalfClosed = false;
  #isFinishing = false;
  /** It was sent its last answer; what it still says is thrown away. */
  #isOver = false;
  #requests = 0;

  constructor(socket: Socket, parts: PolicyConnectionParts) {
    this.number = parts.number;
    this.#socket = socket;
    this.#judge = parts.judge;
    this.#settings = parts.settings;
    this.#telemetry = parts.telemetry;
    this.#turns = parts.turns;
    this.#reader = new PolicyReader(parts.settings.maxRequestBytes);
    this.#clock = new ConnectionClock({
      stuckSeconds: parts.settings.requestTimeoutSeconds,
      idleSeconds: parts.settings.idleTimeoutSeconds,
    });
    socket.on('data', (chunk: Buffer) => this.#read(chunk));
    socket.on('drain', () => this.#resumeAfterDrain());
    socket.on('end', () => this.#endOfInput());
    // A client that vanishes is no event of ours; `close` follows and tidies up.
    socket.on('error', () => undefined);
    socket.on('close', () => {
      // What it asked before it vanished is judged all the same.
      if (this.#isInTurn) this.#work();
      this.#isOver = true;
      if (!this.#waitsForGate) this.#judge.leave(this);
    });
  }

  /** Answers what is complete, then ends. */
  finish(): void {
    this.#isFinishing = true;
    if (this.#isOver) this.#socket.destroySoon();
    else this.#work();
  }

  /** Called now and then: cuts a client that is idle, dribbles or does not read. `now` in ms. */
  expire(now: number): void {
    const isStuck = this.#waitsForClient || this.#isOver || this.#reader.isPartial;
    const standing = { isStuck, taken: this.#requests };
    const due = this.#clock.look(now, this.#waitsForGate ? undefined : standing);
    if (due === 'idle') this.#socket.destroySoon();
    if (due !== 'stuck') return;
    const what = this.#waitsForClient ? 'does not take its answers' : 'does not end its request';
    if (!this.#isOver) this.#telemetry.clientFault('policy', `a client ${what}`);
    this.#socket.destroy();
  }

  #read(chunk: Buffer): void {
    this.#clock.heard();
    if (this.#isOver) return;
    // What came before is answered first, so that no more than a chunk is kept.
    if (this.#isInTurn) this.#work();
    this.#reader.push(chunk);
    this.#joinTurn();
  }

  /** Answers requests until there is none, the gate takes its time, or the client lags. */
  #work(): void {
    while (!this.#waitsForGate && !this.#waitsForClient && !this.#isOver) {
      const read = this.#reader.next();
      if (read === undefined) break;
      if (!read.ok) {
        this.#giveUp(read.reason);
        return;
      }
      this.#requests += 1;
      const action = this.#judge.answer(read.value, this);
      if (action instanceof Promise) this.#await(action);
      else this.#say(action);
    }
    const isEnding = this.#isFinishing || this.#isHalfClosed;
    if (isEnding) this.#flush();
    else if (this.#out !== '') this.#joinTurn();
    const isIdle = !this.#waitsForGate && !this.#waitsForClient && !this.#isOver;
    if (isIdle && this.#isFinishing) {
      this.#isOver = true;
      this.#socket.destroySoon();
    } else if (isIdle && this.#isHalfClosed) {
      this.#isOver = true;
      this.#socket.end();
    }
  }

  #await(action: Promise<PolicyAction>): void {
    this.#waitsForGate = true;
    this.#socket.pause();
    void action.then((answer) => {
      this.#waitsForGate = false;
      if (this.#isOver) {
        this.#judge.leave(this);
        return;
      }
      this.#say(answer);
      if (!this.#waitsForClient) this.#socket.resume();
      this.#work();
    });
  }

  #say(action: PolicyAction): void {
    this.#out += formatPolicyAnswer(action);
    if (this.#out.length > MAX_UNSENT_BYTES) this.#flush();
  }

  /** Answers what the turn brought. */
  workNow(): void {
    this.#work();
  }

  /** Writes what the turn's requests were answered. */
  writeNow(): void {
    this.#isInTurn = false;
    if (!this.#socket.destroyed) this.#flush();
  }

  #joinTurn(): void {
    if (this.#isInTurn) return;
    this.#isInTurn = true;
    this.#turns.add(this);
  }

  #flush(): void {
    if (this.#out === '') return;
    this.#socket.write(this.#out, 'latin1');
    this.#out = '';
    if (this.#socket.writableLength > MAX_UNSENT_BYTES && !this.#waitsForClient) {
      this.#waitsForClient = true;
      this.#socket.pause();
    }
  }

  #resumeAfterDrain(): void {
    if (!this.#waitsForClient) return;
    this.#waitsForClient = false;
    if (!this.#waitsForGate) this.#socket.resume();
    this.#work();
  }

  #endOfInput(): void {
    this.#isHalfClosed = true;
    this.#work();
  }

  /**
   * After nonsense nobody knows where the next request begins: the answer is the failure stance,
   * then the connection ends. What still comes is read and thrown away, for closing a socket with
   * unread bytes would take the answer back (RFC 1122 section 4.2.2.13).
   */
  #giveUp(reason: string): void {
    this.#telemetry.clientFault('policy', reason);
    this.#say(failureAction(this.#settings.onFailure));
    this.#flush();
    this.#isOver = true;
    this.#socket.end();
    this.#socket.resume();
    this.#judge.leave(this);
  }
}
