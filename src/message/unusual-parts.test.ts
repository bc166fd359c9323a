/** Parts written in ways that programs show and readers overlook, and mail that nobody typed. */
import { describe, expect, it } from 'vitest';
import type { DerivedMessage } from '../core/message/derived.ts';
import { readWholeMessage } from './read-whole.ts';

const derivedFrom = (text: string): DerivedMessage =>
  readWholeMessage(Buffer.from(text.replace(/\r?\n/g, '\r\n'))).facts.derived as DerivedMessage;

const HEAD = 'From: ann@example.org\nMIME-Version: 1.0\n';
const PROGRAM = `--b
Content-Type: application/octet-stream; name="a.exe"
Content-Transfer-Encoding: base64

TVqQAAMAAAAEAAAA
--b--
`;
const extensions = ({ attachments = [] }: DerivedMessage): readonly string[] =>
  attachments.map(({ extension }) => extension);

describe('attachments in unusual places', () => {
  it('are found behind comments in the media type', () => {
    const type = 'Content-Type: (a (b) "c") multipart/mixed (d); (e) boundary=b (f)';
    expect(extensions(derivedFrom(`${HEAD}${type}\n\n${PROGRAM}`))).toEqual(['exe']);
  });

  it.each([
    ['text/plain', 'multipart/mixed; boundary=b'],
    ['multipart/mixed; boundary=b', 'text/plain'],
  ])('are found where a part says twice what it is: %s, then %s', (first, second) => {
    const derived = derivedFrom(
      `${HEAD}Content-Type: ${first}\nContent-Type: ${second}\n\n${PROGRAM}`,
    );
    expect(extensions(derived)).toEqual(['exe']);
    expect(derived.malformed).toContain('doubled-content-type');
  });

  it('are found in the text, as uuencode writes them', () => {
    const derived = derivedFrom(`${HEAD}\nSee below.\n\nbegin 644 run.js\n#0V%T\n\`\nend\n`);
    expect(derived.attachments).toMatchObject([{ extension: 'js', sizeBytes: 3 }]);
  });

  it('are found in a message in a transfer encoding, which is a fault all the same', () => {
    const type = 'Content-Type: message/rfc822\nContent-Transfer-Encoding: base64';
    const message = `From: b@example.net\nContent-Type: multipart/mixed; boundary=b\n\n${PROGRAM}`;
    const encoded = Buffer.from(message).toString('base64');
    const derived = derivedFrom(`${HEAD}${type}\n\n${encoded}\n`);
    expect(extensions(derived)).toEqual(['exe', '']);
    expect(derived.malformed).toEqual(['encoded-message']);
  });
});

describe('mail that its sender did not write anew', () => {
  const letter = (headers: string, body: string): DerivedMessage =>
    derivedFrom(`${HEAD}${headers}\n\n${body}`);

  it.each([
    ['an absence note', 'Auto-Submitted: auto-replied (vacation)', 'I am away.'],
    [
      'a receipt',
      'Content-Type: multipart/report; report-type=disposition-notification; boundary=b',
      '--b\n\nRead.\n--b--\n',
    ],
    ['an answer to an invitation', 'Content-Type: text/calendar; method=REPLY', 'BEGIN:VCALENDAR'],
  ])('%s is automatic', (_, headers, body) => {
    expect(letter(headers, body)).toMatchObject({ isAutomatic: true });
  });

  it('a calendar entry is no text of its sender', () => {
    const derived = letter('Content-Type: text/calendar; method=REPLY', 'SUMMARY:a b c d e f g h');
    expect(derived).toMatchObject({ words: 0, blocks: [] });
  });

  it.each([
    ['From: Bob <bob@example.net>\nSent: Monday\nTo: Ann\nSubject: x'],
    ['Von: Bob\nGesendet: Montag\nAn: Ann\nBetreff: x'],
    ['---------- Forwarded message ---------\nFrom: Bob'],
    ['-----Original Message-----\nFrom: Bob'],
  ])('what is passed on is told by the header above it: %j', (block) => {
    expect(letter('Subject: WG: x', `fyi\n\n${block}\n\nThe offer.`)).toMatchObject({
      isForward: true,
    });
  });

  it('a plain letter is neither', () => {
    const derived = letter('Auto-Submitted: no', 'Good day.');
    expect(derived.isAutomatic).toBeUndefined();
    expect(derived.isForward).toBeUndefined();
  });
});
