/** OWN-8: TLSA records against the certificates a server shows. */
import { createHash, type X509Certificate } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { judgeTlsa } from './dane.ts';

/** Stand-ins: what is asked of a certificate is its bytes and those of its key. */
function certificate(name: string): X509Certificate {
  const publicKey = { export: () => Buffer.from(`key of ${name}`) };
  return { raw: Buffer.from(name), publicKey } as unknown as X509Certificate;
}

const CHAIN = [certificate('server'), certificate('authority')];
const sha = (text: string, kind = 'sha256'): string => createHash(kind).update(text).digest('hex');

describe('OWN-8: DANE', () => {
  it.each<[string, string, string]>([
    ['the key of the server', `3 1 1 ${sha('key of server')}`, 'pass'],
    ['its certificate', `3 0 2 ${sha('server', 'sha512')}`, 'pass'],
    ['its certificate, whole', `3 0 0 ${Buffer.from('server').toString('hex')}`, 'pass'],
    ['the key of its authority', `2 1 1 ${sha('key of authority')}`, 'pass'],
    ['its own key as that of an authority', `2 1 1 ${sha('key of server')}`, 'warn'],
    ['another key', `3 1 1 ${sha('key of yesterday')}`, 'warn'],
    ['a use that SMTP has not', `1 1 1 ${sha('key of server')}`, 'warn'],
    ['nonsense', 'x', 'warn'],
  ])('%s', (_, record, state) => {
    expect(judgeTlsa('mx1.house.test', [record], CHAIN)[0]?.state).toBe(state);
  });

  it('one record that holds is enough while keys are exchanged', () => {
    const records = [`3 1 1 ${sha('key of tomorrow')}`, `3 1 1 ${sha('key of server')}`];
    expect(judgeTlsa('mx1.house.test', records, CHAIN).map(({ state }) => state)).toEqual(['pass']);
  });

  it('warns where no TLS is spoken', () => {
    expect(judgeTlsa('mx1.house.test', ['3 1 1 00'], undefined)[0]?.state).toBe('warn');
  });

  // RFC 7672 section 2.1: a record of a zone that is not signed is passed over.
  it.each<[string, string, readonly X509Certificate[] | undefined]>([
    ['that holds', `3 1 1 ${sha('key of server')}`, CHAIN],
    ['that does not', '3 1 1 00', CHAIN],
    ['without TLS', '3 1 1 00', undefined],
  ])('says of a record %s that DNSSEC was not looked at', (_, record, chain) => {
    expect(judgeTlsa('mx1.house.test', [record], chain)[0]?.text).toContain(
      'signed with DNSSEC, which was not looked at',
    );
  });
});
