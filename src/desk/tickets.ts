/**
 * Incidents and cases as tickets of other systems: one each, and every later change a comment. What is
 * new is read from the audit log into the outbox; the outbox tries until the other side has it.
 */
import { PermanentFailure, type Delivery } from '../effects/contract.ts';
import { markerOf } from '../effects/tickets/contract.ts';
import type { Job, JobDraft, Records } from '../store/records/contract.ts';
import type { TicketLink, TicketNews } from '../store/records/ticket-contract.ts';
import type { Health } from './health.ts';
import type { TicketTarget } from './ticket-target.ts';
import { formatTicket, type TicketFacts } from './ticket-text.ts';

/** Entries of the audit log that one look takes. */
const BATCH = 200;
/** New tickets in an hour; more wait, for nobody reads them and a system would choke. */
export const MAX_TICKETS_AN_HOUR = 200;
const HOUR_MS = 3_600_000;
/** Looked at when something changed, and in any case so often. */
const LOOK_MS = 30_000;
const GATHER_MS = 500;

interface TicketParts {
  readonly records: Pick<Records, 'tickets' | 'incidents' | 'cases'>;
  readonly health: Health;
  /** Changed in place when the configuration is. */
  readonly tickets: readonly TicketTarget[];
  readonly now: () => number;
  /** Where the links of tickets begin. */
  readonly apiUrl: () => string | undefined;
  /** Something waits in the outbox. */
  readonly onJobs: () => void;
}

export class TicketFeed {
  readonly #parts: TicketParts;
  readonly #opened = new Map<string, number[]>();
  #timer: NodeJS.Timeout | undefined;
  #looking: Promise<void> | undefined;
  #isClosed = false;

  constructor(parts: TicketParts) {
    this.#parts = parts;
    this.#later(0);
  }

  /** Something on record has changed. */
  wake(): void {
    if (this.#parts.tickets.length > 0) this.#later(GATHER_MS);
  }

  /** Writes the jobs for all that is new. @throws when the records fail. */
  look(): Promise<void> {
    this.#looking ??= this.#look().finally(() => (this.#looking = undefined));
    return this.#looking;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    await this.#looking?.catch(() => undefined);
  }

  #later(ms: number): void {
    if (this.#isClosed) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      void this.look()
        .catch(() => undefined)
        .finally(() => this.#later(LOOK_MS));
    }, ms).unref();
  }

  async #look(): Promise<void> {
    const { records, health, tickets, onJobs } = this.#parts;
    for (const target of tickets) {
      let read = BATCH;
      while (read === BATCH && !this.#isClosed && this.#hasRoom(target)) {
        let jobs = 0;
        const draft = (news: TicketNews): JobDraft | undefined => {
          const job = this.#draft(target, news);
          if (job !== undefined) jobs++;
          return job;
        };
        read = await health.write(() => records.tickets.feed(target.system.name, BATCH, draft));
        if (jobs > 0) onJobs();
      }
    }
  }

  #hasRoom({ system }: TicketTarget): boolean {
    const since = this.#parts.now() - HOUR_MS;
    const recent = (this.#opened.get(system.name) ?? []).filter((atMs) => atMs > since);
    this.#opened.set(system.name, recent);
    return recent.length < MAX_TICKETS_AN_HOUR;
  }

  #draft({ system, wants }: TicketTarget, news: TicketNews): JobDraft | undefined {
    if (!wants.includes(news.about)) return undefined;
    const nowMs = this.#parts.now();
    if (news.isOpening) this.#opened.get(system.name)?.push(nowMs);
    return {
      kind: 'ticket',
      target: system.name,
      // Jobs of one incident run one after the other.
      subject: news.id,
      payload: JSON.stringify(news),
      createdAtMs: nowMs,
      notBeforeMs: nowMs,
    };
  }
}

/** @throws when the other side has not got it; PermanentFailure when it never will. */
export async function deliverTicket(
  parts: Pick<TicketParts, 'records' | 'tickets' | 'now' | 'apiUrl'>,
  job: Job,
  delivery: Delivery,
): Promise<void> {
  const target = parts.tickets.find(({ system }) => system.name === job.target);
  if (target === undefined) {
    throw new PermanentFailure(`${job.target} is not in the configuration any more.`);
  }
  const news = JSON.parse(job.payload) as TicketNews;
  const facts = await factsOf(parts, news);
  // What is not on record any more has nothing to tell.
  if (facts === undefined) return;
  const link = await parts.records.tickets.link(job.target, news.id);
  const ticket = link?.ticket || (await openOnce(parts, { target, facts, link }, delivery));
  if (news.isOpening || (await target.system.hasComment(ticket, delivery.key, delivery))) return;
  const { title, comment } = formatTicket(target.texts, facts, news);
  await target.system.comment(ticket, { key: delivery.key, title, text: comment }, delivery);
}

/**
 * What was about to be opened before may be there already, whether a crash or a lost answer kept it
 * from being noted: it is looked for first, and not opened again while the search may not know it yet.
 */
async function openOnce(
  { records, now }: Pick<TicketParts, 'records' | 'now'>,
  given: {
    readonly target: TicketTarget;
    readonly facts: TicketFacts;
    readonly link: TicketLink | undefined;
  },
  delivery: Delivery,
): Promise<string> {
  const { target, facts, link } = given;
  const { system, texts } = target;
  if (link !== undefined) {
    const found = await system.find(facts.id, delivery);
    if (found !== undefined) {
      await records.tickets.note(system.name, facts.id, found);
      return found;
    }
    if (now() - link.sinceMs < system.settleMs) {
      throw new Error(`${system.name} may have this ticket already; its search is asked again.`);
    }
  }
  await records.tickets.begin(system.name, facts.id, now());
  const { title, body } = formatTicket(texts, facts);
  const ticket = await system.open({ id: facts.id, title, text: body }, delivery);
  await records.tickets.note(system.name, facts.id, ticket);
  return ticket;
}

async function factsOf(
  { records, apiUrl }: Pick<TicketParts, 'records' | 'apiUrl'>,
  { about, id }: TicketNews,
): Promise<TicketFacts | undefined> {
  const url = apiUrl();
  const link = url === undefined ? '' : `${url}/console/#/${about}s/${id}`;
  if (about === 'case') {
    const found = await records.cases.get(id);
    if (found === undefined) return undefined;
    const { reference, subject, account, text, openedAt } = found;
    const what = { about: 'Case', summary: subject, account, text, at: openedAt };
    return { id, marker: markerOf(id), link, reference, ...what };
  }
  const found = await records.incidents.get(id);
  if (found === undefined) return undefined;
  const { summary, openedAt, practice } = found;
  const account = found.account === '' ? found.accounts.slice(0, 20).join(', ') : found.account;
  const [reference = ''] = found.references;
  const text = practice === '' ? '' : `Practice ${practice}.`;
  const what = { about: 'Incident', summary, account, text, at: openedAt };
  return { id, marker: markerOf(id), link, reference, ...what };
}
