import { describe, expect, it } from 'vitest';
import { customerOf, siteOf } from './client-network.ts';

describe('a client address', () => {
  // prettier-ignore
  it.each([
    ['203.0.113.9',            '203.0.113.9',           '203.0.113.0/24'],
    ['::ffff:203.0.113.9',     '203.0.113.9',           '203.0.113.0/24'],
    ['::ffff:cb00:7109',       '203.0.113.9',           '203.0.113.0/24'],
    ['2001:db8::1',            '2001:db8::/64',         '2001:db8::/48'],
    ['2001:db8::ffff',         '2001:db8::/64',         '2001:db8::/48'],
    ['2001:DB8:0:0::7',        '2001:db8::/64',         '2001:db8::/48'],
    ['2001:db8:9:8::1',        '2001:db8:9:8::/64',     '2001:db8:9::/48'],
    ['2001:db8:9:8:7:6:5:4',   '2001:db8:9:8::/64',     '2001:db8:9::/48'],
    ['2001:db8:9::8:7:6',      '2001:db8:9::/64',       '2001:db8:9::/48'],
    ['::1',                    '::/64',                 '::/48'],
    ['',                       '',                      ''],
    ['1.2.3.4:5678',           '',                      ''],
    ['::::',                   '',                      ''],
  ])('%s is of the customer %s and the site %s', (client, customer, site) => {
    expect(customerOf(client)).toBe(customer);
    expect(siteOf(client)).toBe(site);
  });
});
