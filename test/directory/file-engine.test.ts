/** Accounts in a file: edits, mistakes and accidents. */
import { mkdtempSync, renameSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { eventually } from '../eventually.ts';
import { MAX_YAML_BYTES } from '../../src/directory/engines/file-content.ts';
import type { OpenDirectory } from '../../src/directory/open-directory.ts';
import { openDirectory } from '../../src/directory/open-directory.ts';
import type { Heard } from './engine-harness.ts';
import { listener, optionsFor } from './engine-harness.ts';

let folder: string;
let heard: Heard;
let directory: OpenDirectory | undefined;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'primum-accounts-'));
  heard = listener();
});
afterEach(async () => {
  await directory?.close();
  directory = undefined;
  rmSync(folder, { recursive: true });
});

async function open(name: string, text?: string): Promise<{ path: string; find: Find }> {
  const path = join(folder, name);
  if (text !== undefined) writeFileSync(path, text);
  const opened = await openDirectory(optionsFor({ kind: 'file', path, checkEveryMs: 10 }), heard);
  directory = opened;
  return { path, find: async (login) => (await opened.find(login)).tenant };
}
type Find = (login: string) => Promise<string>;

/** In one step: a look at a file that is half written would be a failure more. */
function put(path: string, text: string): void {
  writeFileSync(`${path}.new`, text);
  renameSync(`${path}.new`, path);
}

const FIRST = 'account,tenant\nann@example.org,first\n';
const SECOND = 'account,tenant\nann@example.org,second\n';

describe('a watched file', () => {
  test('edited in place is taken up', async () => {
    const { path, find } = await open('accounts.csv', FIRST);
    expect(await find('ann@example.org')).toBe('first');
    writeFileSync(path, SECOND);
    await eventually(async () => expect(await find('ann@example.org')).toBe('second'));
  });

  test('names an account that is not in it, and those written alike', async () => {
    const rows = ['ann', 'anne', 'bob', 'annette'].map((name) => `${name}@example.org,x\n`);
    const { find } = await open('accounts.csv', `account,tenant\n${rows.join('')}`);
    await find('ann@example.org');
    expect(await directory?.missing?.('amn@example.org')).toEqual([
      'ann@example.org',
      'anne@example.org',
    ]);
    expect(await directory?.missing?.('zoe@other.test')).toEqual([]);
    expect(await directory?.missing?.('ann@example.org')).toBeUndefined();
  });

  test('that was never read says of no account that it is missing', async () => {
    await open('gone.csv');
    expect(await directory?.missing?.('ann@example.org')).toBeUndefined();
  });

  test('replaced by another one is taken up', async () => {
    const { path, find } = await open('accounts.csv', FIRST);
    put(path, SECOND);
    await eventually(async () => expect(await find('ann@example.org')).toBe('second'));
  });

  test('with a mistake keeps the old content, names the line once, and is taken up when mended', async () => {
    const { path, find } = await open('accounts.csv', FIRST);
    put(path, `${SECOND}bob@example.org,second,too many\n`);
    await eventually(() => expect(heard.failures).toHaveLength(1));
    expect(heard.failures[0]).toContain(`${path}: Invalid Record Length`);
    expect(heard.failures[0]).toContain('line 3');
    expect(await find('ann@example.org')).toBe('first');
    put(path, `${SECOND}bob@example.org,third\n`);
    await eventually(async () => expect(await find('bob@example.org')).toBe('third'));
    expect(await find('ann@example.org')).toBe('second');
    expect(heard.failures).toHaveLength(1);
    expect(heard.changes).toEqual(['works', 'failed', 'works']);
  });

  test('cut to nothing by accident keeps the old content', async () => {
    const { path, find } = await open('accounts.csv', FIRST);
    truncateSync(path);
    await eventually(() => expect(heard.failures).toHaveLength(1));
    expect(await find('ann@example.org')).toBe('first');
  });

  test('that vanishes is told once and answers even accounts never asked for', async () => {
    const { path, find } = await open('accounts.csv', `${FIRST}bob@example.org,first\n`);
    renameSync(path, `${path}.away`);
    await eventually(() => expect(heard.failures).toEqual([`${path} is gone; put it back.`]));
    expect(await find('bob@example.org')).toBe('first');
    renameSync(`${path}.away`, path);
    await eventually(() => expect(heard.changes).toEqual(['works', 'failed', 'works']));
    expect(heard.failures).toHaveLength(1);
  });

  test('that is missing at the start gives defaults and is taken up when it comes', async () => {
    const { path, find } = await open('accounts.csv');
    expect(await find('ann@example.org')).toBe('example.org');
    expect(heard.failures).toEqual([
      `${path} is not there. Put it there or mend directory.file.path; until then every account gets the defaults.`,
    ]);
    put(path, FIRST);
    await eventually(async () => expect(await find('ann@example.org')).toBe('first'));
  });
});

