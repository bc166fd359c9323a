import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { judgeReverseName, loadNameKnowledge } from '../../network/reverse-names.ts';
import { readAddress } from './address-text.ts';
import { classifyName } from './classify.ts';
import { findEmbedded, findShape } from './embedded-address.ts';
import { MAX_NAME_LENGTH } from './host-name.ts';

// Names of the documentation domains: what counts is the principle, not who uses it.
describe('INB-2, SND-15: a reverse name of a home connection', () => {
  it.each([
    // name                                       address            -> class
    ['203-0-113-9.dyn.example.net', '203.0.113.9', 'dynamic'],
    ['9.113.0.203.pool.example.net', '203.0.113.9', 'dynamic'],
    ['p-cb007109.dsl.example.net', '203.0.113.9', 'dynamic'],
    ['203000113009.adsl.example.net', '203.0.113.9', 'dynamic'],
    ['host-113-9.dialup.example.net', '203.0.113.9', 'dynamic'],
    ['cust-203-0-113-9.cablenet.example', '203.0.113.9', 'dynamic'],
    ['203.0.113.9.bredband.example.se', '203.0.113.9', 'dynamic'],
    ['203-0-113-9.fibra.example.es', '203.0.113.9', 'dynamic'],
    ['2001-db8-12-34.dyn.example.net', '2001:db8:12:34::1', 'dynamic'],
    ['s0106c83a35123456.cable.example.net', '203.0.113.9', 'dynamic'],
    ['ts5-043.town.example.net', '203.0.113.107', 'dynamic'],
    ['pm3-8.sba1.example.com', '203.0.113.152', 'dynamic'],
    ['p579.as1.exs.town.example.com', '203.0.114.67', 'dynamic'],
    ['m53-mp1.cvx2-c.nth.dial.example.com', '203.0.113.53', 'dynamic'],
    ['h00045acfa2be.ne.client2.example.com', '203.0.113.9', 'dynamic'],
    ['node-71ca.dsl.town.example.com', '203.0.113.202', 'dynamic'],
    ['cs2030-1139.town.example.com', '203.0.113.9', 'dynamic'],
    ['host203-0-113-9.in-addr.example.com', '203.0.113.9', 'dynamic'],
    ['203-0-113-9.uc.nombres.example.es', '203.0.113.9', 'dynamic'],
    ['h-203-0-113-9.chcgilgm.example.com', '203.0.113.9', 'dynamic'],
    ['sdn-ar-002town318.dialexample.net', '203.0.113.224', 'dynamic'],
    ['c17877.town1.nsw.optusnet.com.au', '203.0.113.9', 'dynamic'],
    // made of the address, and still no home
    ['static-203-0-113-9.adsl.example.net', '203.0.113.9', 'static'],
    ['vps-203-0-113-9.example.net', '203.0.113.9', 'static'],
    ['ec2-203-0-113-9.compute-1.amazonaws.com', '203.0.113.9', 'static'],
    ['static.9.113.0.203.clients.your-server.de', '203.0.113.9', 'static'],
    ['mail-203-0-113-9.example.net', '203.0.113.9', 'static'],
    ['203-0-113-9.biz.example.net', '203.0.113.9', 'static'],
    // names that somebody thought of
    ['mail.example.org', '203.0.113.9', 'static'],
    ['mx2.cable.example.net', '203.0.113.9', 'static'],
    ['smtp.generaldynamics.com', '203.0.113.9', 'static'],
    // names that look like lines and are none
    ['mail-203-0-113-9.pool.example.net', '203.0.113.9', 'unknown'],
    ['smtp12.dyn.example.net', '203.0.113.9', 'static'],
    ['mxphxpool1234.example.com', '203.0.113.9', 'unknown'],
    ['nas.example.org', '203.0.113.9', 'unknown'],
    ['pool.example.org', '203.0.113.9', 'unknown'],
    ['pool9-mta113.mail.example.com', '203.0.113.9', 'unknown'],
    ['cm-113-9.example.com', '203.0.113.9', 'unknown'],
    ['ip9.ip-203-0-113.eu', '203.0.113.9', 'static'],
    ['wsip-203-0-113-9.ph.ph.cox.net', '203.0.113.9', 'static'],
    ['far9.internetdsl.tpnet.pl', '203.0.113.9', 'static'],
    ['203-0-113-9.ip24.fastwebnet.it', '203.0.113.9', 'static'],
    ['203-0-113-9.dsl.in-addr.zen.co.uk', '203.0.113.9', 'static'],
    ['LCaen-656-1-113-9.w203-0.abo.wanadoo.fr', '203.0.113.9', 'static'],
    ['203-0-113-9.lyse.net', '203.0.113.9', 'static'],
    ['kfep01.dion.ne.jp', '203.0.113.163', 'unknown'],
    ['chimta04.example.net', '203.0.113.79', 'static'],
    ['pm466-97.example.net', '203.0.113.97', 'unknown'],
    ['ts1.example.com', '203.0.113.9', 'unknown'],
    ['203-0-113-9.rev.example.com', '203.0.113.9', 'unknown'],
    ['f100.law15.example.com', '203.0.113.100', 'unknown'],
    // lines that do not look so
    ['static.vnpt.vn', '203.0.113.9', 'dynamic'],
    ['lfbn-cae-1-113-9.w203-0.abo.wanadoo.fr', '203.0.113.9', 'dynamic'],
    ['9.113-0-203.customer.lyse.net', '203.0.113.9', 'dynamic'],
    ['node-1w7jr9qkxabc.ipv6.telus.net', '2001:db8::9', 'dynamic'],
    ['m1234567.tmodns.net', '203.0.113.9', 'dynamic'],
    ['9.113.broadband5.example.cz', '203.0.113.9', 'dynamic'],
    ['1f2e3d4c.ftth.example.nl', '203.0.113.9', 'dynamic'],
    // a provider, by what its domain is called and where it is registered
    ['203-0-113-9.examplenet.ua', '203.0.113.9', 'dynamic'],
    ['203-0-113-9.example.net.br', '203.0.113.9', 'dynamic'],
    ['203-0-113-9.examplehost.net.br', '203.0.113.9', 'unknown'],
    ['web12.examplenet.ua', '203.0.113.9', 'static'],
    // the address stands where others register a domain
    ['203-0-113-9-dks.dp.ua', '203.0.113.9', 'dynamic'],
    ['203.0.113.9.dp.ua', '203.0.113.9', 'dynamic'],
    // neither
    ['203-0-113-9.example.net', '203.0.113.9', 'unknown'],
    ['cable.example.net', '203.0.113.9', 'unknown'],
    ['localhost', '203.0.113.9', 'unknown'],
    ['a b.example', '203.0.113.9', 'unknown'],
    [`${'a.'.repeat(MAX_NAME_LENGTH)}example`, '203.0.113.9', 'unknown'],
  ])('%s of %s is %s', (name, address, kind) => {
    expect(judgeReverseName(name, address).kind).toBe(kind);
  });

  it('is known by its form where the address is not', () => {
    expect(judgeReverseName('203-0-113-9.dyn.example.net').kind).toBe('dynamic');
    expect(judgeReverseName('mail.example.net').kind).toBe('static');
  });

  it.each([
    ['example.org', 'it is a domain itself and no name of a line under it'],
    ['mail.example.org', '"mail" stands for a mail server; it is a name without numbers'],
    ['web12.example.org', '"web" stands for a server; nothing of the address is in the name'],
    ['203.0.113.9', 'it ends with a number, so it is no host name'],
    ['..', 'it is no host name: a dot has nothing beside it'],
    ['a..b', 'it is no host name: a dot has nothing beside it'],
    [
      `${'1-'.repeat(40)}1.example.com`,
      'it is no host name: a part between dots is longer than 63',
    ],
    ['a b.example', 'it is no host name of letters, digits and hyphens'],
    ['localhost', 'it is no host name of two labels or more'],
    ['1.0.0.127.in-addr.arpa', 'it is a turned address and no host name'],
    ['1.0.8.b.d.0.1.0.0.2.ip6.arpa.', 'it is a turned address and no host name'],
  ])('says of %s: %s', (name, reason) => {
    expect(judgeReverseName(name, '203.0.113.9').reason).toBe(reason);
  });

  it('reads letters of any language as DNS does', () => {
    expect(judgeReverseName('köln-203-0-113-9.dsl.example.de', '203.0.113.9').kind).toBe('dynamic');
    expect(judgeReverseName('ü'.repeat(2000), '203.0.113.9').kind).toBe('unknown');
  });

  it('says why, in words of the name', () => {
    expect(judgeReverseName('203-0-113-9.dsl.example.net', '203.0.113.9').reason).toBe(
      'the address is in the name; "dsl" stands for a network that homes are connected by',
    );
  });

  it('takes no offence at anything', () => {
    const known = loadNameKnowledge();
    fc.assert(
      fc.property(fc.string({ maxLength: 400 }), fc.string({ maxLength: 60 }), (name, address) => {
        const { kind, reason } = classifyName(name, address, known);
        expect(['dynamic', 'static', 'unknown']).toContain(kind);
        expect(reason).not.toBe('');
      }),
    );
  });
});

