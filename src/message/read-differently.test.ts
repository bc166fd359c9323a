/**
 * Forms of mail that one program reads so and another otherwise (CON-2): what is in them is found here, or
 * it is said that a part may be unseen. Innocent mail of nearly the same form is neither.
 */
import { describe, expect, it } from 'vitest';
import type { DerivedMessage } from '../core/message/derived.ts';
import { ATTACHMENTS_UNSEEN, LINKS_UNSEEN } from '../core/message/hiding.ts';
import { KEEP_NOTHING } from './facts.ts';
import { shippedKnowledge } from './read-whole.ts';
import { Reading } from './reading.ts';

const MIXED = 'multipart/mixed; boundary=b';
const BYTES = 'MZ\x90\x00\x03\x00\x00\x00';
const BASE64 = Buffer.from(BYTES, 'latin1').toString('base64');
const BINARY = 'Content-Type: application/octet-stream\n';
const FILE = `${BINARY}Content-Transfer-Encoding: base64\n\n${BASE64}\n`;
const TEXT = '--b\nContent-Type: text/plain\n\nhello\n';
const UUENCODED = 'begin 644 a.js\n#0V%T\n`\nend\n';
const LINK = 'http://listed.test/a';
const LINK64 = Buffer.from(LINK).toString('base64');
const INSIDE = `Subject: x\nContent-Type: multipart/mixed; boundary=i\n\n--i\n${FILE}--i--\n`;

/** @param types of the message, one field each. */
function read(
  body: string,
  types: string | readonly string[] | undefined = MIXED,
  cut = 0,
): DerivedMessage {
  const fields = (typeof types === 'string' ? [types] : types).map((value) => ({
    name: 'Content-Type',
    value: ` ${value}`,
  }));
  const reading = new Reading(fields, shippedKnowledge(), KEEP_NOTHING);
  const bytes = Buffer.from(body.replace(/\r?\n/g, '\r\n'), 'latin1');
  const size = cut === 0 ? bytes.length + 1 : cut;
  for (let at = 0; at < bytes.length; at += size) reading.body(bytes.subarray(at, at + size));
  return reading.end(20).derived;
}

const within = (part: string): string => `${TEXT}--b\n${part}--b--\n`;
const coded = (encoding: string, body = BASE64): string =>
  within(`${BINARY}${encoding}\n\n${body}\n`);
const named = (disposition: string, type = ''): string =>
  within(
    `Content-Type: application/octet-stream${type}\nContent-Disposition: ${disposition}\n\nx\n`,
  );
const noted = ({ malformed = [] }: DerivedMessage, unseen: readonly string[]): readonly string[] =>
  malformed.filter((note) => unseen.includes(note));
const trueTypes = ({ attachments = [] }: DerivedMessage): readonly string[] =>
  attachments.map(({ trueType }) => trueType);
const extensions = ({ attachments = [] }: DerivedMessage): readonly string[] =>
  attachments.map(({ extension }) => extension);

type Form = [what: string, body: string, types?: string | readonly string[]];

describe('a program is found', () => {
  it.each<Form>([
    ['behind a comment', coded('Content-Transfer-Encoding: (x) base64')],
    ['in an encoding in quotes', coded('Content-Transfer-Encoding: "base64"')],
    ['in an encoding with a parameter', coded('Content-Transfer-Encoding: base64; x=y')],
    ['in message/global', within(`Content-Type: message/global\n\n${INSIDE}`)],
    ['in message/news', within(`Content-Type: message/news\n\n${INSIDE}`)],
    ['in a kind of message nobody knows', within(`Content-Type: message/x-sms\n\n${INSIDE}`)],
    ['without a semicolon', `--b\n${FILE}--b--\n`, 'multipart/mixed boundary=b'],
    ['with blanks round the slash', `--b\n${FILE}--b--\n`, 'multipart / mixed; boundary=b'],
    ['with blanks between parameters', `--b\n${FILE}--b--\n`, 'multipart/mixed; x="y" boundary=b'],
    ['behind a parameter without a value', `--b\n${FILE}--b--\n`, 'multipart/mixed; x; boundary=b'],
  ])('%s', (_, body, types) => {
    const derived = read(body, types);
    expect(trueTypes(derived)).toContain('application/x-msdownload');
    expect(noted(derived, ATTACHMENTS_UNSEEN)).toEqual([]);
    expect(read(body, types, 1)).toEqual(derived);
  });

  it('as uuencode in a transfer encoding of that name, whatever the part is called', () => {
    const body = within(
      `Content-Type: application/octet-stream; name=a.dat\nContent-Transfer-Encoding: x-uuencode\n\n${UUENCODED}`,
    );
    expect(read(body).attachments).toMatchObject([{ extension: 'dat', sizeBytes: 3 }]);
    expect(noted(read(body), ATTACHMENTS_UNSEEN)).toEqual([]);
  });
});

