/** Reads an accounts file whole: YAML for hundreds of accounts, CSV for millions. */
import { isUtf8 } from 'node:buffer';
import { createReadStream } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { CsvError, parse } from 'csv-parse';
import { LineCounter, isCollection, isMap, parseDocument } from 'yaml';
import { z } from 'zod';
import type { AccountFacts } from '../../core/account.ts';
import { RECORD_KEYS, domainOf, parseFileRecord } from '../account-record.ts';
import { messageOf } from '../engine.ts';

/** YAML is read in one go and takes about a second for 8 MiB, in which nothing else happens. */
export const MAX_YAML_BYTES = 8 * 1_048_576;
/** About five million accounts. */
export const MAX_CSV_BYTES = 512 * 1_048_576;
/** One line of CSV; a thousand aliases fit. */
export const MAX_CSV_LINE_BYTES = 65_536;
export const MAX_DOMAINS = 200_000;
/** Groups kept by name; with more nobody can say which there are. */
export const MAX_GROUPS_KNOWN = 10_000;

export interface FileContent {
  readonly accounts: ReadonlyMap<string, AccountFacts>;
  readonly domains: ReadonlySet<string>;
  /** Of all accounts, at most MAX_GROUPS_KNOWN. */
  readonly groups: ReadonlySet<string>;
}

/** A mistake at a line of the file. */
class Mistake extends Error {}

interface Building {
  readonly accounts: Map<string, AccountFacts>;
  readonly domains: Set<string>;
  readonly groups: Set<string>;
}

/** Takes in one entry. @throws Mistake with the line. */
function add(building: Building, value: unknown, line: number): void {
  const facts = parseFileRecord(value);
  if (!facts.ok) throw new Mistake(`line ${line}: ${facts.reason}.`);
  const { account, tenant, groups } = facts.value;
  if (building.accounts.has(account)) {
    throw new Mistake(`line ${line}: the account stands in the file a second time. Remove one.`);
  }
  building.accounts.set(account, facts.value);
  for (const domain of [domainOf(account), tenant]) {
    if (domain.includes('.') && building.domains.size < MAX_DOMAINS) building.domains.add(domain);
  }
  for (const group of groups) {
    if (building.groups.size < MAX_GROUPS_KNOWN) building.groups.add(group);
  }
}

/** @throws Error with the line and what is wrong there. */
export async function readFileContent(path: string): Promise<FileContent> {
  const isCsv = path.toLowerCase().endsWith('.csv');
  const most = isCsv ? MAX_CSV_BYTES : MAX_YAML_BYTES;
  const { size } = await stat(path);
  if (size > most) {
    const advice = isCsv ? 'Use a command or HTTP instead.' : 'Write it as CSV.';
    throw new Error(`${path} has more than ${most} bytes. ${advice}`);
  }
  const building: Building = { accounts: new Map(), domains: new Set(), groups: new Set() };
  try {
    if (isCsv) await readCsv(path, building);
    else await readYaml(path, building);
  } catch (error) {
    const isKnown = error instanceof Mistake || error instanceof CsvError;
    throw new Error(`${path}: ${isKnown ? error.message : messageOf(error)}`, { cause: error });
  }
  return building;
}

const LISTS = new Set(['groups', 'addresses', 'domains', 'client_networks']);

/** Empty fields are absent; lists are separated by spaces. */
function fromFields(fields: Readonly<Record<string, string>>): Record<string, unknown> {
  const given = Object.entries(fields).filter(([, text]) => text.trim() !== '');
  return Object.fromEntries(
    given.map(([key, text]) => [key, LISTS.has(key) ? text.trim().split(/\s+/) : text]),
  );
}

/** What csv-parse gives with `columns` and `info`. */
interface CsvRow {
  readonly record: Readonly<Record<string, string>>;
  readonly info: { readonly lines: number };
}

