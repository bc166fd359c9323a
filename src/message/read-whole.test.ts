import PostalMime from 'postal-mime';
import { describe, expect, it } from 'vitest';
import type { DerivedMessage } from '../core/message/derived.ts';
import {
  MAX_ATTACHMENTS,
  MAX_MORE_SENDERS,
  MAX_REFERENCES,
  MAX_TEXT_BYTES,
  MAX_WORDED_CHARS,
} from './limits.ts';
import { KEEP_NOTHING } from './facts.ts';
import { Reading } from './reading.ts';
import { readWholeMessage, shippedKnowledge } from './read-whole.ts';

const bytes = (text: string): Uint8Array => Buffer.from(text.replace(/\r?\n/g, '\r\n'));
const read = (text: string) => readWholeMessage(bytes(text));
const derivedFrom = (text: string): DerivedMessage => read(text).facts.derived as DerivedMessage;

const HEADER = `Received: from client by mx
From: "Ann" <ann@example.org>
To: Bob <bob@example.com>
Subject: =?utf-8?Q?Gr=C3=BC=C3=9Fe?=
Message-ID: <20260101.abc@mail.example.org>
Date: Fri, 20 Nov 2026 10:00:00 -0330
User-Agent: Mozilla Thunderbird
MIME-Version: 1.0
`;

const LETTER = `${HEADER}Reply-To: other@freemail.example
In-Reply-To: <q@example.com>
References: <p@example.com> <q@example.com>
List-Unsubscribe: <https://x.example/u?me=bob>
Content-Type: multipart/mixed; boundary="=_outer_1"

--=_outer_1
Content-Type: multipart/alternative; boundary="=_inner_2"

--=_inner_2
Content-Type: text/plain; charset=iso-8859-1
Content-Transfer-Encoding: quoted-printable

Sch=F6nen Tag, ich habe die Rechnung und das Passwort f=FCr dich.
Siehe https://www.google.com/url?q=3Dhttps://target.example/x

> what was asked
--=20
Ann
--=_inner_2
Content-Type: text/html; charset=utf-8

<p>Schönen Tag, <a href="https://html.example/">hier</a></p>
--=_inner_2--
--=_outer_1
Content-Type: application/pdf; name="invoice.pdf.exe"
Content-Disposition: attachment; filename="invoice.pdf.exe"
Content-Transfer-Encoding: base64

TVqQAAMAAAAEAAAA
--=_outer_1--
`;

