/** What a right file says that does not do what it seems to. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { loadConfig } from '../../src/config/load.ts';
import { warningsOf } from '../../src/config/warnings.ts';
import { checkFiles } from '../../src/daemon/check-files.ts';
import { watchPlan } from '../../src/daemon/watch-options.ts';
import { CHECKS } from '../../src/watch/registry.ts';

const folder = mkdtempSync(join(tmpdir(), 'primum-warnings-'));
const file = join(folder, 'primum.yaml');

afterAll(() => {
  rmSync(folder, { recursive: true });
});

function warnings(yaml: string): readonly string[] {
  writeFileSync(file, yaml);
  return warningsOf(file, { P: 'secret' });
}

function files(yaml: string) {
  writeFileSync(file, yaml);
  return checkFiles(loadConfig(file, {}));
}

const SAFE = `
doors:
  policy: { listen: ['unix:/tmp/p'] }
  milter: { listen: ['unix:/tmp/m'] }
  auth_policy: { credentials: [{ name: dovecot, password_file: 'env:P' }] }
`;

describe('primum check warns', () => {
  it('ACC-2: of a rule about other senders where no directory knows whose they are', () => {
    const [general, ofGroup, ...more] = warnings(
      'policy:\n  senders: { other: reject }\n  groups:\n    staff: { other_sender: hold }\n',
    );
    expect(general).toMatch(
      /yaml:2: policy\.senders\.other: reject stops nobody .* Add directory\.file, /,
    );
    expect(ofGroup).toMatch(/yaml:4: policy\.groups\.staff\.other_sender: hold stops nobody /);
    expect(more).toEqual([]);
  });

  it.each([
    ['the default', 'policy: { mode: observe }\n'],
    ['passwords and sockets', `policy: { mode: enforce }\n${SAFE}`],
    ['observing', 'policy: { senders: { other: observe } }\n'],
    [
      'a directory',
      'policy: { senders: { other: reject } }\ndirectory: { file: { path: a.csv } }\n',
    ],
  ])('of nothing with %s', (_what, yaml) => {
    expect(warnings(yaml)).toEqual([]);
  });
});

describe('primum check warns of scanners', () => {
  const CLAMD = 'scanners:\n  clamd: { on_failure: defer }\n';

  it('CON-1: that let nothing out unscanned behind a door that does', () => {
    expect(warnings(CLAMD)).toEqual([
      expect.stringMatching(
        /^doors\.milter\.on_failure: pass lets out .* Set doors\.milter\.on_failure: defer/,
      ),
    ]);
    expect(warnings(`${CLAMD}doors: { milter: { on_failure: defer } }\n`)).toEqual([]);
  });

  it('that may take longer than the door waits for them', () => {
    const slow = 'scanners:\n  clamd: { timeout: 10s }\n  rspamd: { timeout: 20s }\n';
    expect(warnings(slow)).toEqual([
      expect.stringMatching(/^scanners\.rspamd\.timeout: 20 s is not less than .* \(20 s\)/),
    ]);
    expect(warnings(`${slow}doors: { milter: { inspect_timeout: 25s } }\n`)).toEqual([]);
  });
});

describe('primum check warns of the watched house', () => {
  const now = Date.parse('2026-11-28T12:00:00.000Z');
  const ofWatch = (yaml: string): readonly string[] => {
    writeFileSync(file, `watch:\n${yaml}`);
    return warningsOf(file, {}, now);
  };
  const silence = (keys: string): readonly string[] =>
    ofWatch(
      `  hosts: [{ name: mx1.house.test }]\n  domains: [house.test]\n` +
        `  pages: { policy: 'https://www.house.test/aup' }\n` +
        `  silences: [{ practice: OWN-1, why: known, ${keys} }]\n`,
    );

  it.each([
    ['that is over', 'until: 2026-11-27', /silences\[0\]\.until: the silence of OWN-1 was over on/],
    ['that ends in ages', 'until: 9999-12-31', /until: 9999-12-31 is more than a year away/],
    ['of nobody', 'until: 2026-12-24, target: mx9.house.test', /target: nothing .* mx9\.house/],
    [
      'of a listing of nobody',
      'until: 2026-12-24, target: mx9.house.test on dbl.spamhaus.org',
      /target: nothing .* mx9\.house/,
    ],
    ['of an address', 'until: 2026-12-24, target: 192.0.2.1', /target: nothing .* 192\.0\.2\.1/],
  ])('of a silence %s', (_what, keys, text) => {
    const told = silence(keys);
    expect(told).toHaveLength(1);
    expect(told[0]).toMatch(text);
  });

  it.each([
    'until: 2026-11-28',
    'until: 2027-11-28',
    'until: 2026-12-24, target: mx1.house.test',
    'until: 2026-12-24, target: house.test',
    'until: 2026-12-24, target: this machine',
    'until: 2026-12-24, target: 192.0.2.1 on zen.spamhaus.org',
    'until: 2026-12-24, target: house.test on dbl.spamhaus.org',
    'until: 2026-12-24, target: "https://www.house.test/aup"',
  ])('of no silence %s', (keys) => {
    expect(silence(keys)).toEqual([]);
  });

  it('of a host that is there twice, and it is watched once', () => {
    const twice = `  hosts: [{ name: a.house.test }, { name: b.house.test }, { name: a.house.test, smtp_port: 26 }]\n`;
    expect(ofWatch(twice)).toEqual([
      expect.stringMatching(/^watch\.hosts: a\.house\.test is there twice, and only the first/),
    ]);
    const { hosts } = watchPlan(loadConfig(file, {}));
    expect(hosts.map(({ name, smtpPort }) => [name, smtpPort])).toEqual([
      ['a.house.test', 25],
      ['b.house.test', 25],
    ]);
  });

  it('of networks that are the whole Internet', () => {
    const told = ofWatch(`  networks: ['0.0.0.0/0', '::/0', '10.0.0.0/8', '2001:db8::/32']\n`);
    expect(told).toHaveLength(2);
    expect(told[0]).toMatch(/^watch\.networks: 0\.0\.0\.0\/0 is wider than any network/);
    expect(told[1]).toContain('::/0');
  });
});

describe('primum check warns of programs', () => {
  it('that are not there or cannot be run, and of no others', async () => {
    const { warnings: found, mistakes } = await files(
      `accounts:
  connectors:
    - { name: panel, command: [/nope/panel, '{account}'] }
    - { name: other, command: [/bin/sh, '{account}'] }
  end_sessions: { command: [/etc/passwd] }
directory: { command: { argv: [/nope/ask, '{account}'] } }
`,
    );
    expect(mistakes).toEqual([]);
    expect(found).toEqual([
      expect.stringMatching(
        /^accounts\.connectors\[0\]\.command: there is no program \/nope\/panel /,
      ),
      expect.stringMatching(/^accounts\.end_sessions\.command: /),
      expect.stringMatching(/^directory\.command\.argv: /),
    ]);
  });
});

describe('primum check warns of silences', () => {
  const silenced = (...practices: readonly string[]) =>
    files(
      `watch:\n  silences: [${practices
        .map((id) => `{ practice: ${id}, until: 2026-12-24, why: known }`)
        .join(', ')}]\n`,
    );

  it('of practices that are none, or that no check looks at', async () => {
    const found = await silenced('OWN-1', 'OWN-99', 'SND-1');
    expect(found).toEqual({
      mistakes: [],
      warnings: [
        expect.stringMatching(/^watch\.silences\[1\]\.practice: no check looks at OWN-99, so /),
        expect.stringMatching(/^watch\.silences\[2\]\.practice: no check looks at SND-1, so /),
      ],
    });
  });

  it('of none that a check looks at', async () => {
    const ids = new Set(CHECKS.flatMap(({ practices }) => practices));
    expect(await silenced(...ids)).toEqual({ mistakes: [], warnings: [] });
  });
});

describe('primum check and a start warn of doors', () => {
  it('in enforce mode: of logins that any program of the host may report', () => {
    expect(warnings('policy: { mode: enforce }\n')).toEqual([
      expect.stringMatching(/^doors\.auth_policy\.credentials: there is none, .* lift a lock /),
      expect.stringMatching(/^doors\.policy\.listen, doors\.milter\.listen: any program /),
    ]);
  });

  it.each(['policy', 'milter', 'socketmap', 'lmtp', 'api'])(
    'that listen beyond the host, in any mode: %s',
    (door) => {
      const text = `doors: { ${door}: { listen: ['0.0.0.0:20111', '[::1]:20112', '127.0.0.1:20113'] } }\n`;
      expect(warnings(text)).toEqual([
        expect.stringMatching(new RegExp(`^doors\\.${door}\\.listen: 0\\.0\\.0\\.0:20111 `)),
      ]);
    },
  );
});

describe('the files that a configuration names', () => {
  it('are said to be missing where the directory is not there', async () => {
    expect(await files('directory: { file: { path: nowhere.csv } }\n')).toEqual({
      mistakes: [],
      warnings: [
        `directory.file.path: there is no file ${folder}/nowhere.csv. Until it is right every account gets the defaults.`,
      ],
    });
  });

  it('are read, and the first mistake of the directory is named with its line', async () => {
    writeFileSync(join(folder, 'bad.csv'), 'account,class\nann,wizard\n');
    const { warnings: said } = await files('directory: { file: { path: bad.csv } }\n');
    expect(said).toEqual([expect.stringMatching(/bad\.csv: line 2: class: .*defaults\.$/)]);
    writeFileSync(join(folder, 'good.csv'), 'account\nann\n');
    expect(await files('directory: { file: { path: good.csv } }\n')).toEqual({
      mistakes: [],
      warnings: [],
    });
  });

  it.each(['asn_mmdb', 'country_mmdb'])('are a mistake where %s is no database', async (key) => {
    writeFileSync(join(folder, 'broken.mmdb'), 'not a database');
    const { mistakes } = await files(`network: { ${key}: broken.mmdb }\n`);
    expect(mistakes).toEqual([expect.stringContaining('broken.mmdb')]);
  });
});
