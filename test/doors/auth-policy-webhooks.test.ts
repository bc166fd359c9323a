/** Webhooks: what is sent, how it is signed, and what happens when nobody takes it. */
import { createHmac } from 'node:crypto';
import { createServer } from 'node:http';
import type { IncomingHttpHeaders, Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { eventually } from '../eventually.ts';
import { closeDoors, NOW, openDoor } from './auth-policy-parts.ts';
import type { ListChange } from '../../src/doors/auth-policy/options.ts';
import {
  createWebhooks,
  WEBHOOK_BOUNDS,
  WEBHOOK_EVENTS,
} from '../../src/doors/auth-policy/webhooks.ts';
import type { WebhookOptions } from '../../src/doors/auth-policy/webhooks.ts';
import type { Telemetry } from '../../src/telemetry/contract.ts';
import { createSilentTelemetry } from '../../src/telemetry/telemetry.ts';

interface Received {
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  readonly json: Record<string, unknown>;
}

const servers: Server[] = [];

afterEach(async () => {
  await closeDoors();
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
});

/** A receiver that answers with the given statuses in turn, then 200; 0 never answers. */
async function receiver(statuses: number[] = []): Promise<{ url: string; got: Received[] }> {
  const got: Received[] = [];
  const server = createServer((request, response) => {
    let text = '';
    request.on('data', (chunk: Buffer) => (text += chunk.toString()));
    request.on('end', () => {
      const json = JSON.parse(text) as Record<string, unknown>;
      got.push({ url: request.url ?? '', headers: request.headers, text, json });
      const status = statuses.shift() ?? 200;
      if (status > 0) response.writeHead(status).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  servers.push(server);
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`, got };
}

const LOGIN = { login: 'ann@example.com', remote: '192.0.2.7', pwhash: '0940', protocol: 'imap' };

async function doorWithHook(changes: Partial<WebhookOptions> = {}) {
  const { url, got } = await receiver();
  const hook: WebhookOptions = { name: 'siem', url, events: WEBHOOK_EVENTS, ...changes };
  return { ...(await openDoor({ webhooks: [hook] })), got };
}

async function count(got: readonly Received[], number: number): Promise<void> {
  await expect.poll(() => got.length, { interval: 5 }).toBe(number);
}

describe('a webhook', () => {
  it('is signed so that the receiver can check where it came from', async () => {
    const { post, got } = await doorWithHook({ secret: 'shared', apiKey: 'k', basicAuth: 'u:p' });
    await post('report', { ...LOGIN, success: true });
    await count(got, 1);
    const [message] = got;
    expect(message?.headers).toMatchObject({
      'content-type': 'application/json',
      'x-wforce-event': 'report',
      'x-wforce-hookid': 'siem',
      'x-wforce-signature': createHmac('sha256', 'shared')
        .update(message?.text ?? '')
        .digest('base64'),
      'x-api-key': 'k',
      authorization: `Basic ${Buffer.from('u:p').toString('base64')}`,
    });
    expect(message?.headers['x-wforce-delivery']).toMatch(/^[0-9a-f-]{36}$/);
  });

  it('carries the report without the password hash', async () => {
    const { post, got } = await doorWithHook();
    await post('report', { ...LOGIN, success: true });
    await count(got, 1);
    expect(got[0]?.json).toEqual({
      login: 'ann@example.com',
      remote: '192.0.2.7',
      protocol: 'imap',
      success: true,
      type: 'wforce_report',
    });
    expect(got[0]?.headers).not.toHaveProperty('x-wforce-signature');
  });

  it('carries the password hash where the operator asks for it', async () => {
    const { post, got } = await doorWithHook({ withPasswordHash: true });
    await post('report', { ...LOGIN, success: true });
    await count(got, 1);
    expect(got[0]?.json['pwhash']).toBe('0940');
  });

  it('carries request and response of an allow', async () => {
    const { post, gate, got } = await doorWithHook({ events: ['allow'] });
    gate.decide = () => ({ verdict: 'reject' });
    const { json } = await post('allow', LOGIN);
    await count(got, 1);
    expect(got[0]?.json).toEqual({
      request: { login: 'ann@example.com', remote: '192.0.2.7', protocol: 'imap' },
      response: json,
      type: 'wforce_allow',
    });
  });

  it('may hear only of refusals', async () => {
    const { post, gate, got } = await doorWithHook({ events: ['allow'], allowFilter: ['reject'] });
    await post('allow', { ...LOGIN, login: 'passes' });
    gate.decide = () => ({ verdict: 'defer' });
    await post('allow', { ...LOGIN, login: 'waits' });
    gate.decide = () => ({ verdict: 'reject' });
    await post('allow', { ...LOGIN, login: 'refused' });
    await count(got, 1);
    expect(got[0]?.json['request']).toMatchObject({ login: 'refused' });
  });

  it('tells of resets and list changes, and not of removing nothing', async () => {
    const { post, got } = await doorWithHook();
    const events = (): unknown[] => got.map(({ json }) => json);
    await post('delBLEntry', { ip: '4.4.4.4' });
    await post('addBLEntry', { ip: '4.4.4.4', expire_secs: 600, reason: 'guesses' });
    await count(got, 1);
    await post('delBLEntry', { ip: '4.4.4.4' });
    await count(got, 2);
    await post('addWLEntry', { ip: '4.4.4.4', login: 'ann', expire_secs: 60, reason: 'office' });
    await count(got, 3);
    await post('delWLEntry', { ip: '4.4.4.4', login: 'ann' });
    await count(got, 4);
    await post('reset', { login: 'ann' });
    await count(got, 5);
    expect(events()).toEqual([
      {
        key: '4.4.4.4/32',
        bl_type: 'ip',
        reason: 'guesses',
        expire_secs: 600,
        type: 'wforce_addbl',
      },
      { key: '4.4.4.4/32', bl_type: 'ip', type: 'wforce_delbl' },
      {
        key: '4.4.4.4:ann',
        wl_type: 'ip_login',
        reason: 'office',
        expire_secs: 60,
        type: 'wforce_addwl',
      },
      { key: '4.4.4.4:ann', wl_type: 'ip_login', type: 'wforce_delwl' },
      { login: 'ann', reset_type: 'login', type: 'wforce_reset' },
    ]);
  });

  it('tells once of each change where the lists tell of all of them', async () => {
    const { url, got } = await receiver();
    let tell: (change: ListChange) => void = () => undefined;
    let ended = false;
    const { post, door } = await openDoor({
      webhooks: [{ name: 'siem', url, events: WEBHOOK_EVENTS }],
      listChanges: (listener) => {
        tell = listener;
        return () => (ended = true);
      },
    });
    await post('addBLEntry', { login: 'ann', expire_secs: 600, reason: 'guesses' });
    const entry = {
      list: 'deny',
      key: { login: 'ann' },
      reason: '',
      expiresAt: NOW,
      by: 'x',
    } as const;
    tell({ what: 'expire', entry });
    tell({ what: 'expire', entry: { ...entry, list: 'allow' } });
    await count(got, 2);
    expect(got.map(({ json }) => json['type']).sort()).toEqual([
      'wforce_expirebl',
      'wforce_expirewl',
    ]);
    await door.close();
    expect(ended).toBe(true);
  });

  it('has today in its URL where it is asked to', async () => {
    const { url, got } = await receiver();
    const { post } = await openDoor({
      webhooks: [{ name: 'index', url: `${url}/%{YYYY}-%{MM}-%{dd}`, events: ['report'] }],
    });
    await post('report', { ...LOGIN, success: true });
    await count(got, 1);
    expect(got[0]?.url).toMatch(/^\/hook\/\d{4}-\d\d-\d\d$/);
  });
});

describe('a receiver', () => {
  // One that answers has the time of a busy machine.
  const bounds = { ...WEBHOOK_BOUNDS, retryDelaysMs: [5, 5], timeoutMs: 20_000 };
  /** For what is under way at the end. */
  const GRACE_MS = 20_000;

  function heard(): { telemetry: Telemetry; lines: string[] } {
    const lines: string[] = [];
    const telemetry = new Proxy({} as Telemetry, {
      get:
        (_target, name) =>
        (...words: unknown[]) =>
          lines.push([String(name), ...words.filter((w) => typeof w !== 'object')].join(' ')),
    });
    return { telemetry, lines };
  }

  it.each([
    ['is out of order', [500, 503], bounds],
    ['asks for patience', [429, 429], bounds],
    ['does not answer in time', [0, 0], { ...bounds, timeoutMs: 600 }],
  ])('that %s is tried three times, with the same delivery id', async (_what, statuses, bounds) => {
    const { url, got } = await receiver(statuses);
    const { telemetry, lines } = heard();
    const hooks = createWebhooks([{ name: 'a', url, events: ['reset'] }], telemetry, bounds);
    hooks.send('reset', { login: 'ann' });
    await count(got, 3);
    await hooks.close(GRACE_MS);
    expect(new Set(got.map(({ headers }) => headers['x-wforce-delivery'])).size).toBe(1);
    expect(lines.map((line) => line.replace(/^(effectDone \S+) [\d.]+$/, '$1'))).toEqual([
      'effectFailed auth-policy-webhook 1 false',
      'effectFailed auth-policy-webhook 2 false',
      'effectDone auth-policy-webhook',
    ]);
  });

  it('that is away is named in the log, with its host and the cause', async () => {
    const said: string[] = [];
    const telemetry = {
      ...createSilentTelemetry(),
      effectFailed: (_effect: string, error: unknown) => void said.push(String(error)),
    };
    const url = 'http://127.0.0.1:1/secret-path';
    const hooks = createWebhooks([{ name: 'siem', url, events: ['reset'] }], telemetry, bounds);
    hooks.send('reset', { login: 'ann' });
    await eventually(() => expect(said.length).toBeGreaterThan(0));
    await hooks.close(GRACE_MS);
    expect(said[0]).toMatch(/hook siem at 127\.0\.0\.1:1: .+/);
    expect(said[0]).not.toMatch(/secret-path|fetch failed/);
  });

  it('that refuses is not asked again', async () => {
    const { url, got } = await receiver([400, 302]);
    const { telemetry, lines } = heard();
    const hooks = createWebhooks([{ name: 'a', url, events: ['reset'] }], telemetry, bounds);
    hooks.send('reset', { login: 'ann' });
    hooks.send('reset', { login: 'bob' });
    await hooks.close(GRACE_MS);
    expect(got).toHaveLength(2);
    expect(lines).toEqual(Array(2).fill('effectFailed auth-policy-webhook 1 true'));
  });

  it('that hangs fills its own queue, which sheds, and stops nobody', async () => {
    const { url } = await receiver([0, 0, 0, 0, 0, 0]);
    const good = await receiver();
    const { telemetry, lines } = heard();
    const hooks = createWebhooks(
      [
        { name: 'stuck', url, events: ['reset'] },
        { name: 'good', url: good.url, events: ['reset'] },
      ],
      telemetry,
      { ...bounds, timeoutMs: 60_000, queueMax: 2, parallelMax: 1 },
    );
    for (let i = 0; i < 4; i++) {
      hooks.send('reset', { login: `user${i}` });
      await count(good.got, i + 1);
    }
    expect(lines).toContain('shed auth-policy webhook stuck');
    await hooks.close(1);
    expect(lines.filter((line) => line.startsWith('shed'))).toHaveLength(2);
  });

  it('gets no more than the queue has bytes for', async () => {
    const { url } = await receiver([0]);
    const { telemetry, lines } = heard();
    const hooks = createWebhooks([{ name: 'a', url, events: ['reset'] }], telemetry, {
      ...bounds,
      timeoutMs: 60_000,
      parallelMax: 1,
      queueBytesMax: 150,
    });
    for (const login of ['a', 'b', 'c']) hooks.send('reset', { login: login.repeat(80) });
    expect(lines).toEqual(['shed auth-policy webhook a']);
    await hooks.close(1);
  });
});
