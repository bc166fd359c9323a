/**
 * What a token says, in bytes: flags, time (seconds since 1970, 32 bits), reference, context,
 * credential, account. References and contexts of ours take five and six bytes, any other text a
 * length and its bytes; the usual credential takes none.
 */
import type { Traced } from './contract.ts';
import { fromBase32, toBase32 } from '../keys/base32.ts';

const PACKED_REFERENCE = 1;
const PACKED_CONTEXT = 2;
const MAIN_CREDENTIAL = 4;
const KNOWN_FLAGS = 7;

/** RFC 5321 section 4.5.3.1 allows 320; logins may carry a realm. Longer ones are cut. */
export const MAX_ACCOUNT_BYTES = 512;
/** Of reference, context and credential each. */
export const MAX_WORD_BYTES = 128;

/** Flags and time, three words with their lengths, and the account. */
const LONGEST = 5 + 3 * (1 + MAX_WORD_BYTES) + MAX_ACCOUNT_BYTES;
/** Used again for the next: every message that leaves has a token. */
const room = Buffer.alloc(LONGEST);

const MAIN = 'main';
const TIME_MAX = 0xffff_ffff;

export function packFacts(traced: Omit<Traced, 'key'>): Buffer {
  const { reference, context, credential, account } = traced;
  const isReference = /^[0-9A-HJKMNP-TV-Z]{8}$/.test(reference);
  const isContext = /^[0-9a-f]{12}$/.test(context);
  const isMain = credential === MAIN;
  const facts = room;
  facts[0] =
    (isReference ? PACKED_REFERENCE : 0) |
    (isContext ? PACKED_CONTEXT : 0) |
    (isMain ? MAIN_CREDENTIAL : 0);
  let at = facts.writeUInt32BE(secondsOf(traced.at), 1);
  at += isReference
    ? (fromBase32(reference.toLowerCase()) ?? Buffer.alloc(5)).copy(facts, at)
    : addWord(facts, at, reference);
  at += isContext ? facts.write(context, at, 'hex') : addWord(facts, at, context);
  if (!isMain) at += addWord(facts, at, credential);
  at += addText(facts, at, account, MAX_ACCOUNT_BYTES);
  return Buffer.from(facts.subarray(0, at));
}

/** `undefined` when the bytes are of a form that this version does not know. */
export function unpackFacts(bytes: Buffer): Omit<Traced, 'key'> | undefined {
  const flags = bytes[0];
  if (flags === undefined || flags > KNOWN_FLAGS || bytes.length < 5) return undefined;
  let at = 5;
  const take = (length: number): Buffer => bytes.subarray(at, (at += length));
  const takeWord = (): string => take(take(1)[0] ?? 0).toString('utf8');
  const reference = (flags & PACKED_REFERENCE) === 0 ? takeWord() : toBase32(take(5)).toUpperCase();
  const context = (flags & PACKED_CONTEXT) === 0 ? takeWord() : take(6).toString('hex');
  const credential = (flags & MAIN_CREDENTIAL) === 0 ? takeWord() : MAIN;
  if (at > bytes.length) return undefined;
  return {
    account: bytes.subarray(at).toString('utf8'),
    credential,
    context,
    reference,
    at: new Date(bytes.readUInt32BE(1) * 1000).toISOString().replace('.000Z', 'Z'),
  };
}

function secondsOf(at: string): number {
  const seconds = Math.floor(Date.parse(at) / 1000);
  return Number.isNaN(seconds) ? 0 : Math.min(Math.max(seconds, 0), TIME_MAX);
}

function addWord(to: Buffer, at: number, text: string): number {
  const length = addText(to, at + 1, text, MAX_WORD_BYTES);
  to[at] = length;
  return length + 1;
}

/** At most so many bytes, cut between characters. */
function addText(to: Buffer, at: number, text: string, maximum: number): number {
  return to.write(text, at, maximum, 'utf8');
}
