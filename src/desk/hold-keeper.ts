/**
 * Held messages (CON-3, CON-4). The message stays in the MTA's custody; here is who owns it, its
 * clock, and what was decided. A decision is durable before anything is done in the queue.
 */
import { isPlainAddress } from '../core/plain-address.ts';
import type { HoldDraft, HoldRow } from '../store/records/hold-contract.ts';
import type { Hold, HoldAnswer, HoldDesk } from './contract.ts';
import { draftVerdict, type DraftParts, type HoldIntent } from './hold-draft.ts';
import type { HoldParts } from './hold-parts.ts';
import { decided, undone } from './hold-states.ts';
import { RetryTimer } from './retry-timer.ts';
import { Serial } from './serial.ts';

/** Holds that wait for the records; those that find no room are found again in the queue. */
export const MAX_WAITING = 10_000;

/** Holds of one transaction, so that none blocks the mail path for long. */
const BATCH = 100;
/** Contained messages decided before the next are read. */
const DECIDE_BATCH = 200;

export class HoldKeeper implements Omit<HoldDesk, 'show'> {
  readonly #parts: HoldParts;
  readonly #waiting: HoldIntent[] = [];
  readonly #serial = new Serial();
  readonly #timer = new RetryTimer(() => void this.flush().catch(() => undefined));
  #shed = 0;

  constructor(parts: HoldParts) {
    this.#parts = parts;
  }

