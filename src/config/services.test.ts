/** Where other programs are found. */
import { expect, test } from 'vitest';
import { dnsServer, serviceAddress } from './services.ts';

// prettier-ignore
test.each([
  ['127.0.0.1:3310', true], ['[::1]:3310', true], ['localhost:11333', true],
  ['unix:/run/clamav/clamd.ctl', true], ['127.0.0.1:0', false], ['127.0.0.1', false],
  ['unix:clamd.ctl', false], [':3310', false], ['127.0.0.1:65536', false],
])('the address of a service "%s": %s', (address, isOne) => {
  expect(serviceAddress('127.0.0.1:1').safeParse(address).success).toBe(isOne);
});

// prettier-ignore
test.each([
  ['192.0.2.53', true], ['192.0.2.53:5353', true], ['2001:db8::53', true], ['[2001:db8::53]:5353', true],
  ['[2001:db8::53]', true], ['resolver.example.org', false], ['192.0.2.53:0', false],
  ['192.0.2.53:65536', false], ['10.1', false], ['[192.0.2.53]:53', false], ['2001:db8::53:', false],
])('the address of a DNS server "%s": %s', (address, isOne) => {
  expect(dnsServer().safeParse(address).success).toBe(isOne);
});
