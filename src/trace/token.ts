/**
 * The token: `p1`, key id (4), length of the body in bytes (2), body, all in base 32. The body is a
 * synthetic IV and the encrypted facts, in the manner of SIV (RFC 5297) with HMAC-SHA-256 for the
 * IV and AES-256-CTR: equal facts give equal tokens, and nobody without the key can make, change or
 * read one. The length tells a token that was cut from one that was tampered with.
 */
import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  createSecretKey,
  timingSafeEqual,
} from 'node:crypto';
import type { KeyObject } from 'node:crypto';
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
  readonly encryption: KeyObject;
  readonly authentication: KeyObject;
}

export function createSealer({ id, secret }: RingKey): Sealer {
  const derive = (use: string): KeyObject =>
    createSecretKey(createHmac('sha256', secret).update(`primum trace ${VERSION} ${use}`).digest());
  return { id, encryption: derive('encrypt'), authentication: derive('authenticate') };
}

export function sealToken(sealer: Sealer, traced: Omit<Traced, 'key'>): string {
  const facts = packFacts(traced);
  const length = numberToBase32(IV_BYTES + facts.length, LENGTH_DIGITS);
  const head = `${VERSION}${sealer.id}${length}`;
  const iv = syntheticIv(sealer, head, facts);
  const cipher = createCipheriv('aes-256-ctr', sealer.encryption, counterOf(iv));
  return head + toBase32(Buffer.concat([iv, cipher.update(facts), cipher.final()]));
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
  const cipher = createDecipheriv('aes-256-ctr', sealer.encryption, counterOf(iv));
  const facts = Buffer.concat([cipher.update(body.subarray(IV_BYTES)), cipher.final()]);
  if (!timingSafeEqual(iv, syntheticIv(sealer, head, facts))) return FORGED;
  const traced = unpackFacts(facts);
  return traced === undefined ? FORGED : { ok: true, traced: { ...traced, key: sealer.id } };
}

function syntheticIv({ authentication }: Sealer, head: string, facts: Buffer): Buffer {
  const digest = createHmac('sha256', authentication).update(head).update(facts).digest();
  return digest.subarray(0, IV_BYTES);
}

/** The counter of AES-CTR fills the last four bytes of the block. */
function counterOf(iv: Buffer): Buffer {
  const block = Buffer.alloc(16);
  iv.copy(block);
  return block;
}
