/** CON-2: every form that a mail program or browser makes a link of, or fetches, gives its host. */
import iconv from 'iconv-lite';
import { describe, expect, it } from 'vitest';
import type { DerivedMessage } from '../core/message/derived.ts';
import { hasKnownSuffix } from './bare-hosts.ts';
import { decodeText } from './charset.ts';
import { readHtml } from './html-text.ts';
import { MAX_COMMENT_DEPTH, MAX_USER_NAME_CHARS, MAX_WRITTEN_URLS } from './limits.ts';
import { Notes } from './notes.ts';
import { readWholeMessage } from './read-whole.ts';
import { UrlCollector } from './urls.ts';

const HOST = 'listed.example';
const LINK = `http://${HOST}/a`;

function read(header: string, body: string | Uint8Array): DerivedMessage {
  const head = Buffer.from(`${header.replaceAll('\n', '\r\n')}\r\n\r\n`, 'latin1');
  const bytes = typeof body === 'string' ? Buffer.from(body, 'latin1') : body;
  return readWholeMessage(Buffer.concat([head, bytes])).facts.derived as DerivedMessage;
}
const inBase64 = (type: string, body: Uint8Array): DerivedMessage =>
  read(
    `Content-Type: ${type}\nContent-Transfer-Encoding: base64`,
    Buffer.from(body).toString('base64'),
  );

/** All of it shifted, as nobody writes but somebody who hides. */
const utf7 = (text: string): string =>
  `+${iconv.encode(text, 'utf-16be').toString('base64').replace(/=+$/, '')}-`;
const marked = (text: string, charset: string): Uint8Array =>
  iconv.encode(text, charset, { addBOM: true });
/** EBCDIC (IBM037) for what stands in a link. */
function ebcdic(text: string): Uint8Array {
  const letters = [
    ...['abcdefghi', 'jklmnopqr', '\0stuvwxyz'].flatMap((row, n) =>
      Array.from(row, (char, i) => [char, 0x81 + n * 16 + i] as const),
    ),
    ...([
      ['.', 0x4b],
      ['/', 0x61],
      [':', 0x7a],
    ] as const),
  ];
  const codes = new Map<string, number>(letters);
  return Uint8Array.from(Array.from(text, (char) => codes.get(char) ?? 0x40));
}

