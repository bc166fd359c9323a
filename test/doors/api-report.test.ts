/** Abuse reported outwards, as ARF and XARF: what others are told, and what they are not. */
import { createHash } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { LoginEvent, SubmissionEvent } from '../../src/core/event.ts';
import type { Explanation } from '../../src/core/report.ts';
import { writeReport } from '../../src/doors/api/report/write.ts';
import { abuseReport } from '../../src/doors/api/schemas/report.ts';
import { openReplyClassifier } from '../../src/returned/reply-knowledge.ts';
import { createReturnedReader } from '../../src/returned/read-returned.ts';
import type { Returned } from '../../src/returned/contract.ts';
import { alertIntent } from '../desk/helper.ts';
import { openFixture, problemOf, VERDICT, type ApiFixture } from './api-fixture.ts';

const ANN = 'ann@example.org';
const THIEF = '203.0.113.9';

const message = (id: string, more: Partial<SubmissionEvent> = {}): SubmissionEvent => ({
  ...{ v: 1, kind: 'submission', id, at: '2026-11-21T01:30:00.000Z', account: ANN },
  ...{ clientAddress: THIEF, heloName: 'pc', envelopeSender: ANN },
  envelopeRecipients: ['victim@example.net', 'other@example.net'],
  message: { headerFrom: ANN, subject: 'Win\r\nX-Evil: 1', messageId: '<spam@example.org>' },
  ...more,
});
const guess = (id: string): LoginEvent => ({
  ...{ v: 1, kind: 'login', id, at: '2026-11-21T01:20:00.000Z', account: ANN, ok: false },
  ...{ service: 'imap', clientAddress: '2001:db8::66' },
});

const DECISIONS: Readonly<Record<string, SubmissionEvent | LoginEvent>> = {
  REF1: message('e1'),
  REF2: message('e2', { at: '2026-11-21T01:40:00.000Z' }),
  REF3: message('e3', { clientAddress: '198.51.100.4' }),
  REF4: guess('e4'),
};

const reporter = { from: '', mta: 'mx.example.org', userAgent: 'Primum/1.2.3' };
let api: ApiFixture;

beforeEach(async () => {
  const inspector = {
    explain: (reference: string): Promise<Explanation | undefined> => {
      const event = DECISIONS[reference];
      return Promise.resolve(
        event && {
          words: { owner: '', reviewer: '' },
          verdict: { ...VERDICT, account: ANN, reference },
          event,
        },
      );
    },
  };
  reporter.from = 'abuse@example.org';
  api = await openFixture({ parts: { reporter }, inspector });
});
afterEach(async () => {
  await api.close();
});

async function incident(...references: string[]): Promise<string> {
  for (const reference of references) {
    void api.desk.effects.start(
      alertIntent({ account: ANN, cause: references.join('-'), reference }),
    );
  }
  await api.desk.flush();
  const [newest] = await api.desk.incidents.list({ limit: 1 });
  return newest?.id ?? '';
}

const get = (path: string) => api.fetch(`/api/v1${path}`);

async function report(name: string, query: string) {
  const response = await get(`/incidents/${name}/report?${query}`);
  expect(response.status).toBe(200);
  return abuseReport.parse(await response.json());
}

function inspect(text: string): Returned {
  const reading = createReturnedReader(openReplyClassifier(), {}).begin();
  reading.feed(Buffer.from(text));
  return reading.end();
}

describe('primum report as ARF (RFC 5965)', () => {
  it('tells of the source with most decisions, and is read back as it was meant', async () => {
    const made = await report(
      await incident('REF3', 'REF1', 'REF2'),
      'form=arf&to=abuse@isp.example',
    );
    expect(made).toMatchObject({
      source: THIEF,
      contentType: 'message/rfc822',
      otherSources: [{ clientAddress: '198.51.100.4', decisions: 1 }],
    });
    const read = inspect(made.text);
    expect(read.kind).toBe('complaint');
    expect(read.complaint).toMatchObject({
      feedbackType: 'abuse',
      sourceAddress: THIEF,
      messageId: '<spam@example.org>',
      reporter: 'abuse@example.org',
    });
    expect(made.text).toContain(
      '2 messages to 4 recipients were seen from 2026-11-21T01:30:00.000Z',
    );
    expect(made.text).toContain('To: <abuse@isp.example>\r\n');
  });

  it('names no recipient, and nothing from outside becomes a field', async () => {
    const { text } = await report(await incident('REF1'), 'form=arf');
    expect(text).not.toContain('victim@');
    expect(text).not.toMatch(/^X-Evil:/m);
  });

  it('of a held message has its header without recipients and without what names the account', async () => {
    const id = await incident('REF1');
    const incidents = await api.desk.incidents.list({ limit: 1 });
    const facts = {
      incident: { ...incidents[0]!, count: 120 },
      ...{ clientAddress: THIEF, events: [message('e1')], kind: 'messages' as const },
      ...{ recipients: 1, otherSources: [] },
      headers: [
        'Received: from client.example (unknown [203.0.113.9]) by mail (Postfix) with ESMTPA id 45E7E21A02B',
        '\tfor <victim@example.net>; Sat, 21 Nov 2026 02:30:00 +0100 (CET)',
        'CFBL-Address: fbl@example.org; report=arf',
        'CFBL-Feedback-ID: p1th0t1fm44e',
        ' and more of it',
        'Feedback-ID: x:y:z:example',
        'X-Trace: p1th0t1fm44e',
        'X-Primum-Submitter: k',
        'Envelope-To: victim@example.net',
        'Resent-To: victim@example.net',
        'Subject: Win',
        '',
      ].join('\r\n'),
    };
    const to = { ...reporter, from: 'abuse@example.org', traceHeader: 'X-Trace' };
    for (const form of ['arf', 'xarf'] as const) {
      const text = writeReport(facts, to, { form, to: undefined, nowMs: 0 });
      const sample =
        form === 'arf'
          ? text
          : Buffer.from(
              (JSON.parse(text) as { evidence: { payload: string }[] }).evidence[0]?.payload ?? '',
              'base64',
            ).toString();
      expect(sample).not.toMatch(/victim@|p1th0|more of it|cfbl|^feedback-id|x:y:z/im);
      expect(sample).toMatch(/id 45E7E21A02B; Sat, 21 Nov 2026 02:30:00/);
      expect(sample).toContain('Subject: Win');
      if (form === 'arf') expect(text).toContain('at least 1 message to 1 recipients were seen');
    }
    expect(id).not.toBe('');
  });

  it('is refused in a sentence where there is no message', async () => {
    const { status, detail } = await problemOf(
      await get(`/incidents/${await incident('REF4')}/report?form=arf`),
    );
    expect([status, detail]).toEqual([
      409,
      'ARF is about messages, and this incident is about logins. Ask for the form xarf.',
    ]);
  });
});

