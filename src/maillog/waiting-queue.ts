/** Messages that were accepted and wait for their recipients, oldest acceptance first. */
import type { OpenMessage } from './open-message.ts';

/** From a clock that was ahead by more: it is not waited for, for it would keep all after it. */
const AHEAD_MS = 60_000;
/** Places at the front that are done with, before the list is made anew. */
const DONE_PLACES = 1_000;

export class WaitingQueue {
  readonly #waitMs: number;
  #messages: OpenMessage[] = [];
  #from = 0;

  constructor(waitMs: number) {
    this.#waitMs = waitMs;
  }

  add(message: OpenMessage): void {
    this.#messages.push(message);
  }

  /** Takes out those that waited long enough, and those that were told meanwhile. */
  takeDue(nowMs: number, tell: (message: OpenMessage) => void): void {
    for (;;) {
      const first = this.#messages[this.#from];
      if (first === undefined || !(first.isTold || this.#isDue(first, nowMs))) break;
      this.#from += 1;
      tell(first);
    }
    if (this.#from <= DONE_PLACES && this.#from < this.#messages.length) return;
    this.#messages.splice(0, this.#from);
    this.#from = 0;
  }

  #isDue({ acceptedMs = 0 }: OpenMessage, nowMs: number): boolean {
    return acceptedMs + this.#waitMs <= nowMs || acceptedMs > nowMs + AHEAD_MS;
  }
}
