/**
 * Names that stand in a lookup table of this machine (DATABASE_README): `postmap -s` prints what Postfix
 * itself would find; where it cannot, the plain text that the table is made from is read.
 */
import { readFile, stat } from 'node:fs/promises';
import { errorText } from './error-text.ts';
import { runProgram } from '../run-program.ts';
import { listed } from './checks/observe.ts';
import { readDomains } from './domain-word.ts';
import { isTable, POSTFIX_BOUNDS, wordsIn } from './postconf.ts';

/** Of one table; 100,000 names of domains are less. */
export const MAX_LISTED_BYTES = 4 * 1024 * 1024;
/** Of all settings together. */
export const MAX_LISTED_TABLES = 20;
/** Of all tables together. */
export const ALL_LISTED_MS = 20_000;
const MAX_WHY = 200;

export type Listing =
  | {
      readonly kind: 'listed';
      readonly domains: readonly string[];
      /** Names in it that are no domains. */
      readonly others?: readonly string[];
      /** What of it could not be read, as the end of a sentence. */
      readonly gap?: string;
    }
  | { readonly kind: 'unlisted'; readonly why: string };

export type ListTable = (table: string, withinMs?: number) => Promise<Listing>;

/** Made by postmap from a text of the same name. */
const MADE: ReadonlySet<string> = new Set(['hash', 'btree', 'lmdb', 'cdb', 'dbm', 'sdbm']);
const PATTERNS: ReadonlySet<string> = new Set(['pcre', 'regexp']);
const DATABASES: ReadonlySet<string> = new Set([
  ...['ldap', 'mysql', 'pgsql', 'sqlite', 'mongodb', 'memcache', 'nis', 'nisplus', 'netinfo'],
  ...['tcp', 'socketmap'],
]);

/** As the user who runs this, so that a table he may not read is one that is not listed. */
export const listTable: ListTable = async (table, withinMs = POSTFIX_BOUNDS.timeoutMs) => {
  if (table.startsWith('/')) return ofText(table, wordsOfLines);
  // Proxymap is asked key by key; the table behind it is the same one.
  const [, type = '', name = ''] = /^([a-z]+):(.*)$/s.exec(table.replace(/^(?:proxy:)+/, '')) ?? [];
  if (PATTERNS.has(type)) return ofText(name, namesOfPatterns);
  if (type === 'texthash') return ofText(name, namesOfKeys);
  if (MADE.has(type)) return ofPostmap(type, name, withinMs);
  return { kind: 'unlisted', why: whyNot(type) };
};

function whyNot(type: string): string {
  if (type === 'static') return 'it knows every name';
  if (DATABASES.has(type)) return `${type} is asked for one name at a time and lists none`;
  return `a table of the type ${type} cannot be listed`;
}

async function ofPostmap(type: string, name: string, timeoutMs: number): Promise<Listing> {
  const answer = await runProgram(['postmap', '-s', `${type}:${name}`], {
    ...POSTFIX_BOUNDS,
    ...{ timeoutMs, maxOutputBytes: MAX_LISTED_BYTES },
  });
  if (answer.ok) return { kind: 'listed', ...domainsOf(keysOf(answer.text)) };
  // Not made yet, of a type that is not installed, or without postmap here: its text says what is meant.
  const source = await ofText(name, namesOfKeys);
  if (source.kind === 'listed') return source;
  const trouble = answer.said.split('\n').find((line) => /: (?:fatal|panic|error): /.test(line));
  const said = trouble?.replace(/^\S*: (?:fatal|panic|error): /, '').trim();
  const why = said === undefined ? `postmap: ${answer.why}` : `postmap says: ${said}`;
  const both = answer.isAbsent === true ? source.why : `${why}; ${source.why}`;
  return { kind: 'unlisted', why: both.slice(0, MAX_WHY) };
}

/** Tables of aliases hold domains and addresses (virtual(5)), and the latter are right there. */
function domainsOf(
  names: readonly string[],
): Pick<Extract<Listing, { kind: 'listed' }>, 'domains' | 'others'> {
  const { domains, others } = readDomains(names.filter((name) => !name.includes('@')));
  return { domains, ...(others.length === 0 ? {} : { others }) };
}

interface Read {
  readonly names: readonly string[];
  readonly gap?: string;
}

