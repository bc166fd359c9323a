/**
 * Zammad and Request Tracker as far as their documentation says what the API does: tokens, required
 * fields, status codes, searches. Every ticket and comment that got in is kept.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

export const TOKEN = 'a-token-of-the-system';

export interface KeptTicket {
  readonly id: number;
  readonly title: string;
  readonly text: string;
  readonly comments: { readonly subject: string; readonly text: string }[];
}

export interface StandIn {
  readonly url: string;
  readonly tickets: KeptTicket[];
  readonly asked: string[];
  /** What the search knows; the rest comes into it later. */
  isIndexed: (ticket: KeptTicket) => boolean;
  /** 0 when all is well; else every request is answered with it. */
  failWith: number;
  /** Requests that are done and then not answered. */
  loseAnswers: number;
  /** Told of each request that changes something; false before it where it gets lost. */
  onChange: (when: 'before' | 'after') => boolean;
  close(): Promise<void>;
}

type Answer = readonly [status: number, body: unknown];
type Handle = (
  given: { readonly method: string; readonly url: URL; readonly body: Record<string, unknown> },
  standIn: StandIn,
) => Answer;

const NOT_FOUND: Answer = [404, { error: 'Not found' }];
const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

async function open(authorization: string, handle: Handle): Promise<StandIn> {
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<unknown> => {
    const sent = await text(request);
    const url = new URL(request.url ?? '/', standIn.url);
    const method = request.method ?? '';
    standIn.asked.push(`${method} ${url.pathname}`);
    const say = ([status, body]: Answer): ServerResponse => {
      response.writeHead(status, { 'content-type': 'application/json' });
      return response.end(JSON.stringify(body));
    };
    if (request.headers.authorization !== authorization) return say([401, { error: 'token' }]);
    if (standIn.failWith > 0) return say([standIn.failWith, {}]);
    const body = sent === '' ? {} : (JSON.parse(sent) as Record<string, unknown>);
    const isChange = method === 'POST' && !url.pathname.endsWith('/attachments');
    if (isChange && !standIn.onChange('before')) return response.destroy();
    const said = handle({ method, url, body }, standIn);
    if (isChange) standIn.onChange('after');
    if (method === 'POST' && said[0] === 201 && standIn.loseAnswers > 0) {
      standIn.loseAnswers--;
      return response.destroy();
    }
    return say(said);
  };
  const server = createServer((request, response) => {
    void answer(request, response).catch(() => response.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const standIn: StandIn = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    ...{ tickets: [], asked: [], isIndexed: () => true, failWith: 0, loseAnswers: 0 },
    onChange: () => true,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
  return standIn;
}

/** https://docs.zammad.org/en/latest/api/ticket/ */
export const openZammad = (): Promise<StandIn> =>
  open(`Token token=${TOKEN}`, ({ method, url, body }, { tickets, isIndexed }) => {
    const route = `${method} ${url.pathname}`;
    const article = (body['article'] ?? body) as Record<string, unknown>;
    const isNote = article['type'] === 'note' && article['internal'] === true;
    if (route === 'GET /api/v1/tickets/search') {
      const query = url.searchParams.get('query') ?? '';
      const found = tickets.filter((ticket) => isIndexed(ticket) && ticket.title.includes(query));
      const assets = Object.fromEntries(found.map(({ id, title }) => [id, { id, title }]));
      const ids = found.map(({ id }) => id);
      return [200, { tickets: ids, tickets_count: ids.length, assets: { Ticket: assets } }];
    }
    if (route === 'POST /api/v1/tickets') {
      if (!body['title'] || body['group'] !== 'Abuse' || !body['customer'] || !isNote) {
        return [422, { error: 'Invalid' }];
      }
      const [title, id] = [textOf(body['title']), tickets.length + 11];
      tickets.push({ id, title, text: textOf(article['body']), comments: [] });
      return [201, { id, title, number: `22${id}` }];
    }
    if (route === 'POST /api/v1/ticket_articles') {
      const ticket = tickets.find(({ id }) => id === body['ticket_id']);
      if (ticket === undefined || !isNote) return [422, { error: 'Invalid' }];
      const comment = { subject: textOf(body['subject']), text: textOf(body['body']) };
      ticket.comments.push(comment);
      return [201, { id: 1, ticket_id: ticket.id, ...comment }];
    }
    const [, listed] = /^GET \/api\/v1\/ticket_articles\/by_ticket\/(\d+)$/.exec(route) ?? [];
    const ticket = tickets.find(({ id }) => String(id) === listed);
    if (ticket === undefined) return NOT_FOUND;
    return [200, ticket.comments.map((one, id) => ({ id, subject: one.subject, body: one.text }))];
  });

/** https://docs.bestpractical.com/rt/5.0.0/RT/REST2.html */
export const openRequestTracker = (): Promise<StandIn> =>
  open(`token ${TOKEN}`, ({ method, url, body }, { tickets, isIndexed }) => {
    const route = `${method} ${url.pathname.replace(/^\/REST\/2\.0/, '')}`;
    const page = (items: readonly unknown[]): Answer => [
      200,
      { count: items.length, total: items.length, page: 1, per_page: 20, items },
    ];
    if (route === 'GET /tickets') {
      const [, wanted] = /^Subject LIKE '([^']+)'$/.exec(url.searchParams.get('query') ?? '') ?? [];
      if (wanted === undefined) return [400, { message: 'Unable to parse query' }];
      const found = tickets.filter((ticket) => isIndexed(ticket) && ticket.title.includes(wanted));
      return page(found.map(({ id }) => ({ type: 'ticket', id: String(id), _url: '' })));
    }
    if (route === 'POST /ticket') {
      if (body['Queue'] !== 'Abuse') return [422, { message: 'No queue given' }];
      const id = tickets.length + 20;
      const title = textOf(body['Subject']);
      tickets.push({ id, title, text: textOf(body['Content']), comments: [] });
      return [201, { _url: `${url.origin}/REST/2.0/ticket/${id}`, type: 'ticket', id: String(id) }];
    }
    if (route === 'POST /attachments') {
      const [{ field, value }] = body as unknown as [{ field: string; value: string }];
      const all = tickets.flatMap(({ comments }) => comments);
      return page(field === 'Subject' ? all.filter(({ subject }) => subject === value) : []);
    }
    const [, id] = /^POST \/ticket\/(\d+)\/comment$/.exec(route) ?? [];
    const ticket = tickets.find((one) => String(one.id) === id);
    if (ticket === undefined) return NOT_FOUND;
    if (!body['Content'] || body['ContentType'] !== 'text/plain') return [400, { message: 'no' }];
    ticket.comments.push({ subject: textOf(body['Subject']), text: textOf(body['Content']) });
    return [201, ['Comments added']];
  });
