/** SND-2: alerts over a real SMTP connection and real HTTP, with retries and a checked signature. */
import { createHmac } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { eventually } from '../eventually.ts';
import { createMailChannel } from '../../src/effects/mail.ts';
import type { MailChannelOptions } from '../../src/effects/mail.ts';
import { createWebhook } from '../../src/effects/webhook.ts';
import { alertIntent, lockIntent, openTestDesk } from './helper.ts';
import type { TestDesk } from './helper.ts';
import { openSmtpSink, openWebServer } from './servers.ts';
import type { SmtpSink, WebServer } from './servers.ts';

let folder = '';
let smtp: SmtpSink;
let web: WebServer;
let open: TestDesk | undefined;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'primum-alerts-'));
  writeFileSync(join(folder, 'secret'), 'hook secret\n');
  smtp = await openSmtpSink();
  web = await openWebServer();
});

afterEach(async () => {
  await open?.close();
  open = undefined;
  await Promise.all([smtp.close(), web.close()]);
  rmSync(folder, { recursive: true });
});

/** For who is meant to answer: a busy machine takes its time. */
const PATIENCE_MS = 20_000;
/** For who never does. */
const SILENCE_MS = 300;

function mail(changes: Partial<MailChannelOptions> = {}) {
  return createMailChannel({
    name: 'abuse desk',
    from: 'primum@example.org',
    to: ['abuse@example.org', 'noc@example.org'],
    via: { smtp: { host: '127.0.0.1', port: smtp.port, tls: 'never' } },
    timeoutMs: PATIENCE_MS,
    ...changes,
  });
}

function webhook(url = `${web.url}/hook`, timeoutMs = PATIENCE_MS) {
  return createWebhook({
    name: 'hook',
    url,
    secretFile: join(folder, 'secret'),
    headers: { 'X-Team': 'abuse' },
    timeoutMs,
  });
}

const delivery = (key = 'k1') => ({ key, attempt: 1, signal: AbortSignal.timeout(60_000) });
const message = { subject: 'Subject ü', text: 'Text.\n', data: { type: 'alert' } };

describe('mail', () => {
  test('reaches every recipient, names itself automatic and has a stable message id', async () => {
    open = await openTestDesk({ channels: [mail()] });
    void open.desk.effects.start(alertIntent());
    await eventually(() => expect(smtp.mails).toHaveLength(1));
    const [{ recipients, content }] = smtp.mails as [(typeof smtp.mails)[0]];
    expect(recipients).toEqual(['abuse@example.org', 'noc@example.org']);
    expect(content).toMatch(/^Auto-Submitted: auto-generated$/m);
    expect(content).toMatch(/^Message-ID: <[0-9a-f-]{36}@example\.org>$/m);
    expect(content).toMatch(/^Account: {4}ann@example\.org/m);
    await eventually(async () => expect(await open!.records.outbox.pending()).toBe(0));
  });

  test('that is refused for now is sent again with the same message id, once', async () => {
    smtp.rcptReply = '450 4.2.0 later';
    open = await openTestDesk({ channels: [mail()] });
    void open.desk.effects.start(lockIntent());
    await eventually(() => expect(open!.said.effectsFailed.length).toBeGreaterThan(1));
    smtp.rcptReply = '250 ok';
    await eventually(() => expect(smtp.mails).toHaveLength(1));
    await eventually(async () => expect(await open!.records.outbox.pending()).toBe(0));
    expect(smtp.mails).toHaveLength(1);
  });

  test('to a server that says nothing ends by its time-out', async () => {
    smtp.isSilent = true;
    const sending = mail({ timeoutMs: SILENCE_MS }).send(message, delivery());
    await expect(sending).rejects.toThrow();
    await eventually(() => expect(smtp.connections()).toBe(1));
  });

  test('stops when the delivery is called off', async () => {
    smtp.isSilent = true;
    const call = new AbortController();
    const sending = mail({ timeoutMs: 60_000 }).send(message, {
      ...delivery(),
      signal: call.signal,
    });
    await eventually(() => expect(smtp.connections()).toBe(1));
    call.abort();
    await expect(sending).rejects.toThrow('took too long');
  });

  test('goes through a sendmail program where that is configured', async () => {
    const program = join(folder, 'sendmail');
    const out = join(folder, 'out');
    writeFileSync(program, `#!/bin/sh\necho "$@" > ${out}.args\ncat > ${out}\n`, { mode: 0o755 });
    await mail({ via: { sendmail: program } }).send(message, delivery());
    const { readFileSync } = await import('node:fs');
    expect(readFileSync(`${out}.args`, 'utf8')).toContain('abuse@example.org');
    expect(readFileSync(out, 'utf8')).toContain('Message-ID: <k1@example.org>');
    expect(smtp.connections()).toBe(0);
  });
});

