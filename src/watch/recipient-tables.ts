/**
 * INB-3: what the tables of recipients say to an address that nobody has. `postmap -q -` asks a table
 * for many keys at once; one that finds the made-up address, or all of a domain, takes mail for anybody.
 */
import { runProgram } from '../run-program.ts';
import { wordsIn, POSTFIX_BOUNDS } from './postconf.ts';

/** Of one table; each domain is two keys. */
export const MAX_TABLE_DOMAINS = 200;
/** Of one class of domains. */
export const MAX_TABLES = 20;
/** One process each. */
export const TABLES_AT_ONCE = 4;
/** Of all tables together; a database that is away would take its time for each. */
export const ALL_TABLES_MS = 60_000;
const MAX_WHY = 200;

export type TableAnswer =
  | { readonly kind: 'said'; readonly found: ReadonlyMap<string, string> }
  | { readonly kind: 'failed'; readonly why: string };

export type AskTable = (table: string, keys: readonly string[]) => Promise<TableAnswer>;

/** Asks as the user who runs this, so that a table he may not read is one that cannot be asked. */
export const askTable: AskTable = async (table, keys) => {
  // The proxy is a process of the running Postfix, and speaks to nobody else.
  const bare = table.replaceAll(/\bproxy:/g, '');
  const input = `${keys.join('\n')}\n`;
  const answer = await runProgram(['postmap', '-q', '-', bare], { ...POSTFIX_BOUNDS, input });
  if (answer.ok) return { kind: 'said', found: pairsIn(answer.text) };
  // That it knows none of them is 1, and so is all that goes wrong.
  const trouble = answer.said.split('\n').find((line) => /: (?:fatal|panic|error): /.test(line));
  if (trouble === undefined && answer.status === 1)
    return { kind: 'said', found: pairsIn(answer.text) };
  return { kind: 'failed', why: (trouble?.trim() ?? answer.why).slice(0, MAX_WHY) };
};

function pairsIn(text: string): ReadonlyMap<string, string> {
  const pairs = text.split('\n').flatMap((line) => {
    const at = line.indexOf('\t');
    return at < 0 ? [] : [[line.slice(0, at), line.slice(at + 1)] as const];
  });
  return new Map(pairs);
}

/** `static:x`, also in a `proxy:`; and `randmap:{…}`, which answers whatever it is asked. */
export const answersAll = (table: string): boolean => /^(?:proxy:)*(?:static|randmap):/.test(table);

export interface TableQuestion {
  /** As in the settings. */
  readonly table: string;
  readonly parameter: string;
  readonly domains: readonly string[];
  /** There are more domains than are asked for. */
  readonly isCut: boolean;
  /** Local users are looked up without their domain, too. */
  readonly isLocal: boolean;
  /** Nobody has it. */
  readonly local: string;
}

export interface TableFinding extends TableQuestion {
  readonly answer: TableAnswer;
  /** The first key that was found though nobody has it, and what was found. */
  readonly found?: { readonly key: string; readonly value: string; readonly domain?: string };
}

export const tablesIn = (setting: string): readonly string[] => wordsIn(setting);

/** Patterns are asked for the whole address only (regexp_table, pcre_table, tcp_table). */
const WHOLE_ONLY = /^(?:proxy:)*(?:regexp|pcre|cidr|tcp):/;

function keysOf({ table, domains, isLocal, local }: TableQuestion): readonly string[] {
  return [
    ...(isLocal ? [local] : []),
    ...domains.flatMap((domain) =>
      WHOLE_ONLY.test(table) ? [`${local}@${domain}`] : [`${local}@${domain}`, `@${domain}`],
    ),
  ];
}

/** Asks all, some at once, until the time is over. */
export async function askTables(
  questions: readonly TableQuestion[],
  ask: AskTable = askTable,
  now: () => number = Date.now,
): Promise<readonly TableFinding[]> {
  const until = now() + ALL_TABLES_MS;
  const findings: TableFinding[] = [];
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let at = next++; at < questions.length; at = next++) {
      const question = questions[at];
      if (question === undefined) return;
      const keys = keysOf(question);
      const answer: TableAnswer =
        now() > until
          ? { kind: 'failed', why: 'the other tables took all the time' }
          : await ask(question.table, keys);
      findings[at] = { ...question, answer, ...foundIn(answer, keys) };
    }
  };
  await Promise.all(Array.from({ length: TABLES_AT_ONCE }, worker));
  return findings;
}

function foundIn(answer: TableAnswer, keys: readonly string[]): Pick<TableFinding, 'found'> {
  if (answer.kind === 'failed') return {};
  const key = keys.find((each) => answer.found.has(each));
  if (key === undefined) return {};
  const at = key.indexOf('@');
  const value = answer.found.get(key) ?? '';
  return { found: { key, value, ...(at < 0 ? {} : { domain: key.slice(at + 1) }) } };
}