describe('a link in HTML', () => {
  // prettier-ignore
  it.each([
    ['a control before it', `<a href="&#1;${LINK}">x</a>`],
    ['a raw control before it', `<a href="\x01 ${LINK}\x1f">x</a>`],
    ['letters as entities', `<a href="&#104;ttp&colon;//${HOST}">x</a>`],
    ['a line break inside', `<a href="ht\ntp://${HOST}">x</a>`],
    ['the first of two of a name', `<a href="${LINK}" href="http://other.example/">x</a>`],
    ['the second of two of a name', `<a href="http://other.example/" href="${LINK}">x</a>`],
    ['a comment for Outlook', `<p>hi</p><!--[if mso]><a href="${LINK}">x</a><![endif]-->`],
    ['one with a version', `<!-- [if (gte mso 9)|(IE)]><v:rect href="${LINK}"></v:rect><![endif]-->`],
    ['the text of one', `<!--[if mso]>see ${LINK}<![endif]-->`],
    ['one with letters as entities', `<!--[if mso]><a href="&#104;ttp:${HOST}">x</a><![endif]-->`],
    ['CDATA, which HTML has not', `<![CDATA[><a href="${LINK}">x</a>]]>`],
    ['CDATA without end', `<![CDATA[><a href="${LINK}">x</a>`],
    ['a form', `<form action="${LINK}"></form>`],
    ['a form in a form', `<form action="http://other.example/"><form action="${LINK}"></form></form>`],
    ['a button', `<form><button formaction="${LINK}">x</button></form>`],
    ['SVG', `<svg><a xlink:href="${LINK}"><text>x</text></a></svg>`],
    ['SVG of today', `<svg><a href="${LINK}"><text>x</text></a></svg>`],
    ['SVG that changes', `<svg><a><animate attributeName="href" values="#;${LINK}"/></a></svg>`],
    ['a refresh', `<meta http-equiv=refresh content="0;url=${LINK}">`],
    ['a refresh in quotes', `<meta http-equiv=refresh content=" 0 ; URL = '${LINK}'">`],
    ['a refresh without url', `<meta http-equiv=refresh content="0 ${LINK}">`],
    ['VML', `<v:roundrect href="${LINK}">x</v:roundrect>`],
    ['a picture of VML', `<v:fill type="tile" src="${LINK}"/>`],
    ['a map', `<map><area href="${LINK}"></map>`],
    ['the base', `<base href="http://${HOST}/"><a href="a">x</a>`],
    ['a style sheet', `<link rel=stylesheet href="${LINK}">`],
    ['a picture by size', `<img srcset="http://other.example/1.png 1x,${LINK} 2x">`],
    ['a picture of a film', `<video poster="${LINK}"></video>`],
    ['a background', `<table background="${LINK}"></table>`],
    ['the source of a quote', `<blockquote cite="${LINK}">x</blockquote>`],
    ['a long description', `<img longdesc="${LINK}">`],
    ['an object', `<object data="${LINK}"></object>`],
    ['a style', `<div style="background:url(${LINK})">x</div>`],
    ['a style in capitals and quotes', `<div style='background:URL( "//${HOST}/a" )'>x</div>`],
    ['a style with escapes', `<div style="background:u\\72l(\\68 ttp://${HOST}/)">x</div>`],
    ['a style sheet in the page', `<style>/* don't */ p { background: url('${LINK}') }</style>`],
    ['an import', `<head><style>@import "${LINK}";</style></head>`],
    ['two slashes', `<a href="//${HOST}/a">x</a>`],
    ['two backslashes', `<a href="\\\\${HOST}/a">x</a>`],
    ['a slash and a backslash', `<a href="/\\${HOST}/a">x</a>`],
    ['a backslash and a slash', `<a href="\\/${HOST}/a">x</a>`],
    ['backslashes behind the scheme', `<a href="http:\\\\${HOST}\\a">x</a>`],
    ['one slash', `<a href="http:/${HOST}/a">x</a>`],
    ['a share', `<a href="file://${HOST}/a">x</a>`],
    ['a script', `<script>location = '${LINK}'</script>`],
    ['a script as a link', `<a href="java\nscript:location='${LINK}'">x</a>`],
    ['an encoded script as a link', `<a href="javascript:location=%27http%3A%2F%2F${HOST}%27">x</a>`],
    ['the scheme of a program', `<a href="ms-word:ofe|u|${LINK}">x</a>`],
    ['a text', `<p>http://<b>${HOST}</b>/a</p>`],
  ])('is read from %s', (_, html) => {
    expect(read('Content-Type: text/html; charset=utf-8', html).urlHosts).toContain(HOST);
  });

  // prettier-ignore
  it.each([
    ['a name space', `<html xmlns="${LINK}" xmlns:href="${LINK}">`],
    ['a comment', `<!-- <a href="${LINK}">x</a> -->`],
    ['a title', `<img title="${LINK}" alt="${LINK}">`],
    ['a description', `<meta name="x" content="${LINK}"><meta name=viewport content="width=1">`],
    ['other schemes', `<a href="mailto:a@${HOST}"></a><img src="cid:a@${HOST}"><a href="tel:1"></a>`],
    ['a style without any', `<p style="font-family:'Segoe UI',Arial;color:rgb(1,2,3)">`],
  ])('is not made of %s', (_, html) => {
    expect(read('Content-Type: text/html', html)).toMatchObject({ urlHosts: [], urlCount: 0 });
  });

  it('is looked for in comments inside each other up to a bound', () => {
    const notes = new Notes();
    const urls = new UrlCollector(notes);
    readHtml('<![CDATA[>'.repeat(MAX_COMMENT_DEPTH) + LINK, urls, notes);
    expect(notes.list()).toEqual([]);
    readHtml(`${'<![CDATA[>'.repeat(MAX_COMMENT_DEPTH + 2)}<a href="${LINK}">`, urls, notes);
    expect(notes.list()).toEqual(['html-too-deep']);
  });
});