describe('a webhook', () => {
  test('is signed over a body that has time and delivery key', async () => {
    open = await openTestDesk({ channels: [webhook()] });
    void open.desk.effects.start(alertIntent());
    await eventually(() => expect(web.requests).toHaveLength(1));
    const [{ method, url, headers, body }] = web.requests as [(typeof web.requests)[0]];
    expect([method, url, headers['x-team']]).toEqual(['POST', '/hook', 'abuse']);
    const signature = createHmac('sha256', 'hook secret').update(body).digest('hex');
    expect(headers['x-primum-signature']).toBe(`sha256=${signature}`);
    const content = JSON.parse(body) as Record<string, unknown>;
    expect(content).toMatchObject({
      type: 'alert',
      delivery: headers['x-primum-delivery'],
      sentAt: headers['x-primum-timestamp'],
      incidents: [{ account: 'ann@example.org', practice: 'SND-1' }],
    });
    expect(Math.abs(Date.now() - Date.parse(String(content['sentAt'])))).toBeLessThan(60_000);
  });

  test('that fails is tried again with the same key and a new time', async () => {
    web.answer = (response) => void response.writeHead(503).end('busy');
    open = await openTestDesk({ channels: [webhook()] });
    void open.desk.effects.start(lockIntent());
    await eventually(() => expect(web.requests.length).toBeGreaterThan(1));
    web.answer = (response) => void response.writeHead(200).end('ok');
    await eventually(async () => expect(await open!.records.outbox.pending()).toBe(0));
    const keys = new Set(web.requests.map(({ headers }) => headers['idempotency-key']));
    const times = new Set(web.requests.map(({ headers }) => headers['x-primum-timestamp']));
    expect(keys.size).toBe(1);
    expect(times.size).toBe(web.requests.length);
    expect(open.said.effectsFailed[0]?.message).toMatch(/^127\.0\.0\.1:\d+ answered 503/);
  });

  test('never follows a redirect', async () => {
    web.answer = (response) => void response.writeHead(307, { location: `${web.url}/other` }).end();
    await expect(webhook().send(message, delivery())).rejects.toThrow('answered 307');
    expect(web.requests).toHaveLength(1);
  });

  test('to a server that does not answer ends by its time-out', async () => {
    web.answer = () => undefined;
    const sending = webhook(undefined, SILENCE_MS).send(message, delivery());
    await expect(sending).rejects.toThrow('does not answer');
  });

  test('takes an endless answer only up to its bound', async () => {
    web.answer = (response) => {
      const more = (): void => {
        while (!response.destroyed && response.write('x'.repeat(16_384))) continue;
      };
      response.on('drain', more);
      response.writeHead(200);
      more();
    };
    await webhook().send(message, delivery());
  });

  test('needs an http URL without a password in it', () => {
    expect(() => webhook('ftp://example.org/')).toThrow('not an http or https URL');
    expect(() => webhook('https://me:secret@example.org/')).toThrow('put the password into a file');
  });
});
