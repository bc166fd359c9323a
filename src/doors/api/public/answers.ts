/** What a stranger with a reference is told: of his report, or of his message. Nothing more. */
import type { Reason, Verdict } from '../../../core/verdict.ts';
import type { Hold } from '../../../desk/contract.ts';
import type { ApiParts } from '../contract.ts';
import { findDecision } from '../find-decision.ts';
import { html, type Html, type PageParts } from './html.ts';

/** How the desk's own timeline begins an answer. */
const ANSWERED = /^Answered: /;

/** What somebody looks for: a reference, empty where what he typed is none, and what he typed. */
export interface Asked {
  readonly reference: string;
  readonly typed: string;
}

export async function caseBody(
  { desk }: ApiParts,
  place: PageParts,
  { reference, typed }: Asked,
): Promise<Html> {
  const { texts } = place;
  const form = lookupForm(place, typed);
  if (typed === '') return form;
  const found = reference === '' ? undefined : await desk.cases.get(reference);
  // By its reference alone: ids are for the desk.
  if (found === undefined || found.reference !== reference)
    return html`<p>${texts['case_unknown'] ?? ''}</p>
      ${form}`;
  const working = found.firstActionAt === undefined ? 'case_open' : 'case_working';
  const state = found.state === 'closed' ? 'case_closed' : working;
  const answers = found.timeline
    // By its kind alone: a note may begin with any words, and is for the desk.
    .filter(({ kind }) => kind === 'answer')
    .map(
      ({ at, text }) =>
        html`<h2>${texts['case_answer'] ?? ''}, ${at.slice(0, 10)}</h2>
          <blockquote>${text.replace(ANSWERED, '')}</blockquote>`,
    );
  return html`<p class="reference">${reference}</p>
    <p>${texts[state] ?? ''}</p>
    ${answers}${form}`;
}

export async function mailBody(
  parts: ApiParts,
  place: PageParts,
  { reference, typed }: Asked,
): Promise<Html> {
  const { texts } = place;
  const text = (name: string): string => texts[name] ?? '';
  const form = html`<p>${text('mail_intro')}</p>
    ${lookupForm(place, typed)}`;
  if (typed === '') return form;
  const found = reference === '' ? undefined : await findDecision(parts, reference);
  if (found === undefined) return html`${await heldBody(parts.desk, place, reference)}${form}`;
  const { verdict, reasons, at, enforced } = found.verdict;
  // What would have been done and was not, concerns nobody.
  const kind = enforced ? verdict : 'pass';
  if (found.event?.kind === 'login') {
    return html`${loginBody(place, found.verdict, found.event.ok)}${form}`;
  }
  const what = kind === 'hold' ? heldState(await heldBy(parts.desk, reference)) : kind;
  const reason = reasonOf(reasons);
  const why = kind === 'pass' ? html`` : html`<p>${text(`reason_${reason}`)}</p>`;
  const isOver = kind === 'pass' || what === 'released' || what === 'deleted';
  const toDo = isOver ? text('todo_pass') : (texts[`todo_${reason}`] ?? text(`todo_${kind}`));
  const date = `${at.slice(0, 16).replace('T', ' ')} UTC`;
  return html`<p class="reference">${reference}</p>
    <p>${date}</p>
    <p>${text(`mail_${what}`)}</p>
    ${why}
    <p>${toDo}</p>
    ${form}`;
}

const LOGIN_REASONS: ReadonlySet<string> = new Set(['lock', 'guesses']);

/** A login is no message: it was let in, was refused by us, or had failed by itself. */
function loginBody({ texts }: PageParts, decision: Verdict, isOk: boolean): Html {
  const text = (name: string): string => texts[name] ?? '';
  const { at, reference, reasons } = decision;
  const isStopped = decision.enforced && decision.verdict !== 'pass';
  const what = isStopped ? 'refused' : isOk ? 'passed' : 'failed';
  const reason = reasonOf(reasons);
  // Of the rest the sentence is about messages.
  const isTold = isStopped && LOGIN_REASONS.has(reason);
  const why = isTold ? html`<p>${text(`reason_${reason}`)}</p>` : html``;
  return html`<p class="reference">${reference}</p>
    <p>${at.slice(0, 16).replace('T', ' ')} UTC</p>
    <p>${text(`login_${what}`)}</p>
    ${why}
    <p>${text(isTold && reason === 'lock' ? 'todo_lock' : `todo_login_${what}`)}</p>`;
}

/** A message in the hold queue of which nobody knows why: put there by hand, or its decision is forgotten. */
async function heldBody(
  desk: ApiParts['desk'],
  { texts }: PageParts,
  reference: string,
): Promise<Html> {
  const text = (name: string): string => texts[name] ?? '';
  const held = reference === '' ? undefined : await heldBy(desk, reference);
  if (held === undefined) return html`<p>${text('mail_unknown')}</p>`;
  const what = heldState(held);
  return html`<p class="reference">${reference}</p>
    <p>${held.at.slice(0, 16).replace('T', ' ')} UTC</p>
    <p>${text(`mail_${what}`)}</p>
    <p>${text('reason_forgotten')}</p>
    <p>${text(what === 'released' || what === 'deleted' ? 'todo_pass' : 'todo_hold')}</p>`;
}

/** By its reference alone: ids are for the desk. */
async function heldBy(desk: ApiParts['desk'], reference: string): Promise<Hold | undefined> {
  const held = await desk.holds.get(reference);
  return held?.reference === reference ? held : undefined;
}

function heldState(held: Hold | undefined): string {
  return held !== undefined && ENDED.has(held.state) ? held.state : 'waiting';
}

/** States that have a sentence of their own; in all others it waits. */
const ENDED: ReadonlySet<string> = new Set(['released', 'returned', 'deleted', 'gone']);

/** The kind of the first reason, without its figures: those would teach whoever sends abuse. */
function reasonOf([first]: readonly Reason[]): string {
  return REASONS[first?.signal ?? ''] ?? 'unusual';
}

/** Each has its `reason_` in the texts of the pages, and a `todo_` where there is more to do than usual. */
export const REASONS: Readonly<Record<string, string>> = {
  limit: 'limit',
  'too-many-recipients': 'limit',
  'stop-line': 'stopped',
  canary: 'canary',
  'connection-limit': 'limit',
  'account-locked': 'lock',
  'account-under-attack': 'guesses',
  'source-shut-out': 'guesses',
  'sender-ownership': 'sender',
  'foreign-sender': 'sender',
  'relay-without-auth': 'auth',
  cleartext: 'tls',
  'client-network': 'network',
  virus: 'content',
  'virus-unknown': 'unchecked',
  'virus-too-large': 'whole',
  attachment: 'content',
  'listed-host': 'content',
  'not-whole': 'whole',
  'not-read-now': 'unchecked',
  'own-password': 'password',
  'forwarded-spam': 'content',
  campaign: 'campaign',
  conformance: 'form',
  suppressed: 'recipient',
  'no-reverse-name': 'server',
  'forward-mismatch': 'server',
  'home-connection': 'server',
  'impossible-helo': 'server',
};

function lookupForm({ texts, path, language }: PageParts, typed: string): Html {
  return html`<form method="get" action="${path}">
    <input type="hidden" name="lang" value="${language}" />
    <label for="reference">${texts['reference'] ?? ''}</label>
    <input
      id="reference"
      name="reference"
      value="${typed}"
      required
      maxlength="64"
      autocomplete="off"
      spellcheck="false"
    />
    <button>${texts['show'] ?? ''}</button>
  </form>`;
}