describe('a link in text', () => {
  // prettier-ignore
  it.each([
    ['a quote in the user name', `http://a'@${HOST}/`],
    ['a double one', `http://a"b"@${HOST}/ x`],
    ['one slash', `see http:/${HOST}/a`],
    ['no slash', `see HTTP:${HOST}`],
    ['backslashes', `see http:\\\\${HOST}\\a`],
    ['another URL in quotes', `'http://other.example/','${LINK}'`],
    ['another one without a blank', `"http://other.example","${LINK}"`],
    ['a share', `see file://${HOST}/a`],
    ['www', `see www.${HOST}.`],
  ])('is read with %s', (_, text) => {
    const { urlHosts } = read('Content-Type: text/plain', text);
    expect(urlHosts?.map((host) => host.replace('www.', ''))).toContain(HOST);
  });

  // prettier-ignore
  it.each([
    ['go to example.com/a now', ['example.com']],
    ['(Shop.Example.CO.UK/a), x', ['shop.example.co.uk']],
    ['请访问example.com/a', ['example.com']],
    ['www.example.com/a', ['www.example.com']],
    ['https://other.example/x.com/y', ['other.example']],
    ['https://other.example/?u=example.com/y', ['other.example']],
    ['ann@example.com/x and a+b.com/c', []],
    ['src/main.rs/x, main.ts/x, ./foo.com/x, \\\\srv\\a.com/x', []],
    ['either and/or i.e./x 12.05/13.05 1.2.3.4/24 co.uk/x -/.com/', []],
    ['readme.md, main.rs and foo.zip of example.com', []],
    ['http: and https:, file:readme.txt, http:8080', []],
  ])('%s: %j', (text, hosts) => {
    expect(read('Content-Type: text/plain; charset=utf-8', Buffer.from(text)).urlHosts).toEqual(hosts);
  });

  it('is a host without a scheme only where the suffix exists', () => {
    expect([hasKnownSuffix('a.com'), hasKnownSuffix('a.listed'), hasKnownSuffix('com')]).toEqual([
      ...[true, false, false],
    ]);
  });

  // prettier-ignore
  it.each([
    ['a calendar', 'text/calendar; method=REQUEST', `BEGIN:VCALENDAR\r\nURL:http://lis\r\n ted.example/a\r\n`],
    ['an address card', 'text/vcard', `begin:vcard\r\nURL:http://lis\r\n\tted.example/a\r\n`],
    ['escaped text', 'text/calendar', `BEGIN:VCALENDAR\r\nDESCRIPTION:${LINK}\\nmore\r\n`],
  ])('is read from the folded lines of %s', (_, type, text) => {
    expect(read(`Content-Type: ${type}`, text).urlHosts).toContain(HOST);
  });

  it.each([
    ['as it is', `Subject: see ${LINK}`],
    ['encoded', `Subject: =?utf-8?B?${Buffer.from(LINK).toString('base64')}?=`],
    ['folded', `Subject: see\n ${LINK}`],
  ])('is read from the subject: %s', (_, header) => {
    expect(read(header, 'x').urlHosts).toEqual([HOST]);
  });

  it('is read from XHTML, whatever its charset', () => {
    const xhtml = `<html xmlns="http://www.w3.org/1999/xhtml"><a href="${LINK}">x</a></html>`;
    expect(read('Content-Type: application/xhtml+xml', xhtml).urlHosts).toEqual([HOST]);
  });

  it('is looked for up to bounds, which are noted', () => {
    const notesOf = (text: string): readonly string[] => {
      const notes = new Notes();
      new UrlCollector(notes).addFromText(text);
      return notes.list();
    };
    const name = 'u'.repeat(MAX_USER_NAME_CHARS);
    expect(notesOf(`http://a'${name.slice(20)}@b.example`)).toEqual([]);
    expect(notesOf(`http://a'${name}@b.example`)).toEqual(['too-many-links']);
    const names = (count: number): string =>
      Array.from({ length: count }, (_, n) => `n${n}.zzz/x`).join(' ');
    expect(notesOf(names(MAX_WRITTEN_URLS - 1))).toEqual([]);
    expect(notesOf(names(MAX_WRITTEN_URLS + 1))).toEqual(['too-many-links']);
  });

  it.each([
    ['URLs in quotes', `www.a'`, '@b.example'],
    ['names before slashes', 'a.', ''],
    ['slashes behind names', 'aa.bb/', ''],
    ['blanks in an attribute', ' ', 'x'],
  ])('is found soon among %s without end', (_, piece, end) => {
    const urls = new UrlCollector(new Notes());
    const text = piece.repeat(Math.floor(1_000_000 / piece.length)) + end;
    const before = process.threadCpuUsage().user;
    urls.addFromText(text);
    urls.add(text);
    readHtml(`<meta content="0${text}"><p style="x:url(${text})">`, urls, new Notes());
    expect(process.threadCpuUsage().user - before).toBeLessThan(3_000_000);
  });
});