async function ofText(path: string, read: (text: string) => Read): Promise<Listing> {
  if (!path.startsWith('/')) return { kind: 'unlisted', why: 'its path does not begin with /' };
  try {
    const found = await stat(path);
    if (!found.isFile()) return { kind: 'unlisted', why: `${path} is no regular file` };
    if (found.size > MAX_LISTED_BYTES)
      return { kind: 'unlisted', why: `${path} is larger than 4 MiB` };
    const { names, gap } = read(await readFile(path, 'utf8'));
    return { kind: 'listed', ...domainsOf(names), ...(gap === undefined ? {} : { gap }) };
  } catch (error) {
    return { kind: 'unlisted', why: whyUnread(path, error) };
  }
}

function whyUnread(path: string, error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'ENOENT') return `there is no file ${path}`;
  if (code === 'EACCES') return `this user may not read ${path}`;
  return errorText(error).slice(0, MAX_WHY);
}

/** postmap(1): a line that begins with a blank goes on with the one before; "#" begins a comment. */
const entriesOf = (text: string): readonly string[] =>
  text.split('\n').filter((line) => /^[^\s#]/.test(line));

function keysOf(text: string): readonly string[] {
  return entriesOf(text).map((line) => {
    const [, quoted, bare = ''] = /^(?:"([^"]*)"|(\S+))/.exec(line) ?? [];
    return (quoted ?? bare).toLowerCase();
  });
}

const namesOfKeys = (text: string): Read => ({ names: keysOf(text) });

/** A setting of the form `/path` is a file that holds more of the same list (postconf(5), mydestination). */
function wordsOfLines(text: string): Read {
  const lines = text.split('\n').filter((line) => !/^\s*#/.test(line));
  const words = lines.flatMap(wordsIn);
  const tables = words.filter(isTable);
  if (tables.length === 0) return { names: words };
  const names = words.filter((word) => !isTable(word));
  return { names, gap: `what it names in turn was not read: ${listed(tables)}` };
}

/** `/^house\.example$/` means one name; of others nobody can say which names they mean. */
const ONE_NAME = /^\/\^((?:[a-z0-9-]|\\[.-])+)\$\/[a-z]*(?:\s|$)/i;

function namesOfPatterns(text: string): Read {
  const patterns = entriesOf(text).filter((line) => !/^(?:end)?if\b/i.test(line));
  const names = patterns.flatMap((line) => {
    const name = ONE_NAME.exec(line)?.[1];
    return name === undefined ? [] : [name.replaceAll('\\', '')];
  });
  const others = patterns.length - names.length;
  return others === 0
    ? { names }
    : { names, gap: `of its patterns ${others} mean more than one name` };
}

/** A table and the parameter in which it stands. */
export interface NamedTable {
  readonly table: string;
  readonly parameter: string;
}

export interface Listed {
  readonly domains: readonly string[];
  /** Names in them that are no domains. */
  readonly others: readonly string[];
  /** What could not be listed, and why. */
  readonly gaps: readonly (NamedTable & { readonly why: string })[];
}

/** One after the other, each once, until the time is over. */
export async function listTables(
  named: readonly NamedTable[],
  list: ListTable = listTable,
  now: () => number = Date.now,
): Promise<Listed> {
  const until = now() + ALL_LISTED_MS;
  const tables = named.filter(
    ({ table }, at) => named.findIndex((each) => each.table === table) === at,
  );
  const domains: string[] = [];
  const others: string[] = [];
  const gaps: Listed['gaps'][number][] = [];
  for (const [at, one] of tables.entries()) {
    const left = until - now();
    if (at >= MAX_LISTED_TABLES)
      gaps.push({ ...one, why: `only the first ${MAX_LISTED_TABLES} tables are read` });
    else if (left <= 0) gaps.push({ ...one, why: 'the other tables took all the time' });
    else {
      const found = await list(one.table, Math.min(left, POSTFIX_BOUNDS.timeoutMs));
      if (found.kind === 'listed') {
        domains.push(...found.domains);
        others.push(...(found.others ?? []));
      }
      const why = found.kind === 'listed' ? found.gap : found.why;
      if (why !== undefined) gaps.push({ ...one, why });
    }
  }
  return { domains, others, gaps };
}
