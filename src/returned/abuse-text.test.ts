/** FBK-2: abuse reports in free text: which addresses, URLs and times they name. */
import { describe, expect, test } from 'vitest';
import { readAbuse } from './abuse-text.ts';

const SENT = Date.parse('2026-11-29T12:00:00Z');

function read(subject: string, ...lines: readonly string[]) {
  const rows = readAbuse({
    subject,
    text: lines.join('\n'),
    reporterDomain: 'reporter.example',
    isOwn: (address) => address === '203.0.113.9',
    sentMs: SENT,
  });
  return rows.map(({ clientAddress, url, at }) => [clientAddress, url, at?.slice(0, 16)]);
}

describe('FBK-2: the URL of an abuse report', () => {
  test.each(['Attacks seen by our honeypot', 'Phishing at your network'])(
    'on a reported address stands beside it: %s',
    (subject) => {
      const line = 'URL http://198.51.100.9/shell.php fetched at 2026-11-20 01:03:00 UTC';
      expect(read(subject, line)).toEqual([
        ['198.51.100.9', 'http://198.51.100.9/shell.php', '2026-11-20T01:03'],
      ]);
    },
  );

  test('of a payload is one of who attacked, with the second one in a row of its own', () => {
    expect(
      read(
        'SSH attack from 198.51.100.9',
        'Payload: http://drop.example/a.sh',
        'Downloaded http://drop.example/b.sh too',
      ),
    ).toEqual([
      ['198.51.100.9', 'http://drop.example/a.sh', undefined],
      ['198.51.100.9', 'http://drop.example/b.sh', undefined],
    ]);
  });

  test('of what was attacked or of a page to read on is none', () => {
    expect(
      read(
        'Web attack from 198.51.100.9',
        '198.51.100.9 "POST https://shop.example/wp-login.php"',
        'More: https://blocklist.example/view?ip=198.51.100.9',
      ),
    ).toEqual([['198.51.100.9', undefined, undefined]]);
  });

  test.each([
    'Target: Big Bank (https://www.bigbank.example/)',
    'Targeted brand: Big Bank https://www.bigbank.example/',
    'Our client: https://www.bigbank.example/',
    'The legitimate site is https://www.bigbank.example/ and not this.',
    'Marke: Big Bank (https://www.bigbank.example/)',
  ])('of the brand is not reported: %s', (line) => {
    expect(
      read(
        'Phishing takedown request',
        'Phishing URL: http://bank.login.example/x',
        'IP: 198.51.100.9',
        line,
        'See https://www.bigbank.example/security for what we tell customers.',
      ),
    ).toEqual([['198.51.100.9', 'http://bank.login.example/x', undefined]]);
  });

  test('is one though words of the brand stand before it', () => {
    const url = 'http://bank.login.example/x';
    for (const line of [
      `Target: ${url}`,
      `A page that impersonates our brand is at ${url}`,
      `It looks like our official login page: real customers enter codes at ${url}`,
    ]) {
      expect(read('Phishing', line)).toEqual([[undefined, url, undefined]]);
    }
  });
});

describe('FBK-2: the address of an abuse report', () => {
  test.each([
    'Exim version 1.2.3.4-5',
    'agent Chrome/120.0.0.0 Safari',
    'firmware: 4.3.2.1',
    'ver. 1.2.3.4',
    'v 1.2.3.4',
    'lib-1.2.3.4-rc1',
    'package 1.2.3.4-5',
  ])('is not the number of a program: %s', (line) => {
    expect(read('Attack from 198.51.100.9', line)).toEqual([
      ['198.51.100.9', undefined, undefined],
    ]);
  });

  test('is one beside marks', () => {
    for (const text of [
      'ip/198.51.100.9',
      '198.51.100.9-198.51.100.9',
      'mx.example/198.51.100.9',
    ]) {
      expect(read('Attack', text)).toEqual([['198.51.100.9', undefined, undefined]]);
    }
  });

  test.each([
    ['2001:DB8:0:0::7', '2001:db8::7'],
    ['2001:0db8:0000:0000:0000:0000:0000:0007', '2001:db8::7'],
    ['[::ffff:198.51.100.7]', '198.51.100.7'],
  ])('%s is spelt %s', (written, address) => {
    expect(read('Attack', `Source: ${written}`)).toEqual([[address, undefined, undefined]]);
  });

  test('in two spellings is one', () => {
    expect(read('Attack', 'from 2001:db8:0:0::7', 'from 2001:DB8::7')).toHaveLength(1);
  });
});

describe('FBK-2: the time of an abuse report', () => {
  const A = '198.51.100.7';
  const B = '198.51.100.8';

  test('is read in German, and as seconds since 1970', () => {
    expect(read('Spam', `Am 20.11.2026 um 03:14 Uhr (MEZ) erhielten wir Spam von ${A}.`)).toEqual([
      [A, undefined, '2026-11-20T02:14'],
    ]);
    expect(read('Attacks', `${A};2026-11-20 03:14:15 +0100;imap`, `${B};1795948000;smtp`)).toEqual([
      [A, undefined, '2026-11-20T02:14'],
      [B, undefined, '2026-11-29T10:26'],
    ]);
  });

  // prettier-ignore
  test.each([
    // lines                                                                          A                   B
    [[`${A};2026-11-20 03:14:15`, `${B};17959;smtp`],                                 '2026-11-20T03:14', undefined],
    [[`${A};17959;imap`, `${B};2026-11-20 03:14:15`],                                 undefined,          '2026-11-20T03:14'],
    [['Date: 2026-11-20 03:14:15', '', `IP: ${A}`, `IP: ${B}`],                       '2026-11-20T03:14', '2026-11-20T03:14'],
    [[`IP: ${A}`, 'Date: 2026-11-20 03:14', '', `IP: ${B}`, 'Date: 2026-11-21 04:15'], '2026-11-20T03:14', '2026-11-21T04:15'],
    [[`IP: ${A}`, 'Date: 2026-11-20 03:14', '', `IP: ${B}`],                          '2026-11-20T03:14', undefined],
    [[`IP: ${A}`, 'Date: 2026-11-20 03:14', `IP: ${B}`, 'Date: 2026-11-21 04:15'],    undefined,          undefined],
    [[`${A} and`, `${B} at 2026-11-21 04:15`, `${A} at 2026-11-20 03:14`],            '2026-11-20T03:14', '2026-11-21T04:15'],
  ])('is of its own row or of all: %j', (lines, first, second) => {
    expect(read('Attacks', ...lines)).toEqual([
      [A, undefined, first],
      [B, undefined, second],
    ]);
  });

  test('of the only row stands anywhere', () => {
    const lines = [`IP: ${A}`, '', 'First: 2026-11-20 03:14', 'Last: 2026-11-21 04:15'];
    expect(read('Attacks', ...lines)).toEqual([[A, undefined, '2026-11-20T03:14']]);
  });

  test('takes no long time for a log of many rows', () => {
    const started = process.cpuUsage();
    const row = (n: number) => `198.51.${n % 250}.${n % 199} at 2026-11-20 03:14:15 Uhr 1795948000`;
    read('Attacks', ...Array.from({ length: 20_000 }, (_, n) => row(n)));
    read('Attacks', ...Array.from({ length: 20_000 }, (_, n) => `at 17959480${n} time : "`));
    expect(process.cpuUsage(started).user / 1_000).toBeLessThan(2_000);
  });
});