describe('a link in another charset', () => {
  const HTML = `<html><a href="${LINK}">x</a></html>`;
  // prettier-ignore
  it.each([
    ['UTF-7', () => read('Content-Type: text/plain; charset=utf-7', utf7(LINK))],
    ['UTF-7 by another name', () => read('Content-Type: text/plain; charset=x-unicode-2-0-utf-7', utf7(LINK))],
    ['HTML in UTF-7', () => read('Content-Type: text/html; charset=UTF-7', `<a href="${utf7(LINK)}">x</a>`)],
    ['HTML that says UTF-7 itself', () =>
      read('Content-Type: text/html', `<meta charset="utf-7"><a href="${utf7(LINK)}">x</a>`)],
    ['UTF-7 that is not', () => read('Content-Type: text/plain; charset=utf-7', `+x+ ${LINK}`)],
    ['UTF-16', () => inBase64('text/plain; charset=utf-16', marked(LINK, 'utf-16le'))],
    ['UTF-16 by its mark', () => inBase64('text/html', marked(HTML, 'utf-16le'))],
    ['UTF-16 by its other mark', () => inBase64('text/plain', marked(LINK, 'utf-16be'))],
    ['UTF-16 in the other order', () => inBase64('text/plain; charset=utf-16', iconv.encode(LINK, 'utf-16be'))],
    ['UTF-16 under a wrong label', () => inBase64('text/html; charset=utf-8', marked(HTML, 'utf-16be'))],
    ['US-ASCII labelled UTF-16', () => read('Content-Type: text/plain; charset=utf-16', LINK)],
    ['a mark of UTF-16 before US-ASCII', () => inBase64('text/plain', Buffer.from(`\xff\xfe${LINK}`, 'latin1'))],
    ['the same with a label', () =>
      inBase64('text/plain; charset=iso-8859-1', Buffer.from(`\xff\xfe${LINK}`, 'latin1'))],
    ['wide letters in HZ', () => read('Content-Type: text/plain; charset=hz-gb-2312', 'http://~{#l#i#s#t#e#d~}.example/')],
    ['wide letters in ISO-2022-KR', () =>
      read('Content-Type: text/plain; charset=iso-2022-kr', '\x1b$)Chttp://\x0e#l#i#s#t#e#d\x0f.example/')],
    ['UTF-32', () => inBase64('text/plain; charset=utf-32', marked(LINK, 'utf-32le'))],
    ['UTF-32 by its mark', () => inBase64('text/html', marked(HTML, 'utf-32le'))],
    ['UTF-32 by its other mark', () => inBase64('text/html', marked(HTML, 'utf-32be'))],
  ])('is read from %s', (_, message) => {
    const { urlHosts, malformed } = message();
    expect(urlHosts).toContain(HOST);
    expect(malformed).toBeUndefined();
  });

  // prettier-ignore
  it.each([
    ['EBCDIC', 'ibm037', ebcdic(LINK)],
    ['EBCDIC among ASCII', 'ibm037', Buffer.concat([Buffer.from('hello '), ebcdic(LINK)])],
    ['shifts of ISO 2022', 'iso-2022-cn', Buffer.from('\x1b$)A\x0e#l#i\x0f')],
    ['Western bytes of a label nobody knows', 'klingon', Buffer.from('Gr\xfc\xdfe', 'latin1')],
  ])('may be in %s, so the note hides', (_, charset, bytes) => {
    expect(inBase64(`text/plain; charset=${charset}`, bytes).malformed).toEqual(['charset-not-read', 'unknown-charset']);
  });

  // prettier-ignore
  it.each([
    ['ASCII of a misspelled label', 'uft8', Buffer.from(`plain\r\n\t${LINK}`)],
    ['UTF-8 of a misspelled label', 'utf8mb4', Buffer.from(`Grüße ${LINK}`)],
    ['bytes that are said to be of no known charset', 'unknown-8bit', Buffer.from(`Gr\xfc\xdfe ${LINK}`, 'latin1')],
  ])('is seen in %s, so nothing hides', (_, charset, bytes) => {
    const { urlHosts, malformed } = inBase64(`text/plain; charset=${charset}`, bytes);
    expect(urlHosts).toEqual([HOST]);
    expect(malformed).toEqual(['unknown-charset']);
  });

  it.each([
    ['iso-2022-kr', [...Buffer.from('\x1b$)Ca\x0e0!\x0fb')], 'a가b'],
    ['hz-gb-2312', [...Buffer.from('a~{Dc~}~~b')], 'a你~b'],
    ['cp-1251', [0xcf, 0xd0], 'ПР'],
    ['ibm850', [0x81], 'ü'],
  ])('%s is read as mail programs do', (charset, bytes, text) => {
    expect(decodeText(Uint8Array.from(bytes), charset)).toMatchObject({ text, isUnknown: false });
  });

  it.each(['hex', 'base64', '__proto__', 'constructor'])('%s is none', (charset) => {
    expect(decodeText(Buffer.from('abcd'), charset)).toEqual({ text: 'abcd', isUnknown: true });
  });
});

