/** What the file says of scanners is what they are opened with. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { loadConfig, type Config } from '../config/load.ts';
import { scannerOptions } from './scanner-options.ts';

function configOf(text: string): Config {
  const folder = mkdtempSync(join(tmpdir(), 'primum-scanners-'));
  onTestFinished(() => {
    rmSync(folder, { recursive: true });
  });
  writeFileSync(join(folder, 'primum.yaml'), text);
  return loadConfig(join(folder, 'primum.yaml'), { SECRET: 'quiet', PRIMUM_STATE: folder });
}

test('everything is off by default', () => {
  const config = configOf('log: { level: info }\n');
  expect(scannerOptions(config)).toEqual({});
});

test('an empty section turns a scanner on with its defaults', () => {
  const config = configOf('scanners:\n  clamd:\n  rspamd:\n');
  expect(scannerOptions(config)).toEqual({
    clamd: {
      address: 'unix:/run/clamav/clamd.ctl',
      timeoutMs: 10_000,
      maxBytes: 26_214_400,
      connections: 8,
      retryAfterMs: 10_000,
    },
    rspamd: {
      address: '127.0.0.1:11333',
      timeoutMs: 10_000,
      maxBytes: 10_485_760,
      connections: 8,
      retryAfterMs: 10_000,
    },
  });
});

test('lists of hosts skip the own domains, and secrets come from their place', () => {
  const config = configOf(
    'policy: { domains: [example.org] }\n' +
      'scanners:\n' +
      '  clamd: { on_failure: defer }\n' +
      '  rspamd: { password_file: "env:SECRET" }\n' +
      '  host_lists:\n' +
      '    files: [{ name: phishing, path: /etc/hosts.txt }]\n' +
      '    zones: [{ zone: dbl.example.net, answers: [127.0.1.2] }]\n' +
      '    skip: [example.com]\n' +
      '    dns_servers: ["127.0.0.1:5353"]\n',
  );
  expect(scannerOptions(config)).toMatchObject({
    rspamd: { password: 'quiet' },
    hostLists: {
      files: [{ name: 'phishing', path: '/etc/hosts.txt', checkEveryMs: 5_000 }],
      zones: [{ zone: 'dbl.example.net', answers: ['127.0.1.2/32'], withAddresses: false }],
      skip: ['example.org', 'example.com'],
      servers: ['127.0.0.1:5353'],
      timeoutMs: 2_000,
      maxQueries: 100,
      cache: { entries: 100_000, negativeTtlMs: 600_000 },
      retryAfterMs: 30_000,
    },
  });
});
