import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatDay, isFresh, MAX_AGE_DAYS, parseDay } from './srs-day.ts';
import { decodeRecipient, MAX_LOCAL_PART, rewriteSender, stampOf, type SrsSigner } from './srs.ts';

const DIGITS = '0123456789abcdefghjkmnpqrstvwxyz';

function signer(secret: string): SrsSigner {
  return {
    plain: (text) => createHmac('sha1', secret).update(text).digest('base64'),
    strong: (text) =>
      [...createHmac('sha256', secret).update(text).digest()]
        .map((byte) => DIGITS.charAt(byte & 31))
        .join(''),
  };
}

const KEY = signer('tops3cr3t');
const OTHER = signer('other');
const DAY = 20_785;
const TAG = '0123456789';
const HERE = { domain: 'fwd.example', day: DAY };

const forward = (sender: string, tag?: string) =>
  rewriteSender(sender, KEY, { ...HERE, ...(tag !== undefined && { tag }) });
const made = (sender: string, tag?: string): string => {
  const result = forward(sender, tag);
  return result.ok ? result.value : `left alone: ${result.reason}`;
};
const back = (address: string, day = DAY, keys = [KEY]) => decodeRecipient(address, keys, day);

describe('FWD-1: plain SRS', () => {
  it('is hash, day, host and user, and leads back', () => {
    const address = made('Ann.Smith@Example.org');
    expect(address).toMatch(/^SRS0=[\w+/]{4}=[A-Z2-7]{2}=Example\.org=Ann\.Smith@fwd\.example$/);
    expect(back(address)).toEqual({ ok: true, value: { sender: 'Ann.Smith@Example.org' } });
  });

  it('a known address is as libsrs2 makes it: HMAC-SHA-1 over day, host and user in lower case', () => {
    const hash = createHmac('sha1', 'tops3cr3t').update('jjexample.organn').digest('base64');
    const day = parseDay('JJ') ?? 0;
    const result = rewriteSender('Ann@example.org', KEY, { domain: 'fwd.example', day });
    expect(result).toMatchObject({
      value: `SRS0=${hash.slice(0, 4)}=JJ=example.org=Ann@fwd.example`,
    });
  });

  it("another hop's SRS0 becomes SRS1, whatever its separator, and leads back to that hop", () => {
    for (const separator of ['=', '+', '-']) {
      const theirs = `SRS0${separator}abcd=JJ=q.example=a@hop.example`;
      const address = made(theirs);
      expect(address).toMatch(
        new RegExp(`^SRS1=[\\w+/]{4}=hop.example=\\${separator}abcd=JJ=q.example=a@fwd.example$`),
      );
      expect(back(address)).toEqual({ ok: true, value: { sender: theirs } });
    }
  });

  it("another hop's SRS1 is wrapped anew and keeps the first hop, so that it does not grow", () => {
    const first = made('SRS0=abcd=JJ=q.example=a@hop.example');
    const second = first.replace('@fwd.example', '@second.example');
    const third = made(second);
    expect(third).toBe(first);
    expect(back(third)).toEqual({
      ok: true,
      value: { sender: 'SRS0=abcd=JJ=q.example=a@hop.example' },
    });
  });

  it.each([
    ['the null sender', '', 'null-sender'],
    ['the null sender as Postfix asks', '<>', 'null-sender'],
    ['the null sender as cleanup asks', '""', 'null-sender'],
    ['no domain', 'ann', 'not-an-address'],
    ['a quoted local part', '"a b"@example.org', 'not-an-address'],
    ['a control character', 'a\u0000b@example.org', 'not-an-address'],
    ['an address of ours: a loop ends here', 'SRS0=abcd=JJ=q.example=a@FWD.example', 'ours'],
    ['a local part that would pass 64 bytes', `${'a'.repeat(50)}@example.org`, 'too-long'],
    ['one that passes 64 bytes only in UTF-8', `${'ü'.repeat(25)}@example.org`, 'too-long'],
    ['an address that is far too long', `${'a'.repeat(600)}@example.org`, 'not-an-address'],
  ])('%s is left alone', (_name, sender, reason) => {
    expect(forward(sender)).toEqual({ ok: false, reason });
  });

  it('a local part of 64 bytes is the longest', () => {
    const user = 'a'.repeat(MAX_LOCAL_PART - 'SRS0=abcd=JJ=example.org='.length);
    expect(forward(`${user}@example.org`).ok).toBe(true);
    expect(forward(`${user}a@example.org`)).toEqual({ ok: false, reason: 'too-long' });
  });
});

