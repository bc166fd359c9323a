/**
 * Writes and reads the addresses of forwards with keys that stand in a file of the state folder.
 * Secrets of a postsrsd that was here before read its addresses and make none.
 */
import { createHmac } from 'node:crypto';
import { toBase32 } from '../keys/base32.ts';
import { openLiveKeys } from '../keys/live-keys.ts';
import type { RingKey } from '../keys/key-ring.ts';
import {
  ACCOUNT_TAG,
  decodeRecipient,
  rewriteSender,
  splitAddress,
  type SrsSigner,
} from '../protocol/srs.ts';
import type { ForwardAddress, ForwardAddresses, ReturnAddress } from './contract.ts';

export interface ForwardOptions {
  /** Domain of the addresses; without one nothing is rewritten and nothing read. */
  readonly domain?: string;
  /** Domains whose addresses are still read. */
  readonly formerDomains: readonly string[];
  /** Domains whose mail is forwarded as it is, besides those of the platform. */
  readonly excludedDomains: readonly string[];
  /** Lines of postsrsd's secrets file. */
  readonly postsrsdSecrets: readonly string[];
  readonly keysFile: string;
  /** Only looks at the keys, beside the daemon that owns them. */
  readonly isReader?: boolean;
  /** Whether the platform sends for a domain itself: its own mail needs no other sender. */
  readonly isOwnDomain: (domain: string) => boolean;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly warn: (message: string) => void;
}

const DAY_MS = 86_400_000;
const ROTATE_AFTER_MS = 90 * DAY_MS;
/** An address lives for 21 days; twice that is on the safe side of every clock. */
const KEEP_MS = 42 * DAY_MS;

const WORDS = {
  name: 'forward keys',
  use: 'forwards',
  head: "Keys of Primum's forward addresses. Secret. Without them bounces of forwards are refused.",
};

/** Tags kept; so many accounts forward mail at a time. */
const MAX_TAGS = 20_000;

/** @throws PrimumError STATE_UNUSABLE */
export function openForwards(options: ForwardOptions): ForwardAddresses {
  const { now, domain } = options;
  const keys = openLiveKeys(
    {
      path: options.keysFile,
      words: WORDS,
      rotateAfterMs: ROTATE_AFTER_MS,
      keepMs: KEEP_MS,
      now,
      warn: options.warn,
      isReader: options.isReader ?? false,
    },
    createSigner,
  );
  const old = options.postsrsdSecrets.map((secret) => ({ plain: sha1(secret) }));
  const read = new Set([...(domain === undefined ? [] : [domain]), ...options.formerDomains]);
  const excluded = new Set(options.excludedDomains);
  const today = (): number => Math.floor(now() / DAY_MS);
  const tagOf = createTags(keys.stable);

  const decode = (recipient: string): ReturnAddress => {
    const to = splitAddress(recipient)?.domain.toLowerCase();
    if (to === undefined || !read.has(to)) return { ok: false, reason: 'other-domain' };
    // What is no SRS address costs no look at the keys.
    if (!/^srs[01][=+-]/i.test(recipient)) return { ok: false, reason: 'not-srs' };
    const signers = [...keys.all(), ...old];
    const outer = decodeRecipient(recipient, signers, today());
    // Another hop wrapped an address of ours and sent the mail here again: Postfix asks only once.
    const home = outer.ok ? splitAddress(outer.value.sender)?.domain.toLowerCase() : undefined;
    if (!outer.ok || home === undefined || !read.has(home)) return outer;
    const inner = decodeRecipient(outer.value.sender, signers, today());
    return inner.ok
      ? { ok: true, value: { ...inner.value, ...outer.value, sender: inner.value.sender } }
      : inner;
  };
  const rewrite = (sender: string, tag?: string): ForwardAddress => {
    if (domain === undefined) return { ok: false, reason: 'no-domain' };
    const from = splitAddress(sender)?.domain.toLowerCase();
    if (from !== undefined && read.has(from)) return { ok: false, reason: 'ours' };
    if (from !== undefined && options.isOwnDomain(from)) return { ok: false, reason: 'own-domain' };
    if (from !== undefined && excluded.has(from)) return { ok: false, reason: 'excluded' };
    const place = { domain, day: today(), ...(tag !== undefined && { tag }) };
    return rewriteSender(sender, keys.current(), place);
  };
  return {
    rewrite,
    rewriteFor: (account, sender) => {
      // A map of Postfix was there first, or the mail came through another forward of ours: what is
      // sent on now is this account's.
      const known = decode(sender);
      return rewrite(known.ok ? known.value.sender : sender, tagOf(account));
    },
    tagOf,
    keys: () => keys.ids(),
    rotate: (drop = []) => keys.rotate(drop),
    decode,
  };
}

function createSigner({ secret }: RingKey): SrsSigner {
  const derive = (use: string): Buffer =>
    createHmac('sha256', secret).update(`primum srs ${use}`).digest();
  const strongKey = derive('account');
  return {
    plain: sha1(derive('plain')),
    strong: (text) => toBase32(createHmac('sha256', strongKey).update(text).digest()),
  };
}

function sha1(key: string | Buffer): (text: string) => string {
  return (text) => createHmac('sha1', key).update(text).digest('base64');
}

function createTags(stable: Buffer): (account: string) => string {
  const key = createHmac('sha256', stable).update('primum srs tag').digest();
  const known = new Map<string, string>();
  return (account) => {
    const login = account.toLowerCase();
    const old = known.get(login);
    if (old !== undefined) return old;
    const digest = createHmac('sha256', key).update(login).digest();
    const tag = toBase32(digest).slice(0, ACCOUNT_TAG);
    if (known.size >= MAX_TAGS) known.clear();
    known.set(login, tag);
    return tag;
  };
}