  /** Returns at once; the record is durable soon after. */
  start(intent: HoldIntent): void {
    if (this.#waiting.length >= MAX_WAITING) this.#shed++;
    else this.#waiting.push(intent);
    this.#timer.at(0);
  }

  /** Resolves when every hold started so far is durable. @throws when the records fail. */
  flush(): Promise<void> {
    return this.#serial.run(async () => {
      while (this.#waiting.length > 0) {
        const drafts = this.#waiting.slice(0, BATCH).map((intent) => this.#draft(intent));
        await this.#save(drafts);
        this.#waiting.splice(0, drafts.length);
      }
      if (this.#shed === 0) return;
      this.#parts.telemetry.warn(
        `${this.#shed} held messages have no record: more than ${MAX_WAITING} waited for the store. The agent finds them in the hold queue; see "primum hold list".`,
      );
      this.#shed = 0;
    });
  }

  stop(): void {
    this.#timer.stop();
  }

  list(query: Parameters<HoldDesk['list']>[0]): Promise<readonly Hold[]> {
    const { records, health } = this.#parts;
    return health.read(() => records.holds.list(query));
  }

  get(name: string): Promise<Hold | undefined> {
    const { records, health } = this.#parts;
    return health.read(async () => {
      const byId = /^h[0-9a-z]{10,30}$/.test(name) ? await records.holds.get(name) : undefined;
      return byId ?? (await records.holds.find(name.toUpperCase()));
    });
  }

  async decide(request: Parameters<HoldDesk['decide']>[0]): Promise<HoldAnswer> {
    const { records, health, now, onWork } = this.#parts;
    const { name, choice, by, why, undoSeconds = 0 } = request;
    const found = await this.get(name);
    if (found === undefined) return { ok: false, reason: 'unknown' };
    // What is decided on already is told as such, whatever could be done with it before.
    if (choice === 'return' && found.state === 'held' && !this.isReturnable(found)) {
      const isOurs = this.#isOfOurs(senderOf(found));
      return { ok: false, reason: isOurs ? 'odd-sender' : 'no-sender-of-ours', hold: found };
    }
    const hold = await health.read(() =>
      records.holds.change(found.id, (row) =>
        decided(row, choice, { by, why, nowMs: now(), undoMs: undoSeconds * 1000 }),
      ),
    );
    if (hold === undefined) {
      return this.#refused(found);
    }
    onWork(hold.mta);
    const settle = (): void => {
      this.#parts.onDecision({ action: choice, hold });
      request.onSettled?.();
    };
    if (undoSeconds === 0) settle();
    else setTimeout(() => void this.#settle(hold, settle), undoSeconds * 1000).unref();
    return { ok: true, hold };
  }

  async undo({ name, by }: Parameters<HoldDesk['undo']>[0]): Promise<HoldAnswer> {
    const { records, health, now } = this.#parts;
    const found = await this.get(name);
    if (found === undefined) return { ok: false, reason: 'unknown' };
    const hold = await health.write(() =>
      records.holds.change(found.id, (row) => undone(row, { by, nowMs: now() })),
    );
    return hold === undefined ? this.#refused(found) : { ok: true, hold };
  }

  countOpen(): Promise<number> {
    return this.#parts.health.read(() => this.#parts.records.holds.countOpen());
  }

  /** Somebody else was first; who asks is told how it stands now. */
  async #refused(before: Hold): Promise<HoldAnswer> {
    const hold = (await this.get(before.id)) ?? before;
    return { ok: false, reason: hold.closedAt === undefined ? 'under-way' : 'ended', hold };
  }

  /** Unless it was taken back meanwhile, or decided anew. */
  async #settle({ id, by, why, state }: Hold, settle: () => void): Promise<void> {
    const now = await this.get(id).catch(() => undefined);
    const isDecided = now?.by === by && now.why === why && now.state !== 'held';
    if (isDecided && (now.state === state || now.closedAt !== undefined)) settle();
  }

  /** Notifications go to senders of the platform's own domains only, and to plain addresses. */
  isReturnable(hold: HoldRow): boolean {
    const sender = senderOf(hold);
    return isPlainAddress(sender) && this.#isOfOurs(sender);
  }

  #isOfOurs(sender: string): boolean {
    return this.#parts.world.isOwnDomain(domainOf(sender));
  }

  countContained(account: string): Promise<number> {
    const { records, health } = this.#parts;
    const query = { account: account.toLowerCase(), cause: 'containment' as const };
    return health.read(() => records.holds.countOpen(query));
  }

  async decideContained(request: Parameters<HoldDesk['decideContained']>[0]): Promise<number> {
    const { records, health } = this.#parts;
    const { choice, by, why } = request;
    const account = request.account.toLowerCase();
    let count = 0;
    let before: string | undefined;
    for (;;) {
      const rows = await health.read(() =>
        records.holds.list({
          ...{ isOpen: true, account, cause: 'containment' as const, limit: DECIDE_BATCH },
          ...(before === undefined ? {} : { before }),
        }),
      );
      for (const { id } of rows) {
        if ((await this.decide({ name: id, choice, by, why })).ok) count++;
      }
      before = rows.at(-1)?.id;
      if (before === undefined) return count;
    }
  }

  /** What drafts are made with, as it is now. */
  draftParts(): DraftParts {
    const { settings, channels, clock, alerts, now } = this.#parts;
    const { repeatAfterSeconds } = alerts;
    return { settings, channels, clock, repeatAfterSeconds, nowMs: now() };
  }

  #draft(intent: HoldIntent): HoldDraft {
    return draftVerdict(this.draftParts(), { ...intent, account: intent.account.toLowerCase() });
  }

  async #save(drafts: readonly HoldDraft[]): Promise<void> {
    const { records, health, beforeSave, onWork, onAlerts } = this.#parts;
    try {
      if (drafts.some(({ joins }) => joins !== undefined)) {
        await beforeSave().catch(() => undefined);
      }
      const saved = await health.write(() => records.holds.add(drafts));
      this.#timer.succeeded();
      for (const mta of new Set(saved.map((hold) => hold.mta))) onWork(mta);
      if (saved.length > 0) onAlerts();
    } catch (error) {
      this.#timer.failed();
      throw error;
    }
  }
}

function senderOf({ envelopeSender, seen }: HoldRow): string {
  return seen?.sender ?? envelopeSender;
}

export function domainOf(address: string): string {
  return address.slice(address.lastIndexOf('@') + 1).toLowerCase();
}
