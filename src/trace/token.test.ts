import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromBase32, toBase32 } from '../keys/base32.ts';
import { MAX_ACCOUNT_BYTES, MAX_WORD_BYTES } from './facts.ts';
import { createSealer, MAX_TOKEN_LENGTH, readToken, sealToken } from './token.ts';

const SEALER = createSealer({ id: '8k2q', bornMs: 0, secret: Buffer.alloc(32, 7) });
const OTHER = createSealer({ id: '8k2q', bornMs: 0, secret: Buffer.alloc(32, 8) });

const FACTS = {
  account: 'ann@example.org',
  credential: 'main',
  context: '5f1c00ab12cd',
  at: '2026-11-21T04:30:12Z',
  reference: '8F2K9A1B',
};

const find = (id: string) => (id === SEALER.id ? SEALER : undefined);
const read = (token: string) => readToken(find, token);

describe('CON-5: a trace token', () => {
  const token = sealToken(SEALER, FACTS);

  it('says who, with what, from where, when and which decision', () => {
    expect(read(token)).toEqual({ ok: true, traced: { ...FACTS, key: '8k2q' } });
  });

  it('is short, opaque, and safe in a header and in the local part of an address', () => {
    expect(token).toMatch(/^p1[0-9a-z]+$/);
    // RFC 5321 section 4.5.3.1.1 allows 64 in a local part; an account of 5 characters fits.
    expect(sealToken(SEALER, { ...FACTS, account: 'ann@x' }).length).toBeLessThanOrEqual(64);
    expect(token.length).toBeLessThanOrEqual(80);
    expect(Buffer.from(token).toString()).not.toContain('ann');
  });

  it('is equal for equal facts and different for the next message', () => {
    expect(sealToken(SEALER, FACTS)).toBe(token);
    const next = sealToken(SEALER, { ...FACTS, reference: '8F2K9A1C' });
    expect(next.slice(8)).not.toBe(token.slice(8));
    expect(next.slice(8, 20)).not.toBe(token.slice(8, 20));
  });

  it('survives folding, upper case and being read out over the telephone', () => {
    const folded = token.replace(/(.{20})/g, '$1\r\n\t');
    for (const text of [folded, token.toUpperCase(), ` ${token}\n`]) {
      expect(read(text).ok, text).toBe(true);
    }
    expect(read(token.replaceAll('1', 'l').replaceAll('0', 'O')).ok).toBe(true);
  });

  it('is recognised as forged wherever one character is changed', () => {
    for (let at = 8; at < token.length; at++) {
      const digit = token.charAt(at) === 'z' ? 'y' : 'z';
      const changed = token.slice(0, at) + digit + token.slice(at + 1);
      expect(read(changed), `at ${at}`).toEqual({ ok: false, reason: 'forged' });
    }
  });

  it('is recognised as forged when it was made with another secret under the same key id', () => {
    expect(read(sealToken(OTHER, FACTS))).toEqual({ ok: false, reason: 'forged' });
  });

  it('is told apart when it is cut, of another version, or of a key that is not here', () => {
    for (let length = 0; length < token.length; length++) {
      expect(read(token.slice(0, length)), `cut to ${length}`).toEqual({
        ok: false,
        reason: 'not-a-token',
      });
    }
    expect(read(`${token}0`)).toEqual({ ok: false, reason: 'not-a-token' });
    expect(read(`p2${token.slice(2)}`)).toEqual({ ok: false, reason: 'not-a-token' });
    expect(read(`p1zzzz${token.slice(6)}`)).toEqual({ ok: false, reason: 'unknown-key' });
  });

  it('is never read from what is too long to be one', () => {
    expect(read(token + ' '.repeat(2 * MAX_TOKEN_LENGTH))).toEqual({
      ok: false,
      reason: 'not-a-token',
    });
  });

  it('cuts what is too long to be said, between characters', () => {
    const long = { ...FACTS, account: 'ü'.repeat(1000), credential: 'app:'.padEnd(500, '7') };
    const token = sealToken(SEALER, long);
    const reading = read(token);
    expect(reading.ok && reading.traced.account).toBe('ü'.repeat(MAX_ACCOUNT_BYTES / 2));
    expect(reading.ok && reading.traced.credential.length).toBe(MAX_WORD_BYTES);
    expect(token.length).toBeLessThanOrEqual(MAX_TOKEN_LENGTH);
  });

  it('carries any account, credential, context and reference', () => {
    const word = fc.string({ unit: 'grapheme', maxLength: 20 });
    fc.assert(
      fc.property(word, word, word, word, (account, credential, context, reference) => {
        const facts = { ...FACTS, account, credential, context, reference };
        expect(read(sealToken(SEALER, facts))).toEqual({
          ok: true,
          traced: { ...facts, key: '8k2q' },
        });
      }),
    );
  });

  it('never throws, whatever it is given', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(read(text).ok).toBe(false);
        expect(read(token.slice(0, 8) + text).ok).toBe(false);
      }),
    );
  });
});

describe('base 32', () => {
  it('gives back what it was given', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
        expect(fromBase32(toBase32(bytes))).toEqual(Buffer.from(bytes));
      }),
    );
  });

  it('has one text for each value', () => {
    expect(fromBase32('zz')).toBeUndefined();
    expect(fromBase32('u0')).toBeUndefined();
    expect(fromBase32('0')).toBeUndefined();
  });
});
