/**
 * One message on its way to a scanner. The connection is opened late, when a block is full or the
 * message ends: a small message that comes slowly holds none. The scanner's time-out runs only
 * while mail waits for the scanner, and over all such waits together.
 */
import type { ScanFinding } from '../core/message/derived.ts';
import { Blocks } from './blocks.ts';
import type { Breaker, Pass } from './breaker.ts';
import type { Scan, ScanEnvelope } from './contract.ts';
import type { Conversation, Engine, Outcome, ScanLimits } from './engine.ts';
import { errorText, failed } from './engine.ts';
import { createPatience, type Patience } from './patience.ts';
import type { Permit, Permits } from './permits.ts';

/** A connection to a scanner is not kept longer than this for a message that comes slowly. */
export const MAX_MESSAGE_MS = 300_000;

/** What the scans of one scanner share. */
export interface ScanRoom {
  readonly engine: Engine;
  readonly limits: ScanLimits;
  readonly permits: Permits;
  readonly breaker: Breaker;
  /** The outcome of one scan; `seconds` is how long the message's end waited. */
  readonly onOutcome: (outcome: Outcome, result: ScanFinding['result'], seconds: number) => void;
  readonly live: Set<{ abort(): void }>;
}

const IS_AWAY: Outcome = failed('message', 'away', 'it is left alone for now');

class MessageScan implements Scan {
  readonly #room: ScanRoom;
  readonly #envelope: ScanEnvelope;
  readonly #blocks = new Blocks();
  /** Full blocks that wait for a connection; more than one only when `false` was not heeded. */
  #pending: Buffer[] = [];
  #bytes = 0;
  #isCut = false;
  /** More than a block. */
  #isLong = false;
  #permit: Permit | undefined;
  #pass: Pass | undefined;
  #conversation: Conversation | undefined;
  #conversedAt = 0;
  #holdTimer: NodeJS.Timeout | undefined;
  readonly #patience: Patience;
  #lag: PromiseWithResolvers<void> | undefined;
  #endedAt: number | undefined;
  #isSettled = false;
  readonly #finding = Promise.withResolvers<ScanFinding>();

  constructor(room: ScanRoom, envelope: ScanEnvelope) {
    this.#room = room;
    this.#envelope = envelope;
    this.#patience = createPatience(room.limits.timeoutMs, () => this.#giveUp());
    room.live.add(this);
    if (room.breaker.isAway) this.#settle(IS_AWAY);
  }

