import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MAX_SPF_TERMS, isSpf, parseSpf, worldTerm } from './spf.ts';
import { MAX_TAGS, parseTags } from './tags.ts';

describe('OWN-8: SPF records', () => {
  it.each([
    // record                                         -> terms, or what is wrong
    ['v=spf1 mx -all', 'mx -all'],
    ['v=spf1 ip4:192.0.2.0/24 ip6:2001:db8::/32 ~all', 'ip4:192.0.2.0/24 ip6:2001:db8::/32 ~all'],
    [
      'v=spf1 a:mail.example.org/28//64 include:_spf.example.net ?all',
      'a:mail.example.org/28//64 include:_spf.example.net ?all',
    ],
    [
      'v=spf1 exists:%{i}._spf.example.org redirect=_spf.example.net',
      'exists:%{i}._spf.example.org redirect=_spf.example.net',
    ],
    ['V=SPF1 MX -ALL', 'MX -ALL'],
    ['v=spf1', ''],
  ])('%s is read', (record, terms) => {
    const parsed = parseSpf(record);
    expect(parsed.ok && parsed.terms.map(({ text }) => text).join(' ')).toBe(terms);
  });

  it.each([
    ['v=spf2 -all', 'does not begin'],
    ['v=spf1 ip4:300.0.0.1 -all', 'no term'],
    ['v=spf1 ip4:192.0.2.0/33 -all', 'no term'],
    ['v=spf1 include -all', 'no term'],
    ['v=spf1 all:example.org', 'no term'],
    ['v=spf1 mxx -all', 'no term'],
    ['v=spf1 exists:%{z}.x.test -all', 'no term'],
    ['v=spf1 exists:%{i.x.test -all', 'no term'],
    ['v=spf1 a:%x.test -all', 'no term'],
    ['v=spf1 redirect=%{d', 'no term'],
    ['v=spf1 redirect=a.test redirect=b.test', 'twice'],
    [`v=spf1 ${'mx '.repeat(MAX_SPF_TERMS + 1)}`, 'more than'],
  ])('%s is broken', (record, reason) => {
    expect(parseSpf(record)).toMatchObject({
      ok: false,
      reason: expect.stringContaining(reason) as string,
    });
  });

  it.each([
    ['v=spf1 exists:%{ir}.%{v}._spf.%{d2} -all', undefined],
    ['v=spf1 exists:%{l1r-+/}.%%%_%-x.test -all', undefined],
    ['v=spf1 mx -all', undefined],
    ['v=spf1 -all +all', undefined],
    ['v=spf1 ?ip4:0.0.0.0/0 -all', undefined],
    ['v=spf1 mx/24//0 -all', 'mx/24//0'],
    ['v=spf1 all', 'all'],
    ['v=spf1 a/0 -all', 'a/0'],
    ['v=spf1 mx:a.test//0 -all', 'mx:a.test//0'],
    ['v=spf1 +ip4:0.0.0.0/0 -all', '+ip4:0.0.0.0/0'],
    ['v=spf1 ip6:::/0 -all', 'ip6:::/0'],
  ])('%s allows everybody by %s', (record, text) => {
    const parsed = parseSpf(record);
    expect(parsed.ok).toBe(true);
    expect(parsed.ok && worldTerm(parsed.terms)?.text).toBe(text);
  });

  it('are told from other texts', () => {
    expect(['v=spf1', 'v=spf1 -all', 'v=spf10', 'spf1'].map(isSpf)).toEqual([
      true,
      true,
      false,
      false,
    ]);
  });
});

describe('OWN-8: tag lists', () => {
  it.each([
    ['v=DMARC1; p=none;', { v: 'DMARC1', p: 'none' }],
    ['v=DKIM1;k=rsa; p=', { v: 'DKIM1', k: 'rsa', p: '' }],
    ['V = TLSRPTv1 ; rua = mailto:a@b.example', { v: 'TLSRPTv1', rua: 'mailto:a@b.example' }],
  ])('%s is read', (text, tags) => {
    const list = parseTags(text);
    expect(list.ok && Object.fromEntries(list.tags)).toEqual(tags);
  });

  it.each([
    ['v=DMARC1; p', 'not name=value'],
    ['p=none; p=reject', 'twice'],
    ['a=b;'.repeat(MAX_TAGS + 1), 'more than'],
  ])('%s is broken', (text, reason) => {
    expect(parseTags(text)).toMatchObject({
      ok: false,
      reason: expect.stringContaining(reason) as string,
    });
  });

  it('and SPF take no offence at anything', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 500 }), (text) => {
        expect(typeof parseTags(text).ok).toBe('boolean');
        expect(typeof parseSpf(`v=spf1 ${text}`).ok).toBe('boolean');
      }),
    );
  });
});
