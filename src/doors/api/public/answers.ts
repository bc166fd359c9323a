/** What a stranger with a reference is told: of his report, or of his message. Nothing more. */
import type { Reason } from '../../../core/verdict.ts';
import type { ApiParts } from '../contract.ts';
import { html, type Html, type PageParts } from './html.ts';

const ANSWER = 'Answered: ';

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
    .filter(({ text }) => text.startsWith(ANSWER))
    .map(({ at, text }) => {
      const words = text.slice(ANSWER.length);
      return html`<h2>${texts['case_answer'] ?? ''}, ${at.slice(0, 10)}</h2>
        <blockquote>${words}</blockquote>`;
    });
  return html`<p class="reference">${reference}</p>
    <p>${texts[state] ?? ''}</p>
    ${answers}${form}`;
}

export async function mailBody(
  { desk, inspector }: ApiParts,
  place: PageParts,
  { reference, typed }: Asked,
): Promise<Html> {
  const { texts } = place;
  const text = (name: string): string => texts[name] ?? '';
  const form = html`<p>${text('mail_intro')}</p>
    ${lookupForm(place, typed)}`;
  if (typed === '') return form;
  const found = reference === '' ? undefined : await inspector.explain(reference);
  if (found === undefined)
    return html`<p>${text('mail_unknown')}</p>
      ${form}`;
  const { verdict, reasons, at, enforced } = found.verdict;
  // What would have been done and was not, concerns nobody.
  const kind = enforced ? verdict : 'pass';
  const what = kind === 'hold' ? await heldState(desk, reference) : kind;
  const why = kind === 'pass' ? html`` : html`<p>${text(reasonOf(reasons))}</p>`;
  const date = `${at.slice(0, 16).replace('T', ' ')} UTC`;
  return html`<p class="reference">${reference}</p>
    <p>${date}</p>
    <p>${text(`mail_${what}`)}</p>
    ${why}
    <p>${text(`todo_${kind}`)}</p>
    ${form}`;
}

async function heldState(desk: ApiParts['desk'], reference: string): Promise<string> {
  const state = (await desk.holds.get(reference))?.state;
  if (state === 'returned' || state === 'deleted') return state;
  return state === 'released' || state === 'gone' ? 'released' : 'waiting';
}

/** The kind of the first reason, without its figures: those would teach whoever sends abuse. */
function reasonOf([first]: readonly Reason[]): string {
  return REASONS[first?.signal ?? ''] ?? 'reason_unusual';
}

const REASONS: Readonly<Record<string, string>> = {
  limit: 'reason_limit',
  'stop-line': 'reason_limit',
  canary: 'reason_limit',
  'account-locked': 'reason_lock',
  'account-under-attack': 'reason_lock',
  'sender-ownership': 'reason_sender',
  'foreign-sender': 'reason_sender',
  virus: 'reason_content',
  attachment: 'reason_content',
  'listed-host': 'reason_content',
  'not-whole': 'reason_content',
  'own-password': 'reason_content',
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
