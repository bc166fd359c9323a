/** Tickets in words: the operator's own where he has some, with placeholders that are filled in once. */
import type { TicketNews } from '../store/records/ticket-contract.ts';

export interface TicketTexts {
  readonly title: string;
  readonly body: string;
  readonly comment: string;
}

export interface TicketFacts {
  readonly id: string;
  readonly marker: string;
  /** `Incident` or `Case`. */
  readonly about: string;
  readonly summary: string;
  readonly account: string;
  readonly reference: string;
  readonly text: string;
  readonly at: string;
  /** Empty where nobody said how the console is reached. */
  readonly link: string;
}

const MAX_TITLE = 200;
const MAX_BODY = 20_000;

/** Of a comment, `{text}`, `{by}` and `{at}` are those of the change. */
export function formatTicket(
  texts: TicketTexts,
  facts: TicketFacts,
  news?: Pick<TicketNews, 'by' | 'at' | 'text'>,
): { readonly title: string; readonly body: string; readonly comment: string } {
  const values = { ...facts, by: '' };
  // The marker finds the ticket again, whatever the operator writes.
  const room = MAX_TITLE - facts.marker.length - 1;
  const title = `${oneLine(fill(texts.title, values)).slice(0, room)} ${facts.marker}`;
  const body = tidy(fill(texts.body, values));
  const comment = news === undefined ? '' : tidy(fill(texts.comment, { ...values, ...news }));
  return { title, body, comment };
}

/** Values are never searched for placeholders. */
function fill(template: string, values: Readonly<Record<string, string>>): string {
  return template.replaceAll(/\{(\w+)\}/g, (whole, name: string) => values[name] ?? whole);
}

function oneLine(text: string): string {
  return text
    .replaceAll(/[\p{Cc}\u2028\u2029]+/gu, ' ')
    .trim()
    .toWellFormed();
}

function tidy(text: string): string {
  return text
    .replaceAll(/[^\P{Cc}\n\t]/gu, ' ')
    .toWellFormed()
    .slice(0, MAX_BODY);
}
