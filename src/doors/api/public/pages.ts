/**
 * The public pages: report abuse (FBK-5), what became of a report, what happened to a message, and
 * the acceptable use policy. Each client has an allowance; nothing here says more than it must.
 */
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { Allowance } from '../allowance.ts';
import { mistakeOf, withRetryAfter, type Mistake } from '../answer-errors.ts';
import { clientAddressOf } from '../client-facts.ts';
import { withSafeHeaders } from '../console.ts';
import type { ApiParts } from '../contract.ts';
import type { PublicPages } from '../desk-parts.ts';
import { caseBody, mailBody } from './answers.ts';
import { chooseLanguage, html, page, type Html, type PageParts } from './html.ts';
import { addWasThisYou } from './was-this-you.ts';
import { againForm, parseReport, reportForm, trapForm } from './report.ts';

/** Reports of one network in an hour, and of all: a flood would bury the true ones. */
export const MAX_REPORTS = 10;
export const MAX_REPORTS_OF_ALL = 500;
/** Look-ups of one network in an hour; a reference is not found by trying. */
export const MAX_LOOKUPS = 60;
const HOUR_SECONDS = 3_600;
export const MAX_FORM_BYTES = 96 * 1024;
const FORM_TYPE = 'application/x-www-form-urlencoded';

export function addPublicPages(
  app: FastifyInstance,
  parts: ApiParts,
  pages: PublicPages | undefined,
): void {
  if (pages === undefined) return;
  const now = parts.now ?? Date.now;
  const reports = new Allowance(MAX_REPORTS, HOUR_SECONDS, now);
  const all = new Allowance(MAX_REPORTS_OF_ALL, HOUR_SECONDS, now);
  const lookups = new Allowance(MAX_LOOKUPS, HOUR_SECONDS, now);
  void app.register((open, _, done) => {
    open.addContentTypeParser(FORM_TYPE, { parseAs: 'string' }, (_request, body, parsed) =>
      parsed(null, body),
    );
    const route = { config: { role: 'open' as const }, schema: { hide: true } };
    open.setErrorHandler((error: FastifyError, request, reply) => {
      const mistake = mistakeOf(error, request, parts.telemetry);
      return sendWrong(withRetryAfter(reply, mistake), placeOf(pages, request), mistake);
    });
    open.get('/public.css', route, (_request, reply) =>
      withSafeHeaders(reply).type('text/css; charset=utf-8').send(pages.style),
    );
    open.get('/report', route, (request, reply) => {
      const place = placeOf(pages, request);
      return send(reply, place, 'report_title', reportForm(place));
    });
    open.post('/report', { ...route, bodyLimit: MAX_FORM_BYTES }, async (request, reply) => {
      const place = placeOf(pages, request);
      const address = clientAddressOf(request);
      const report = parseReport(request.body);
      if (report === undefined) {
        return send(reply.code(400), place, 'wrong_title', textOf(place, 'wrong_form'));
      }
      if (!reports.take(address)) return often(reply, place, reports.waitSeconds(address));
      // A program fills in what nobody sees, but so do some browsers: nothing is lost in silence.
      if (report.isTrap) {
        return send(reply.code(422), place, 'wrong_title', trapForm(place, report));
      }
      if (!all.take('')) return often(reply, place, all.waitSeconds(''));
      const made = { ...report.draft, source: 'web', by: 'public form' } as const;
      try {
        const { reference } = await parts.desk.cases.open(made);
        return await send(reply, place, 'report_title', thanks(place, reference));
      } catch (error) {
        const mistake = mistakeOf(error as FastifyError, request, parts.telemetry);
        const form = againForm(place, report, mistake.reference);
        return send(
          withRetryAfter(reply.code(mistake.status), mistake),
          place,
          'wrong_title',
          form,
        );
      }
    });
    open.get('/policy', route, (request, reply) => {
      const place = placeOf(pages, request);
      return send(reply, place, 'policy_title', policy(place));
    });
    addLookups(open, { parts, pages, lookups });
    addWasThisYou(open, parts, { placeOf: (request) => placeOf(pages, request), send, often });
    done();
  });
}

