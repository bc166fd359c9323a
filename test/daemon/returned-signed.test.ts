/** FBK-3, FBK-8: complaints whose reporter's DKIM signature holds, through LMTP of a running Primum. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { keyRecords, signed } from '../returned/signed.ts';
import { startTxtServer, type TxtServer } from '../returned/txt-server.ts';
import { PROCESS_TEST_MS } from './program.ts';
import { complaint } from './returned-messages.ts';
import { ReturnedPlace } from './returned-place.ts';

const p = new ReturnedPlace();
let dns: TxtServer;
let accounts = 0;

beforeAll(async () => {
  dns = await startTxtServer(keyRecords('provider.example', 'other.example', 'dest.test'));
  p.configure({ doors: { lmtp: { dns_servers: [dns.address] } } });
  await p.start();
}, PROCESS_TEST_MS);
afterAll(async () => {
  await p.place.remove();
  dns.close();
});

async function sender(messageId?: string): Promise<string> {
  const account = `eve${(accounts += 1)}@own.example`;
  await p.submit(account, messageId === undefined ? {} : { messageId });
  return account;
}

describe('a signed complaint', { timeout: PROCESS_TEST_MS }, () => {
  it('counts less without our token, and once a week of each provider', async () => {
    const account = await sender('<s1@own.example>');
    const texts = await Promise.all(
      ['fbl@dest.test', 'abuse@dest.test'].map((reporter) =>
        signed(
          complaint({ messageId: '<s1@own.example>', recipient: 'bob@dest.test', reporter }),
          'dest.test',
        ),
      ),
    );
    expect(await p.gained(account, () => p.bringAndSettle(...texts))).toBe(1.5);
    expect(await p.outcomesOf(account)).toMatchObject({ complaints: 1 });
  });

  it('counts in full with our token, and is taken back by its signature only', async () => {
    const account = await sender();
    const token = await p.tokenOf(account);
    const about = { token, recipient: 'bob@dest.test', reporter: 'fbl@dest.test' };
    const taken = complaint({ ...about, type: 'not-spam' });
    const bring = (text: string) => p.gained(account, () => p.bringAndSettle(text));
    expect(await bring(await signed(complaint(about), 'dest.test'))).toBe(4.6);
    expect(await bring(taken)).toBe(0);
    expect(await bring(await signed(taken, 'dest.test'))).toBe(-4.6);
    expect(await p.outcomesOf(account)).toMatchObject({ complaintsTakenBack: 1 });
  });

  it('of a domain nobody here wrote to, naming a Message-ID, is on record and does nothing', async () => {
    const account = await sender('<s3@own.example>');
    const about = { messageId: '<s3@own.example>', recipient: 'x@provider.example' };
    const text = await signed(complaint(about), 'provider.example');
    expect(await p.gained(account, () => p.bringAndSettle(text))).toBe(0);
    expect(await p.outcomesOf(account)).toMatchObject({ complaints: 0 });
  });

  it('signed by another domain than its From is unverified', async () => {
    const account = await sender('<s2@own.example>');
    const text = await signed(complaint({ messageId: '<s2@own.example>' }), 'other.example');
    expect(await p.gained(account, () => p.bringAndSettle(text))).toBe(0);
  });

  it('of a provider that hides the recipient counts once for each message of ours', async () => {
    const account = await sender();
    const now = Date.now();
    const texts = await Promise.all(
      [now, now - 5_000, now - 5_000].map(async (at, i) => {
        const token = await p.tokenOf(account, new Date(at).toISOString());
        const hidden = { to: 'redacted@provider.example', reporter: `r${i}@provider.example` };
        return signed(complaint({ token, ...hidden }), 'provider.example');
      }),
    );
    await p.bringAndSettle(...texts);
    expect(await p.outcomesOf(account)).toMatchObject({ complaints: 2 });
  });

  it('FBK-3: of a bounce that our own user got is evidence about his account', async () => {
    const account = await sender();
    const about =
      'From: MAILER-DAEMON@mx.dest.test\r\n' +
      `To: ${account}\r\nSubject: Undelivered Mail\r\n` +
      'Content-Type: multipart/report; report-type=delivery-status; boundary=c\r\n';
    const text = await signed(complaint({ about }), 'provider.example');
    expect(await p.gained(account, () => p.bringAndSettle(text, `X-Again: 1\r\n${text}`))).toBe(3);
    expect(await p.outcomesOf(account)).toMatchObject({
      complaints: 1,
      sharesOfWeek: { complaints: 0 },
    });
  });
});
