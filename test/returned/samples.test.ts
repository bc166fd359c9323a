/**
 * Real returned mail with the expectations of those who collected it (their licences lie beside it).
 * Statuses `x.0.9nn` are their mark for "the message states none"; ours are numbered alike.
 */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { formatFeedbackReport } from '../../src/protocol/feedback-report.ts';
import { formatXarfMail } from '../../src/protocol/xarf.ts';
import { fixture, fixtureJson, readMessage } from './reading.ts';

interface Expected {
  readonly status: string;
  readonly replyCode: string;
  readonly reason: string;
  readonly hard: boolean;
}

const bounces = fixtureJson('bounces/expected.json') as Record<string, readonly Expected[]>;

/** Collected from many systems; some contradict each other, word for word. */
const REQUIRED_RATE = 0.95;

const NOT_STATED = /^[45]\.0\.9\d\d$/;

describe('FBK-1: real bounces', () => {
  test('have the right status and hardness for at least 95 of 100 recipients', () => {
    const wrong: string[] = [];
    let recipients = 0;
    for (const [file, rows] of Object.entries(bounces)) {
      const read = readMessage(fixture(`bounces/${file}`));
      for (const [index, row] of rows.entries()) {
        recipients += 1;
        const got = read.recipients[index];
        if (row.status === '') {
          const kind = row.reason === 'feedback' ? 'complaint' : 'auto-reply';
          if (read.kind !== kind) wrong.push(`${file}: ${read.kind}, not ${kind}`);
          continue;
        }
        const isToSay = NOT_STATED.test(row.status);
        const isSaid = !isToSay || read.derived.includes('status');
        if (!isSaid || got?.status !== row.status || got.hard !== row.hard)
          wrong.push(`${file} ${index}: ${row.reason}`);
      }
    }
    expect(recipients).toBeGreaterThan(100);
    expect(1 - wrong.length / recipients, wrong.join('\n')).toBeGreaterThanOrEqual(REQUIRED_RATE);
  });

  test('name as many recipients as they have', () => {
    const counts = Object.entries(bounces).map(([file, rows]) => {
      const read = readMessage(fixture(`bounces/${file}`));
      return [file, read.kind === 'dsn' ? read.recipients.length : rows.length] as const;
    });
    const wanted = Object.entries(bounces).map(([file, rows]) => [file, rows.length] as const);
    expect(counts).toEqual(wanted);
  });

  test('of the RFC are read with action, status and class', () => {
    const rows = [1, 2, 3, 4, 5, 6].flatMap((n) =>
      readMessage(fixture(`bounces/rfc3464/${n}.eml`)).recipients.map(
        ({ recipient, status, action, class: reply }) => [recipient, status, action, reply],
      ),
    );
    expect(rows).toEqual([
      ['louisl@larry.slip.umd.edu', '4.0.0', 'failed', 'connection'],
      ['arathib@vnet.ibm.com', '5.0.0', 'failed', 'unknown-recipient'],
      ['johnh@hpnjld.njd.hp.com', '4.0.0', 'delayed', 'dns'],
      ['wsnell@sdcc13.ucsd.edu', '5.0.0', 'failed', 'unknown-recipient'],
      ['nair_s', '5.0.0', 'failed', 'unknown-recipient'],
      ['thomas@de-montfort.ac.uk', '4.0.0', 'delayed', 'connection'],
      ['recipient@domain.com', '5.0.0', 'failed', 'mailbox-full'],
      ['redacted@example.com', '5.4.1', 'failed', 'unknown-recipient'],
    ]);
  });
});

