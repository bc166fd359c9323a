/** OWN-1 to OWN-5: what is written as an address of the house is one, or `primum check` refuses it. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { checkFile, loadConfig } from '../../src/config/load.ts';

const folder = mkdtempSync(join(tmpdir(), 'primum-addresses-'));
const file = join(folder, 'primum.yaml');

afterAll(() => {
  rmSync(folder, { recursive: true });
});

const hostsAt = (address: string): string =>
  `watch: { hosts: [{ name: mx1.house.test, addresses: ['${address}'] }] }\n`;
const relayFrom = (address: string): string =>
  `watch: { relay: { source_addresses: ['${address}'] } }\n`;

const NONE = [
  ...['999.1.1.1', '300.1.1.1', '1.2.3', '1.2.3.256', '1.2.3.4.5', '01.2.3.4', '1.2.3.4/32'],
  ...[
    ':::',
    '1::2::3',
    '12345::1',
    '1:2:3:4:5:6:7',
    'fe80::1%eth0',
    '::ffff:1.2.3.256',
    '.',
    '::/0',
  ],
];

describe('an address of the house', () => {
  it.each(NONE)('is refused where it is none: %s', (address) => {
    writeFileSync(file, hostsAt(address));
    expect(checkFile(file, {}).join('\n')).toMatch(
      /watch\.hosts\[0\]\.addresses\[0\]: .*Write one address, such as 192\.0\.2\.1/s,
    );
    writeFileSync(file, relayFrom(address));
    expect(checkFile(file, {}).join('\n')).toMatch(/watch\.relay\.source_addresses\[0\]: /);
  });

  it.each([
    ['192.0.2.1', '192.0.2.1'],
    ['2001:DB8:0:0::1', '2001:db8::1'],
    ['::1', '::1'],
    ['::ffff:192.0.2.1', '192.0.2.1'],
  ])('is taken, and known as DNS writes it: %s', (address, known) => {
    writeFileSync(file, hostsAt(address));
    expect(loadConfig(file, {}).watch.hosts[0]?.addresses).toEqual([known]);
    writeFileSync(file, relayFrom(address));
    expect(loadConfig(file, {}).watch.relay.source_addresses).toEqual([known]);
  });
});
