/** What `primum audit` finds in the tables of Postfix on this machine, and what it says of the others. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  ALL_LISTED_MS,
  listTable,
  listTables,
  MAX_LISTED_BYTES,
  MAX_LISTED_TABLES,
  type Listing,
} from './domain-tables.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'primum-tables-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

function file(text: string): string {
  const path = join(folder, 'table');
  writeFileSync(path, text);
  return path;
}

const ENTRIES = [
  ...['# the house', 'House.test  OK', 'other.test', '  goes on.test', '"quoted.test" x'],
  ...['ann@house.test x', '.below.test x', 'single x', ''],
].join('\n');
const NAMES = ['house.test', 'other.test', 'quoted.test'];

describe('a table of domains', () => {
  it.each(['hash', 'btree', 'lmdb', 'cdb', 'texthash', 'proxy:hash'])(
    'of the type %s is read, also where it was not made yet',
    async (type) => {
      expect(await listTable(`${type}:${file(ENTRIES)}`)).toEqual({
        ...{ kind: 'listed', domains: expect.arrayContaining(NAMES) as string[] },
        others: expect.arrayContaining(['.below.test', 'single']) as string[],
      });
    },
  );

  it('that is a plain file holds more of the list', async () => {
    const path = file('# comment\nhouse.test, other.test\nhash:/etc/postfix/more\n');
    expect(await listTable(path)).toEqual({
      ...{ kind: 'listed', domains: ['house.test', 'other.test'] },
      gap: 'what it names in turn was not read: hash:/etc/postfix/more',
    });
  });

  it('of patterns names those that mean one domain, and counts the others', async () => {
    const path = file('/^house\\.test$/ OK\n# x\nif /test/\n/(^|\\.)wide\\.test$/i OK\nendif\n');
    expect(await listTable(`pcre:${path}`)).toEqual({
      ...{ kind: 'listed', domains: ['house.test'] },
      gap: 'of its patterns 1 mean more than one name',
    });
  });

  it.each([
    ['ldap:/etc/postfix/l.cf', 'ldap is asked for one name at a time and lists none'],
    ['proxy:mysql:/etc/postfix/m.cf', 'mysql is asked for one name at a time and lists none'],
    ['static:ok', 'it knows every name'],
    ['unionmap:{hash:/a,hash:/b}', 'a table of the type unionmap cannot be listed'],
    ['/nowhere/domains', 'there is no file /nowhere/domains'],
    ['regexp:domains', 'its path does not begin with /'],
  ])('that cannot be listed says why: %s', async (table, why) => {
    expect(await listTable(table)).toEqual({ kind: 'unlisted', why });
  });

  it('that neither postmap nor its text tells says both', async () => {
    expect(await listTable('hash:/nowhere/domains')).toMatchObject({
      why: expect.stringMatching(
        /^(?:postmap says: .*; )?there is no file \/nowhere\/domains$/,
      ) as string,
    });
  });

  it('that is larger than the bound is not read, nor a pipe waited for', async () => {
    const large = file('x'.repeat(MAX_LISTED_BYTES + 1));
    expect(await listTable(large)).toMatchObject({
      why: expect.stringContaining('4 MiB') as string,
    });
    const pipe = join(folder, 'pipe');
    execFileSync('mkfifo', [pipe]);
    expect(await listTable(`pcre:${pipe}`)).toMatchObject({
      why: expect.stringContaining('no regular file') as string,
    });
  });
});

describe('all tables of the settings', () => {
  const named = (count: number) =>
    Array.from({ length: count }, (_, at) => ({ table: `hash:/t${at}`, parameter: 'p' }));
  const house: Listing = { kind: 'listed', domains: ['house.test'] };

  it('are read once each, and not more than there is a bound for', async () => {
    const asked: string[] = [];
    const list = (table: string): Promise<Listing> => {
      asked.push(table);
      return Promise.resolve(house);
    };
    const found = await listTables([...named(MAX_LISTED_TABLES + 1), ...named(1)], list);
    expect(asked).toEqual(named(MAX_LISTED_TABLES).map(({ table }) => table));
    expect(found.gaps).toEqual([
      { ...named(21)[20], why: `only the first ${MAX_LISTED_TABLES} tables are read` },
    ]);
  });

  it('end with the time that there is for them', async () => {
    let time = 0;
    const list = (_: string, withinMs?: number): Promise<Listing> => {
      expect(withinMs).toBeLessThanOrEqual(ALL_LISTED_MS - time);
      time += ALL_LISTED_MS / 2;
      return Promise.resolve(house);
    };
    const { gaps } = await listTables(named(3), list, () => time);
    expect(gaps).toEqual([{ ...named(3)[2], why: 'the other tables took all the time' }]);
  });
});
