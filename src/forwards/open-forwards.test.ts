import { createHmac } from 'node:crypto';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { stampOf } from '../protocol/srs.ts';
import { openForwards, type ForwardOptions } from './open-forwards.ts';

const DAY_MS = 86_400_000;

let folder: string;
let nowMs: number;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'primum-forwards-'));
  nowMs = Date.parse('2026-11-21T05:00:00Z');
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

function open(options: Partial<ForwardOptions> = {}) {
  return openForwards({
    domain: 'fwd.example',
    formerDomains: [],
    excludedDomains: [],
    postsrsdSecrets: [],
    keysFile: join(folder, 'forward-keys'),
    isOwnDomain: (domain) => domain === 'own.example',
    now: () => nowMs,
    warn: () => undefined,
    ...options,
  });
}

function rewritten(result: ReturnType<ReturnType<typeof open>['rewrite']>): string {
  if (!result.ok) throw new Error(result.reason);
  return result.value;
}

describe('FWD-1: addresses of forwards', () => {
  it('only senders from outside get another address', () => {
    const forwards = open({ excludedDomains: ['friend.example'], formerDomains: ['old.example'] });
    const reasonOf = (sender: string) => {
      const result = forwards.rewrite(sender);
      return result.ok ? 'rewritten' : result.reason;
    };
    expect(reasonOf('ann@Own.example')).toBe('own-domain');
    expect(reasonOf('ann@friend.example')).toBe('excluded');
    expect(reasonOf('SRS0=x@old.example')).toBe('ours');
    expect(reasonOf('ann@fwd.example')).toBe('ours');
    expect(reasonOf('')).toBe('null-sender');
    expect(reasonOf('ann@example.org')).toBe('rewritten');
  });

  it('without a domain nothing is rewritten and nothing read', () => {
    const address = rewritten(open().rewrite('ann@example.org'));
    const { domain: _domain, ...without } = { domain: 'x' };
    const forwards = openForwards({
      ...without,
      formerDomains: [],
      excludedDomains: [],
      postsrsdSecrets: [],
      keysFile: join(folder, 'forward-keys'),
      isOwnDomain: () => false,
      now: () => nowMs,
      warn: () => undefined,
    });
    expect(forwards.rewrite('ann@example.org')).toEqual({ ok: false, reason: 'no-domain' });
    expect(forwards.decode(address)).toEqual({ ok: false, reason: 'other-domain' });
  });

  it('names the account so that only we know it, equally for every message and key', () => {
    const forwards = open();
    const address = rewritten(forwards.rewriteFor('Bob@own.example', 'ann@example.org'));
    expect(address).not.toMatch(/bob|own/i);
    const found = forwards.decode(address.toLowerCase());
    expect(found).toEqual({
      ok: true,
      value: {
        sender: 'ann@example.org',
        tag: forwards.tagOf('bob@own.example'),
        stamp: stampOf(address),
      },
    });
    expect(forwards.tagOf('bob@own.example')).not.toBe(forwards.tagOf('eve@own.example'));
    nowMs += 400 * DAY_MS;
    rewritten(forwards.rewrite('ann@example.org'));
    expect(open().tagOf('bob@own.example')).toBe(forwards.tagOf('bob@own.example'));
  });

  it('a sender that a map of Postfix or another forward wrote names the account that forwards now', () => {
    const forwards = open();
    for (const before of [
      rewritten(forwards.rewrite('ann@example.org')),
      rewritten(forwards.rewriteFor('eve@own.example', 'ann@example.org')),
    ]) {
      const address = rewritten(forwards.rewriteFor('bob@own.example', before.toLowerCase()));
      expect(forwards.decode(address)).toMatchObject({
        ok: true,
        value: { sender: 'ann@example.org', tag: forwards.tagOf('bob@own.example') },
      });
    }
    const forged = 'SRS0=abcd=JJ=example.org=ann@fwd.example';
    expect(forwards.rewriteFor('bob@own.example', forged)).toEqual({ ok: false, reason: 'ours' });
  });

  it('an address of ours that another hop wrapped leads home in one step', () => {
    const forwards = open();
    const ours = rewritten(forwards.rewrite('ann@outside.example'));
    const wrapped = `SRS1=ABCD=fwd.example=${ours.slice(4, ours.lastIndexOf('@'))}@hop.example`;
    const again = rewritten(forwards.rewrite(wrapped));
    expect(again).toMatch(/^SRS1=.*=fwd\.example=.*@fwd\.example$/);
    expect(forwards.decode(again)).toEqual({ ok: true, value: { sender: 'ann@outside.example' } });
    nowMs += 30 * DAY_MS;
    expect(forwards.decode(again)).toEqual({ ok: false, reason: 'expired' });
  });

  it('a new key writes and the old one still reads while its addresses live', () => {
    const forwards = open();
    nowMs += 89 * DAY_MS;
    const old = rewritten(forwards.rewrite('ann@example.org'));
    nowMs += 2 * DAY_MS;
    const fresh = rewritten(forwards.rewrite('ann@example.org'));
    expect(fresh.slice(0, 9)).not.toBe(old.slice(0, 9));
    for (const reader of [forwards, open()]) {
      expect(reader.decode(old).ok).toBe(true);
      expect(reader.decode(fresh).ok).toBe(true);
    }
    nowMs += 22 * DAY_MS;
    expect(forwards.decode(old)).toEqual({ ok: false, reason: 'expired' });
  });

  it('a former domain is still read', () => {
    const address = rewritten(open({ domain: 'old.example' }).rewrite('ann@example.org'));
    expect(open().decode(address)).toEqual({ ok: false, reason: 'other-domain' });
    expect(open({ formerDomains: ['old.example'] }).decode(address).ok).toBe(true);
  });

  it('addresses that a postsrsd made with its secret are read, and none is made with it', () => {
    const hash = createHmac('sha1', 'old secret').update('jjexample.organn').digest('base64');
    const address = `SRS0=${hash.slice(0, 4)}=JJ=example.org=ann@fwd.example`;
    // JJ is day 297 of a round of 1024.
    nowMs = (20 * 1024 + 300) * DAY_MS;
    expect(open().decode(address)).toEqual({ ok: false, reason: 'forged' });
    expect(open({ postsrsdSecrets: ['old secret'] }).decode(address)).toEqual({
      ok: true,
      value: { sender: 'ann@example.org' },
    });
  });

  it('keys are for the program alone, and a file that is none is refused in words', () => {
    open();
    const path = join(folder, 'forward-keys');
    expect(statSync(path).mode & 0o777).toBe(0o600);
    writeFileSync(path, 'nonsense');
    expect(() => open()).toThrow(/it is not a file of forward keys\. Restore it from a backup\./);
  });
});