describe('a message as a whole', () => {
  it('gives the facts of header and body', () => {
    const { facts, headers, sizeBytes } = read(LETTER);
    expect(facts).toMatchObject({
      headerFrom: 'ann@example.org',
      replyTo: 'other@freemail.example',
      messageId: '<20260101.abc@mail.example.org>',
      inReplyTo: '<q@example.com>',
      references: ['<p@example.com>', '<q@example.com>'],
      date: 'Fri, 20 Nov 2026 10:00:00 -0330',
      userAgent: 'Mozilla Thunderbird',
    });
    expect(headers[1]).toEqual({ name: 'From', value: ' "Ann" <ann@example.org>' });
    expect(sizeBytes).toBe(bytes(LETTER).length);
    const { blocks, quotedBlocks, ...derived } = facts.derived as DerivedMessage;
    expect(blocks?.map(({ words }) => words)).toEqual([13]);
    expect(quotedBlocks?.map(({ words }) => words)).toEqual([3]);
    expect(derived).toEqual({
      version: 1,
      sizeBytes: bytes(LETTER).length,
      clientFamily: 'thunderbird',
      headerShape: expect.stringMatching(/^[0-9a-f]{16}$/) as string,
      mimeShape: 'mixed(alternative(text/plain,text/html),application/pdf)',
      boundaryShape: '=_a_0',
      messageIdShape: '0.a',
      messageIdHost: 'mail.example.org',
      dateZoneMinutes: -210,
      charset: 'iso-8859-1',
      language: 'de',
      isReply: true,
      words: 13,
      hasHtml: true,
      hasSignature: true,
      urlHosts: ['html.example', 'target.example', 'x.example'],
      urlCount: 3,
      paymentWords: 1,
      credentialWords: 1,
      attachments: [
        {
          extension: 'exe',
          declaredType: 'application/pdf',
          trueType: 'application/x-msdownload',
          sizeBytes: 12,
          sha256: expect.stringMatching(/^[0-9a-f]{64}$/) as string,
        },
      ],
    });
  });

  it('keeps no text, subject, URL or name of an attachment unless asked', () => {
    const { facts } = read(LETTER);
    const journal = JSON.stringify(facts);
    for (const secret of ['Sch', 'Grüße', 'Gr=C3', 'invoice', 'me=bob', 'example/x', 'bob@']) {
      expect(journal).not.toContain(secret);
    }
    const kept = readWholeMessage(bytes(LETTER), { text: true, subject: true }).facts;
    expect(kept.subject).toBe('Grüße');
    expect(kept.text).toContain('Schönen Tag');
    expect(kept.urls).toContain('https://target.example/x');
    expect(kept.attachments?.[0]?.name).toBe('invoice.pdf.exe');
    expect(kept.listUnsubscribe).toBe('<https://x.example/u?me=bob>');
    expect(kept.derived).toEqual(facts.derived);
  });

  it('reads a file with LF line ends as it would travel', () => {
    const stored = readWholeMessage(Buffer.from(LETTER));
    expect(stored).toEqual(read(LETTER));
  });

  it('has the same shapes for two messages of one program to different people', () => {
    const first = derivedFrom(`${HEADER}Content-Type: text/plain\n\none`);
    const second = derivedFrom(
      `${HEADER.replace('To: Bob', 'Cc: x@y.example\nTo: Bob').replace('abc@', 'xyz@')}References: <a@b>\nContent-Type: text/plain\n\ntwo`,
    );
    expect(second.headerShape).toBe(first.headerShape);
    expect(second.messageIdShape).toBe(first.messageIdShape);
    expect(derivedFrom('Subject: x\nFrom: a@b.example\n\nx').headerShape).not.toBe(
      derivedFrom('From: a@b.example\nSubject: x\n\nx').headerShape,
    );
  });

  it.each([
    ['Fri, 20 Nov 2026 10:00:00 +0100', 60],
    ['20 Nov 2026 10:00 GMT', 0],
    ['20 Nov 2026 10:00:00 EST (comment)', -300],
    ['20 Nov 2026 10:00:00 +9999', undefined],
    ['nonsense', undefined],
  ])('the zone of %s is %s', (date, minutes) => {
    expect(derivedFrom(`Date: ${date}\n\n`).dateZoneMinutes).toBe(minutes);
  });

  it.each([
    ['X-Mailer: Microsoft Outlook 16.0', 'outlook'],
    ['X-Mailer: iPhone Mail (21A329)', 'apple-mobile'],
    ['X-Mailer: PHPMailer 6.9.1 (https://x)', 'phpmailer'],
    ['X-Mailer: Foo Bar 3.1', 'foo-bar'],
    ['User-Agent: 1/2', undefined],
    ['X-PHP-Originating-Script: 1000:mail.php', 'php'],
    ['Message-ID: <CAabc+1@mail.gmail.com>', 'gmail'],
    ['Content-Type: multipart/mixed; boundary="===============123=="', 'python'],
    ['Subject: none', undefined],
  ])('%s is written by %s', (field, family) => {
    expect(derivedFrom(`${field}\n\nx`).clientFamily).toBe(family);
  });

  it('takes the HTML for the text where the plain part is a stub', () => {
    const words = derivedFrom(
      `Content-Type: multipart/alternative; boundary=b\n\n--b\n\nUse HTML\n--b\nContent-Type: text/html\n\n<p>one two three four five six seven</p>\n--b--`,
    ).words;
    expect(words).toBe(7);
  });

  it('does not let a text hide behind a signature mark or quotes', () => {
    const spam = 'buy this wonderful thing today because it is cheap and good';
    const block = (text: string) => derivedFrom(`From: a@b.example\n\n${text}`).blocks?.at(-1);
    expect(block(`Hi\n-- \n${spam}`)?.words).toBeGreaterThan(10);
    expect(block(`> ${spam}`)?.hash).toBe(block(spam)?.hash);
  });

  it('reads the URLs of forwarded messages and HTML files, not their text', () => {
    const message = derivedFrom(`Content-Type: multipart/mixed; boundary=b

--b

my own words
--b
Content-Type: message/rfc822

Subject: old

their words https://old.example/
--b
Content-Type: text/html; name=page.html

<form action="https://phish.example/">their words</form>
--b--`);
    expect(message.words).toBe(3);
    expect(message.urlHosts).toEqual(['old.example', 'phish.example']);
    expect(message.mimeShape).toBe('mixed(text/plain,message(text/plain),text/html)');
    expect(message.attachments?.map(({ extension }) => extension)).toEqual(['html']);
  });

  it('lists attachments, text and references up to their bounds', () => {
    const part = '--b\nContent-Type: application/x\n\nx\n';
    const many = derivedFrom(
      `Content-Type: multipart/mixed; boundary=b\n\n${part.repeat(MAX_ATTACHMENTS + 3)}--b--`,
    );
    expect(many.attachments?.length).toBe(MAX_ATTACHMENTS);
    expect(many.attachmentsMore).toBe(3);
    expect(derivedFrom(`From: a@b.example\n\n${'ab '.repeat(MAX_TEXT_BYTES)}`).words).toBe(
      Math.ceil(MAX_WORDED_CHARS / 3),
    );
    const ids = Array.from({ length: 50 }, (_, i) => `<${i}@x.example>`);
    const { references } = read(`References: ${ids.join('\n ')}\n\n`).facts;
    expect(references?.length).toBe(MAX_REFERENCES);
    expect([references?.[0], references?.at(-1)]).toEqual([ids[0], ids[49]]);
  });
});

