import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ConformanceFault } from './derived.ts';
import { MAX_MENDED_HEADERS, planMending, type MendSettings } from './mending.ts';
import { qualifyAddresses } from './qualify.ts';

const SETTINGS: MendSettings = {
  domain: 'example.org',
  mends: new Set(['missing-date', 'missing-message-id', 'unqualified-address', 'duplicate-header']),
};
const NOW = 'Sat, 21 Nov 2026 05:00:00 +0000';
const ID = '<fresh@mx.example.org>';

function plan(
  headers: readonly string[],
  faults: readonly ConformanceFault[],
  settings: MendSettings = SETTINGS,
) {
  const fields = headers.map((line) => {
    const at = line.indexOf(':');
    return { name: line.slice(0, at), value: line.slice(at + 1) };
  });
  return planMending({ headers: fields, faults, nowText: NOW, newMessageId: ID }, settings);
}

describe('CON-7: addresses in headers get the domain of the platform', () => {
  it.each([
    [' ann', ' ann@example.org'],
    [' <ann>', ' <ann@example.org>'],
    [' Ann Lee <ann>', ' Ann Lee <ann@example.org>'],
    [' "Lee, Ann" <ann.lee>', ' "Lee, Ann" <ann.lee@example.org>'],
    [' "ann lee"', ' "ann lee"@example.org'],
    [' ann (at home, really)', ' ann@example.org (at home, really)'],
    [' (the boss) ann', ' (the boss) ann@example.org'],
    [' ann, bob@x.net,\r\n\teve', ' ann@example.org, bob@x.net,\r\n\teve@example.org'],
    [' staff: ann, <bob>;', ' staff: ann@example.org, <bob@example.org>;'],
    [' =?utf-8?q?J=C3=BCrgen?= <juergen>', ' =?utf-8?q?J=C3=BCrgen?= <juergen@example.org>'],
    [' "a \\" b" <ann>', ' "a \\" b" <ann@example.org>'],
    [' <ann (me)>', ' <ann@example.org (me)>'],
  ])('%s', (value, expected) => {
    expect(qualifyAddresses(value, 'example.org')).toBe(expected);
  });

  it.each([
    ['is whole', ' Ann <ann@example.net>, bob@example.com'],
    ['is nobody', ' undisclosed-recipients:;'],
    ['is the null address', ' <>'],
    ['is empty', ' '],
    ['is a name without an address', ' Ann Lee'],
    ['is an encoded name alone', ' =?utf-8?q?J=C3=BCrgen?='],
    ['holds a source route', ' <@a.example,@b.example:ann@c.example>'],
    ['is a domain literal', ' ann@[192.0.2.1]'],
    ['has a quote that does not end', ' "ann'],
    ['has a comment that does not end', ' ann (at home'],
    ['has an angle that does not end', ' Ann <ann'],
    ['has letters beyond ASCII', ' j\u00fcrgen'],
    ['has two angles in one', ' <a<b>'],
    ['ends in a backslash', ' "ann\\'],
  ])('what %s stays as it is', (_, value) => {
    expect(qualifyAddresses(value, 'example.org')).toBeUndefined();
  });

  it('adds the domain and nothing else, and is done after one time', () => {
    const alphabet = fc.constantFrom(...Array.from('ann bob,;:<>()"\\@.=?\r\n\t\u00fc'));
    fc.assert(
      fc.property(fc.string({ unit: alphabet, maxLength: 30 }), (value) => {
        const whole = qualifyAddresses(value, 'Q');
        if (whole === undefined) return;
        expect(whole.replaceAll('@Q', '')).toBe(value);
        expect(qualifyAddresses(whole, 'Q')).toBeUndefined();
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('CON-7: mending', () => {
  it('changes the field by its number among those of its name', () => {
    const headers = ['To: bob@x.net', 'From: ann', 'TO: eve', 'Subject: hello'];
    expect(plan(headers, ['unqualified-address'])).toEqual([
      { kind: 'change', index: 1, name: 'From', value: ' ann@example.org' },
      { kind: 'change', index: 2, name: 'TO', value: ' eve@example.org' },
    ]);
  });

  it('leaves addresses alone where no domain is set', () => {
    expect(plan(['From: ann'], ['unqualified-address'], { ...SETTINGS, domain: '' })).toEqual([]);
  });

  it('adds Date and Message-ID at the end of the header', () => {
    expect(plan(['From: a@b'], ['missing-date', 'missing-message-id'])).toEqual([
      { kind: 'insert', index: 1, name: 'Date', value: NOW },
      { kind: 'insert', index: 1, name: 'Message-ID', value: ID },
    ]);
  });

  it('adds none where there is one, whatever was derived', () => {
    const headers = [`DATE: ${NOW}`, 'message-id: y'];
    expect(plan(headers, ['missing-date', 'missing-message-id'])).toEqual([]);
  });

  it('fills a Date or Message-ID that says nothing, in its place', () => {
    expect(plan(['date: x', 'Message-Id:'], ['missing-date', 'missing-message-id'])).toEqual([
      { kind: 'change', index: 1, name: 'date', value: ` ${NOW}` },
      { kind: 'change', index: 1, name: 'Message-Id', value: ` ${ID}` },
    ]);
  });

  it('folds a list that grows too long, between its addresses', () => {
    const list = Array.from({ length: 120 }, (_, i) => `person${i}`).join(', ');
    const [change] = plan([`To: ${list}`], ['unqualified-address']);
    const lines = (change?.value ?? '').split('\r\n');
    expect(lines.length).toBeGreaterThan(1);
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(998);
    expect(lines.join('')).toBe(` ${list.replaceAll(/(person\d+)/g, '$1@example.org')}`);
  });

  it('leaves a list alone that would grow too long and has no place to fold', () => {
    const list = Array.from({ length: 120 }, (_, i) => `person${i}`).join(',');
    expect(plan([`To: ${list}`], ['unqualified-address'])).toEqual([]);
  });

  it('removes repeats of the same value, from the last on, and nothing else', () => {
    const headers = ['Subject: a', 'To: x@y', 'Subject:  a', 'Received: a', 'Received: a'];
    expect(plan([...headers, 'To: other@y', 'Subject: a'], ['duplicate-header'])).toEqual([
      { kind: 'remove', index: 3, name: 'Subject', value: '' },
      { kind: 'remove', index: 2, name: 'Subject', value: '' },
    ]);
  });

  it('does nothing about a fault that is not there or is let be', () => {
    expect(plan(['Subject: x'], [])).toEqual([]);
    expect(plan(['Subject: x'], ['long-line', 'missing-from'])).toEqual([]);
    const off = { ...SETTINGS, mends: new Set<ConformanceFault>() };
    expect(plan(['Subject: x'], ['missing-date'], off)).toEqual([]);
  });

  it('looks at a bounded number of headers', () => {
    const early = Array.from({ length: MAX_MENDED_HEADERS }, () => 'X: y');
    expect(plan([...early, 'From: ann'], ['unqualified-address'])).toEqual([]);
  });
});
