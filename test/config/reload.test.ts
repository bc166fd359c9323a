/** What a reload takes up and what it cannot. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Config } from '../../src/config/load.ts';
import { loadConfig } from '../../src/config/load.ts';
import { inForceAfter, whatNeedsRestart } from '../../src/config/reload.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'primum-reload-'));
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

function config(text: string, env: Record<string, string> = {}): Config {
  const file = join(folder, 'primum.yaml');
  writeFileSync(file, text);
  return loadConfig(file, env);
}

describe('a changed configuration', () => {
  // prettier-ignore
  test.each([
    ['nothing',            '',                                                       []],
    ['the mode',           'policy: { mode: enforce }',                              []],
    ['limits',             'policy: { limits: [] }',                                 []],
    ['alerts',             'alerts: { repeat_after: 1h }',                           []],
    ['the log level',      'log: { level: debug }',                                  []],
    ['retention',          'journal: { retention: 7d }',                             []],
    ['inbound contexts',   'doors: { policy: { inbound_contexts: [mx] } }',          []],
    ['a door',             'doors: { policy: { listen: [] } }',                      ['doors.policy.listen']],
    ['the state folder',   'state: elsewhere',                                       ['state']],
    ['a silence',          'watch: { silences: [{ practice: OWN-1, until: 2099-12-24, why: known }] }', []],
    ['a watched domain',   'watch: { domains: [a.example] }',                        ['watch.domains']],
    ['the segment size',   'journal: { segment_size: 1MiB }',                        ['journal.segment_size']],
    ['the directory',      'directory: { file: { path: a.csv } }',                   ['directory.file.check_every', 'directory.file.path']],
    ['a name of ours',     'mta_name: mx1\nlog: { level: warn }',                    ['mta_name']],
  ])('%s', (_what, text, expected) => {
    expect(whatNeedsRestart(config(''), config(text))).toEqual(expected);
    expect(whatNeedsRestart(config(text), config(''))).toEqual(expected);
  });

  test('names a list once, however many of its entries changed', () => {
    const after = config('network: { own_networks: [192.0.2.0/24, 198.51.100.0/24] }');
    expect(whatNeedsRestart(config(''), after)).toEqual(['network.own_networks']);
  });

  test('notices a changed password behind an unchanged name', () => {
    const text =
      'directory: { http: { url: "https://a.example/{account}", secret_file: "env:T" } }';
    const [before, after] = [config(text, { T: 'one' }), config(text, { T: 'two' })];
    expect(whatNeedsRestart(before, after)).toEqual(['directory.http.secret_file']);
    expect(whatNeedsRestart(before, config(text, { T: 'one' }))).toEqual([]);
  });

  test('is in force but for what needs a restart, a part within a part, too', () => {
    const silences = 'silences: [{ practice: OWN-1, until: 2099-12-24, why: known }]';
    const before = config('policy: { mode: observe }\nstate: here');
    const after = config(
      `policy: { mode: enforce }\nstate: elsewhere\nwatch: { domains: [a.example], ${silences} }`,
    );
    const inForce = inForceAfter(before, after);
    expect(inForce).toEqual({
      ...after,
      state: before.state,
      watch: { ...before.watch, silences: after.watch.silences },
    });
    expect(inForce.policy.mode).toBe('enforce');
    expect(inForce.watch.silences).toHaveLength(1);
  });
});
