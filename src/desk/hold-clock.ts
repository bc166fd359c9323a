/**
 * The clock of held messages: short holds let themselves go, people are reminded, somebody else is
 * asked, and at the end a message goes back to its sender with the reason. None is ever dropped.
 */
import type { HoldChange, HoldRow } from '../store/records/hold-contract.ts';
import type { JobDraft } from '../store/records/contract.ts';
import type { HoldKeeper } from './hold-keeper.ts';
import type { HoldParts } from './hold-parts.ts';
import { decided, iso } from './hold-states.ts';
import { alertJobs } from './notice.ts';
import type { Notice } from './notice.ts';

const TICK_MS = 1_000;
/** Holds looked at in one tick. */
const BATCH = 100;
/** Between the word that nobody decided and the end: nothing goes back that nobody heard of. */
const LAST_CALL_MS = 3_600_000;

type HeldNotice = Extract<Notice, { what: 'held' }>;

export class HoldClock {
  readonly #parts: HoldParts;
  readonly #keeper: HoldKeeper;
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> | undefined;

  constructor(parts: HoldParts, keeper: HoldKeeper) {
    this.#parts = parts;
    this.#keeper = keeper;
  }

  start(): void {
    this.#timer = setInterval(() => void this.tick().catch(() => undefined), TICK_MS).unref();
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#running?.catch(() => undefined);
  }

  /** What is due now; one tick at a time. @throws when the records fail. */
  tick(): Promise<void> {
    this.#running ??= this.#tick().finally(() => (this.#running = undefined));
    return this.#running;
  }

  async #tick(): Promise<void> {
    const { records, health, now, onWork, onAlerts } = this.#parts;
    const rows = await health.read(() => records.holds.due(now(), BATCH));
    for (const row of rows) {
      const mayGo = row.releaseAtMs === undefined || (await this.#mayGo(row));
      const hold = await health.read(() =>
        records.holds.change(row.id, (fresh) => this.#next(fresh, mayGo)),
      );
      if (hold === undefined) continue;
      if (hold.state === 'held') onAlerts();
      else onWork(hold.mta);
      if (hold.state === 'releasing') this.#parts.onDecision({ action: 'release', hold });
      if (hold.state === 'returning') this.#parts.onDecision({ action: 'return', hold });
    }
  }

  async #mayGo(hold: HoldRow): Promise<boolean> {
    const { isLocked, world } = this.#parts;
    return !isLocked(hold.account) && !(await world.hasClimbed(hold));
  }

  #next(hold: HoldRow, mayGo: boolean): HoldChange | undefined {
    const nowMs = this.#parts.now();
    if (hold.state !== 'held') return undefined;
    if (hold.releaseAtMs !== undefined) {
      if (hold.releaseAtMs > nowMs) return undefined;
      if (mayGo) {
        return decided(hold, 'release', { by: 'primum', why: 'It waited for its turn.', nowMs });
      }
      const { releaseAtMs: _, ...kept } = hold;
      const why = 'The account has climbed the ladder; the message waits for a person now.';
      return { hold: kept, ...this.#record(hold, 'hold.keep', why) };
    }
    if (isDue(hold.expiresAtMs, nowMs) && hold.escalateAtMs === undefined) {
      return this.#expired(hold, nowMs);
    }
    if (isDue(hold.escalateAtMs, nowMs)) return this.#escalated(hold, nowMs);
    if (isDue(hold.remindAtMs, nowMs)) return this.#reminded(hold, nowMs);
    return undefined;
  }

  #reminded(hold: HoldRow, nowMs: number): HoldChange {
    const remindAtMs = nowMs + this.#parts.settings.remindAfterSeconds * 1000;
    return { hold: { ...hold, remindAtMs }, jobs: this.#alert(hold, 'reminder', nowMs) };
  }

  #escalated(before: HoldRow, nowMs: number): HoldChange {
    const { settings } = this.#parts;
    const { escalateAtMs: _, ...kept } = before;
    const { expiresAtMs } = before;
    const hold = {
      ...kept,
      owner: settings.escalateTo,
      remindAtMs: nowMs + settings.remindAfterSeconds * 1000,
      ...(expiresAtMs === undefined
        ? {}
        : { expiresAtMs: Math.max(expiresAtMs, nowMs + LAST_CALL_MS) }),
    };
    const why = `Nobody decided in time; ${settings.escalateTo} owns it now.`;
    return {
      hold,
      ...this.#record(hold, 'hold.escalate', why),
      jobs: this.#alert(hold, 'escalation', nowMs),
    };
  }

  #expired(before: HoldRow, nowMs: number): HoldChange | undefined {
    if (this.#keeper.isReturnable(before)) {
      const why = 'Nobody decided before its end.';
      return decided(before, 'return', { by: 'primum', why, nowMs });
    }
    const { expiresAtMs: _, ...hold } = before;
    const why =
      'Its end has come, but its sender cannot be told (not of our domains, or no plain address): it stays held until somebody decides.';
    return {
      hold,
      ...this.#record(hold, 'hold.keep', why),
      jobs: this.#alert(hold, 'stays', nowMs),
    };
  }

  #record(hold: HoldRow, action: string, text: string): Pick<HoldChange, 'audit' | 'note'> {
    const at = iso(this.#parts.now());
    const why = `${hold.reference} (${hold.queueId}): ${text}`;
    return {
      audit: { at, by: 'primum', action, subject: hold.account, why },
      note: { at, by: 'primum', text: `Held message ${hold.reference}: ${text}` },
    };
  }

  #alert(hold: HoldRow, stage: HeldNotice['stage'], nowMs: number): readonly JobDraft[] {
    const { channels, clock } = this.#parts;
    const { account, reference, at: sinceAt, owner, expiresAtMs } = hold;
    const endsAt = expiresAtMs === undefined ? '' : iso(expiresAtMs);
    const notice: HeldNotice = { what: 'held', stage, reference, sinceAt, owner, endsAt };
    const times = { nowMs, notBeforeMs: clock.notBefore('hold', nowMs) };
    return alertJobs(channels, { account, notice }, times);
  }
}

function isDue(time: number | undefined, nowMs: number): boolean {
  return time !== undefined && time <= nowMs;
}