describe('what the file may hold', () => {
  test.each(['a.csv', 'a.yaml'])(
    '%s in another encoding is refused with its line',
    async (name) => {
      const path = join(folder, name);
      const text = name.endsWith('csv')
        ? 'account,tenant\nann,x\nJ\xfcrgen,x\n'
        : 'accounts:\n - account: ann\n - account: J\xfcrgen\n';
      writeFileSync(path, Buffer.from(text, 'latin1'));
      await open(name);
      expect(heard.failures).toEqual([
        `${path}: line 3: this is not UTF-8 text. Save it as UTF-8.`,
      ]);
    },
  );

  test('YAML with a list of domains', async () => {
    await open(
      'accounts.yml',
      'domains: [Hosted.example]\naccounts:\n  - account: ann@example.net\n',
    );
    expect(directory?.isOwnDomain('hosted.example')).toBe(true);
    expect(directory?.isOwnDomain('example.net')).toBe(true);
    expect(heard.failures).toEqual([]);
  });

  test('CSV with a byte order mark, quotes, empty fields and columns in any order', async () => {
    const text =
      '\ufeffTenant,Account,addresses\r\n"Big, Ltd",ann@example.org,"a@x.example  b@x.example"\r\n';
    const { find } = await open('accounts.CSV', text);
    expect(await find('ann@example.org')).toBe('big, ltd');
    expect((await directory?.find('ann@example.org'))?.addresses).toEqual([
      'ann@example.org',
      'a@x.example',
      'b@x.example',
    ]);
  });

  // prettier-ignore
  test.each([
    ['a.csv',  'acount\nann@example.org\n',                        'line 1: there is no column "acount"'],
    ['a.csv',  'tenant\nacme\n',                                   'line 1: the column account is missing.'],
    ['a.csv',  'account\nann\nbob\nANN\n',                         'line 4: the account stands in the file a second time.'],
    ['a.csv',  'account,class\nann,person\nbob,wizard\n',          'line 3: class: '],
    ['a.csv',  '',                                                 'there is no account in the file'],
    ['a.csv',  `account\n"${'x'.repeat(70_000)}"\n`,               'Max Record Size'],
    ['a.yaml', 'accounts:\n  - account: ann\n    clas: person\n',  'line 2: there is no key clas'],
    ['a.yaml', 'accounts:\n  - account: ann\n  - tenant: acme\n',  'line 3: account: it is missing'],
    ['a.yaml', 'accounts: [\n',                                    'line 2: this is not YAML'],
    ['a.yaml', 'ann@example.org\n',                                'line 1: write a list "accounts:"'],
    ['a.yaml', '',                                                 'line 1: write a list "accounts:"'],
    ['a.yaml', `# ${'x'.repeat(MAX_YAML_BYTES)}\n`,                'Write it as CSV.'],
  ])('%s %j is refused', async (name, text, expected) => {
    const { find } = await open(name, text);
    expect(heard.failures[0]).toContain(expected);
    expect(heard.failures[0]).not.toContain('ann@');
    expect(await find('ann@example.org')).toBe('example.org');
  });
});
