/** Passwords of users: scrypt (RFC 7914), a few at a time, so that guessing cannot eat the machine. */
import { createHash, randomBytes, scrypt, timingSafeEqual } from 'node:crypto';
import { siteOf } from '../core/client-network.ts';
import { FairQueue } from './fair-queue.ts';

/** Fewer characters are guessed; more are a mistake or an attack. */
export const MIN_PASSWORD = 12;
export const MAX_PASSWORD = 200;

// OWASP's least for scrypt is N=2^17 with 128 MiB; with two at once that is too much beside a mail
// platform's memory, so N=2^16 with r=8, p=2 (64 MiB each), which OWASP names as its equal.
const COST = { N: 2 ** 16, r: 8, p: 2, maxmem: 96 * 1024 * 1024 };
const KEY_BYTES = 32;

/** Of the whole process: all desks share its memory. */
const queue = new FairQueue();

/** Where somebody logged in from before has its places in the queue. */
export function rememberNetwork(address: string): void {
  queue.remember(siteOf(address));
}

/** Of whoever has a link: strangers cannot take his place. `undefined` when too many wait already. */
export async function hashPassword(
  password: string,
  linkDigest: string,
): Promise<string | undefined> {
  const salt = randomBytes(16);
  queue.remember(linkDigest);
  const key = await queue.run(linkDigest, () => derive(password, salt));
  return key && `scrypt$16$8$2$${salt.toString('base64url')}$${key.toString('base64url')}`;
}

/** Takes as long for a user who does not exist. `undefined` when too many wait already. */
export async function isPassword(
  password: string,
  { stored, from }: { readonly stored: string | undefined; readonly from: string },
): Promise<boolean | undefined> {
  const [kind, n, r, p, salt = '', key = ''] = (stored ?? '').split('$');
  const isKnown = kind === 'scrypt' && n === '16' && r === '8' && p === '2' && key !== '';
  const right = isKnown ? Buffer.from(key, 'base64url') : randomBytes(KEY_BYTES);
  const saltBytes = isKnown ? Buffer.from(salt, 'base64url') : randomBytes(16);
  const made = await queue.run(siteOf(from), () => derive(password, saltBytes));
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

function derive(password: string, salt: Buffer): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    scrypt(password.normalize('NFKC'), salt, KEY_BYTES, COST, (error, key) => {
      if (error === null) resolve(key);
      else reject(error);
    });
  });
}
