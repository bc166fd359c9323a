/** What each sender has open and not judged yet, so that parallel messages share one limit. */
import { ChurnMap } from '../../core/churn-map.ts';
import type { UnderWay } from '../../gate-contract.ts';

interface Sum {
  messages: number;
  recipients: number;
}

export class UnderWayCounts {
  readonly #sums = new ChurnMap<Sum>();

  /** What the sender has open beside one message with so many recipients. */
  beside(sender: string, recipients: number): UnderWay | undefined {
    const sum = this.#sums.get(sender);
    if (sum === undefined) return undefined;
    const messages = sum.messages - (recipients > 0 ? 1 : 0);
    return messages > 0 ? { messages, recipients: sum.recipients - recipients } : undefined;
  }

  /** Changes the recipients of one message from `before` to `after`. */
  change(sender: string, before: number, after: number): void {
    if (before === after) return;
    let sum = this.#sums.get(sender);
    if (sum === undefined) this.#sums.set(sender, (sum = { messages: 0, recipients: 0 }));
    sum.messages += (after > 0 ? 1 : 0) - (before > 0 ? 1 : 0);
    sum.recipients += after - before;
    if (sum.recipients <= 0) this.#sums.delete(sender);
  }
}
