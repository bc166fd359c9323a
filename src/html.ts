/** HTML with every value escaped: a page is made of parts, and only parts go in as they are. */

export class Html {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

type Value = Html | string | number | readonly Html[];

/** A tagged template; what stands in `${}` is text unless it is HTML already. */
export function html(parts: TemplateStringsArray, ...values: readonly Value[]): Html {
  return new Html(
    parts.reduce((text, part, i) => {
      const value = values[i - 1];
      return text + (value === undefined ? '' : render(value)) + part;
    }),
  );
}

function render(value: Value): string {
  if (value instanceof Html) return value.text;
  if (typeof value === 'object') return value.map(({ text }) => text).join('');
  return escape(String(value));
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escape(text: string): string {
  return (
    text
      .replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '')
      // Characters that turn the direction of text, or are not seen, make one name look like another.
      .replace(/[^\P{Cc}\n]|[\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]/gu, '\ufffd')
      .toWellFormed()
  );
}

/** A whole page that needs nothing else: no script, no font, no file beside it. */
export function wholePage(page: {
  readonly title: string;
  readonly style: Html;
  readonly main: Html;
}): Html {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="robots" content="noindex" />
        <meta
          http-equiv="Content-Security-Policy"
          content="default-src 'none'; style-src 'unsafe-inline'"
        />
        <title>${page.title}</title>
        <style>
          ${page.style}
        </style>
      </head>
      <body>
        <main>${page.main}</main>
      </body>
    </html> `;
}
