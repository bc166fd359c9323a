/** INB-3: tables of recipients are asked for an address that nobody has, with bounds. */
import { describe, expect, it } from 'vitest';
import { sumUp } from './checks/observe.ts';
import { judgeTables } from './recipient-table-notes.ts';
import {
  ALL_TABLES_MS,
  askTables,
  MAX_TABLE_DOMAINS,
  MAX_TABLES,
  TABLES_AT_ONCE,
  type AskTable,
  type TableAnswer,
} from './recipient-tables.ts';

const NONE: TableAnswer = { kind: 'said', found: new Map() };

async function look(
  settings: Readonly<Record<string, string>>,
  ask: AskTable = () => Promise.resolve(NONE),
  watched: readonly string[] = [],
) {
  const all: Readonly<Record<string, string>> = { virtual_transport: 'virtual', ...settings };
  const notes = await judgeTables((name) => all[name] ?? '', watched, ask);
  const { state, evidence } = sumUp('INB-3', notes);
  return { state, text: evidence.join(' ') };
}

/** A table that knows what has one of these ends. */
const knows =
  (end: string, value: (key: string) => string): AskTable =>
  (_, keys) => {
    const found = keys.filter((key) => key.endsWith(end)).map((key) => [key, value(key)] as const);
    return Promise.resolve({ kind: 'said', found: new Map(found) });
  };

const ALIASES = { virtual_alias_domains: 'a.test', virtual_alias_maps: 'hash:/virtual' };
const BOXES = { virtual_mailbox_domains: 'a.test', virtual_mailbox_maps: 'hash:/boxes' };

describe('INB-3: a table of recipients', () => {
  it('passes that knows nobody who was made up', async () => {
    const { state, text } = await look({ ...ALIASES, ...BOXES });
    expect(state, text).toBe('pass');
    expect(text).toContain(
      'An address made up by chance is in none of the tables of recipients (2 asked)',
    );
  });

  it.each([
    ['static:x', 'static:x, which knows every address'],
    ['hash:/users proxy:static:all', 'proxy:static:all, which knows every address'],
    ['randmap:{a, b}', 'randmap:{a, b}, which knows every address'],
  ])('fails as %s', async (table, why) => {
    for (const [domains, maps] of [
      ['mydestination', 'local_recipient_maps'],
      ['virtual_mailbox_domains', 'virtual_mailbox_maps'],
      ['relay_domains', 'relay_recipient_maps'],
    ] as const) {
      const { state, text } = await look({ [domains]: 'a.test', [maps]: table });
      expect(state, text).toBe('fail');
      expect(text).toContain(`${maps} has ${why}`);
    }
  });

  it('does not matter where it has no domains', async () => {
    const { text } = await look({ ...ALIASES, relay_recipient_maps: 'static:x' });
    expect(text).not.toContain('static:x');
  });

  it('fails that knows the made-up address, as by a pattern', async () => {
    const { state, text } = await look(
      BOXES,
      knows('@a.test', () => 'x'),
    );
    expect(state, text).toBe('fail');
    expect(text).toMatch(/knows primum-[0-9a-f]{16}@a\.test, an address made up by chance/);
  });

  it('warns of a catch-all of aliases, and fails for one that hands on whatever comes', async () => {
    const mailbox = (key: string): string => (key.startsWith('@') ? 'ann@b.test' : '');
    const only: AskTable = (table, keys) =>
      knows('@a.test', mailbox)(
        table,
        keys.filter((key) => key.startsWith('@')),
      );
    const caught = await look(ALIASES, only);
    expect(caught.state, caught.text).toBe('warn');
    expect(caught.text).toContain('knows @a.test and gives it to ann@b.test: that is a catch-all');
    const moved = await look(
      ALIASES,
      knows('@a.test', (key) => key.replace('a.test', 'b.test')),
    );
    expect(moved.state, moved.text).toBe('fail');
    expect(moved.text).toContain('what there is not is bounced');
  });

  it('warns of a catch-all mailbox, and fails where another program delivers', async () => {
    const only: AskTable = (table, keys) =>
      knows('@a.test', () => 'x')(
        table,
        keys.filter((key) => key.startsWith('@')),
      );
    expect((await look(BOXES, only)).state).toBe('warn');
    const lmtp = { ...BOXES, virtual_transport: 'lmtp:unix:private/dovecot' };
    expect((await look(lmtp, only)).state).toBe('fail');
  });

  it('is unknown where it cannot be asked', async () => {
    const { state, text } = await look(BOXES, () =>
      Promise.resolve({
        kind: 'failed',
        why: 'postmap: fatal: unsupported dictionary type: mysql',
      }),
    );
    expect(state, text).toBe('unknown');
    expect(text).toContain('hash:/boxes in virtual_mailbox_maps');
    expect(text).toContain(
      'could not be asked (postmap: fatal: unsupported dictionary type: mysql)',
    );
  });

  it('is asked for the domains that are watched where Postfix has its own in a table', async () => {
    const asked: string[] = [];
    const tables = { ...BOXES, virtual_mailbox_domains: 'mysql:/etc/domains.cf' };
    const ask: AskTable = (_, keys) => {
      asked.push(...keys);
      return Promise.resolve(NONE);
    };
    await look(tables, ask, ['c.test']);
    expect(asked).toContain('@c.test');
    await look(tables, ask);
    expect(asked).toContain('@primum-audit.invalid');
  });

  it('is asked for no whole domain where it holds patterns, which Postfix does not ask either', async () => {
    const asked: string[] = [];
    await look({ ...ALIASES, virtual_alias_maps: 'pcre:/virtual' }, (_, keys) => {
      asked.push(...keys);
      return Promise.resolve(NONE);
    });
    expect(asked.some((key) => key.startsWith('@'))).toBe(false);
  });

  it('is asked for so many domains, and so many tables are', async () => {
    let keysOfOne = 0;
    let tables = 0;
    const many = Array.from({ length: MAX_TABLE_DOMAINS + 1 }, (_, at) => `d${at}.test`);
    const settings = {
      virtual_mailbox_domains: many.join(' '),
      virtual_mailbox_maps: Array.from({ length: MAX_TABLES + 1 }, (_, at) => `hash:/${at}`).join(
        ' ',
      ),
    };
    const { state, text } = await look(settings, (_, keys) => {
      tables += 1;
      keysOfOne = keys.length;
      return Promise.resolve(NONE);
    });
    expect([keysOfOne, tables]).toEqual([2 * MAX_TABLE_DOMAINS, MAX_TABLES]);
    expect(state, text).toBe('unknown');
    expect(text).toContain(`the first ${MAX_TABLE_DOMAINS} domains only`);
    expect(text).toContain(`only the first ${MAX_TABLES} were asked`);
  });

  it('is asked beside so many others, and not at all when the time is over', async () => {
    let open = 0;
    let most = 0;
    let time = 0;
    const questions = Array.from({ length: 20 }, (_, at) => ({
      ...{ table: `hash:/${at}`, parameter: 'virtual_alias_maps', domains: ['a.test'] },
      ...{ isLocal: false, isCut: false, local: 'made-up' },
    }));
    const ask: AskTable = async () => {
      open += 1;
      most = Math.max(most, open);
      await Promise.resolve();
      open -= 1;
      time += ALL_TABLES_MS / 10;
      return NONE;
    };
    const found = await askTables(questions, ask, () => time);
    expect(most).toBe(TABLES_AT_ONCE);
    expect(found.at(-1)?.answer).toMatchObject({ kind: 'failed' });
    expect(found).toHaveLength(20);
  });
});
