/**
 * Room for what people write. A letter stays on the disk until a person has dealt with it, so a flood of
 * them must not take the room of bounces and complaints, which are read and gone: letters may fill half of
 * the spool, what is no whole report three quarters, and the rest is for reports alone. One sender and one
 * domain bring so many a day. What is refused was not acknowledged: the mail server keeps it and comes again.
 */
import { shareOf } from './look-into.ts';
import type { Look } from './look-of.ts';

/** Of the messages and the bytes that the spool may have. */
export const LETTER_SHARE = 1 / 2;
export const PERHAPS_SHARE = 3 / 4;
/** Of the messages, in a day. */
export const SENDER_SHARE = 1 / 50;
export const DOMAIN_SHARE = 1 / 10;
/** However small the spool is. */
const LEAST_A_DAY = 10;
/** Senders and domains of a day; of those that come after only the shares are asked. */
export const MAX_NAMES = 20_000;

const DAY_MS = 86_400_000;

export interface LetterBounds {
  readonly maxMessages: number;
  readonly maxBytes: number;
  readonly now: () => number;
}

interface Letter {
  readonly look: Look;
  /** Empty for the null sender. */
  readonly sender: string;
  readonly sizeBytes: number;
}

export class LetterRoom {
  readonly #bounds: LetterBounds;
  /** What lies there and may stay: kept, or not read yet and no whole report. */
  #messages = 0;
  #bytes = 0;
  #day = 0;
  readonly #names = new Map<string, number>();

  constructor(bounds: LetterBounds) {
    this.#bounds = bounds;
  }

  /** Letters are refused, or would be with one more. */
  get isFull(): boolean {
    return !this.#hasShare('letter', 0);
  }

  /** Of the room for letters: from 0 to 1. */
  get used(): number {
    const { maxMessages, maxBytes } = this.#bounds;
    const room = { messages: maxMessages * LETTER_SHARE, bytes: maxBytes * LETTER_SHARE };
    return shareOf(this.#messages / room.messages, this.#bytes / room.bytes);
  }

  /** Why it may not come in now; `undefined` when it may. */
  refuses({ look, sender, sizeBytes }: Letter): 'full' | 'sender' | undefined {
    if (!this.#hasShare(look, sizeBytes)) return 'full';
    if (look === 'report') return undefined;
    const { maxMessages } = this.#bounds;
    const isMany = this.#namesOf(sender).some(({ name, share }) => {
      const most = Math.max(LEAST_A_DAY, Math.floor(maxMessages * share));
      return (this.#names.get(name) ?? 0) >= most;
    });
    return isMany ? 'sender' : undefined;
  }

  /** A letter was acknowledged. */
  note(sender: string): void {
    for (const { name } of this.#namesOf(sender)) {
      const count = this.#names.get(name) ?? 0;
      if (count > 0 || this.#names.size < MAX_NAMES) this.#names.set(name, count + 1);
    }
  }

  add(sizeBytes: number): void {
    this.#messages += 1;
    this.#bytes += sizeBytes;
  }

  remove(sizeBytes: number): void {
    this.#messages -= 1;
    this.#bytes -= sizeBytes;
  }

  #hasShare(look: Look, sizeBytes: number): boolean {
    if (look === 'report') return true;
    const { maxMessages, maxBytes } = this.#bounds;
    const share = look === 'letter' ? LETTER_SHARE : PERHAPS_SHARE;
    return this.#messages < maxMessages * share && this.#bytes + sizeBytes <= maxBytes * share;
  }

  #namesOf(sender: string): readonly { readonly name: string; readonly share: number }[] {
    const day = Math.floor(this.#bounds.now() / DAY_MS);
    if (day !== this.#day) this.#names.clear();
    this.#day = day;
    if (sender === '') return [];
    const whole = sender.toLowerCase();
    const domain = whole.slice(whole.lastIndexOf('@'));
    return [
      { name: whole, share: SENDER_SHARE },
      { name: domain === whole ? `@${whole}` : domain, share: DOMAIN_SHARE },
    ];
  }
}
