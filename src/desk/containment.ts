/**
 * Containment (ACC-11): once an account is locked, its mail that still waits in a queue is held
 * too. The lock is in force first; each mail host is asked until two passes find nothing more, and
 * again whenever its agent comes back while the lock stands.
 */
import type { AgentTask, FoundMessage, MovingMessage } from '../agent/contract.ts';
import { MAX_CONTAINED } from '../agent/contract.ts';
import type { ContainmentHost, ContainmentRow } from '../store/records/hold-contract.ts';
import { draftContained } from './hold-draft.ts';
import type { HoldKeeper } from './hold-keeper.ts';
import type { HoldParts } from './hold-parts.ts';
import { iso } from './hold-states.ts';

/** Passes in a row without a find after which a host is done. */
const CLEAN_PASSES = 2;
/** Between two passes: what was on its way into the queue when the lock came is in it then. */
const NEXT_PASS_MS = 5_000;
const AFTER_FAILURE_MS = 5_000;
/** Accounts contained in one round of an agent. */
const MAX_AT_ONCE = 5;
/** Known messages of one account that the agent is told. */
const MAX_KNOWN = 1_000;
/** Above what one run announces; the oldest are left out where runs die again and again. */
const MAX_MOVING = 2 * MAX_CONTAINED;

export class Containments {
  readonly #parts: HoldParts;
  readonly #keeper: HoldKeeper;
  /** Asked again not before; only of hosts whose tools failed. */
  readonly #failedMs = new Map<string, number>();

  constructor(parts: HoldParts, keeper: HoldKeeper) {
    this.#parts = parts;
    this.#keeper = keeper;
  }

  async tasks(mta: string): Promise<readonly AgentTask[]> {
    const nowMs = this.#parts.now();
    const open = (await this.#all()).filter((row) => this.#isDue(row, mta, nowMs));
    const tasks: AgentTask[] = [];
    for (const { account, hosts } of open.slice(0, MAX_AT_ONCE)) {
      const known = await this.#known(account, mta);
      const moving = hosts.get(mta)?.moving ?? [];
      tasks.push({ id: `contain:${account}`, kind: 'contain', account, known, moving });
    }
    return tasks;
  }

  /** On record before the agent puts them on hold: another run then knows them for its own. */
  async announced(mta: string, account: string, moving: readonly MovingMessage[]): Promise<void> {
    const { records, health } = this.#parts;
    await health.write(() =>
      records.containments.change(account, mta, (before) => ({
        ...(before ?? { contained: 0, nextMs: 0 }),
        clean: 0,
        moving: [...(before?.moving ?? []), ...moving].slice(-MAX_MOVING),
      })),
    );
  }

  async passed(mta: string, account: string, found: readonly FoundMessage[]): Promise<void> {
    const { records, health, onAlerts } = this.#parts;
    this.#failedMs.delete(`${mta}\n${account}`);
    const row = (await this.#all()).find((one) => one.account === account);
    const incident = row?.incident ?? '';
    const parts = this.#keeper.draftParts();
    const { nowMs } = parts;
    const drafts = found.map((one) => draftContained(parts, one, { account, mta, incident }));
    const added = await health.write(() =>
      records.containments.pass({
        account,
        mta,
        drafts,
        next: (before, count) => nextPass(before, count, nowMs),
        note: (count, contained) => ({
          at: iso(nowMs),
          by: 'primum',
          text: `Contained: ${messages(count)} still waiting on ${mta} ${count === 1 ? 'is' : 'are'} held; ${contained} in all.`,
        }),
      }),
    );
    if (added > 0) onAlerts();
  }

  failed(mta: string, account: string): Promise<void> {
    this.#failedMs.set(`${mta}\n${account}`, this.#parts.now() + AFTER_FAILURE_MS);
    return Promise.resolve();
  }

  #all(): Promise<readonly ContainmentRow[]> {
    const { records, health } = this.#parts;
    return health.read(() => records.containments.all());
  }

  #isDue({ account, hosts }: ContainmentRow, mta: string, nowMs: number): boolean {
    if ((this.#failedMs.get(`${mta}\n${account}`) ?? 0) > nowMs) return false;
    const host = hosts.get(mta);
    return host === undefined || (host.clean < CLEAN_PASSES && host.nextMs <= nowMs);
  }

  async #known(account: string, mta: string) {
    const known = (await this.#parts.world.known?.(account)) ?? [];
    return known
      .filter((one) => one.mta === mta)
      .slice(0, MAX_KNOWN)
      .map(({ queueId, envelopeSender, at }) => ({
        hold: '',
        queueId,
        envelopeSender,
        account,
        at,
      }));
  }
}

function nextPass(
  before: ContainmentHost | undefined,
  added: number,
  nowMs: number,
): ContainmentHost {
  return {
    contained: (before?.contained ?? 0) + added,
    clean: added === 0 ? (before?.clean ?? 0) + 1 : 0,
    nextMs: nowMs + NEXT_PASS_MS,
  };
}

function messages(count: number): string {
  return count === 1 ? '1 message' : `${count} messages`;
}
