/**
 * Zammad over its REST API: tickets and articles (https://docs.zammad.org/en/latest/api/ticket/).
 * The API knows no idempotency keys: a ticket is found again by its title, a comment by its subject.
 */
import type { TicketSystem } from '../contract.ts';
import { markerOf } from '../contract.ts';
import { jsonApi, readJson, ticketIdOf, type ApiOptions } from '../json.ts';

export interface ZammadOptions extends ApiOptions {
  readonly group: string;
  /** Whose tickets they are: the login or address of a user there. */
  readonly customer: string;
}

// The search of a Zammad with Elasticsearch knows a ticket some seconds later, by a background job.
const SETTLE_MS = 120_000;

export function createZammad(options: ZammadOptions): TicketSystem {
  const { name, group, customer } = options;
  const call = jsonApi(options, 'Token token=');
  const note = (subject: string, body: string) => ({
    ...{ subject, body, content_type: 'text/plain', type: 'note', internal: true },
  });
  return {
    name,
    settleMs: SETTLE_MS,
    async find(id, delivery) {
      const path = `/api/v1/tickets/search?query=${id}&limit=20`;
      const answer = readJson(name, await call({ method: 'GET', path }, delivery));
      const found = ticketsOf(answer).filter(({ title }) => title.includes(markerOf(id)));
      return found.sort((a, b) => a.id - b.id)[0]?.id.toString();
    },
    async open({ title, text }, delivery) {
      const body = { title, group, customer, article: note(title, text) };
      const answer = await call({ method: 'POST', path: '/api/v1/tickets', body }, delivery);
      return ticketIdOf(name, readJson(name, answer));
    },
    async hasComment(ticket, key, delivery) {
      const path = `/api/v1/ticket_articles/by_ticket/${encodeURIComponent(ticket)}`;
      return (await call({ method: 'GET', path }, delivery)).includes(key);
    },
    async comment(ticket, { key, title, text }, delivery) {
      const body = { ticket_id: Number(ticket), ...note(`${title} (${key})`, text) };
      await call({ method: 'POST', path: '/api/v1/ticket_articles', body }, delivery);
    },
  };
}

/** Older versions answer with a list, newer ones with assets beside the ids. */
function ticketsOf(
  answer: Readonly<Record<string, unknown>>,
): { readonly id: number; readonly title: string }[] {
  const { assets } = answer as { readonly assets?: { readonly Ticket?: object } };
  const tickets: readonly unknown[] = Array.isArray(answer)
    ? answer
    : Object.values(assets?.Ticket ?? {});
  return tickets.flatMap((ticket) => {
    const { id, title } = ticket as { readonly id?: unknown; readonly title?: unknown };
    return typeof id === 'number' && typeof title === 'string' ? [{ id, title }] : [];
  });
}