describe('conformance (CON-7)', () => {
  const GOOD =
    'From: a@b.example\nDate: Fri, 20 Nov 2026 10:00:00 +0100\nMessage-ID: <x@b.example>\n';
  const raw = (text: string): DerivedMessage =>
    readWholeMessage(Buffer.from(text, 'latin1')).facts.derived as DerivedMessage;
  const crlf = (text: string): string => text.replace(/\n/g, '\r\n');

  it.each([
    ['nothing', crlf(`${GOOD}\ntext\n`), undefined],
    ['missing-date', crlf('From: a@b.example\nMessage-ID: <x@y>\n\n'), ['missing-date']],
    ['missing-from', crlf(`${GOOD.replace(/^From.*\n/, '')}\n`), ['missing-from']],
    ['missing-message-id', crlf(`${GOOD.replace(/Message.*\n/, '')}\n`), ['missing-message-id']],
    ['unqualified-address', crlf(`${GOOD}To: bob\n\n`), ['unqualified-address']],
    [
      'an unqualified one of several',
      crlf(`${GOOD}To: a@b.example, Bob <bob>\n\n`),
      ['unqualified-address'],
    ],
    ['a group without members', crlf(`${GOOD}To: undisclosed-recipients:;\n\n`), undefined],
    ['a line of 998', crlf(`${GOOD}\n${'x'.repeat(998)}\n`), undefined],
    ['a line of 999', crlf(`${GOOD}\n${'x'.repeat(999)}\n`), ['long-line']],
    ['a header line of 999', crlf(`${GOOD}X: ${'x'.repeat(996)}\n\n`), ['long-line']],
    [
      'folded header lines',
      crlf(`${GOOD}X: ${'x'.repeat(900)}\n ${'x'.repeat(900)}\n\n`),
      undefined,
    ],
    ['a bare LF', crlf(`${GOOD}\n`) + 'a\nb\r\n', ['bare-line-break']],
    ['a bare CR', crlf(`${GOOD}\n`) + 'a\rb\r\n', ['bare-line-break']],
    ['a CR at the end', crlf(`${GOOD}\n`) + 'a\r', ['bare-line-break']],
    ['eight bits', crlf(`${GOOD}Subject: \xe4\n\n`), ['eight-bit-header']],
    ['two Subjects', crlf(`${GOOD}Subject: a\nsubject: b\n\n`), ['duplicate-header']],
    ['two Received', crlf(`${GOOD}Received: a\nReceived: b\n\n`), undefined],
  ])('%s', (_, text, faults) => {
    expect(raw(text).conformance).toEqual(faults);
  });
});