describe('a script is told by any of the names of its part', () => {
  it.each<Form>([
    ['without quotes, with blanks', named('attachment; filename=my invoice.js')],
    ['without quotes, with words behind it', named('attachment; filename=a.js for you')],
    ['extended and plain', named("attachment; filename=a.js; filename*=utf-8''a.txt")],
    ['plain and extended', named("attachment; filename*=utf-8''a.js; filename=a.txt")],
    ['continued from 1', named('attachment; filename*1=a; filename*2=.js')],
    ['continued with a gap', named('attachment; filename*0=a; filename*2=.js')],
    ['a section given twice', named('attachment; filename*0=a.; filename*0=js')],
    ['in the type only', named('attachment; filename=a.txt', '; name=a.js')],
    ['twice', named('attachment; filename=a.txt; filename=a.js')],
    ['in another parameter', named('attachment; name=a.js')],
    ['a stream of the file', named('attachment; filename="a.js::$DATA"')],
    ['a named stream of the file', named('attachment; filename="a.js:x.txt"')],
    ['a NUL in percents', named("attachment; filename*=utf-8''a.js%00.txt")],
    ['percents', named('attachment; filename="a%2Ejs"')],
    ['single quotes', named("attachment; filename='a.js'")],
    ['text behind the quotes', named('attachment; filename="a".js')],
    ['UTF-7', named('attachment; filename="=?utf-7?Q?a+AC4-js?="')],
    ['an unseen character in it', named("attachment; filename*=utf-8''a.j%E2%80%8Bs")],
    ['a control character behind it', named("attachment; filename*=utf-8''a.js%01")],
    [
      'more blanks behind it than a name may have',
      named(`attachment; filename="a.js${' '.repeat(300)}"`),
    ],
    ['no semicolon', named('attachment filename=a.js')],
    ['no disposition', named('filename=a.js')],
    ['a message with the name', within(`Content-Type: message/rfc822; name=a.js\n\n${INSIDE}`)],
    ['in HTML, by uuencode', `<pre>\n${UUENCODED}</pre>`, 'text/html'],
    ['by uuencode, with blanks', UUENCODED.replace('644 ', '644  '), 'text/plain'],
    ['by uuencode, moved in', `\n ${UUENCODED}`, 'text/plain'],
    ['by yEnc', '=ybegin line=128 size=1 name=a.js\n\x77\n=yend size=1\n', 'text/plain'],
  ])('%s', (_, body, types) => {
    const derived = read(body, types);
    expect(extensions(derived)).toContain('js');
    expect(read(body, types, 1)).toEqual(derived);
  });

  it.each([
    ['attachment; filename="Re: plan.pdf"', 'pdf'],
    ['attachment; filename="50% off.pdf"', 'pdf'],
    ['attachment; filename="it\'s mine.pdf"', 'pdf'],
    ['attachment; filename="plan.pdf"; size=3; filename*=utf-8\'\'plan.pdf', 'pdf'],
    ['attachment; filename="notes"', ''],
  ])('an innocent one is listed once: %s', (disposition, extension) => {
    expect(extensions(read(named(disposition, '; name="notes"')))).toEqual([extension]);
  });
});

