/** Passwords of users: scrypt (RFC 7914), a few at a time, so that guessing cannot eat the machine. */
import { createHash, randomBytes, scrypt, timingSafeEqual } from 'node:crypto';

/** Fewer characters are guessed; more are a mistake or an attack. */
export const MIN_PASSWORD = 12;
export const MAX_PASSWORD = 200;

// OWASP's least for scrypt is N=2^17 with 128 MiB; with two at once that is too much beside a mail
// platform's memory, so N=2^16 with r=8, p=2 (64 MiB each), which OWASP names as its equal.
const COST = { N: 2 ** 16, r: 8, p: 2, maxmem: 96 * 1024 * 1024 };
const KEY_BYTES = 32;
const AT_ONCE = 2;
const MAX_WAITING = 20;

let running = 0;
const waiting: (() => void)[] = [];

/** `undefined` when too many wait already. */
export async function hashPassword(password: string): Promise<string | undefined> {
  const salt = randomBytes(16);
  const key = await derive(password, salt);
  return key && `scrypt$16$8$2$${salt.toString('base64url')}$${key.toString('base64url')}`;
}

/** Takes as long for a user who does not exist. `undefined` when too many wait already. */
export async function isPassword(
  password: string,
  stored: string | undefined,
): Promise<boolean | undefined> {
  const [kind, n, r, p, salt = '', key = ''] = (stored ?? '').split('$');
  const isKnown = kind === 'scrypt' && n === '16' && r === '8' && p === '2' && key !== '';
  const right = isKnown ? Buffer.from(key, 'base64url') : randomBytes(KEY_BYTES);
  const made = await derive(password, isKnown ? Buffer.from(salt, 'base64url') : randomBytes(16));
  return made && timingSafeEqual(made, right) && isKnown;
}

/** 256 bits of chance for links, sessions and tokens. */
export function newSecret(): string {
  return randomBytes(32).toString('base64url');
}

/** What is kept of such a secret. */
export function digestOf(secret: string): string {
  return createHash('sha256').update(secret).digest('base64url');
}

async function derive(password: string, salt: Buffer): Promise<Buffer | undefined> {
  if (running >= AT_ONCE) {
    if (waiting.length >= MAX_WAITING) return undefined;
    await new Promise<void>((resolve) => waiting.push(resolve));
  }
  running++;
  try {
    return await new Promise<Buffer>((resolve, reject) => {
      scrypt(password.normalize('NFKC'), salt, KEY_BYTES, COST, (error, key) => {
        if (error === null) resolve(key);
        else reject(error);
      });
    });
  } finally {
    running--;
    waiting.shift()?.();
  }
}