function checkColumns(names: readonly string[]): string[] {
  const columns = names.map((column) => column.trim().toLowerCase());
  const unknown = columns.find((column) => !RECORD_KEYS.includes(column));
  if (unknown !== undefined) {
    throw new Mistake(
      `line 1: there is no column "${unknown}"; the columns are ${RECORD_KEYS.join(', ')}.`,
    );
  }
  if (!columns.includes('account')) throw new Mistake('line 1: the column account is missing.');
  return columns;
}

async function readCsv(path: string, building: Building): Promise<void> {
  const parser = parse({
    bom: true,
    columns: checkColumns,
    info: true,
    max_record_size: MAX_CSV_LINE_BYTES,
    skip_empty_lines: true,
  });
  let rows = 0;
  await pipeline(
    createReadStream(path),
    checkUtf8,
    parser,
    async (source: AsyncIterable<CsvRow>) => {
      for await (const { record, info } of source) {
        add(building, fromFields(record), info.lines);
        rows += 1;
      }
    },
  );
  // A file cut to nothing is more often an accident than a platform without accounts.
  if (rows === 0) throw new Mistake('line 1: there is no account in the file.');
}

const NOT_UTF8 = 'this is not UTF-8 text. Save it as UTF-8';

/** Passes bytes on as they are; bytes of another encoding would become other accounts. */
async function* checkUtf8(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let line = 1;
  const check = (chunk?: Buffer): void => {
    try {
      decoder.decode(chunk, { stream: chunk !== undefined });
    } catch {
      const bad = chunk === undefined ? 0 : linesBeforeBadByte(chunk);
      throw new Mistake(`line ${line + bad}: ${NOT_UTF8}.`);
    }
  };
  for await (const chunk of chunks) {
    check(chunk);
    line += linesIn(chunk);
    yield chunk;
  }
  check();
}

const NEWLINE = 0x0a;

function linesIn(bytes: Uint8Array): number {
  let lines = 0;
  for (let at = bytes.indexOf(NEWLINE); at >= 0; at = bytes.indexOf(NEWLINE, at + 1)) lines += 1;
  return lines;
}

/** A line ends with a byte that is part of no other character, so each can be looked at alone. */
function linesBeforeBadByte(chunk: Buffer): number {
  let lines = 0;
  for (let from = 0; ; lines += 1) {
    const end = chunk.indexOf(NEWLINE, from);
    // The first line of a chunk may begin in the middle of a character.
    if (end < 0 || (lines > 0 && !isUtf8(chunk.subarray(from, end)))) return lines;
    from = end + 1;
  }
}

const yamlFile = z.strictObject({
  domains: z.array(z.string().trim().min(1).max(255).toLowerCase()).max(MAX_DOMAINS).nullish(),
  accounts: z.array(z.unknown()).min(1),
});

async function readYaml(path: string, building: Building): Promise<void> {
  const lineCounter = new LineCounter();
  const bytes = await readFile(path);
  if (!isUtf8(bytes)) throw new Mistake(`line ${1 + linesBeforeBadByte(bytes)}: ${NOT_UTF8}.`);
  const text = bytes.toString('utf8');
  const document = parseDocument(text, { lineCounter, prettyErrors: false, logLevel: 'error' });
  const lineAt = (offset: number) => lineCounter.linePos(offset).line;
  const [error] = document.errors;
  if (error !== undefined) {
    throw new Mistake(`line ${lineAt(error.pos[0])}: this is not YAML: ${error.message}`);
  }
  const content = yamlFile.safeParse(document.toJS());
  if (!content.success) {
    const [issue] = content.error.issues;
    const where = issue?.path.join('.') ?? '';
    throw new Mistake(
      `line 1: write a list "accounts:" and, if you like, a list "domains:" (${where} ` +
        `${issue?.message ?? ''}).`,
    );
  }
  for (const domain of content.data.domains ?? []) building.domains.add(domain);
  const list = isMap(document.contents) ? document.contents.get('accounts') : undefined;
  const items: readonly unknown[] = isCollection(list) ? list.items : [];
  content.data.accounts.forEach((account, index) => {
    const item = items[index];
    const offset = isCollection(item) ? (item.range?.[0] ?? 0) : 0;
    add(building, account, lineAt(offset));
  });
}