describe('it is said that a part may be unseen', () => {
  // prettier-ignore
  const forms: ([note: string, ...Form])[] = [
    ['encoding-not-clear', 'two encodings', coded('Content-Transfer-Encoding: 7bit\nContent-Transfer-Encoding: base64')],
    ['encoding-not-clear', 'an encoding only some undo', coded('Content-Transfer-Encoding: "base64"', LINK)],
    ['unknown-encoding', 'an encoding nobody knows', coded('Content-Transfer-Encoding: x-gzip64')],
    ['unknown-encoding', 'a comment without end', coded('Content-Transfer-Encoding: (x base64')],
    ['unknown-encoding', 'uuencode that is none', coded('Content-Transfer-Encoding: x-uuencode')],
    ['unknown-encoding', 'two files by uuencode', coded('Content-Transfer-Encoding: x-uuencode', UUENCODED + UUENCODED)],
    ['structure-not-clear', 'two types with two boundaries', `--c\n${FILE}--c--\n`, [MIXED, 'multipart/mixed; boundary=c']],
    ['structure-not-clear', 'two boundaries', `--c\n${FILE}--c--\n`, `${MIXED}; boundary=c`],
    ['structure-not-clear', 'a boundary with blanks', `--b c\n${FILE}--b c--\n`, 'multipart/mixed; boundary=b c'],
    ['structure-not-clear', 'text and message', within(`Content-Type: text/plain\nContent-Type: message/rfc822\n\n${INSIDE}`)],
    ['structure-not-clear', 'text and multipart', LINK + within(FILE), ['text/plain', MIXED]],
    ['message-partial', 'a piece of a message', INSIDE, 'message/partial; id="x@local.test"; number=1; total=2'],
    ['message-external', 'a part elsewhere', `${BINARY}\n`, `message/external-body; access-type=URL; URL="${LINK}"`],
    ['encoded-multipart', 'parts in an encoding', within(`Content-Type: multipart/mixed; boundary=c\nContent-Transfer-Encoding: x-uuencode\n\n${UUENCODED}`)],
    ['delimiter-not-clear', 'a delimiter that goes on', `${TEXT}--bZ\n${FILE}--b--\n`],
    ['delimiter-not-clear', 'none that does not go on', `--bZ\n${FILE}--b--\n`],
    ['delimiter-not-clear', 'an end that goes on', `${TEXT}--b--Z\n--b\n${FILE}`],
    ['delimiter-not-clear', 'a long delimiter', `${TEXT}--b${'Z'.repeat(400)}\n${FILE}--b--\n`],
    ['delimiter-not-clear', 'a part behind the end', `${TEXT}--b--\n--b\n${FILE}--b--\n`],
    ['delimiter-not-clear', 'an end with VT', `${TEXT}--b--\x0b\n--b\n${FILE}--b--\n`],
    ['delimiter-not-clear', 'an end with NBSP', `${TEXT}--b--\xa0\n--b\n${FILE}--b--\n`],
    ['delimiter-not-clear', 'a delimiter with NBSP', `${TEXT}--b\xa0\n${FILE}--b--\n`],
    ['boundary-missing', 'an empty boundary', `--\n${FILE}----\n`, 'multipart/mixed; boundary=""'],
    ['boundary-missing', 'no boundary', `--b\n${FILE}--b--\n`, 'multipart/mixed'],
    ['boundary-never-found', 'another boundary', `--c\n${FILE}--c--\n`],
    ['file-outside-parts', 'uuencode before the parts', `${UUENCODED}${TEXT}--b--\n`],
    ['file-outside-parts', 'uuencode behind the parts', `${TEXT}--b--\n\n${UUENCODED}`],
    ['file-outside-parts', 'yEnc behind the parts', `${TEXT}--b--\n=ybegin line=128 size=1 name=a.js\nx\n`],
  ];
  it.each(forms)('%s: %s', (note, _, body, types) => {
    const derived = read(body, types);
    expect(noted(derived, ATTACHMENTS_UNSEEN)).toContain(note);
    if (note !== 'file-outside-parts') expect(noted(derived, LINKS_UNSEEN)).toContain(note);
    expect(read(body, types, 1)).toEqual(derived);
  });

  it.each([
    ['7bit\nContent-Transfer-Encoding: base64', ['encoding-not-clear']],
    ['(c) base64', []],
  ])('of links, too: %s', (encoding, notes) => {
    const body = within(
      `Content-Type: text/plain\nContent-Transfer-Encoding: ${encoding}\n\n${LINK64}\n`,
    );
    expect(noted(read(body), LINKS_UNSEEN)).toEqual(notes);
    if (notes.length === 0) expect(read(body).urlHosts).toEqual(['listed.test']);
  });

  it('of a message in base64 that scanners do not take for one', () => {
    const inBase64 = (message: string): string => {
      const text = message.replace(/\n/g, '\r\n');
      const encoded = Buffer.from(text).toString('base64').replace(/.{76}/g, '$&\n');
      return within(
        `Content-Type: message/rfc822\nContent-Transfer-Encoding: base64\n\n${encoded}\n`,
      );
    };
    const letter = 'Content-Type: text/plain\n\nhello\n';
    for (const start of ['', 'X-Mailer: x\n', 'from: a@b.example\n', 'From:a@b.example\n']) {
      expect(noted(read(inBase64(start + letter)), ATTACHMENTS_UNSEEN), start).toEqual([
        'message-start-unusual',
      ]);
    }
    const signed = 'DKIM-Signature: x\nFrom: a@b.example\n';
    for (const start of ['From: a@b.example\n', 'Received: x\n', 'MIME-Version: 1.0\n', signed]) {
      expect(noted(read(inBase64(start + letter)), ATTACHMENTS_UNSEEN), start).toEqual([]);
    }
  });
});

