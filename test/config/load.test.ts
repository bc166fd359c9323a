/** Loading whole files: defaults, environment, paths, secrets. */
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { checkFile, loadConfig, secretOf } from '../../src/config/load.ts';
import { printConfig } from '../../src/config/print.ts';
import { MAX_SECRET_BYTES } from '../../src/config/secrets.ts';
import { toDirectoryOptions } from '../../src/config/to-directory.ts';
import { toPolicy } from '../../src/config/to-policy.ts';
import { MAX_CONFIG_BYTES } from '../../src/config/yaml-source.ts';
import { PrimumError } from '../../src/errors.ts';
import type { DirectoryOptions } from '../../src/directory/open-directory.ts';

const good = join(import.meta.dirname, '..', 'fixtures', 'config', 'good');
const ENV = {
  DOVECOT_PASSWORD: 'correct horse',
  DESK_PASSWORD: 'battery',
  PANEL_TOKEN: 'Bearer x',
};

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'primum-config-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

function write(name: string, text: string | Buffer, mode = 0o600): string {
  const file = join(folder, name);
  writeFileSync(file, text);
  chmodSync(file, mode);
  return file;
}

function refusal(path: string): PrimumError {
  try {
    loadConfig(path, {});
  } catch (error) {
    if (error instanceof PrimumError) return error;
  }
  throw new Error('the file was accepted');
}

describe('without a file', () => {
  test('everything has a default and the first start observes', () => {
    const config = loadConfig(undefined, {});
    expect(config.policy.mode).toBe('observe');
    expect(config.state).toBe(resolve('var'));
    expect(config.doors.policy.listen).toEqual(['127.0.0.1:10040']);
  });

  test('PRIMUM_STATE names the state folder', () => {
    expect(loadConfig(undefined, { PRIMUM_STATE: '/srv/primum' }).state).toBe('/srv/primum');
    expect(loadConfig(undefined, { PRIMUM_STATE: '' }).state).toBe(resolve('var'));
  });

  test('every door listens on this host only', () => {
    const { doors } = loadConfig(undefined, {});
    for (const door of Object.values(doors)) expect(door.listen[0]).toMatch(/^127\.0\.0\.1:/);
  });
});

describe('a good file', () => {
  test('keeps the defaults of what it does not say', () => {
    const config = loadConfig(join(good, 'small.yaml'), { PRIMUM_STATE: '/srv/primum' });
    expect(config.policy.domains).toEqual(['example.org', 'example.com']);
    expect(config.policy.limits).toEqual(loadConfig(undefined, {}).policy.limits);
    expect(config.journal.retention).toBe(30 * 86_400_000);
    expect(config.state).toBe('/srv/primum');
  });

  test('has its units and texts turned into values', () => {
    const config = loadConfig(join(good, 'large.yaml'), ENV);
    expect(config.policy.limits[1]).toEqual({
      scope: 'platform',
      count: 'messages',
      window: 5_000,
      limit: 500,
      burst: 50,
      action: 'throttle',
    });
    expect(config.doors.policy.defer_as).toEqual({ filter: 'slow:' });
    expect(config.doors.policy.socket_mode).toBe(0o600);
    expect(config.doors.auth_policy.acl).toEqual(['192.0.2.0/24']);
    expect(config.policy.client_networks).toEqual([
      '192.0.2.0/24',
      'country:DE',
      'asn:64500',
      '2001:db8::1/128',
    ]);
    expect(config.state).toBe('/var/lib/primum');
  });

  test('printed and read again it is the same', () => {
    const config = loadConfig(join(good, 'large.yaml'), ENV);
    const copy = loadConfig(write('copy.yaml', printConfig(config)), ENV);
    const [hook] = config.doors.auth_policy.webhooks;
    const masked = { ...hook, url: 'https://siem.example.org/…' };
    const auth = { ...config.doors.auth_policy, webhooks: [masked] };
    expect(copy).toEqual({ ...config, doors: { ...config.doors, auth_policy: auth } });
  });

  test('is printed without secrets and without tokens in web addresses', () => {
    const printed = printConfig(loadConfig(join(good, 'large.yaml'), ENV));
    expect(printed).toContain('password_file: env:DOVECOT_PASSWORD');
    expect(printed).not.toContain('correct horse');
    expect(printed).not.toContain('token-1234');
  });

  test('may leave sections and the whole file empty', () => {
    for (const text of ['', '# nothing\n', 'policy:\n  groups:\n  classes:\n    person:\n']) {
      expect(checkFile(write('empty.yaml', text), {})).toEqual([]);
    }
  });
});

