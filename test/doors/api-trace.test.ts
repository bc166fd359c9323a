/** Tracing a message through the API: from its headers to the decision, and what is not ours. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { traceView } from '../../src/doors/api/schemas/output.ts';
import { MAX_TRACED_TEXT } from '../../src/protocol/traced-message.ts';
import { openFixture, EXPLANATION, problemOf, VERDICT } from './api-fixture.ts';
import type { ApiFixture } from './api-fixture.ts';

let api: ApiFixture;
let token: string;

beforeEach(async () => {
  api = await openFixture();
  const [header] = api.trace.headers.headersOf(EXPLANATION.event, VERDICT);
  token = header?.value ?? '';
});

afterEach(async () => {
  await api.close();
});

const post = (path: string, body: unknown) =>
  api.fetch(`/api/v1${path}`, { method: 'POST', body: JSON.stringify(body) });

async function look(text: string) {
  const response = await post('/trace', { text });
  expect(response.status).toBe(200);
  return traceView.parse(await response.json());
}

const message = (...fields: string[]): string => `${fields.join('\r\n')}\r\n\r\nhello\r\n`;

describe('CON-5: POST /api/v1/trace', () => {
  it('joins a token with the decision behind it', async () => {
    const { tokens } = await look(token);
    expect(tokens).toEqual([
      {
        headers: [],
        isInside: false,
        token: 'genuine',
        traced: {
          account: 'ann@example.org',
          credential: 'main',
          context: '5f1c',
          at: '2026-11-21T01:30:00Z',
          reference: '8F2K9A1B',
          key: token.slice(2, 6),
        },
        explanation: EXPLANATION,
        message: 'unknown',
        reportDomain: '',
        signatures: [],
      },
    ]);
  });

  it.each([
    ['same', 'Message-ID: <one@example.org>'],
    ['other', 'Message-Id: <copied@example.com>'],
    ['unknown', 'Subject: without'],
  ])('says that the message is %s', async (expected, field) => {
    const { tokens } = await look(message(`X-Primum-Trace: ${token}`, field));
    expect(tokens[0]?.message).toBe(expected);
  });

  it('does not join a decision of another account, were the reference equal by chance', async () => {
    const other = { ...VERDICT, account: 'eve@example.org' };
    const [header] = api.trace.headers.headersOf(EXPLANATION.event, other);
    expect((await look(header?.value ?? '')).tokens[0]).toMatchObject({
      token: 'genuine',
      explanation: null,
    });
  });

  it('names a token once that stands in two headers, and both of two tokens', async () => {
    const fields = [`X-Primum-Trace: ${token}`, `CFBL-Feedback-ID: ${token}`];
    const { tokens } = await look(message(...fields, 'X-Primum-Trace: p1forged'));
    expect(tokens.map(({ headers, token }) => [headers, token])).toEqual([
      [['X-Primum-Trace', 'CFBL-Feedback-ID'], 'genuine'],
      [['X-Primum-Trace'], 'not-a-token'],
    ]);
  });

  it('says how DKIM signatures treat the headers of Primum', async () => {
    const { tokens } = await look(
      message('DKIM-Signature: d=example.org; s=a; h=From', `X-Primum-Trace: ${token}`),
    );
    expect(tokens[0]?.signatures).toEqual([
      { domain: 'example.org', selector: 'a', unsigned: ['X-Primum-Trace'], above: [] },
    ]);
  });

  it('finds nothing in prose, and says what it looked for', async () => {
    expect(await look('who sent this')).toEqual({
      looked: ['X-Primum-Trace', 'CFBL-Feedback-ID'],
      tokens: [],
    });
  });

  it('has bounds on the text', async () => {
    expect((await look(' '.repeat(MAX_TRACED_TEXT - 1) + 'x')).tokens).toHaveLength(1);
    const long = await post('/trace', { text: 'x'.repeat(MAX_TRACED_TEXT + 1) });
    expect((await problemOf(long)).status).toBe(400);
    expect((await problemOf(await post('/trace', { text: '' }))).status).toBe(400);
    // A body whose characters all take six bytes is still read.
    expect((await look('\u0001'.repeat(MAX_TRACED_TEXT))).tokens).toEqual([]);
  });

  it('answers 404 where there are no keys', async () => {
    const without = await openFixture({ parts: { trace: undefined as never } });
    const response = await without.fetch('/api/v1/trace', {
      method: 'POST',
      body: JSON.stringify({ text: token }),
    });
    expect((await problemOf(response)).detail).toContain('no trace keys');
    await without.close();
  });
});

describe('POST /api/v1/trace/rotate', () => {
  it('makes a new key, says so in the audit log, and still reads older tokens', async () => {
    const response = await post('/trace/rotate', { by: 'olga' });
    const { key } = (await response.json()) as { key: string };
    const [fresh] = api.trace.headers.headersOf(EXPLANATION.event, VERDICT);
    expect(fresh?.value.slice(2, 6)).toBe(key);
    expect(token.slice(2, 6)).not.toBe(key);
    expect((await look(token)).tokens[0]?.token).toBe('genuine');
    expect(await api.desk.audit.list({ limit: 1 })).toMatchObject([
      { by: 'olga', action: 'rotate', subject: 'trace key' },
    ]);
  });

  it('drops a stolen key: its tokens are not believed any more, and the audit log names it', async () => {
    const stolen = token.slice(2, 6);
    const response = await post('/trace/rotate', { by: 'olga', drop: stolen.toUpperCase() });
    const { key, dropped } = (await response.json()) as { key: string; dropped: string[] };
    expect(dropped).toEqual([stolen]);
    expect(api.trace.keys()).toEqual([key]);
    expect((await look(token)).tokens[0]?.token).toBe('unknown-key');
    expect(await api.desk.audit.list({ limit: 1 })).toMatchObject([
      { why: `The key ${key} makes tokens from now on. Dropped: ${stolen}.` },
    ]);
  });

  it('drops all keys that there are until then', async () => {
    api.trace.rotate();
    const before = api.trace.keys();
    const response = await post('/trace/rotate', { by: 'olga', drop: 'all' });
    expect(await response.json()).toEqual({ key: api.trace.keys()[0], dropped: before });
    expect(api.trace.keys()).toHaveLength(1);
  });

  it('a key that is not there changes nothing, and those that are there are named', async () => {
    const before = api.trace.keys();
    const { status, detail } = await problemOf(
      await post('/trace/rotate', { by: 'olga', drop: 'zzzz' }),
    );
    expect([status, detail]).toEqual([
      404,
      `There is no trace key zzzz, so nothing was changed. The keys are ${before.join(', ')}; the last one makes tokens.`,
    ]);
    expect((await post('/trace/rotate', { by: 'olga', drop: 'a key' })).status).toBe(400);
    expect(api.trace.keys()).toEqual(before);
  });
});