describe('a sender as lenient programs show it (ACC-3)', () => {
  // prettier-ignore
  it.each([
    ['an at sign of full width', 'From: <eve\xef\xbc\xa0foreign.example>'],
    ['a small at sign', 'From: Eve <eve\xef\xb9\xabforeign.example>'],
    ['an encoded one', 'From: =?utf-8?Q?eve=EF=BC=A0foreign.example?='],
    ['a quote that is not closed', 'From: "ann@local.example <eve@foreign.example>'],
    ['one without brackets', 'From: "ann@local.example eve@foreign.example'],
    ['one behind an escaped quote', 'From: "a\\"" "ann@local.example <eve@foreign.example>'],
    ['one in the Sender', 'From: ann@local.example\nSender: "ann@local.example <eve@foreign.example>'],
  ])('is named by %s', (_, header) => {
    const message = Buffer.from(`${header.replace('\n', '\r\n')}\r\n\r\nx`, 'latin1');
    const { headerFrom, headerFromMore = [] } = readWholeMessage(message).facts;
    expect([headerFrom, ...headerFromMore]).toContain('eve@foreign.example');
  });

  it('is the one address of a field with a quote too many', () => {
    const { headerFrom, headerFromMore } = readWholeMessage(
      Buffer.from('From: Ann "the boss <ann@local.example>\r\n\r\nx'),
    ).facts;
    expect([headerFrom, headerFromMore]).toEqual(['ann@local.example', undefined]);
  });
});
