/** The form to report abuse: what it asks, and what it takes. */
import type { NewCase } from '../../../desk/contract.ts';
import { CATEGORIES } from '../schemas/desk.ts';
import { html, type Html, type PageParts } from './html.ts';

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

export function reportForm({ texts, language }: PageParts): Html {
  const text = (name: string): string => texts[name] ?? '';
  const choices = CATEGORIES.map(
    (name) => html`<option value="${name}">${text(`category_${name}`)}</option>`,
  );
  return html`<p>${text('report_intro')}</p>
    <form method="post" action="/report?lang=${language}" accept-charset="utf-8">
      <label for="category">${text('report_category')}</label>
      <select id="category" name="category">
        ${choices}
      </select>
      <label for="subject"
        >${text('report_subject')} <small>${text('report_subject_help')}</small></label
      >
      <input id="subject" name="subject" required maxlength="${FIELDS.subject}" />
      <label for="text">${text('report_text')}</label>
      <textarea id="text" name="text" rows="6" required maxlength="${FIELDS.text}"></textarea>
      <label for="evidence">${text('report_evidence')}</label>
      <textarea
        id="evidence"
        name="evidence"
        rows="6"
        maxlength="${FIELDS.evidence}"
        spellcheck="false"
      ></textarea>
      <label for="reporter">${text('report_reporter')}</label>
      <input
        id="reporter"
        name="reporter"
        type="email"
        maxlength="${FIELDS.reporter}"
        autocomplete="email"
      />
      <div class="trap" aria-hidden="true">
        <label for="website">${text('report_website')}</label>
        <input id="website" name="website" tabindex="-1" autocomplete="off" />
      </div>
      <button>${text('report_send')}</button>
    </form>`;
}