describe('an address in a name', () => {
  const forms: readonly [string, number | undefined][] = [
    ['198-51-100-7', 4],
    ['7.100.51.198', 4],
    ['c6336407', 4],
    ['07-64-33-c6', 4],
    ['xc633_6407', 4],
    ['19851100007', undefined],
    ['198051100007', 4],
    ['3325256711', 4],
    ['051100007', 3],
    ['host100-7.range198-51', 4],
    ['h-100-7', 2],
    ['cs19851-1007', 4],
    ['node-6407', undefined],
    ['x-51-100', undefined],
    ['server1', undefined],
  ];
  it.each(forms)('%s holds %s octets of 198.51.100.7', (part, octets) => {
    const numbers = readAddress('198.51.100.7')!;
    expect(findEmbedded(part, numbers)?.octets).toBe(octets);
  });

  it('is found in part in hexadecimal, where it is neither a number nor a word', () => {
    expect(findEmbedded('node-c-07f1', readAddress('62.194.7.241')!)?.octets).toBe(2);
    expect(findEmbedded('cafe', readAddress('203.0.202.254')!)).toBeUndefined();
  });

  it('is found whole in hexadecimal where two of its numbers stand in it by chance', () => {
    expect(findEmbedded('a236aec00', readAddress('35.106.236.0')!)?.octets).toBe(4);
  });

  it('is found in every usual form, whatever the address', () => {
    const octet = fc.integer({ min: 0, max: 255 });
    fc.assert(
      fc.property(
        fc.tuple(octet, octet, octet, octet),
        fc.constantFrom('-', '.', '_', 'x'),
        (o, sep) => {
          const numbers = readAddress(o.join('.'))!;
          const hex = o.map((n) => n.toString(16).padStart(2, '0')).join('');
          const padded = o.map((n) => String(n).padStart(3, '0'));
          for (const part of [o.join(sep), [...o].reverse().join(sep), hex, padded.join('')])
            expect(findEmbedded(`a${part}`, numbers)?.octets, part).toBe(4);
        },
      ),
    );
  });

  it.each(['1-2-3-4', '001002003004', 'p5b22d2b0'])('%s has the form of one', (part) => {
    expect(findShape(part)).toBeDefined();
  });

  it.each(['1-2-3', '300-1-1-1', '999002003004', 'mail', '12345678'])('%s has not', (part) => {
    expect(findShape(part)).toBeUndefined();
  });

  it.each([
    ['2001:db8::1', '20010db8000000000000000000000001'],
    ['::ffff:203.0.113.9', 'cb007109'],
    ['1::2::3', undefined],
    ['2001:db8:1', undefined],
    ['1.2.3.256', undefined],
    [':'.repeat(60), undefined],
  ])('reads %s as %s', (text, hex) => {
    expect(readAddress(text)?.hex).toBe(hex);
  });
});