describe('beside postal-mime', () => {
  it('reads the same text and attachments of ordinary messages', async () => {
    const theirs = await PostalMime.parse(bytes(LETTER));
    const ours = readWholeMessage(bytes(LETTER), { text: true, subject: true }).facts;
    expect(ours.subject).toBe(theirs.subject);
    expect(ours.headerFrom).toBe(theirs.from?.address);
    expect(ours.text?.replace(/\r\n/g, '\n').trim()).toBe(theirs.text?.trim());
    expect(ours.attachments?.map(({ name }) => name)).toEqual(
      theirs.attachments.map(({ filename }) => filename),
    );
  });
});

describe('the addresses that a receiver may show as the sender (ACC-3)', () => {
  it.each([
    ['one From', 'From: Ann <ann@example.org>', undefined],
    ['two of one field', 'From: ann@example.org, "CEO" <ceo@gmail.com>', ['ceo@gmail.com']],
    ['a group', 'From: x: ann@example.org, ceo@gmail.com;', ['ceo@gmail.com']],
    ['a second From', 'From: ann@example.org\nFrom: <ceo@gmail.com>', ['ceo@gmail.com']],
    [
      'a second From in capitals',
      'From: ann@example.org\nFROM: <ceo@gmail.com>',
      ['ceo@gmail.com'],
    ],
    ['a Sender', 'From: ann@example.org\nSender: <ceo@gmail.com>', ['ceo@gmail.com']],
    ['the same Sender', 'From: ann@example.org\nSender: ann@example.org', undefined],
  ])('are all of them: %s', (_, header, more) => {
    const { headerFrom, headerFromMore } = read(`${header}\nSubject: x\n\nhello\n`).facts;
    expect({ headerFrom, headerFromMore }).toEqual({
      headerFrom: 'ann@example.org',
      headerFromMore: more,
    });
  });

  it('are at most as many as the bound', () => {
    const many = Array.from({ length: MAX_MORE_SENDERS + 9 }, (_, i) => `a${i}@x.example`);
    const { facts } = read(`From: ${many.join(',\n ')}\n\nhello\n`);
    expect(facts.headerFromMore).toHaveLength(MAX_MORE_SENDERS);
  });
});

describe('words that may be a password (CON-8)', () => {
  const words = (text: string, ownWords = true): readonly string[] => {
    const message = Buffer.from(text.replace(/\n/g, '\r\n'));
    const headerEnd = message.indexOf('\r\n\r\n') + 4;
    const headers = message
      .subarray(0, headerEnd)
      .toString()
      .trim()
      .split('\r\n')
      .map((line) => ({ name: line.split(':')[0]!, value: line.slice(line.indexOf(':') + 1) }));
    const reading = new Reading(headers, shippedKnowledge(), { ...KEEP_NOTHING, ownWords });
    reading.body(message.subarray(headerEnd));
    return reading.end(headerEnd).shortWords;
  };

  it('are looked for only where the check is on', () => {
    expect(words('Subject: my pw hunter22\n\nhunter23\n', false)).toEqual([]);
  });

  it.each([
    ['in the subject', 'Subject: my pw hunter22\n\n'],
    ['in the quoted form', 'Subject: x\n\nhere you are\n\n> Name: Ann\n> Password: hunter22\n'],
    [
      'below a header block of Outlook',
      'Subject: x\n\nhere you are\n\nFrom: IT\nSent: today\nTo: me\n\nPassword: hunter22\n',
    ],
  ])('are those %s', (_, text) => {
    expect(words(text)).toContain('hunter22');
  });
});

describe('another text in the HTML than in the plain part (CON-3)', () => {
  const letter = (plain: string): DerivedMessage =>
    derivedFrom(`Content-Type: multipart/alternative; boundary=b

--b
Content-Type: text/plain

${plain}
--b
Content-Type: text/html

<p>Buy the very best watches of the whole world at our wonderful shop today</p>
--b--
`);

  it('is what is compared, for it is what people read', () => {
    const one = letter('alpha beta gamma delta epsilon zeta eta theta iota kappa');
    const other = letter('one two three four five six seven eight nine ten eleven');
    expect(one.blocks).toEqual(other.blocks);
    const same = letter('Buy the very best watches of the whole world at our wonderful shop now');
    expect(same.blocks).not.toEqual(one.blocks);
  });
});
