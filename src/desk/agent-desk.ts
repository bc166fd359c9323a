/**
 * The desk as the agents on the mail hosts see it. What there is to do follows from the durable
 * state of holds and locks, so that nothing decided is forgotten in a crash of either side; every
 * task may be handed out again until its result is on record.
 */
import type { AgentDesk, AgentResult, AgentTask, QueuedTarget } from '../agent/contract.ts';
import { MAX_CHECKED, MAX_SHOWN_BYTES, MAX_TASKS } from '../agent/contract.ts';
import type { HoldChange, HoldRow } from '../store/records/hold-contract.ts';
import type { Containments } from './containment.ts';
import type { HoldDesk } from './contract.ts';
import { FoundMail } from './found-mail.ts';
import type { HoldKeeper } from './hold-keeper.ts';
import { notificationOf } from './hold-notice.ts';
import type { HoldParts } from './hold-parts.ts';
import { acted, checked, failed, isUnseen, notified, notifying } from './hold-states.ts';
import { OwnNotices } from './own-notices.ts';
import { Waiters } from './waiters.ts';

/** How long a person waits to be shown a message. */
export const SHOW_TIMEOUT_MS = 15_000;
/** Where no agent was ever heard; one that is there asks again at once. */
const UNHEARD_TIMEOUT_MS = 3_000;
/** People waiting to be shown a message. */
const MAX_SHOWS = 50;
/** Looks for what has become due, where nothing woke the waiter. */
const TICK_MS = 1_000;
/** Longest wait for something to do; an agent that waits longer is not there. */
export const MAX_WAIT_MS = 25_000;

interface Host {
  heardMs: number;
  surveyMs: number;
  /** Messages that are not held, at the last survey. */
  queued?: number | undefined;
}

type ShowResult = Extract<AgentResult, { kind: 'show' }>;

interface Show {
  readonly task: Extract<AgentTask, { kind: 'show' }>;
  readonly mta: string;
  readonly answered: PromiseWithResolvers<ShowResult | undefined>;
}

export class AgentRoom implements AgentDesk {
  readonly ownNotices: OwnNotices;
  readonly #parts: HoldParts;
  readonly #keeper: HoldKeeper;
  readonly #containments: Containments;
  readonly #found: FoundMail;
  readonly #waiters = new Waiters();
  readonly #shows = new Map<string, Show>();
  /** When each mail host was last heard and its hold queue last compared with the records. */
  readonly #hosts = new Map<string, Host>();
  #isClosed = false;

  constructor(
    parts: HoldParts,
    others: { readonly keeper: HoldKeeper; readonly containments: Containments },
  ) {
    this.#parts = parts;
    this.ownNotices = new OwnNotices(parts.now);
    this.#keeper = others.keeper;
    this.#containments = others.containments;
    this.#found = new FoundMail(parts, others.keeper);
  }