const matching = (pattern: RegExp): unknown => expect.stringMatching(pattern);

/** What https://xarf.org/schemas/v4/xarf-core.json demands of every report. */
function mustBeXarf(text: string): Record<string, unknown> {
  const json = JSON.parse(text) as Record<string, unknown>;
  const contact = {
    org: matching(/^.{1,200}$/),
    contact: matching(/^[^@\s]+@[^@\s]+$/),
    domain: matching(/^[a-z0-9.-]+$/),
  };
  expect(json).toMatchObject({
    xarf_version: matching(/^4\.[0-9]+\.[0-9]+$/),
    report_id: matching(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/),
    timestamp: matching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
    source_identifier: matching(/./),
    category: matching(
      /^(messaging|content|copyright|connection|vulnerability|infrastructure|reputation)$/,
    ),
    type: matching(/./),
  });
  // `additionalProperties` is false for both.
  expect(json['reporter']).toEqual(contact);
  expect(json['sender']).toEqual(contact);
  const evidence = json['evidence'] as Record<string, string>[];
  for (const item of evidence) {
    expect(Object.keys(item).sort()).toEqual(['content_type', 'description', 'hash', 'payload']);
    const bytes = Buffer.from(item['payload'] ?? '', 'base64');
    expect(item['hash']).toBe(`sha256:${createHash('sha256').update(bytes).digest('hex')}`);
  }
  return json;
}

describe('primum report as XARF 4', () => {
  it('of messages has what the schema of messaging-spam demands', async () => {
    const { text, contentType } = await report(await incident('REF1', 'REF2'), 'form=xarf');
    expect(contentType).toBe('application/json');
    expect(mustBeXarf(text)).toMatchObject({
      ...{ category: 'messaging', type: 'spam', source_identifier: THIEF },
      // With `smtp` it demands the client's port, which is not known.
      ...{ protocol: 'other', smtp_from: ANN, recipient_count: 4 },
      timestamp: '2026-11-21T01:40:00.000Z',
    });
  });

  it('of logins has what the schema of connection-login-attack demands', async () => {
    const { text } = await report(await incident('REF4'), 'form=xarf');
    expect(mustBeXarf(text)).toMatchObject({
      ...{ category: 'connection', type: 'login_attack', source_identifier: '2001:db8::66' },
      ...{ protocol: 'tcp', first_seen: '2026-11-21T01:20:00.000Z', attempt_count: 1 },
    });
  });

  it('is the same for the same incident, and a mail that is read back when it goes to somebody', async () => {
    const id = await incident('REF1');
    const { text } = await report(id, 'form=xarf');
    expect((await report('ref1', 'form=xarf')).text).toBe(text);
    const mail = await report(id, 'form=xarf&to=abuse@isp.example');
    const read = inspect(mail.text);
    expect(read.kind).toBe('xarf');
    expect(read.reports).toMatchObject([{ category: 'messaging', clientAddress: THIEF }]);
  });

  it('is said to be from nowhere when the host has no whole name', async () => {
    const id = await incident('REF1');
    expect(await report(id, 'form=xarf')).not.toHaveProperty('remark');
    reporter.from = 'postmaster@mx1';
    expect((await report(id, 'form=xarf')).remark).toBe(
      'The report is from postmaster@mx1, which is no address outside of your house. ' +
        'Set alerts.postmaster, or mta_name to the whole name of the host.',
    );
  });

  it('is about another source when that is named, and about none that is not there', async () => {
    const id = await incident('REF1', 'REF3');
    expect((await report(id, 'form=xarf&source=198.51.100.4')).source).toBe('198.51.100.4');
    const { status, detail } = await problemOf(
      await get(`/incidents/${id}/report?form=xarf&source=192.0.2.1`),
    );
    expect([status, detail]).toEqual([
      404,
      `192.0.2.1 is no source of the incident ${id}. It knows ${THIEF}, 198.51.100.4.`,
    ]);
  });

  it('is refused in a sentence when the journal has nothing left of it, or nobody knows it', async () => {
    const gone = await problemOf(
      await get(`/incidents/${await incident('OLD1')}/report?form=xarf`),
    );
    expect([gone.status, gone.detail]).toEqual([409, expect.stringContaining('journal.retention')]);
    expect((await problemOf(await get('/incidents/nope/report?form=xarf'))).status).toBe(404);
    for (const query of ['form=pdf', '', 'form=arf&to=a%0d%0aBcc:x@y', 'form=arf&source=x']) {
      expect((await get(`/incidents/nope/report?${query}`)).status).toBe(400);
    }
  });
});
