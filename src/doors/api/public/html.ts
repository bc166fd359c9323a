/** Plain pages for the public: no script, no cookie, everything a stranger wrote as text. */
import type { PublicPages } from '../desk-parts.ts';

export type Texts = Readonly<Record<string, string>>;

/** HTML that was made here and nowhere else. */
export class Html {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

export function escapeHtml(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => ESCAPES[character] ?? '');
}

/** A template whose values are escaped, except those that are Html already. */
export function html(
  parts: TemplateStringsArray,
  ...values: readonly (string | number | Html | readonly Html[])[]
): Html {
  const written = values.map((value) => {
    if (value instanceof Html) return value.text;
    if (typeof value === 'object') return value.map(({ text }) => text).join('');
    return escapeHtml(String(value));
  });
  return new Html(parts.map((part, index) => part + (written[index] ?? '')).join(''));
}

/** The operator's languages, the one he named where nothing fits. */
export function chooseLanguage(
  pages: PublicPages,
  asked: { readonly chosen: string; readonly accepted: string },
): { readonly language: string; readonly texts: Texts } {
  const wanted = [asked.chosen, ...asked.accepted.slice(0, 200).split(',')];
  for (const name of wanted) {
    const language = name.trim().slice(0, 2).toLowerCase();
    const texts = Object.hasOwn(pages.texts, language) ? pages.texts[language] : undefined;
    if (texts !== undefined) return { language, texts };
  }
  const { language = 'en' } = pages;
  return { language, texts: pages.texts[language] ?? {} };
}

export interface PageParts {
  readonly pages: PublicPages;
  readonly language: string;
  readonly texts: Texts;
  readonly path: string;
}

export function page(parts: PageParts, title: string, body: Html): string {
  const { pages, language, texts, path } = parts;
  const link = (to: string, name: string): Html =>
    html`<a href="${to}?lang=${language}">${texts[name] ?? ''}</a>`;
  const languages = Object.entries(pages.texts).map(
    ([code, { language: name = code }]) =>
      html`<a href="${path}?lang=${code}" hreflang="${code}" lang="${code}">${name}</a> `,
  );
  return html`<!doctype html>
    <html lang="${language}">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${title} - ${pages.operator}</title>
        <link rel="stylesheet" href="/public.css" />
      </head>
      <body>
        <header><strong>${pages.operator}</strong> <span>${texts['imprint'] ?? ''}</span></header>
        <main>
          <h1>${title}</h1>
          ${body}
        </main>
        <footer>
          <nav>
            ${link('/report', 'report_title')} ${link('/case', 'case_title')}
            ${link('/mail', 'mail_title')} ${link('/policy', 'policy_title')}
          </nav>
          <div>${languages}</div>
        </footer>
      </body>
    </html> `.text;
}
