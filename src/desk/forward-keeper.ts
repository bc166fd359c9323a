/**
 * Forwards that are off (FWD-2). Off holds in memory from the moment it is started and is written
 * until it is durable; on is durable first, so that a failing database forwards nothing dead.
 */
import type { Intent } from '../core/intent.ts';
import { PrimumError } from '../errors.ts';
import type { Records } from '../store/records/contract.ts';
import type { ForwardOff } from '../store/records/forward-contract.ts';
import type { ForwardDesk } from './contract.ts';
import type { Health } from './health.ts';
import type { DeskOptions } from './options.ts';
import { RetryTimer } from './retry-timer.ts';
import { Serial } from './serial.ts';

type OffIntent = Extract<Intent, { kind: 'forward-off' }>;

/** Forwards off at a time; each takes about 600 bytes of memory. */
export const MAX_FORWARDS_OFF = 100_000;

/** Written in one transaction. */
const BATCH = 100;
const MAX_WHY = 500;

export interface ForwardKeeperOptions extends Pick<DeskOptions, 'telemetry' | 'onForwardOn'> {
  readonly records: Pick<Records, 'forwards'>;
  readonly health: Health;
  readonly now: () => number;
}

export class ForwardKeeper implements ForwardDesk {
  readonly #options: ForwardKeeperOptions;
  /** By account, then by destination. */
  readonly #off = new Map<string, Map<string, ForwardOff>>();
  readonly #unwritten = new Map<string, ForwardOff>();
  readonly #serial = new Serial();
  readonly #timer = new RetryTimer(() => void this.flush().catch(() => undefined));
  #count = 0;

  constructor(options: ForwardKeeperOptions, rows: readonly ForwardOff[]) {
    this.#options = options;
    for (const row of rows) this.#remember(row);
  }

  get count(): number {
    return this.#count;
  }

  isOff(account: string, to: string): boolean {
    const rows = this.#off.get(account.toLowerCase());
    return rows !== undefined && (rows.has('') || rows.has(to.toLowerCase()));
  }

  keepsAll(account: string): boolean {
    const rows = this.#off.get(account.toLowerCase());
    return rows !== undefined && [...rows.values()].some(({ isWhole }) => isWhole);
  }

  list(account?: string): readonly ForwardOff[] {
    if (account !== undefined) return [...(this.#off.get(account.toLowerCase())?.values() ?? [])];
    return [...this.#off.values()].flatMap((rows) => [...rows.values()]);
  }

  /** By the ladder: in force when this returns. */
  start({ account, to, isWhole, at, by, why, reference }: OffIntent): void {
    if (this.#isFull(account, to)) {
      this.#options.telemetry.warn(
        `${MAX_FORWARDS_OFF} forwards are off already; one more stays on. Switch on those that work again, or remove them.`,
      );
      return;
    }
    this.#put({ account, to, isWhole, at, by, why, reference });
    this.#timer.at(0);
  }

  /** @throws PrimumError LIST_FULL, or STORE_UNAVAILABLE when it is in force but not durable yet. */
  async off(request: Parameters<ForwardDesk['off']>[0]): Promise<ForwardOff> {
    const { account, to = '', by, why } = request;
    if (this.#isFull(account, to)) {
      throw new PrimumError(
        'LIST_FULL',
        `${MAX_FORWARDS_OFF} forwards are off. Switch on those that work again before you add one.`,
      );
    }
    const at = new Date(this.#options.now()).toISOString();
    const off = this.#put({ account, to, isWhole: to === '', at, by, why, reference: '' });
    await this.flush();
    return off;
  }

  /** Resolves when durable: how many went on. */
  on(request: Parameters<ForwardDesk['on']>[0]): Promise<number> {
    return this.#serial.run(async () => {
      await this.#write();
      const { records, health, now, onForwardOn } = this.#options;
      const account = request.account.toLowerCase();
      const to = request.to?.toLowerCase();
      const rows = this.#off.get(account);
      if (rows === undefined || (to !== undefined && !rows.has(to))) return 0;
      const { by, why } = request;
      const at = new Date(now()).toISOString();
      const audit = { at, by, action: 'forward.on', subject: account, why: reason(to, why) };
      const forward = { account, ...(to !== undefined && { to }) };
      const count = await health.write(() => records.forwards.remove(forward, audit));
      for (const name of to === undefined ? [...rows.keys()] : [to]) this.#forget(rows, name);
      if (rows.size === 0) this.#off.delete(account);
      onForwardOn?.(account);
      return count;
    });
  }

  /** Resolves when everything is durable. @throws when the records fail. */
  flush(): Promise<void> {
    return this.#serial.run(() => this.#write());
  }

  stop(): void {
    this.#timer.stop();
  }

  async #write(): Promise<void> {
    const { records, health } = this.#options;
    while (this.#unwritten.size > 0) {
      const batch = [...this.#unwritten].slice(0, BATCH);
      const rows = batch.map(([, off]) => ({ off, audit: auditOf(off) }));
      try {
        await health.write(() => records.forwards.put(rows));
      } catch (error) {
        this.#timer.failed();
        throw error;
      }
      // One that was put anew meanwhile is written again.
      for (const [key, off] of batch) {
        if (this.#unwritten.get(key) === off) this.#unwritten.delete(key);
      }
      this.#timer.succeeded();
    }
  }

  #isFull(account: string, to: string): boolean {
    const isKnown = this.#off.get(account.toLowerCase())?.has(to.toLowerCase()) === true;
    return !isKnown && this.#count >= MAX_FORWARDS_OFF;
  }

  #put(given: ForwardOff): ForwardOff {
    const off = {
      ...given,
      account: given.account.toLowerCase(),
      to: given.to.toLowerCase(),
      why: given.why.slice(0, MAX_WHY),
    };
    this.#remember(off);
    this.#unwritten.set(`${off.account}\n${off.to}`, off);
    return off;
  }

  #remember(off: ForwardOff): void {
    const rows = this.#off.get(off.account) ?? new Map<string, ForwardOff>();
    if (!rows.has(off.to)) this.#count += 1;
    rows.set(off.to, off);
    this.#off.set(off.account, rows);
  }

  #forget(rows: Map<string, ForwardOff>, to: string): void {
    if (rows.delete(to)) this.#count -= 1;
  }
}

function auditOf({ account, to, at, by, why }: ForwardOff) {
  return { at, by, action: 'forward.off', subject: account, why: reason(to, why) };
}

/** An audit row names one subject; the destination stands with the reason. */
function reason(to: string | undefined, why: string): string {
  return to === undefined || to === '' ? why : `${to}: ${why}`;
}
