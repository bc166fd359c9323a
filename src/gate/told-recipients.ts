/**
 * Recipients of transactions that are asked about one after the other. What was told of the earlier
 * ones is kept until the message, so that each RCPT costs as much as the first: looking at all before
 * it anew made a transaction cost the square of its recipients.
 */
import type { KeyedHash } from '../core/hash.ts';
import type { SeenItem } from '../core/profile/seen-record.ts';
import { recipientHash, type RecipientHash } from './recipients.ts';

/** Recipients kept over all transactions, about 10 MB; over it the oldest transaction is told anew. */
export const MAX_TOLD_RECIPIENTS = 65_536;

interface Told {
  readonly names: string[];
  /** For each recipient how many up to it were counted. */
  readonly counts: number[];
}

export class ToldRecipients {
  readonly #hash: RecipientHash;
  readonly #transactions = new Map<string, Told>();
  #kept = 0;

  constructor(hash: RecipientHash) {
    this.#hash = hash;
  }

  /**
   * How many of the recipients count; each is asked about once.
   * @param id of the transaction, whose recipients come and go at the end of the list
   */
  count(
    id: string,
    recipients: readonly string[],
    counts: (item: SeenItem, recipient: string) => boolean,
  ): number {
    const told = this.#transactions.get(id) ?? { names: [], counts: [] };
    const before = told.names.length;
    forgetOthers(told, recipients);
    for (let i = told.names.length; i < recipients.length; i += 1) {
      const recipient = recipients[i] as string;
      told.names.push(recipient);
      const isCounted = counts(this.#hash(recipient), recipient);
      told.counts.push((told.counts.at(-1) ?? 0) + (isCounted ? 1 : 0));
    }
    this.#kept += told.names.length - before;
    // Asked about last, it is the last to go.
    this.#transactions.delete(id);
    this.#transactions.set(id, told);
    this.#makeRoom(id);
    return told.counts.at(-1) ?? 0;
  }

  #makeRoom(current: string): void {
    for (const [id, { names }] of this.#transactions) {
      if (this.#kept <= MAX_TOLD_RECIPIENTS || id === current) return;
      this.#transactions.delete(id);
      this.#kept -= names.length;
    }
  }
}

/** A recipient that was refused is taken out again, at the end. */
function forgetOthers({ names, counts }: Told, recipients: readonly string[]): void {
  let same = Math.min(names.length, recipients.length);
  while (same > 0 && names[same - 1] !== recipients[same - 1]) same -= 1;
  names.length = same;
  counts.length = same;
}

const all = new WeakMap<KeyedHash, ToldRecipients>();

/** One for each key, for the keys are few. */
export function toldRecipients(hash: KeyedHash): ToldRecipients {
  let told = all.get(hash);
  if (told === undefined) all.set(hash, (told = new ToldRecipients(recipientHash(hash))));
  return told;
}