describe('the policy made of it', () => {
  test('is in seconds, complete, and changes only what a group names', () => {
    const policy = toPolicy(loadConfig(join(good, 'large.yaml'), ENV));
    expect(policy.rules.limits[0]).toEqual({
      scope: 'account',
      count: 'recipients',
      windowSeconds: 3_600,
      limit: 100,
      burst: 0,
      action: 'hold',
    });
    expect(Object.keys(policy.groups['sales'] ?? {}).sort()).toEqual(['limits', 'mode', 'places']);
    expect(policy.groups['sales']?.places).toEqual({
      windowSeconds: 86_400,
      maximum: 40,
      action: 'hold',
    });
    expect(policy.quietSeconds).toEqual({ throttle: 129_600, hold: 86_400, lock: 172_800 });
    expect(policy.inboundContexts).toEqual(['mx']);
    expect(policy.classes.application?.cleartext).toBe('reject');
    expect(policy.classes.application?.limits).toHaveLength(4);
  });

  test('has business hours in minutes and ISO weekdays (SND-5)', () => {
    const { businessHours } = toPolicy(loadConfig(join(good, 'small.yaml'), {}));
    expect(businessHours).toEqual({
      days: [1, 2, 3, 4, 5],
      fromMinute: 420,
      toMinute: 1_200,
      holidays: ['12-25', '2026-12-24'],
      outsideFactor: 0.5,
    });
  });

  test('ships no rule that locks, and limits above what ordinary people do (SND-1, ACC-8, ACC-9)', () => {
    const policy = toPolicy(loadConfig(undefined, {}));
    const sets = [policy.rules, ...Object.values(policy.classes)];
    const limits = sets.flatMap((set) => set.limits ?? []);
    expect(limits.length).toBeGreaterThan(20);
    for (const limit of limits) expect(['throttle', 'hold']).toContain(limit.action);
    expect(policy.rules.places.action).toBe('hold');
    expect(policy.rules.countries.action).toBe('hold');
    // Busiest hours of a research institute, a manufacturer and a campaign office: 243, 147, 236.
    const hour = policy.rules.limits.find(
      (l) => l.windowSeconds === 3_600 && l.count === 'recipients',
    );
    const outside = (hour?.limit ?? 0) * policy.businessHours.outsideFactor;
    expect(outside).toBeGreaterThan(243);
    // Busiest day of 184 people at Enron: 2,063 recipients.
    const held = policy.rules.limits.find((limit) => limit.action === 'hold');
    expect(held).toMatchObject({ windowSeconds: 86_400, count: 'recipients' });
    expect(held?.limit).toBeGreaterThan(2_063);
  });
});

describe('the directory options made of it', () => {
  test('fit the directory and carry the secret', () => {
    const options: DirectoryOptions = toDirectoryOptions(loadConfig(join(good, 'large.yaml'), ENV));
    expect(options.engine).toEqual({
      kind: 'http',
      url: 'https://panel.example.org/accounts/{account}',
      headers: { Authorization: 'Bearer x' },
      maxAnswerBytes: 65_536,
      concurrency: 16,
    });
    expect(options.timeoutMs).toBe(1_000);
  });
});

