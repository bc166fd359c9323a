/** The form to report abuse: what it asks, and what it takes. */
import type { NewCase } from '../../../desk/contract.ts';
import { CATEGORIES } from '../schemas/desk.ts';
import { escapeHtml, html, Html, type PageParts } from './html.ts';

/** Fields of the form and the most characters each takes. */
export const FIELDS = {
  subject: 200,
  text: 10_000,
  evidence: 20_000,
  reporter: 254,
} as const;

export interface Report {
  readonly draft: Omit<NewCase, 'source' | 'by'>;
  /** The field that nobody sees was filled in. */
  readonly isTrap: boolean;
}

/** `undefined` when something is missing or too long. */
export function parseReport(body: unknown): Report | undefined {
  if (typeof body !== 'string') return undefined;
  const form = new URLSearchParams(body);
  const field = (name: keyof typeof FIELDS): string | undefined => {
    const text = (form.get(name) ?? '').replaceAll('\r\n', '\n').trim();
    return text.length > FIELDS[name] ? undefined : text;
  };
  const category = CATEGORIES.find((name) => name === form.get('category'));
  const subject = field('subject')?.replaceAll(/\p{Cc}+/gu, ' ');
  const [text, evidence, reporter] = [field('text'), field('evidence'), field('reporter')];
  if (!subject || !text || evidence === undefined || category === undefined) return undefined;
  if (reporter === undefined || !(reporter === '' || /^[^\s@]+@[^\s@]+$/.test(reporter))) {
    return undefined;
  }
  const draft = { category, subject, text, evidence, reporter };
  return { draft, isTrap: (form.get('website') ?? '') !== '' };
}

export function reportForm(place: PageParts): Html {
  return html`<p>${place.texts['report_intro'] ?? ''}</p>
    ${formOf(place, NOTHING)}`;
}

/** The report as it was written, and the field that nobody should fill in, for once to be seen. */
export function trapForm(place: PageParts, { draft }: Report): Html {
  return html`<p>${place.texts['wrong_trap'] ?? ''}</p>
    ${formOf(place, { ...NOTHING, ...draft, isTrapShown: true })}`;
}

/** The report as it was written, where it could not be kept: nobody writes it a second time. */
export function againForm(place: PageParts, { draft }: Report, reference: string): Html {
  return html`<p>${place.texts['wrong_here'] ?? ''}</p>
    <p class="reference">${reference}</p>
    ${formOf(place, { ...NOTHING, ...draft })}`;
}

interface Filled extends Pick<Report['draft'], 'category' | 'subject' | 'text'> {
  readonly evidence?: string;
  readonly reporter?: string;
  readonly isTrapShown: boolean;
}

const NOTHING: Filled = { category: '', subject: '', text: '', isTrapShown: false };

function formOf({ texts, language }: PageParts, filled: Filled): Html {
  const text = (name: string): string => texts[name] ?? '';
  const choices = CATEGORIES.map((name) => {
    const selected = name === filled.category ? html` selected` : html``;
    return html`<option value="${name}" ${selected}>${text(`category_${name}`)}</option>`;
  });
  const { subject, text: said, evidence = '', reporter = '' } = filled;
  return html`<form method="post" action="/report?lang=${language}" accept-charset="utf-8">
    <label for="category">${text('report_category')}</label>
    <select id="category" name="category">
      ${choices}
    </select>
    <label for="subject"
      >${text('report_subject')} <small>${text('report_subject_help')}</small></label
    >
    <input id="subject" name="subject" value="${subject}" required maxlength="${FIELDS.subject}" />
    <label for="text">${text('report_text')}</label>
    ${area('text', said, true)}
    <label for="evidence">${text('report_evidence')}</label>
    ${area('evidence', evidence, false)}
    <label for="reporter">${text('report_reporter')}</label>
    <input
      id="reporter"
      name="reporter"
      type="email"
      value="${reporter}"
      maxlength="${FIELDS.reporter}"
      autocomplete="email"
    />
    ${trapField(text('report_website'), filled.isTrapShown)}
    <button>${text('report_send')}</button>
  </form>`;
}

function area(name: 'text' | 'evidence', value: string, isRequired: boolean): Html {
  const attributes = isRequired ? html` required` : html` spellcheck="false"`;
  const tag = html`<textarea id="${name}" name="${name}" rows="6" maxlength="${FIELDS[name]}"`;
  // The first line break behind the tag is no part of the text (HTML, 13.1.2.5).
  return new Html(`${tag.text}${attributes.text}>\n${escapeHtml(value)}</textarea>`);
}

function trapField(label: string, isShown: boolean): Html {
  const field = html`<label for="website">${label}</label>
    <input
      id="website"
      name="website"
      autocomplete="off"
      ${isShown ? html`` : html`tabindex="-1"`}
    />`;
  return isShown ? field : html`<div class="trap" aria-hidden="true">${field}</div>`;
}
