/**
 * Notifications that an agent was told to send from `<>`. They come back through the milter like any
 * mail of the sendmail command, and must neither count towards a limit nor be held: their sender
 * would never hear that his message was returned. Known by Message-ID and recipient for a while; a
 * restart forgets them, and the next attempt makes them known again.
 */
const KEPT_MS = 3_600_000;
/** The oldest make room; they are judged like other mail then. */
export const MAX_NOTICES = 10_000;

interface Notice {
  readonly recipient: string;
  readonly untilMs: number;
}

export class OwnNotices {
  readonly #now: () => number;
  readonly #byMessageId = new Map<string, Notice>();

  constructor(now: () => number) {
    this.#now = now;
  }

  expect({
    messageId,
    recipient,
  }: {
    readonly messageId: string;
    readonly recipient: string;
  }): void {
    this.#byMessageId.delete(messageId);
    this.#byMessageId.set(messageId, {
      recipient: recipient.toLowerCase(),
      untilMs: this.#now() + KEPT_MS,
    });
    for (const [oldest, { untilMs }] of this.#byMessageId) {
      if (this.#byMessageId.size <= MAX_NOTICES && untilMs > this.#now()) break;
      this.#byMessageId.delete(oldest);
    }
  }

  /** Whether some notification may be on its way. */
  get isAnyAwaited(): boolean {
    return this.#byMessageId.size > 0;
  }

  isOne(messageId: string, recipient: string): boolean {
    const notice = this.#byMessageId.get(messageId);
    if (notice === undefined || notice.untilMs <= this.#now()) return false;
    return notice.recipient === recipient.toLowerCase();
  }
}