describe('files beside it', () => {
  test('need not be there where the daemon makes them at its first start', () => {
    const own = write('own.yaml', 'state: var\nagent: { token_file: var/agent-token }\n');
    expect(loadConfig(own, {}).agent.token_file).toBe(join(folder, 'var/agent-token'));
    const other = write('other.yaml', 'state: var\nagent: { token_file: agent-token }\n');
    expect(refusal(other).message).toContain('agent.token_file: there is no file');
  });

  const hook = (secret: string) =>
    `alerts:\n  webhooks:\n    - { name: chat, url: "https://chat.example.org/", secret_file: ${secret} }\n`;

  test('relative paths start at its own folder', () => {
    write('chat.secret', 'quiet words\n');
    mkdirSync(join(folder, 'data'));
    const file = write(
      'primum.yaml',
      `${hook('chat.secret')}state: data/var\ndirectory: { file: { path: data/accounts.csv } }\n`,
    );
    const config = loadConfig(file, {});
    const secretFile = config.alerts.webhooks[0]?.secret_file;
    expect(secretFile).toBe(join(folder, 'chat.secret'));
    expect(secretOf(config, secretFile)).toBe('quiet words');
    expect(config.state).toBe(join(folder, 'data/var'));
    expect(config.directory.file?.path).toBe(join(folder, 'data/accounts.csv'));
  });

  test.each([0o644, 0o602, 0o601])('a secret with mode %o is refused', (mode) => {
    const secret = write('chat.secret', 'quiet words', mode);
    const file = write('primum.yaml', hook('chat.secret'));
    expect(checkFile(file, {})).toEqual([
      `${file}:3: alerts.webhooks[0].secret_file: ${secret} is open to every user of this host. ` +
        `Run: chmod o= ${secret}`,
    ]);
  });

  test('an empty, an oversized and a missing secret and a folder each have their sentence', () => {
    const file = write('primum.yaml', hook('chat.secret'));
    const secret = join(folder, 'chat.secret');
    const said = () => checkFile(file, {})[0]?.replace(/^.*secret_file: /, '');
    expect(said()).toBe(`there is no file ${secret}. Create it with the secret, mode 0600.`);
    write('chat.secret', '\n');
    expect(said()).toBe(`${secret} is empty. Put the secret into it.`);
    write('chat.secret', 'x'.repeat(MAX_SECRET_BYTES + 1));
    expect(said()).toBe(`${secret} is longer than 65536 bytes. Name the right file.`);
    rmSync(secret);
    mkdirSync(secret, { mode: 0o700 });
    expect(said()).toBe(`${secret} is not a file. Name the file with the secret.`);
  });
});

describe('a file that cannot be read', () => {
  test('says so with the path and the remedy', () => {
    const absent = join(folder, 'absent.yaml');
    const missing = refusal(absent);
    expect(missing.code).toBe('CONFIG_UNREADABLE');
    expect(missing.message).toBe(
      `${absent}: there is no such file. Check the path; without a file all defaults hold.`,
    );
    expect(refusal(folder).message).toBe(`${folder}: it is a folder. Name the file in it.`);
  });

  test('of other bytes than text is refused', () => {
    const file = write('binary.yaml', Buffer.from([0x70, 0xff, 0xfe, 0x00]));
    expect(refusal(file).message).toBe(`${file}: it is not UTF-8 text. Check the file.`);
  });

  test('beyond the bound is not read', () => {
    const file = write('huge.yaml', `# ${'x'.repeat(MAX_CONFIG_BYTES)}\n`);
    expect(refusal(file).code).toBe('CONFIG_UNREADABLE');
    expect(refusal(file).message).toContain(`Keep it under ${MAX_CONFIG_BYTES}.`);
  });

  test('that unfolds into billions of entries by aliases is refused at once', () => {
    const levels = Array.from({ length: 12 }, (_, level) => {
      const items = level === 0 ? 'x' : `*l${level - 1}`;
      return `l${level}: &l${level} [${Array(9).fill(items).join(', ')}]`;
    });
    const file = write('bomb.yaml', levels.join('\n'));
    expect(refusal(file).message).toContain('it repeats parts by alias too often');
  });

  test('with a key that is no name does no harm', () => {
    const file = write('proto.yaml', '__proto__: { polluted: true }\n"": 1\n? [a, b]\n: 2\n');
    expect(refusal(file).code).toBe('CONFIG_INVALID');
    expect(Reflect.get({}, 'polluted')).toBeUndefined();
  });
});
