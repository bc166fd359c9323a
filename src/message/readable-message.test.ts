/** What a reviewer reads of a message, instead of its source. */
import { expect, test } from 'vitest';
import { readableMessage } from './readable-message.ts';

const lines = (...all: string[]): Buffer => Buffer.from(`${all.join('\n')}\n`);
const base64 = (text: string): string => Buffer.from(text).toString('base64');

test('a text in base64 is read, and an attachment is named as it will be', () => {
  const shown = readableMessage(
    lines(
      ...['From: ann@example.org', 'MIME-Version: 1.0'],
      ...['Content-Type: multipart/mixed; boundary=part', ''],
      ...['--part', 'Content-Type: text/plain; charset=utf-8'],
      ...['Content-Transfer-Encoding: base64', '', base64('Schöne Grüße\nhttp://evil.example/a')],
      ...['--part', 'Content-Type: application/pdf'],
      "Content-Disposition: attachment; filename*=utf-8''Rechnung%20f%C3%BCr%20Sie.pdf",
      ...['Content-Transfer-Encoding: base64', '', base64('%PDF-1.4'), '--part--'],
    ),
  );
  expect(shown).toEqual({
    text: 'Schöne Grüße\nhttp://evil.example/a',
    links: ['http://evil.example/a'],
    attachments: [{ name: 'Rechnung für Sie.pdf', type: 'application/pdf', sizeBytes: 8 }],
  });
});

test('of HTML the words are shown and where its links really lead, and nothing of it steers', () => {
  const html =
    '<p>Log in at <a href=3D"https://evil.example/x">https://bank.example</a>' +
    '<script>window.hit=3D1</script></p>\u202Egnp';
  const shown = readableMessage(
    lines(
      ...['Content-Type: text/html; charset=utf-8'],
      ...['Content-Transfer-Encoding: quoted-printable', '', html],
    ),
  );
  expect(shown?.text).toContain('Log in at https://bank.example');
  expect(shown?.text).not.toMatch(/window\.hit|\u202E/);
  expect(shown?.links).toContain('https://evil.example/x');
});

test('what is no message at all is as it is, and a long one has a bound', () => {
  expect(readableMessage(Buffer.alloc(0))).toEqual({ text: '', links: [], attachments: [] });
  expect(
    readableMessage(Buffer.from(`\n${'word '.repeat(60_000)}`))?.text.length,
  ).toBeLessThanOrEqual(65_536);
});

test('bytes of another charset are read as what they say they are', () => {
  const head = 'Content-Type: text/plain; charset=iso-8859-2\nContent-Transfer-Encoding: 8bit\n\n';
  const body = Buffer.from([0xa3, 0xf3, 0x64, 0xbc, 0x0a]);
  expect(readableMessage(Buffer.concat([Buffer.from(head), body]))?.text).toBe('Łódź');
});