describe('innocent mail is not stopped', () => {
  // prettier-ignore
  it.each<Form>([
    ['a word before the parts', `This is a multi-part message in MIME format.\n\n${TEXT}--b--\n`],
    ['a footer behind the parts', `${TEXT}--b--\n\n_____\nlist mailing list\n-- \nbegin here\n`],
    ['a boundary in another', `--b\nContent-Type: multipart/mixed; boundary=b2\n\n--b2\n\nx\n--b2--\n--b--\n`],
    ['another way round', `--b2\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\nx\n--b--\n--b2--\n`, 'multipart/mixed; boundary=b2'],
    ['one boundary in itself', `--b\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\nx\n--b--\n--b--\n`],
    ['two ends', `${TEXT}--b--\n\n--b--\n`],
    ['no end', TEXT],
    ['no part and no text', '\n\n'],
    ['blanks behind a delimiter', `--b \t\n\nx\n--b-- \n`],
    ['the same type twice', `${TEXT}--b--\n`, [MIXED, MIXED]],
    ['kinds of text', 'hello', ['text/plain', 'text/html']],
    ['an encoding by a wrong name', within('Content-Type: text/plain\nContent-Transfer-Encoding: 8-bit\n\nx\n')],
    ['7bit and 8bit', within('Content-Type: text/plain\nContent-Transfer-Encoding: 7bit\nContent-Transfer-Encoding: 8bit\n\nx\n')],
    ['a forwarded letter', within('Content-Type: message/rfc822; name="Re: plan.eml"\n\nSubject: plan\n\nx\n')],
    ['a report', within('Content-Type: message/delivery-status\n\nReporting-MTA: dns; x\n\nAction: failed\n')],
  ])('%s', (_, body, types) => {
    const derived = read(body, types);
    expect(noted(derived, [...ATTACHMENTS_UNSEEN, ...LINKS_UNSEEN])).toEqual([]);
    expect(derived.attachments?.filter(({ declaredType }) => !declaredType.startsWith('message/'))).toEqual([]);
    expect(read(body, types, 1)).toEqual(derived);
  });
});
