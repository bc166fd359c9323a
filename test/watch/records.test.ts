/** OWN-8: records that look right and are not, as receivers read them. */
import { afterEach, describe, expect, it } from 'vitest';
import { dkim } from '../../src/watch/checks/dkim.ts';
import { dmarc } from '../../src/watch/checks/dmarc.ts';
import { spf } from '../../src/watch/checks/spf.ts';
import type { Check } from '../../src/watch/contract.ts';
import { openTools } from '../../src/watch/open-tools.ts';
import { runTasks } from '../../src/watch/run-checks.ts';
import { mx, startLyingDns, txt } from './lying-dns.ts';
import { dnsAt, planOf } from './plan.ts';

let close: (() => Promise<void>) | undefined;
afterEach(() => close?.());

/** @param texts TXT records by name. */
async function look(check: Check, texts: Readonly<Record<string, string>>) {
  const dns = await startLyingDns(({ name, type }) => {
    const text = texts[name];
    if (type === 15) return Array.from({ length: 12 }, (_, at) => mx(10, `mx${at}.house.test`));
    return type === 16 && text !== undefined ? [txt(text)] : 'none';
  });
  close = () => dns.close();
  const plan = planOf({
    domains: ['house.test'],
    dkimSelectors: ['s1'],
    dns: dnsAt(dns.server),
  });
  const [found] = await runTasks([{ check, target: 'house.test' }], openTools(plan), {
    parallel: 1,
  });
  return { state: found?.state, text: found?.evidence.join(' ') ?? '' };
}

describe('SPF', () => {
  it.each([
    ['v=spf1 +all', undefined, 'fail', 'SPF of house.test has "+all": it allows the whole world'],
    ['v=spf1 include:i.test -all', 'v=spf1 +all', 'fail', 'SPF of i.test has "+all"'],
    ['v=spf1 redirect=i.test', 'v=spf1 ip4:0.0.0.0/0 -all', 'fail', 'allows the whole world'],
    ['v=spf1 ?include:i.test -all', 'v=spf1 +all', 'pass', 'needs 1 of 10 look-ups'],
    ['v=spf1 include:i.test -all', 'v=spf1 -all', 'pass', 'needs 1 of 10 look-ups'],
    ['v=spf1 mx -all', undefined, 'fail', 'has 12 MX records; receivers stop after 10'],
    ['v=spf1 a:gone.test -all', undefined, 'warn', '("a:gone.test"), which has no address.'],
    ['v=spf10 mx -all', undefined, 'fail', 'which receivers pass over'],
    ['v=spf1 exists:%{z}.x.test -all', undefined, 'fail', 'is no term of SPF'],
  ])('"%s", with "%s" one step away: %s', async (record, below, state, evidence) => {
    const texts = { 'house.test': record, ...(below !== undefined && { 'i.test': below }) };
    const found = await look(spf, texts);
    expect(found.state, found.text).toBe(state);
    expect(found.text).toContain(evidence);
  });
});

describe('DKIM', () => {
  it.each([
    ['v=DKIM2; p=MIIB', 'begins with "v=DKIM2"'],
    ['k=rsa; v=DKIM1; p=MIIB', 'and not with v=DKIM1'],
    ['v=DKIM1; k=dsa; p=MIIB', 'is of the kind "dsa"'],
    ['v=DKIM1; h=sha1; p=MIIB', 'does not allow sha256'],
    ['v=DKIM1; s=tlsrpt; p=MIIB', 'is not for mail'],
  ])('"%s" is a key that nobody uses', async (record, evidence) => {
    const found = await look(dkim, { 's1._domainkey.house.test': record });
    expect(found.state).toBe('fail');
    expect(found.text).toContain(evidence);
  });
});

describe('DKIM of a domain without a key', () => {
  it.each([
    ['v=spf1 -all', 'not-applicable', 'sends no mail, and says so'],
    ['v=spf1 mx -all', 'warn', 'has no DKIM key under s1'],
  ])('and "%s": %s', async (record, state, evidence) => {
    const found = await look(dkim, { 'house.test': record });
    expect(found.state).toBe(state);
    expect(found.text).toContain(evidence);
  });
});

describe('DMARC', () => {
  const RUA = 'rua=mailto:a@house.test';
  it.each([
    [`v=DMARC1; p=reject; ${RUA}`, 'pass', 'says reject'],
    [`v=DMARC1; p=reject; adkim=x; ${RUA}`, 'fail', 'says adkim=x, which does not exist'],
    [`v=DMARC1; p=reject; np=bogus; ${RUA}`, 'fail', 'says np=bogus'],
    [`v=DMARC1; p=reject; sp=none; ${RUA}`, 'warn', 'says sp=none'],
    [`v=DMARC1; p=quarantine; pct=0; ${RUA}`, 'warn', 'take it for p=none'],
    [`v=DMARC1; p=reject; pct=0; ${RUA}`, 'warn', 'take it for p=quarantine'],
    [
      `v=DMARC1; p=reject; t=y; ${RUA}`,
      'warn',
      't=y makes that a test: receivers take it for quarantine',
    ],
    [`v=DMARC1; p=quarantine; t=y; ${RUA}`, 'warn', 'receivers take it for none'],
    [`v=DMARC1; p=none; pct=0; ${RUA}`, 'warn', 'says none'],
    [`v=DMARC1; p=reject; pct=100; ${RUA}`, 'pass', 'says reject'],
    [`v=DMARC1 p=reject`, 'fail', 'has "v=DMARC1 p=reject", which receivers pass over'],
    [`v=dmarc1; p=reject; ${RUA}`, 'fail', 'which receivers pass over'],
    [`V=DMARC1; p=reject; ${RUA}`, 'pass', 'says reject'],
    [`p=reject; v=DMARC1`, 'fail', 'which receivers pass over'],
    ['a text of somebody', 'warn', 'has no DMARC record'],
  ])('"%s": %s', async (record, state, evidence) => {
    const found = await look(dmarc, { '_dmarc.house.test': record });
    expect(found.state, found.text).toBe(state);
    expect(found.text).toContain(evidence);
  });
});
