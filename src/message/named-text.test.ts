/** CON-2: a text with the name of a file is read where a mail program shows it. */
import { describe, expect, it } from 'vitest';
import type { DerivedMessage } from '../core/message/derived.ts';
import { readWholeMessage } from './read-whole.ts';

const WORDS = 'please look at our new offer today http://listed.example/a';

function read(header: string, body: string): DerivedMessage {
  const bytes = Buffer.from(`${header}\n\n${body}\n`.replaceAll('\n', '\r\n'), 'latin1');
  return readWholeMessage(bytes).facts.derived as DerivedMessage;
}
const inside = (header: string): DerivedMessage =>
  read(
    'Content-Type: multipart/mixed; boundary=b',
    `--b\nContent-Type: text/plain\n\nhello\n--b\n${header}\n\n${WORDS}\n--b--`,
  );

describe('a text with a name', () => {
  it.each([
    ['in its type', 'Content-Type: text/plain; name="body.txt"'],
    ['of its own place', 'Content-Disposition: inline; filename=body.txt'],
    ['as a file, the only part', 'Content-Disposition: attachment; filename=body.txt'],
    ['as HTML', 'Content-Type: text/html; name=body.html'],
  ])('%s is what is written where there is nothing else', (_how, header) => {
    const { words, urlHosts } = read(header, WORDS);
    expect(words).toBeGreaterThanOrEqual(7);
    expect(urlHosts).toEqual(['listed.example']);
  });

  it.each([
    ['in its type', 'Content-Type: text/plain; name="body.txt"', 8],
    ['of its own place', 'Content-Disposition: inline; filename=body.txt', 8],
    ['that is a calendar', 'Content-Type: text/calendar; name=invite.ics', 1],
    [
      'that is a calendar, as a file',
      'Content-Type: text/calendar; name=invite.ics\nContent-Disposition: attachment',
      1,
    ],
  ])('%s is read beside others', (_how, header, least) => {
    const { words, urlHosts } = inside(header);
    expect(words).toBeGreaterThanOrEqual(least);
    expect(urlHosts).toEqual(['listed.example']);
  });

  it('as an attached file is a file: nobody is shown it', () => {
    const { words, urlHosts, attachments } = inside(
      'Content-Type: text/plain\nContent-Disposition: attachment; filename=mail.log',
    );
    expect([words, urlHosts]).toEqual([1, []]);
    expect(attachments).toHaveLength(1);
  });

  it('has the files that are written into it', () => {
    const { attachments = [] } = read(
      'Content-Type: text/plain; name="body.txt"',
      'begin 644 a.js\n#0V%T\n`\nend',
    );
    expect(attachments.map(({ extension }) => extension)).toContain('js');
  });
});

describe('a host without a scheme', () => {
  it.each([
    ['with a port', 'see listed.com:8080/x now', ['listed.com']],
    ['in letters of another script', 'see evíl.com/page', ['l.com', 'xn--evl-sma.com']],
    ['behind a word of another script', '请看listed.com/page', ['listed.com']],
    ['as a share', 'open \\\\listed.com\\share\\a.doc', ['listed.com']],
    ['that is a time', 'at 12:30/13:30', []],
  ])('%s is a link', (_how, text, hosts) => {
    const { urlHosts } = readUtf8(text);
    expect(urlHosts).toEqual(hosts);
  });

  it('goes on in the next line where the format says so (RFC 3676)', () => {
    const flowed = 'Content-Type: text/plain; format=flowed; delsp=yes';
    expect(read(flowed, 'see http://listed.exam \nple/a now').urlHosts).toContain('listed.example');
  });
});

function readUtf8(text: string): DerivedMessage {
  const head = Buffer.from('Content-Type: text/plain; charset=utf-8\r\n\r\n');
  const whole = Buffer.concat([head, Buffer.from(text)]);
  return readWholeMessage(whole).facts.derived as DerivedMessage;
}