describe('FWD-1: SRS that names the forwarding account', () => {
  const address = made('ann@example.org', TAG);

  it('has the grammar of SRS0 with a longer hash and a tag, and leads back with the tag', () => {
    expect(address).toMatch(
      /^SRS0=[0-9a-z]{8}=[a-z2-7]{2}0123456789=example\.org=ann@fwd\.example$/,
    );
    const stamp = address.slice(5, 13);
    expect(back(address)).toEqual({
      ok: true,
      value: { sender: 'ann@example.org', tag: TAG, stamp },
    });
  });

  it('survives any case', () => {
    for (const folded of [address.toLowerCase(), address.toUpperCase()]) {
      expect(back(folded)).toMatchObject({ ok: true, value: { tag: TAG } });
    }
  });

  it('is wrapped by another hop as any SRS0', () => {
    const wrapped = rewriteSender(address, OTHER, { domain: 'hop.example', day: DAY });
    expect(wrapped.ok && decodeRecipient(wrapped.value, [OTHER], DAY)).toEqual({
      ok: true,
      value: { sender: address },
    });
  });

  it("wraps another hop's short SRS0 with the tag", () => {
    const theirs = 'SRS0=abcd=JJ=b.de=a@hop.de';
    const ours = made(theirs, TAG);
    expect(ours).toMatch(/^SRS1=\w{20}=hop\.de==abcd=JJ=b\.de=a@fwd\.example$/);
    const stamp = ours.slice(5, 13);
    expect(back(ours)).toEqual({ ok: true, value: { sender: theirs, tag: TAG, stamp } });
    expect(back(ours, DAY + 22)).toEqual({ ok: false, reason: 'expired' });
  });

  it('FWD-2: its hash stands for one sender and day, whoever reads it and in any case', () => {
    expect(stampOf(address.toUpperCase())).toBe(stampOf(address));
    expect(stampOf(made('eve@example.org', TAG))).not.toBe(stampOf(address));
    for (const other of [made('ann@example.org'), 'ann@example.org', 'SRS0=x@fwd.example', '']) {
      expect(stampOf(other)).toBeUndefined();
    }
  });

  it('is plain where the tag does not fit, and left alone where plain does not fit either', () => {
    expect(forward(`${'a'.repeat(30)}@example.org`, TAG)).toMatchObject({ form: 'plain' });
    expect(forward(`${'a'.repeat(25)}@example.org`, TAG)).toMatchObject({ form: 'account' });
    expect(forward(`${'a'.repeat(60)}@example.org`, TAG)).toEqual({
      ok: false,
      reason: 'too-long',
    });
  });

  it('a tag that is changed is forged', () => {
    const changed = address.replace('0123456789', '0123456788');
    expect(back(changed)).toEqual({ ok: false, reason: 'forged' });
  });
});

