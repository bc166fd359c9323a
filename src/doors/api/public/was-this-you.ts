/**
 * The owner's page: what was done with his account, and two buttons. Looking changes nothing, so that
 * a program that follows links in mail answers for nobody; only a form that is sent does.
 */
import { randomUUID } from 'node:crypto';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { Allowance } from '../allowance.ts';
import { clientAddressOf } from '../client-facts.ts';
import type { ApiParts } from '../contract.ts';
import type { Question } from '../../../desk/contract.ts';
import { html, type Html, type PageParts } from './html.ts';

/** Looks and answers of one network in an hour; a link is not found by trying. */
export const MAX_QUESTION_TRIES = 30;
const HOUR_SECONDS = 3_600;
const MAX_BODY = 1_024;
/** In the journal: who has said it. */
const BY = 'the owner, by link';

export interface PageWays {
  placeOf(request: FastifyRequest): PageParts;
  send(reply: FastifyReply, place: PageParts, title: string, body: Html): FastifyReply;
  often(reply: FastifyReply, place: PageParts, waitSeconds: number): FastifyReply;
}

export function addWasThisYou(open: FastifyInstance, parts: ApiParts, ways: PageWays): void {
  const { desk } = parts;
  const tries = new Allowance(MAX_QUESTION_TRIES, HOUR_SECONDS, parts.now ?? Date.now);
  const route = { config: { role: 'open' as const }, schema: { hide: true } };
  const often = (request: FastifyRequest, reply: FastifyReply, place: PageParts): FastifyReply =>
    ways.often(reply, place, tries.waitSeconds(clientAddressOf(request)));
  const unknown = (reply: FastifyReply, place: PageParts): FastifyReply =>
    ways.send(reply.code(404), place, 'you_title', words(place, 'you_unknown'));
  open.get('/you', route, async (request, reply) => {
    const place = ways.placeOf(request);
    if (!tries.take(clientAddressOf(request))) return often(request, reply, place);
    const token = tokenOf((request.query as Readonly<Record<string, unknown>>)['q']);
    const question = await desk.questions.find(token);
    if (question === undefined) return unknown(reply, place);
    return ways.send(reply, place, 'you_title', askBody(place, question, token));
  });
  open.post('/you', { ...route, bodyLimit: MAX_BODY }, async (request, reply) => {
    const place = ways.placeOf(request);
    if (!tries.take(clientAddressOf(request))) return often(request, reply, place);
    const form = new URLSearchParams(typeof request.body === 'string' ? request.body : '');
    const answer = form.get('answer');
    if (answer !== 'mine' && answer !== 'not-mine') {
      return ways.send(reply.code(400), place, 'wrong_title', words(place, 'wrong_form'));
    }
    const isMine = answer === 'mine';
    const question = await desk.questions.answer(tokenOf(form.get('q')), isMine);
    if (question === undefined) return unknown(reply, place);
    await confirm(parts, question, isMine);
    return ways.send(reply, place, 'you_title', words(place, isMine ? 'you_mine' : 'you_not_mine'));
  });
}

function tokenOf(value: unknown): string {
  return typeof value === 'string' ? value.slice(0, 100) : '';
}

/** Mine makes the context trusted, not mine locks the account (issue of the low flyer, 1.6). */
async function confirm(
  { take, now = Date.now }: ApiParts,
  { account, context, submission }: Question,
  mine: boolean,
): Promise<void> {
  const at = new Date(now()).toISOString();
  await take({
    ...{ v: 1, kind: 'confirm', id: randomUUID(), at, account, mine, by: BY },
    ...(submission === '' ? {} : { submission }),
    ...(context === '' ? {} : { context }),
  });
}

function words({ texts }: PageParts, name: string): Html {
  return html`<p>${texts[name] ?? ''}</p>`;
}

function askBody(place: PageParts, { about }: Question, token: string): Html {
  const { texts, language } = place;
  const text = (name: string): string => texts[name] ?? '';
  const at = about.at === '' ? '' : `${about.at.slice(0, 16).replace('T', ' ')} UTC`;
  const facts = [
    [text('you_account'), about.account],
    [text('you_when'), at],
    [text('you_from'), about.clientAddress ?? ''],
    [text('you_recipients'), about.recipients === undefined ? '' : String(about.recipients)],
    [text('you_mail_subject'), about.subject ?? ''],
  ].filter(([, value]) => value !== '');
  const rows = facts.map(
    ([name = '', value = '']) =>
      html`<dt>${name}</dt>
        <dd>${value}</dd>`,
  );
  const button = (answer: string, name: string): Html =>
    html`<button name="answer" value="${answer}">${text(name)}</button> `;
  return html`<p>${text('you_intro')}</p>
    <dl>${rows}</dl>
    <form method="post" action="/you?lang=${language}">
      <input type="hidden" name="q" value="${token}" />
      ${button('mine', 'you_yes')} ${button('not-mine', 'you_no')}
    </form>
    <p>${text('you_then')}</p>`;
}