function addLookups(
  open: FastifyInstance,
  given: { readonly parts: ApiParts; readonly pages: PublicPages; readonly lookups: Allowance },
): void {
  const { parts, pages, lookups } = given;
  const route = { config: { role: 'open' as const }, schema: { hide: true } };
  const bodies = { '/case': caseBody, '/mail': mailBody } as const;
  for (const [path, bodyOf] of Object.entries(bodies)) {
    const title = `${path.slice(1)}_title`;
    open.get(path, route, async (request, reply) => {
      const place = placeOf(pages, request);
      const typed = queryOf(request, 'reference');
      // As people read it out: in groups, with marks between them.
      const reference = typed.replaceAll(/[\s.-]+/g, '').toUpperCase();
      if (!/^[0-9A-Z]{4,32}$/.test(reference)) {
        return send(reply, place, title, await bodyOf(parts, place, { reference: '', typed }));
      }
      const address = clientAddressOf(request);
      if (!lookups.take(address)) return often(reply, place, lookups.waitSeconds(address));
      return send(reply, place, title, await bodyOf(parts, place, { reference, typed }));
    });
  }
}

function placeOf(pages: PublicPages, request: FastifyRequest): PageParts {
  const accepted = request.headers['accept-language'] ?? '';
  const chosen = queryOf(request, 'lang');
  return {
    pages,
    ...chooseLanguage(pages, { chosen, accepted }),
    path: request.routeOptions.url ?? '/report',
  };
}

function queryOf(request: FastifyRequest, name: string): string {
  const value = (request.query as Readonly<Record<string, unknown>>)[name];
  return typeof value === 'string' ? value.slice(0, 100) : '';
}

function send(reply: FastifyReply, place: PageParts, title: string, body: Html): FastifyReply {
  void withSafeHeaders(reply).header('cache-control', 'no-store');
  return reply
    .type('text/html; charset=utf-8')
    .send(page(place, place.texts[title] ?? title, body));
}

function often(reply: FastifyReply, place: PageParts, waitSeconds: number): FastifyReply {
  void reply.code(429).header('retry-after', waitSeconds);
  return send(reply, place, 'wrong_title', textOf(place, 'wrong_often'));
}

/** Whether a person came to where nothing is; what a program asks for is answered as the API does. */
export function isStray({ method, is404, url, headers }: FastifyRequest): boolean {
  const isLook = method === 'GET' || method === 'HEAD';
  return is404 && isLook && headers.authorization === undefined && !/^\/api\b/.test(url);
}

export function sendMissing(
  reply: FastifyReply,
  pages: PublicPages,
  request: FastifyRequest,
): FastifyReply {
  const place = placeOf(pages, request);
  return send(reply.code(404), place, 'missing_title', textOf(place, 'missing_text'));
}

/** Whatever went wrong, in his language; our own failures with the reference that the log has. */
function sendWrong(
  reply: FastifyReply,
  place: PageParts,
  { status, reference }: Pick<Mistake, 'status' | 'reference'>,
): FastifyReply {
  const isOurs = status >= 500;
  const said = textOf(place, isOurs ? 'wrong_here' : 'wrong_form');
  const body = isOurs
    ? html`${said}
        <p class="reference">${reference}</p>`
    : said;
  return send(reply.code(status), place, 'wrong_title', body);
}

function textOf({ texts }: PageParts, name: string): Html {
  return html`<p>${texts[name] ?? ''}</p>`;
}

function thanks({ texts, language }: PageParts, reference: string): Html {
  return html`<p>${texts['report_done'] ?? ''}</p>
    <p>
      ${texts['report_reference'] ?? ''}
      <a class="reference" href="/case?lang=${language}&amp;reference=${reference}">${reference}</a>
    </p>
    <p>${texts['report_keep'] ?? ''}</p>`;
}

function policy({ texts }: PageParts): Html {
  const paragraphs = (texts['policy_text'] ?? '').split('\n\n');
  return html`${paragraphs.map((paragraph) => html`<p>${paragraph}</p>`)}`;
}
