/** OWN-1: what Microsoft and Google hand out about a sender. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parsePostmaster, parseSnds } from './sender-feeds.ts';

const DAY =
  '192.0.2.10,11/26/2026 12:00 AM,11/27/2026 12:00 AM,"1,204",1180,1195,YELLOW,0.2%,11/26/2026 1:00 AM,11/26/2026 9:00 PM,3,mx1.example.org,news@example.org,';

describe('SNDS', () => {
  it('is a line for each day of an address', () => {
    expect(parseSnds(`${DAY}\r\n`)).toEqual({
      days: [
        {
          ...{ address: '192.0.2.10', until: '11/27/2026 12:00 AM', recipients: 1195 },
          ...{ filter: 'YELLOW', complaints: '0.2%', trapHits: 3 },
        },
      ],
      blocks: [],
      unreadable: 0,
    });
  });

  it('is a line for each range, blocked or not', () => {
    const text = '192.0.2.0,192.0.2.255,Yes,"Blocked due to complaints, or other evidence"\n';
    expect(parseSnds(text).blocks).toEqual([
      {
        ...{ from: '192.0.2.0', to: '192.0.2.255', isBlocked: true },
        details: 'Blocked due to complaints, or other evidence',
      },
    ]);
  });

  it('counts what it cannot read, such as the page of a login', () => {
    expect(parseSnds('<html>\n<body>Sign in</body>\n')).toMatchObject({ days: [], unreadable: 2 });
  });

  it('takes whatever comes', () => {
    fc.assert(fc.property(fc.string(), (text) => parseSnds(text).days.length >= 0));
    fc.assert(
      fc.property(fc.string(), (text) => parseSnds(`192.0.2.1,${text}`).unreadable <= 2 ** 16),
    );
  });
});

describe('Postmaster Tools', () => {
  const stat = (day: string, more: object) => ({
    name: `domains/example.org/trafficStats/${day}`,
    ...more,
  });

  it('is the newest day of each domain', () => {
    const text = JSON.stringify({
      trafficStats: [
        stat('20261127', {
          domainReputation: 'LOW',
          userReportedSpamRatio: 0.004,
          ipReputations: [
            { reputation: 'HIGH', ipCount: '3', sampleIps: ['192.0.2.1'] },
            { reputation: 'BAD', ipCount: '1', sampleIps: ['192.0.2.10'] },
          ],
        }),
        stat('20261126', { domainReputation: 'HIGH' }),
      ],
    });
    expect(parsePostmaster(text)).toEqual([
      {
        ...{ domain: 'example.org', day: '2026-11-27', domainReputation: 'LOW' },
        ...{ spamRatio: 0.004, badAddresses: ['192.0.2.10'] },
      },
    ]);
  });

  it('is in version 2 the metric that is called spam', () => {
    const date = { year: 2026, month: 11, day: 9 };
    const one = (metric: string, doubleValue: number) => ({
      ...{ name: 'domains/example.org/domainStats/x', metric, date, value: { doubleValue } },
    });
    const others = ['tls_rate', 'fbl_spam_rate', 'suspected_spam_errors'];
    const domainStats = [one('spam_rate', 0.002), ...others.map((name) => one(name, 0.9))];
    const told = { domain: 'example.org', day: '2026-11-09', spamRatio: 0.002, badAddresses: [] };
    expect(parsePostmaster(JSON.stringify({ domainStats }))).toEqual([told]);
    const results = [{ error: { code: 7 } }, { response: { domainStats } }];
    expect(parsePostmaster(JSON.stringify({ results }))).toEqual([told]);
    expect(parsePostmaster(JSON.stringify({ domainStats: [one('tls_rate', 0.9)] }))).toEqual([]);
  });

  it.each(['', '[]', '{"error":{"code":401}}', '"x"'])('is not %s', (text) => {
    expect(parsePostmaster(text)).toBeUndefined();
  });

  it('takes whatever comes', () => {
    fc.assert(fc.property(fc.json(), (text) => (parsePostmaster(text)?.length ?? 0) >= 0));
    fc.assert(
      fc.property(fc.anything(), (value) => {
        const trafficStats = [{ name: 'domains/a/trafficStats/20261127', ipReputations: value }];
        return parsePostmaster(JSON.stringify({ trafficStats }))?.length === 1;
      }),
    );
  });
});
