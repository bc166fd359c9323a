import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { keyRecords, signed } from '../../test/returned/signed.ts';
import { startTxtServer, type TxtServer } from '../../test/returned/txt-server.ts';
import {
  createSignatureCheck,
  MAX_SIGNATURES,
  MAX_SIGNED_BYTES,
  MAX_SIGNED_HEADER_BYTES,
  type SignatureCheck,
} from './signature-check.ts';

let dns: TxtServer;
let nowMs: number;
beforeAll(async () => {
  dns = await startTxtServer(keyRecords('provider.example', 'fbl.provider.example', 'evil.test'));
});
afterAll(() => dns.close());
beforeEach(() => {
  dns.isSilent = false;
  dns.asked.length = 0;
  nowMs = 0;
});

const check = (timeoutMs = 2_000): SignatureCheck =>
  createSignatureCheck({ dnsServers: [dns.address], timeoutMs, now: () => (nowMs += 0.01) });

const REPORT = 'From: fbl@provider.example\r\nTo: a@b.test\r\nSubject: x\r\n\r\nA report.\r\n';
const signerOf = (text: string) => check().signerOf(Buffer.from(text));

describe('FBK-8: who signed a report', () => {
  it('is the domain of its From, or one of the same owner', async () => {
    expect(await signerOf(await signed(REPORT, 'provider.example'))).toBe('provider.example');
    expect(await signerOf(await signed(REPORT, 'fbl.provider.example'))).toBe('provider.example');
  });

  it('is nobody when another domain signs, the text was changed, or nobody signed', async () => {
    expect(await signerOf(await signed(REPORT, 'evil.test'))).toBeUndefined();
    const changed = (await signed(REPORT, 'provider.example')).replace('A report', 'A forgery');
    expect(await signerOf(changed)).toBeUndefined();
    expect(await signerOf(REPORT)).toBeUndefined();
    expect(dns.asked.filter((name) => !name.includes('evil'))).toEqual([]);
  });

  it('is nobody when a second From was put on top, or a body behind a part that is signed', async () => {
    const text = await signed(REPORT, 'provider.example');
    expect(await signerOf(`From: eve@evil.test\r\n${text}`)).toBeUndefined();
    const part = await signed(REPORT, 'provider.example', { maxBodyLength: 5 });
    expect(await signerOf(part)).toBeUndefined();
  });

  it('is nobody when DNS says nothing in time; then nobody is asked for a minute', async () => {
    const text = Buffer.from(await signed(REPORT, 'provider.example'));
    const one = check(100);
    dns.isSilent = true;
    for (let n = 0; n < 3; n += 1) expect(await one.signerOf(text)).toBeUndefined();
    const asked = dns.asked.length;
    dns.isSilent = false;
    expect(await one.signerOf(text)).toBeUndefined();
    expect(dns.asked).toHaveLength(asked);
    nowMs += 61_000;
    expect(await one.signerOf(text)).toBe('provider.example');
  });

  it.each([
    [
      'more signatures',
      async () =>
        (await signed(REPORT, 'provider.example')).replace(
          /^/,
          'DKIM-Signature: v=1; d=x.test\r\n'.repeat(MAX_SIGNATURES),
        ),
    ],
    [
      'a longer header',
      async () =>
        (await signed(REPORT, 'provider.example')).replace(
          'Subject',
          `X: ${'y'.repeat(MAX_SIGNED_HEADER_BYTES)}\r\nSubject`,
        ),
    ],
    [
      'a larger body',
      async () => signed(REPORT + 'z'.repeat(MAX_SIGNED_BYTES), 'provider.example'),
    ],
  ])('is not asked for with %s than is worth it', async (_, make) => {
    expect(await signerOf(await make())).toBeUndefined();
    expect(dns.asked).toEqual([]);
  });
});