  /** Mail hosts whose agent was heard since the start. */
  heard(): readonly { readonly mta: string; readonly heardAt: string; readonly queued?: number }[] {
    return [...this.#hosts]
      .filter(([, { heardMs }]) => heardMs > 0)
      .map(([mta, { heardMs, queued }]) => ({
        ...{ mta, heardAt: new Date(heardMs).toISOString() },
        ...(queued !== undefined && { queued }),
      }));
  }

  wake(mta: string): void {
    this.#waiters.wake(mta);
  }

  /** Mail hosts whose agent was heard within a minute. */
  get presentCount(): number {
    return this.#present().length;
  }

  /** Messages in the queues of all hosts that are heard; `undefined` where none says. */
  get queued(): number | undefined {
    const known = this.#present().flatMap(({ queued }) => queued ?? []);
    return known.length === 0 ? undefined : known.reduce((sum, one) => sum + one, 0);
  }

  #present(): readonly Host[] {
    const since = this.#parts.now() - 60_000;
    return [...this.#hosts.values()].filter(({ heardMs }) => heardMs >= since);
  }

  close(): void {
    this.#isClosed = true;
    this.#waiters.wakeAll();
    for (const { answered } of this.#shows.values()) answered.resolve(undefined);
  }

  async tasks(
    mta: string,
    { waitMs = 0, signal }: Parameters<AgentDesk['tasks']>[1] & object = {},
  ): Promise<readonly AgentTask[]> {
    const endsMs = performance.now() + Math.min(waitMs, MAX_WAIT_MS);
    for (;;) {
      const host = this.#hear(mta);
      const tasks = await this.#due(mta, host);
      const leftMs = endsMs - performance.now();
      if (tasks.length > 0 || leftMs <= 0 || this.#isClosed || isGone(signal)) {
        return tasks;
      }
      await this.#waiters.wait(mta, Math.min(leftMs, TICK_MS), signal);
      // Whoever asked is gone: a notification handed out counts, even to nobody.
      if (isGone(signal)) return [];
    }
  }

  async report(mta: string, results: readonly AgentResult[]): Promise<void> {
    for (const result of results) await this.#take(mta, result);
  }

  async show(hold: HoldRow): ReturnType<HoldDesk['show']> {
    if (this.#shows.size >= MAX_SHOWS) return undefined;
    const id = `show:${hold.id}:${crypto.randomUUID()}`;
    const task = { id, kind: 'show' as const, target: targetOf(hold), maxBytes: MAX_SHOWN_BYTES };
    const answered: Show['answered'] = Promise.withResolvers();
    this.#shows.set(id, { task, mta: hold.mta, answered });
    const waitMs = this.#hosts.get(hold.mta)?.heardMs ? SHOW_TIMEOUT_MS : UNHEARD_TIMEOUT_MS;
    const clock = setTimeout(() => answered.resolve(undefined), waitMs);
    this.wake(hold.mta);
    try {
      const result = await answered.promise;
      if (result === undefined) return undefined;
      const { id: _id, kind: _kind, ...shown } = result;
      return shown;
    } finally {
      clearTimeout(clock);
      this.#shows.delete(id);
    }
  }

  #hear(mta: string): Host {
    const host = this.#hosts.get(mta) ?? { heardMs: 0, surveyMs: 0 };
    host.heardMs = this.#parts.now();
    this.#hosts.set(mta, host);
    return host;
  }

  async #due(mta: string, host: { surveyMs: number }): Promise<readonly AgentTask[]> {
    const { records, health, now, settings } = this.#parts;
    const nowMs = now();
    const shows = [...this.#shows.values()].filter((show) => show.mta === mta);
    if (shows.length > 0) return shows.slice(0, MAX_TASKS).map(({ task }) => task);
    const contained = await this.#containments.tasks(mta);
    if (contained.length > 0) return contained;
    const rows = await health.read(() => records.holds.work(mta, nowMs, MAX_CHECKED));
    const tasks: AgentTask[] = [];
    const targets: QueuedTarget[] = [];
    for (const row of rows) {
      if (isCheck(row, nowMs)) targets.push(targetOf(row));
      else if (tasks.length < MAX_TASKS) {
        const task = await this.#taskFor(row);
        if (task !== undefined) tasks.push(task);
      }
    }
    if (targets.length > 0) tasks.push({ id: 'check', kind: 'check', targets });
    if (tasks.length > 0) return tasks;
    const unread = this.#found.tasks(mta);
    if (unread.length > 0) return unread;
    if (nowMs - host.surveyMs < settings.checkEverySeconds * 1000) return [];
    host.surveyMs = nowMs;
    return [{ id: 'survey', kind: 'survey' }];
  }

  async #taskFor(row: HoldRow): Promise<AgentTask | undefined> {
    const target = targetOf(row);
    switch (row.state) {
      case 'releasing':
        return { id: `release:${row.id}`, kind: 'release', target };
      case 'deleting':
      case 'notified':
        return { id: `delete:${row.id}`, kind: 'delete', target };
      case 'held':
      case 'returning': {
        const moment = this.#moment();
        const started = await this.#change(row.id, (hold) =>
          hold.state !== 'held' || this.#keeper.isReturnable(hold)
            ? notifying(hold, moment)
            : { hold: { ...hold, notice: 'none' } },
        );
        if (started === undefined) return undefined;
        if (started.state === 'held' && started.notice !== 'due') return undefined;
        const notification = notificationOf(this.#parts.settings, started);
        this.ownNotices.expect(notification);
        return { id: `notify:${row.id}`, kind: 'notify', target, notification };
      }
      default:
        return undefined;
    }
  }

  async #take(mta: string, result: AgentResult): Promise<void> {
    const hold = result.id.slice(result.id.indexOf(':') + 1);
    const moment = this.#moment();
    switch (result.kind) {
      case 'check':
        for (const found of result.found) {
          await this.#change(found.hold, (row) => own(row, mta, () => checked(row, found, moment)));
        }
        break;
      case 'survey':
        this.#hear(mta).queued = result.queued;
        await this.#found.surveyed(mta, result.held);
        break;
      case 'contain':
        await this.#containments.passed(mta, hold, result.contained);
        break;
      case 'containing':
        await this.#containments.announced(mta, hold, result.moving);
        break;
      case 'show':
        if (!(await this.#found.read(mta, result.id, result))) this.#shown(mta, result.id, result);
        break;
      case 'release':
      case 'delete':
        await this.#change(hold, (row) =>
          own(row, mta, () => (isAsked(row, result.kind) ? acted(row, result, moment) : undefined)),
        );
        break;
      case 'notify':
        await this.#change(hold, (row) => own(row, mta, () => notified(row, result, moment)));
        break;
      case 'failed':
        await this.#failed(mta, result.id, result.error);
        break;
    }
  }

  #shown(mta: string, id: string, result: ShowResult | undefined): void {
    const show = this.#shows.get(id);
    if (show?.mta === mta) show.answered.resolve(result);
  }

