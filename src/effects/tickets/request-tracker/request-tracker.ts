/**
 * Request Tracker over REST 2 (https://docs.bestpractical.com/rt/5.0.0/RT/REST2.html). It knows no
 * idempotency keys: a ticket is found again by its subject with TicketSQL, a comment by the subject of
 * its attachment. Both look into the database itself.
 */
import type { TicketSystem } from '../contract.ts';
import { markerOf } from '../contract.ts';
import { jsonApi, readJson, ticketIdOf, type ApiOptions } from '../json.ts';

export interface RequestTrackerOptions extends ApiOptions {
  readonly queue: string;
}

const ROOT = '/REST/2.0';
const TEXT = 'text/plain';

export function createRequestTracker(options: RequestTrackerOptions): TicketSystem {
  const { name, queue } = options;
  const call = jsonApi(options, 'token ');
  const commentSubject = (key: string): string => `Primum ${key}`;
  return {
    name,
    settleMs: 0,
    async find(id, delivery) {
      const query = new URLSearchParams({
        query: `Subject LIKE '${markerOf(id)}'`,
        ...{ orderby: 'id', per_page: '1' },
      });
      const path = `${ROOT}/tickets?${query.toString()}`;
      const [first] = itemsOf(readJson(name, await call({ method: 'GET', path }, delivery)));
      return first === undefined ? undefined : ticketIdOf(name, first);
    },
    async open({ title, text }, delivery) {
      const body = { Queue: queue, Subject: title, Content: text, ContentType: TEXT };
      const answer = await call({ method: 'POST', path: `${ROOT}/ticket`, body }, delivery);
      return ticketIdOf(name, readJson(name, answer));
    },
    async hasComment(_, key, delivery) {
      const body = [{ field: 'Subject', operator: '=', value: commentSubject(key) }];
      const answer = await call({ method: 'POST', path: `${ROOT}/attachments`, body }, delivery);
      return itemsOf(readJson(name, answer)).length > 0;
    },
    async comment(ticket, { key, text }, delivery) {
      const path = `${ROOT}/ticket/${encodeURIComponent(ticket)}/comment`;
      const body = { Subject: commentSubject(key), Content: text, ContentType: TEXT };
      await call({ method: 'POST', path, body }, delivery);
    },
  };
}

function itemsOf({
  items,
}: Readonly<Record<string, unknown>>): readonly Readonly<Record<string, unknown>>[] {
  return Array.isArray(items) ? (items as readonly Readonly<Record<string, unknown>>[]) : [];
}