describe('FBK-2: real complaints', () => {
  test('of the RFC and of providers that leave much out', () => {
    const read = [1, 2, 3, 4].map((n) => readMessage(fixture(`feedback/rfc5965/${n}.eml`)));
    expect(read.map(({ kind }) => kind)).toEqual(Array(4).fill('complaint'));
    expect(read[1]?.complaint).toEqual({
      feedbackType: 'abuse',
      sourceAddress: '192.0.2.1',
      originalRecipients: ['user@example.com'],
      messageId: '8787KJKJ3K4J3K4J3K4J3.mail@example.net',
      arrivalDate: '2005-03-08T18:00:00.000Z',
      reporter: 'abusedesk@example.com',
    });
    expect(read[1]?.derived).toEqual([]);
    // What the first leaves out is taken from its words and from the message inside, and said so.
    expect(read[0]?.complaint?.sourceAddress).toBe('192.0.2.1');
    expect(read[0]?.derived).toEqual(['sourceAddress', 'arrivalDate']);
  });

  const xarf = ['v3', 'v4'].flatMap((version) =>
    readdirSync(join(import.meta.dirname, '../fixtures/returned/feedback/xarf', version))
      .filter((name) => name.endsWith('.json'))
      .map((name) => `feedback/xarf/${version}/${name}`),
  );

  test.each(xarf)('XARF by mail: %s', (path) => {
    const json = fixture(path).toString('base64').replace(/.{76}/g, '$&\r\n');
    const mail =
      'From: t@trap.example\r\nSubject: report\r\nMIME-Version: 1.0\r\n' +
      'Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\nContent-Type: text/plain\r\n\r\n' +
      'See the attachment.\r\n--x\r\nContent-Type: application/json; name="report.json"\r\n' +
      `Content-Transfer-Encoding: base64\r\n\r\n${json}\r\n--x--\r\n`;
    const read = readMessage(mail);
    expect(read.kind).toBe('xarf');
    expect(read.reports).toHaveLength(1);
    expect(read.reports?.[0]?.category).toMatch(/^[a-z]+$/);
    expect(read.reports?.[0]?.at).toMatch(/^20\d\d-/);
  });

  test.each(xarf)('XARF as a file of its own: %s', (path) => {
    expect(readMessage(fixture(path))).toMatchObject({ kind: 'xarf', reports: [{}] });
  });

  test('JSON that is no XARF, cut off or without end is unknown', () => {
    const whole = fixture(xarf.at(-1) ?? '').toString();
    for (const text of [
      '{',
      '{}',
      '{"a":1}',
      whole.slice(0, whole.length / 2),
      '{'.repeat(300_000),
    ]) {
      expect(readMessage(text)).toMatchObject({ kind: 'unknown', recipients: [] });
    }
  });
});

describe('FBK-3: a complaint about a bounce', () => {
  test('says so: our user sent what bounced', () => {
    const read = readMessage(fixture('own/own-bounce-complaint.eml'));
    expect(read).toMatchObject({ kind: 'complaint', complaint: { isAboutBounce: true } });
    expect(readMessage(fixture('feedback/rfc5965/2.eml')).complaint).not.toHaveProperty(
      'isAboutBounce',
    );
  });
});

describe('reports of our own', () => {
  const mail = {
    from: 'abuse@example.org',
    to: 'abuse@example.net',
    messageId: '<c1@example.org>',
    subject: 'Abuse from 203.0.113.7',
    words: ['A customer of ours was sent this.'],
  };

  test('in ARF come back as the complaint they were', () => {
    const text = formatFeedbackReport({
      ...mail,
      nowMs: Date.UTC(2026, 10, 21),
      feedbackType: 'fraud',
      userAgent: 'Primum/1',
      sourceAddress: '203.0.113.7',
      originalRecipients: ['ann@example.org'],
      arrivalMs: Date.UTC(2026, 10, 20),
      original: 'Message-ID: <m1@example.net>\r\nSubject: win\r\n\r\nbuy\r\n',
      isWhole: true,
    });
    expect(readMessage(text)).toMatchObject({
      kind: 'complaint',
      derived: [],
      complaint: {
        feedbackType: 'fraud',
        sourceAddress: '203.0.113.7',
        originalRecipients: ['ann@example.org'],
        messageId: '<m1@example.net>',
        arrivalDate: '2026-11-20T00:00:00.000Z',
        reporter: 'abuse@example.org',
      },
    });
  });

  test('in XARF come back as the report they were', () => {
    const report = {
      reportId: '7f2c1f0e-6a0c-4a57-9a59-0a3f5b1c2d3e',
      nowMs: Date.UTC(2026, 10, 21),
      reporter: { org: 'Example', contact: 'abuse@example.org', domain: 'example.org' },
      category: 'messaging',
      type: 'spam',
      source: '203.0.113.7',
      evidenceSource: 'user_report',
    };
    expect(readMessage(formatXarfMail(report, mail))).toMatchObject({
      kind: 'xarf',
      reports: [
        {
          category: 'messaging',
          type: 'spam',
          clientAddress: '203.0.113.7',
          at: '2026-11-21T00:00:00.000Z',
        },
      ],
    });
  });
});

describe('our own variants', () => {
  const own = fixtureJson('own/expected.json') as Record<string, object>;
  test.each(Object.entries(own))('%s', (file, wanted) => {
    expect(readMessage(fixture(`own/${file}`))).toMatchObject(wanted);
  });
});