  async #failed(mta: string, id: string, error: string): Promise<void> {
    const colon = id.indexOf(':');
    const kind = id.slice(0, Math.max(colon, 0));
    const subject = id.slice(colon + 1);
    if (kind === 'contain') await this.#containments.failed(mta, subject);
    else if (await this.#found.read(mta, id)) return;
    else if (kind === 'show') this.#shown(mta, id, undefined);
    else if (kind !== '') {
      await this.#change(subject, (row) => own(row, mta, () => failed(row, error, this.#moment())));
    } else if (id === 'check') {
      await this.#checksFailed(mta, error);
    }
  }

  async #checksFailed(mta: string, error: string): Promise<void> {
    const { records, health, now } = this.#parts;
    const nowMs = now();
    const rows = await health.read(() => records.holds.work(mta, nowMs, MAX_CHECKED));
    for (const row of rows.filter((one) => isCheck(one, nowMs))) {
      await this.#change(row.id, (hold) => failed(hold, error, this.#moment()));
    }
  }

  #moment(): { readonly nowMs: number; readonly checkEveryMs: number } {
    const { now, settings } = this.#parts;
    return { nowMs: now(), checkEveryMs: settings.checkEverySeconds * 1000 };
  }

  async #change(
    id: string,
    change: (hold: HoldRow) => HoldChange | undefined,
  ): Promise<HoldRow | undefined> {
    const { records, health } = this.#parts;
    return health.write(() => records.holds.change(id, change));
  }
}

/** An agent speaks for its own mail host only. */
function own(
  row: HoldRow,
  mta: string,
  change: () => HoldChange | undefined,
): HoldChange | undefined {
  return row.mta === mta ? change() : undefined;
}

/** A result of an older task says nothing about what is asked now. */
function isAsked(row: HoldRow, kind: 'release' | 'delete'): boolean {
  return (row.state === 'releasing') === (kind === 'release');
}

function isCheck(row: HoldRow, nowMs: number): boolean {
  if (row.state === 'held') return row.checkAtMs !== undefined && row.checkAtMs <= nowMs;
  return isUnseen(row);
}

function isGone(signal: AbortSignal | undefined): boolean {
  return signal?.aborted === true;
}

function targetOf(row: HoldRow): QueuedTarget {
  const { id: hold, queueId, envelopeSender, account, at, seen } = row;
  return { hold, queueId, envelopeSender, account, at, ...(seen === undefined ? {} : { seen }) };
}
