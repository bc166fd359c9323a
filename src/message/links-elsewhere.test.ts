/** Links that stand in fields of a header, in frames, in URLs and behind schemes of programs (CON-2). */
import { describe, expect, it } from 'vitest';
import type { DerivedMessage } from '../core/message/derived.ts';
import { MAX_COMMENT_DEPTH } from './limits.ts';
import { readWholeMessage } from './read-whole.ts';

const derivedFrom = (head: string, body: string): DerivedMessage =>
  readWholeMessage(Buffer.from(`From: a@example.org\r\n${head}\r\n\r\n${body}\r\n`)).facts
    .derived as DerivedMessage;
const hostsOf = (head: string, body: string): readonly string[] =>
  derivedFrom(head, body).urlHosts ?? [];
const html = (body: string): readonly string[] => hostsOf('Content-Type: text/html', body);
const text = (body: string): readonly string[] => hostsOf('Content-Type: text/plain', body);

const base64 = (page: string): string => Buffer.from(page).toString('base64');

describe('links in fields', () => {
  it.each([['Content-Base'], ['Content-Location']])(
    '%s of a page is where its links lead',
    (name) => {
      const head = `Content-Type: text/html\r\n${name}: https://base.example/dir/`;
      expect(hostsOf(head, '<a href="a.html">x</a>')).toEqual(['base.example']);
      const multipart = `Content-Type: multipart/related; boundary=b\r\n${name}: https://base.example/`;
      const page = '--b\r\nContent-Type: text/html\r\n\r\n<a href=a>x</a>\r\n--b--';
      expect(hostsOf(multipart, page)).toEqual(['base.example']);
    },
  );

  it('the location of a picture is only its name', () => {
    const picture =
      '--b\r\nContent-Type: image/png\r\nContent-Location: https://pictures.example/a.png\r\n\r\nx\r\n--b--';
    expect(hostsOf('Content-Type: multipart/related; boundary=b', picture)).toEqual([]);
  });

  it('the base behind more fields than are kept counts', () => {
    const many = 'X-Field: x\r\n'.repeat(1500);
    const head = `${many}Content-Type: text/html\r\nContent-Base: https://base.example/dir/`;
    expect(hostsOf(head, '<a href="a.html">x</a>')).toEqual(['base.example']);
  });

  it('List-Unsubscribe is a link as its button is', () => {
    const field = 'List-Unsubscribe: <mailto:u@lists.example>,\r\n <https://out.example/u?x=1>';
    expect(hostsOf(field, 'text')).toEqual(['out.example']);
  });
});

describe('links behind other schemes', () => {
  it.each([
    ['see webcal://calendar.example/a.ics', ['calendar.example']],
    ['see WEBCALS://calendar.example:8443/a.ics now', ['calendar.example']],
    ['search-ms:query=x&crumb=location:\\\\files.example\\share', ['files.example']],
    [
      'search-ms:query=x&crumb=location:%5C%5Cfiles.example@SSL@8443%5CDavWWWRoot',
      ['files.example'],
    ],
    ['search:crumb=location:\\\\files.example@80\\share', ['files.example']],
    ['research: and file: and webcal: are words', []],
  ])('%j', (said, hosts) => {
    expect(text(said)).toEqual(hosts);
    expect(html(`<a href="${said.replace(/^see /, '').replace(/ now$/, '')}">x</a>`)).toEqual(
      hosts,
    );
  });
});

describe('pages in pages', () => {
  const page = '<a href="https://inner.example/">x</a>';

  it('what a frame shows is read', () => {
    const escaped = page.replaceAll('"', '&quot;');
    expect(html(`<iframe srcdoc="${escaped}"></iframe>`)).toEqual(['inner.example']);
    expect(html('<iframe srcdoc="see https://text.example/ there"></iframe>')).toEqual([
      'text.example',
    ]);
  });

  it.each([
    [`data:text/html;base64,${base64(page)}`],
    [` d\nata:text/html;charset=utf-8;base64,${base64(page)}`],
    [`DATA:Text/HTML,${encodeURIComponent(page)}`],
    [`data:text/html;charset=utf-16le;base64,${Buffer.from(page, 'utf16le').toString('base64')}`],
    [`data:application/xhtml+xml,${encodeURIComponent(page)}`],
    [`data:image/svg+xml;base64,${base64('<svg><a xlink:href="https://inner.example/"/></svg>')}`],
    [`data:text/html,%zz${encodeURIComponent(`€${page}`)}`],
  ])('a page in a URL is read: %s', (url) => {
    for (const tag of ['a href', 'iframe src', 'object data', 'form action']) {
      expect(html(`<${tag}="${url.replaceAll('"', '&quot;')}">x`)).toEqual(['inner.example']);
    }
  });

  it.each([
    ['data:text/html'],
    ['data:text/html;base64,'],
    ['data:image/png;base64,AAAA'],
    ['data:'],
  ])('one that holds none is none: %s', (url) => {
    const derived = derivedFrom('Content-Type: text/html', `<a href="${url}">x</a>`);
    expect([derived.urlHosts, derived.malformed]).toEqual([[], undefined]);
  });

  it('in each other up to a bound, and beyond it that is noted', () => {
    const nest = (depth: number): string => {
      let inner = page;
      for (let i = 0; i < depth; i += 1) {
        inner = `<a href="data:text/html;base64,${base64(inner)}">x</a>`;
      }
      return inner;
    };
    expect(html(nest(MAX_COMMENT_DEPTH))).toEqual(['inner.example']);
    const more = derivedFrom('Content-Type: text/html', nest(MAX_COMMENT_DEPTH + 1));
    expect([more.urlHosts, more.malformed]).toEqual([[], ['html-too-deep']]);
  });
});
