/**
 * The token: `p1`, key id (4), length of the body in bytes (2), body, all in base 32. The body is a
 * synthetic IV and the encrypted facts, in the manner of SIV (RFC 5297) with HMAC-SHA-256 for the
 * IV and AES-256-CTR: equal facts give equal tokens, and nobody without the key can make, change or
 * read one. The length tells a token that was cut from one that was tampered with.
 */
import { createCipheriv, createHmac, hash, timingSafeEqual } from 'node:crypto';
import {
  fromBase32,
  normaliseBase32,
  numberFromBase32,
  numberToBase32,
  toBase32,
} from '../keys/base32.ts';
import type { Traced, TraceReading } from './contract.ts';
import { KEY_ID_DIGITS } from '../keys/key-ring.ts';
import type { RingKey } from '../keys/key-ring.ts';
import { packFacts, unpackFacts } from './facts.ts';

export const VERSION = 'p1';
const LENGTH_DIGITS = 2;
const HEAD_LENGTH = VERSION.length + KEY_ID_DIGITS + LENGTH_DIGITS;
/** 96 bits: equal only by chance once in 2^48 messages, and then two facts are mixed, not told. */
const IV_BYTES = 12;
/** What two digits of base 32 can say. */
const MAX_BODY_BYTES = 32 ** LENGTH_DIGITS - 1;
export const MAX_FACTS_BYTES = MAX_BODY_BYTES - IV_BYTES;
/** Longest token, and the longest text that is looked at; white space between does not count. */
export const MAX_TOKEN_LENGTH = HEAD_LENGTH + Math.ceil((MAX_BODY_BYTES * 8) / 5);

/** A key ready for use. */
export interface Sealer {
  readonly id: string;
  /** What AES-256-CTR adds to so many bytes. */
  readonly keystream: (iv: Buffer, length: number) => Buffer;
  /** HMAC-SHA-256. */
  readonly authenticate: (head: string, facts: Buffer) => Buffer;
}

export function createSealer({ id, secret }: RingKey): Sealer {
  const derive = (use: string): Buffer =>
    createHmac('sha256', secret).update(`primum trace ${VERSION} ${use}`).digest();
  return {
    id,
    keystream: createKeystream(derive('encrypt')),
    authenticate: createMac(derive('authenticate')),
  };
}

const AES_BLOCK_BYTES = 16;

/**
 * A cipher and a MAC of the library's own for each token took a tenth of what a message costs. CTR is the
 * block cipher over a counter, which starts behind the IV: that cipher is made once a key.
 */
function createKeystream(key: Buffer): Sealer['keystream'] {
  const cipher = createCipheriv('aes-256-ecb', key, null).setAutoPadding(false);
  return (iv, length) => {
    const counters = Buffer.alloc(Math.ceil(length / AES_BLOCK_BYTES) * AES_BLOCK_BYTES);
    for (let at = 0; at < counters.length; at += AES_BLOCK_BYTES) {
      iv.copy(counters, at);
      counters.writeUInt32BE(at / AES_BLOCK_BYTES, at + IV_BYTES);
    }
    return cipher.update(counters);
  };
}

const SHA256_BLOCK_BYTES = 64;

/** RFC 2104 section 2, with the key in both blocks beforehand. */
function createMac(key: Buffer): Sealer['authenticate'] {
  const padded = (pad: number): Buffer => {
    const block = Buffer.alloc(SHA256_BLOCK_BYTES, pad);
    for (let i = 0; i < key.length; i += 1) block[i] = (key[i] as number) ^ pad;
    return block;
  };
  const [inner, outer] = [padded(0x36), padded(0x5c)];
  return (head, facts) => {
    const within = hash('sha256', Buffer.concat([inner, Buffer.from(head), facts]), 'buffer');
    return hash('sha256', Buffer.concat([outer, within]), 'buffer');
  };
}

export function sealToken(sealer: Sealer, traced: Omit<Traced, 'key'>): string {
  const facts = packFacts(traced);
  const length = numberToBase32(IV_BYTES + facts.length, LENGTH_DIGITS);
  const head = `${VERSION}${sealer.id}${length}`;
  const iv = syntheticIv(sealer, head, facts);
  return head + toBase32(Buffer.concat([iv, encrypted(sealer, iv, facts)]));
}

export function readToken(
  sealerOf: (keyId: string) => Sealer | undefined,
  text: string,
): TraceReading {
  if (text.length > 2 * MAX_TOKEN_LENGTH) return NOT_A_TOKEN;
  const token = normaliseBase32(text);
  const head = token.slice(0, HEAD_LENGTH);
  const length = numberFromBase32(head.slice(-LENGTH_DIGITS));
  if (!token.startsWith(VERSION) || head.length < HEAD_LENGTH || length === undefined) {
    return NOT_A_TOKEN;
  }
  const digits = token.slice(HEAD_LENGTH);
  // Cut, or with something behind it: not tampered with, just not whole.
  if (length <= IV_BYTES || digits.length !== Math.ceil((length * 8) / 5)) return NOT_A_TOKEN;
  if (numberFromBase32(digits) === undefined) return NOT_A_TOKEN;
  const id = head.slice(VERSION.length, VERSION.length + KEY_ID_DIGITS);
  if (numberFromBase32(id) === undefined) return NOT_A_TOKEN;
  const sealer = sealerOf(id);
  if (sealer === undefined) return { ok: false, reason: 'unknown-key' };
  const body = fromBase32(digits);
  return body === undefined ? FORGED : openBody(sealer, head, body);
}

const NOT_A_TOKEN: TraceReading = { ok: false, reason: 'not-a-token' };
const FORGED: TraceReading = { ok: false, reason: 'forged' };

function openBody(sealer: Sealer, head: string, body: Buffer): TraceReading {
  const iv = body.subarray(0, IV_BYTES);
  const facts = encrypted(sealer, iv, body.subarray(IV_BYTES));
  if (!timingSafeEqual(iv, syntheticIv(sealer, head, facts))) return FORGED;
  const traced = unpackFacts(facts);
  return traced === undefined ? FORGED : { ok: true, traced: { ...traced, key: sealer.id } };
}

function syntheticIv({ authenticate }: Sealer, head: string, facts: Buffer): Buffer {
  return authenticate(head, facts).subarray(0, IV_BYTES);
}

/** And decrypted, for it is the same. */
function encrypted({ keystream }: Sealer, iv: Buffer, bytes: Buffer): Buffer {
  const mixed = keystream(iv, bytes.length).subarray(0, bytes.length);
  for (let i = 0; i < mixed.length; i += 1) mixed[i] = (mixed[i] as number) ^ (bytes[i] as number);
  return mixed;
}