  write(chunk: Uint8Array): boolean {
    if (this.#isSettled || this.#isCut || this.#endedAt !== undefined) return true;
    const room = this.#room.limits.maxBytes - this.#bytes;
    this.#bytes += Math.min(chunk.length, room);
    if (chunk.length > room) this.cut();
    if (this.#hasSettled()) return true;
    this.#pending.push(...this.#blocks.add(chunk.subarray(0, room)));
    if (this.#pending.length > 0) this.#push();
    return this.#lag === undefined;
  }

  drained(): Promise<void> {
    return this.#lag?.promise ?? Promise.resolve();
  }

  end(): Promise<ScanFinding> {
    if (this.#isSettled || this.#endedAt !== undefined) return this.#finding.promise;
    this.#endedAt = performance.now();
    clearTimeout(this.#holdTimer);
    this.#patience.start();
    const rest = this.#blocks.rest();
    if (rest.length > 0) this.#pending.push(rest);
    this.#push();
    return this.#finding.promise;
  }

  abort(): void {
    if (this.#isSettled) return;
    this.#pass?.withdrawn();
    this.#finish({ scanner: this.#room.engine.name, result: 'unknown', name: 'given up' });
  }

  /** A method, because `write` may settle what it asked a moment ago. */
  #hasSettled(): boolean {
    return this.#isSettled;
  }

  cut(): void {
    if (this.#isSettled || this.#isCut) return;
    this.#isCut = true;
    if (this.#room.engine.oversize !== 'skip') return;
    this.#pass?.withdrawn();
    const name = `larger than ${this.#bytes} bytes, not asked`;
    this.#settle({ kind: 'answered', answer: { result: 'clean', name } });
  }

  /** Passes on what is pending, over a connection that it asks for if there is none. */
  #push(): void {
    if (this.#conversation !== undefined) this.#flush();
    else if (this.#permit === undefined) this.#requestPermit();
    if (!this.#isSettled && this.#pending.length > 0) this.#lagBehind();
  }

  #requestPermit(): void {
    // One whose end has come is small: it fits into a block.
    this.#isLong = this.#endedAt === undefined;
    const permit = this.#room.permits.request(() => this.#converse(), this.#isLong);
    if (permit === undefined) {
      this.#settle(failed('message', 'busy', 'too many messages wait for it'));
      return;
    }
    this.#permit = permit;
    if (permit.isHeld) this.#converse();
  }

  #converse(): void {
    const { engine, breaker } = this.#room;
    this.#pass = breaker.admit();
    if (this.#pass === undefined) {
      this.#settle(IS_AWAY);
      return;
    }
    this.#conversedAt = performance.now();
    try {
      this.#conversation = engine.converse(this.#envelope, {
        drained: () => this.#caughtUp(),
        finished: (outcome) => this.#settle(outcome),
      });
    } catch (error) {
      this.#settle(failed('message', 'not asked', errorText(error), error));
      return;
    }
    if (this.#endedAt === undefined) {
      const tooSlow = failed('message', 'too slow a message', 'the message came too slowly');
      this.#holdTimer = setTimeout(() => this.#settle(tooSlow), MAX_MESSAGE_MS);
      this.#holdTimer.unref();
    }
    this.#flush();
  }

  #flush(): void {
    const conversation = this.#conversation;
    if (conversation === undefined) return;
    let hasRoom = true;
    for (const block of this.#pending.splice(0)) hasRoom = conversation.write(block);
    if (this.#endedAt !== undefined) conversation.end();
    else if (hasRoom) this.#caughtUp();
    else this.#lagBehind();
  }

  #lagBehind(): void {
    if (this.#lag !== undefined || this.#endedAt !== undefined) return;
    this.#lag = Promise.withResolvers();
    this.#patience.start();
  }

  #caughtUp(): void {
    if (this.#endedAt === undefined) this.#patience.stop();
    this.#lag?.resolve();
    this.#lag = undefined;
  }

  #giveUp(): void {
    const text = `there was no answer within ${this.#room.limits.timeoutMs} ms`;
    this.#settle(
      this.#conversation === undefined
        ? failed('message', 'busy', `all ${this.#room.limits.connections} connections are in use`)
        : failed(this.#isScannersFault() ? 'scanner' : 'message', 'no answer in time', text),
    );
  }

  /**
   * Not when the message is large: the scanner may be at work on several such, and answer small ones
   * in time. Nor when most of the time went by before there was a connection.
   */
  #isScannersFault(): boolean {
    const toldMs = performance.now() - this.#conversedAt;
    return !this.#isLong && toldMs >= this.#room.limits.timeoutMs / 2;
  }

  #settle(outcome: Outcome): void {
    if (this.#isSettled) return;
    const { engine } = this.#room;
    if (outcome.kind === 'answered') this.#pass?.succeeded();
    else if (outcome.blame === 'message') this.#pass?.withdrawn();
    else this.#pass?.failed(outcome.error, outcome.blame === 'away' ? 'now' : 'maybe');
    const answer =
      outcome.kind === 'answered'
        ? outcome.answer
        : ({ result: 'unknown', name: outcome.what } as const);
    const isPart = this.#isCut && engine.oversize === 'first-part' && answer.result !== 'infected';
    const isClean = answer.result === 'clean';
    const name =
      isPart && isClean ? `only the first ${this.#bytes} bytes were scanned` : answer.name;
    const isTooLarge = isPart || (outcome.kind === 'failed' && outcome.isTooLarge === true);
    const seconds = this.#endedAt === undefined ? 0 : (performance.now() - this.#endedAt) / 1000;
    this.#room.onOutcome(outcome, answer.result, seconds);
    this.#finish({
      scanner: engine.name,
      ...answer,
      ...(name !== undefined && { name }),
      ...(isTooLarge && { tooLarge: true }),
    });
  }

  #finish(finding: ScanFinding): void {
    this.#isSettled = true;
    this.#patience.stop();
    clearTimeout(this.#holdTimer);
    this.#pending = [];
    this.#blocks.rest();
    this.#conversation?.destroy();
    this.#room.live.delete(this);
    this.#caughtUp();
    this.#finding.resolve(finding);
    this.#permit?.release();
  }
}

/** A scan of one message; it never throws and its promises never reject. */
export function createScan(room: ScanRoom, envelope: ScanEnvelope): Scan {
  return new MessageScan(room, envelope);
}
