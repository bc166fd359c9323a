/** What the page Health is told of the engines: those of the configuration, and what was heard of them. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { loadConfig, type Config } from '../config/load.ts';
import { createTelemetry } from '../telemetry/telemetry.ts';
import { enginesOf } from './engines.ts';

const AT = '2026-11-21T00:00:00.000Z';

function configOf(text: string): Config {
  const folder = mkdtempSync(join(tmpdir(), 'primum-engines-'));
  onTestFinished(() => {
    rmSync(folder, { recursive: true });
  });
  writeFileSync(join(folder, 'primum.yaml'), text);
  return loadConfig(join(folder, 'primum.yaml'), { PRIMUM_STATE: folder });
}

function open(text: string) {
  const now = (): number => Date.parse(AT);
  const telemetry = createTelemetry({ level: 'silent', now, processFigures: false });
  return { telemetry, engines: enginesOf(configOf(text), telemetry) };
}

test('stores work until they fail; what was never asked is not said to work', () => {
  const { engines } = open(
    'directory: { file: { path: /etc/primum/accounts.yaml } }\n' +
      'scanners:\n  clamd:\n  host_lists: { zones: [{ zone: dbl.example.net }] }\n',
  );
  expect(engines()).toEqual([
    { kind: 'store', name: 'records', state: 'works' },
    { kind: 'store', name: 'standing', state: 'works' },
    { kind: 'store', name: 'journal', state: 'works' },
    { kind: 'directory', name: 'file', state: 'unknown' },
    { kind: 'scanner', name: 'clamd', state: 'unknown' },
    { kind: 'scanner', name: 'list dbl.example.net', state: 'unknown' },
  ]);
});

test('one that is away says since when and why, and one that nobody configured is named once heard', () => {
  const { telemetry, engines } = open('scanners:\n  clamd:\n');
  telemetry.scannerFailed('clamd', new Error('connect ECONNREFUSED'));
  telemetry.storeFailed('journal', new Error('no space left on device'));
  telemetry.storeFailed('returned mail', new Error('no space left on device'));
  const why = 'no space left on device';
  expect(engines().filter(({ state }) => state === 'away')).toEqual([
    { kind: 'store', name: 'journal', state: 'away', since: AT, why },
    { kind: 'scanner', name: 'clamd', state: 'away', since: AT, why: 'connect ECONNREFUSED' },
    { kind: 'store', name: 'returned mail', state: 'away', since: AT, why },
  ]);
  telemetry.scannerWorks('clamd');
  expect(engines().find(({ name }) => name === 'clamd')).toMatchObject({ state: 'works' });
});
