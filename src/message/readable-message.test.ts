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
    from: 'ann@example.org',
    subject: '',
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
  expect(readableMessage(Buffer.alloc(0))).toEqual({
    ...{ from: '', subject: '', text: '', links: [], attachments: [] },
  });
  expect(
    readableMessage(Buffer.from(`\n${'word '.repeat(60_000)}`))?.text.length,
  ).toBeLessThanOrEqual(65_536);
});

test('bytes of another charset are read as what they say they are', () => {
  const head = 'Content-Type: text/plain; charset=iso-8859-2\nContent-Transfer-Encoding: 8bit\n\n';
  const body = Buffer.from([0xa3, 0xf3, 0x64, 0xbc, 0x0a]);
  expect(readableMessage(Buffer.concat([Buffer.from(head), body]))?.text).toBe('Łódź');
});

test('subject and From are decoded, in one line each, and nothing of them steers', () => {
  const shown = readableMessage(
    lines(
      'From: =?utf-8?Q?Gesch=C3=A4ftsf=C3=BChrung?= <eve@example.net>',
      `Subject: =?utf-8?B?${base64('Überfällige Rechnung\u202Exe.fdp')}?=`,
      ` =?iso-8859-1?Q?_f=FCr_Sie=0D=0ATo:_all?=`,
      ...['', 'text'],
    ),
  );
  expect(shown?.from).toBe('Geschäftsführung <eve@example.net>');
  expect(shown?.subject).toBe('Überfällige Rechnung\\u{202E}xe.fdp für Sie To: all');
});

test('raw 8-bit is read in subject and From, and a long name hides no address', () => {
  const shown = readableMessage(
    lines(
      `From: "boss@bank.example ${'x'.repeat(900)}" <eve@example.net>`,
      ...[`Subject: Grüße ${'y'.repeat(900)}`, '', 'text'],
    ),
  );
  expect(shown?.from).toMatch(/^"boss@bank\.example x+… <eve@example\.net>$/);
  expect(shown?.from.length).toBeLessThan(600);
  expect(shown?.subject).toMatch(/^Grüße y+$/);
  expect(shown?.subject).toHaveLength(500);
});

test('a file with two names is shown once, the same file sent twice as often as it was', () => {
  const file = (...head: string[]): string[] => ['--part', ...head, '', '%PDF-1.4'];
  const shown = readableMessage(
    lines(
      ...['Content-Type: multipart/mixed; boundary=part', ''],
      ...file(
        'Content-Type: application/pdf; name=a.pdf',
        'Content-Disposition: attachment; filename=a.exe',
      ),
      ...file('Content-Type: application/pdf; name=b.pdf'),
      ...file('Content-Type: application/pdf; name=b.pdf'),
      '--part--',
    ),
  );
  expect(shown?.attachments.map(({ name }) => name)).toEqual(['a.exe', 'b.pdf', 'b.pdf']);
});