describe('what comes back', () => {
  const plain = made('ann@example.org');

  it.each([
    ['a hash that is tampered with', plain.replace(/=(.)/, (_m, c) => (c === 'x' ? '=y' : '=x'))],
    ['another user', plain.replace('=ann@', '=bob@')],
    ['another host', plain.replace('example.org', 'example.net')],
    ['another day', plain.replace(/=([A-Z2-7]{2})=/, '=AA=')],
    ['a hash of three letters', plain.replace(/^SRS0=./, 'SRS0=')],
  ])('%s is forged', (_name, address) => {
    expect(back(address)).toEqual({ ok: false, reason: 'forged' });
  });

  it('lives for 21 days, and a clock that is a day behind reads it too', () => {
    expect(back(plain, DAY + MAX_AGE_DAYS).ok).toBe(true);
    expect(back(plain, DAY + MAX_AGE_DAYS + 1)).toEqual({ ok: false, reason: 'expired' });
    expect(back(plain, DAY - 1).ok).toBe(true);
    expect(back(plain, DAY - 2)).toEqual({ ok: false, reason: 'expired' });
  });

  it('any of several keys reads, the newest writes; without its key it is forged', () => {
    expect(back(plain, DAY, [OTHER, KEY]).ok).toBe(true);
    expect(back(plain, DAY, [OTHER])).toEqual({ ok: false, reason: 'forged' });
    const account = made('ann@example.org', TAG);
    expect(back(account, DAY, [OTHER, KEY]).ok).toBe(true);
    expect(back(account, DAY, [{ plain: KEY.plain }])).toEqual({ ok: false, reason: 'forged' });
  });

  it('lower case, as smtpd asks, leads back to the sender in lower case', () => {
    expect(back(made('Ann@Example.org').toLowerCase())).toEqual({
      ok: true,
      value: { sender: 'ann@example.org' },
    });
  });

  it.each([
    ['ann@fwd.example', 'not-srs'],
    ['SRS0@fwd.example', 'not-srs'],
    ['SRS0=@fwd.example', 'malformed'],
    ['srs1+@fwd.example', 'malformed'],
    ['SRS0=abcd@fwd.example', 'malformed'],
    ['SRS0=abcd=JJ=example.org=@fwd.example', 'malformed'],
    ['SRS0=abcd=J1=example.org=ann@fwd.example', 'malformed'],
    ['SRS0=abcd=JJJ=example.org=ann@fwd.example', 'malformed'],
    ['SRS1=abcd=example.org=ann@fwd.example', 'malformed'],
    ['SRS1=abcd=example.org==ann@fwd.example', 'forged'],
  ])('%s is %s', (address, reason) => {
    expect(back(address)).toEqual({ ok: false, reason });
  });
});

describe('the day', () => {
  it('goes round after 1024 days', () => {
    expect([0, 31, 32, 1023, 1024].map(formatDay)).toEqual(['AA', 'A7', 'BA', '77', 'AA']);
    expect(isFresh(1020, 1)).toBe(true);
    expect(isFresh(1020, 20)).toBe(false);
  });
});

describe('fuzz', () => {
  const word = fc.stringMatching(/^[a-zA-Z0-9.=+_-]{1,20}$/);
  const host = fc.stringMatching(/^[a-z0-9-]{1,12}\.[a-z]{2,5}$/);

  it('what is rewritten leads back, in its form or folded, and has 64 bytes at most', () => {
    const sender = fc.tuple(word, host).map(([local, domain]) => `${local}@${domain}`);
    fc.assert(
      fc.property(sender, fc.boolean(), fc.boolean(), (address, tagged, folded) => {
        const result = forward(address, tagged ? TAG : undefined);
        if (!result.ok) return;
        expect(result.value.lastIndexOf('@')).toBeLessThanOrEqual(MAX_LOCAL_PART);
        const found = back(folded ? result.value.toLowerCase() : result.value);
        if (!found.ok) throw new Error(found.reason);
        if (found.value.tag !== undefined) {
          expect(found.value.stamp).toBe(stampOf(result.value));
        }
        // An SRS1 of another hop is shortened to the SRS0 of the first.
        if (/^srs1/i.test(address)) return;
        expect(found.value.sender.toLowerCase()).toBe(address.toLowerCase());
      }),
    );
  });

  it('nothing that is not ours is decoded, and nothing throws', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc
        .tuple(fc.constantFrom('SRS0', 'SRS1', 'srs0'), fc.constantFrom('=', '+', '-'), fc.string())
        .map((parts) => `${parts.join('')}@fwd.example`),
    );
    fc.assert(
      fc.property(text, (address) => {
        expect(back(address).ok).toBe(false);
        forward(address, TAG);
      }),
    );
  });
});
