/** FBK-2: what a person writes is a letter, whatever words of bounces it uses. */
import { describe, expect, test } from 'vitest';
import { createReturnedReader } from '../../src/returned/read-returned.ts';
import { classify, readMessage } from './reading.ts';

const BOB = 'bob@r.example';
/** Subject and text of people who ask about bounces. */
const LETTERS: readonly (readonly [subject: string, text: string])[] = [
  [
    'undeliverable mail?',
    'Hi, when I write to carl@example.org I get 550 5.1.1 User unknown. Why?',
  ],
  ['problem with mail', 'Hi, when I write to carl@example.org I get 550 5.1.1 User unknown. Why?'],
  ['Mail unzustellbar', 'Meine Mail an carl@example.org kommt zurück: 550 5.7.1 rejected. Warum?'],
  [
    'Undelivered Mail Returned to Sender',
    'Your server spams us with bounces (550 user unknown for joe@r.example). Please stop.',
  ],
  [
    'returned mail from you',
    'It says: the following address had permanent fatal errors: <kim@far.example> (550 user unknown)',
  ],
];

function letter(subject: string, text: string, fields = ''): string {
  return `From: Bob Miller <${BOB}>\nTo: abuse@example.org\nSubject: ${subject}\n${fields}\n${text}\n`;
}

function readFrom(sender: string, message: string) {
  const reading = createReturnedReader(classify).begin(sender);
  reading.feed(Buffer.from(message));
  return reading.end();
}

describe.each(LETTERS)('FBK-2: a letter called "%s"', (subject, text) => {
  test.each([
    'User-Agent: Mozilla Thunderbird\n',
    'In-Reply-To: <1@x>\n',
    'X-Mailer: Microsoft Outlook 16.0\n',
    `Return-Path: <${BOB}>\n`,
  ])('is one by "%s"', (field) => {
    expect(readMessage(letter(subject, text, field))).toMatchObject({ kind: 'letter' });
  });

  test('is one by its envelope sender, who is the author', () => {
    expect(readFrom(BOB, letter(subject, text))).toMatchObject({ kind: 'letter', recipients: [] });
  });
});

/** Of people who complain of automatic replies. */
const ABOUT_REPLIES = [
  'out of office spam',
  'vacation loop',
  'Re: Automatische Antwort: Angebot',
  'AW: Abwesenheitsnotiz',
  'Automatic reply loop',
];

test.each(ABOUT_REPLIES)('FBK-2: "%s" from a mail program of people is a letter', (subject) => {
  const message = letter(subject, 'Please stop it.', 'User-Agent: Mozilla Thunderbird\n');
  expect(readMessage(message)).toMatchObject({ kind: 'letter' });
});

test('FBK-2: an automatic reply that nothing but its subject tells is said to be guessed', () => {
  const guessed = letter('out of office spam', 'Please stop it.');
  expect(readMessage(guessed)).toMatchObject({ kind: 'auto-reply', derived: ['kind'] });
  const told = letter('Out of office', 'I am away.', 'Auto-Submitted: auto-replied\n');
  expect(readMessage(told)).toMatchObject({ kind: 'auto-reply', derived: [] });
});

test('FBK-1: the same words from a mail server are a bounce', () => {
  for (const [subject, text] of LETTERS) {
    expect(readFrom('', letter(subject, text))).toMatchObject({ kind: 'dsn' });
    const daemon = letter(subject, text).replace(BOB, 'MAILER-DAEMON@r.example');
    expect(readFrom('bounce@r.example', daemon)).toMatchObject({ kind: 'dsn' });
  }
});

test('FBK-1: an address between full-width marks is read without them', () => {
  const notice =
    'From: PostMaster@qq.example\nSubject: =?utf-8?B?57O757uf6YCA5L+h?=\n' +
    'Content-Type: text/plain; charset=utf-8\n\n' +
    '抱歉，您的邮件被退回来了。\n收件人邮件地址（bob@qq.example）不存在，邮件无法送达。\n' +
    'host mx3.qq.example[192.0.2.4] said: 550 Mailbox not found\n';
  expect(readMessage(notice)).toMatchObject({
    kind: 'dsn',
    recipients: [{ recipient: 'bob@qq.example', class: 'unknown-recipient' }],
  });
});
