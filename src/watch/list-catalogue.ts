/** The catalogue of DNS lists (data/dnsbl/lists.json) and what their answers mean (RFC 5782). */
import { readFileSync, statSync } from 'node:fs';
import { z } from 'zod';
import { PrimumError } from '../errors.ts';
import { dataPath } from '../network/package-files.ts';

const meanings = z.record(z.string().max(40), z.string().max(200));

const ZONE = /^(?=.{1,200}$)[a-z0-9_-]{1,63}(\.[a-z0-9_-]{1,63})+$/;

const listSchema = z.strictObject({
  zone: z.string().regex(ZONE, 'is no zone such as bl.example.org'),
  name: z.string(),
  of: z.enum(['addresses', 'domains']),
  use: z.enum(['wide', 'some', 'few']),
  /** Who that is, to go on with "It is used by". */
  usedBy: z.string().max(300).optional(),
  ipv6: z.boolean().optional(),
  needsRegistration: z.boolean().optional(),
  testName: z.string().optional(),
  codes: meanings.optional(),
  bits: meanings.optional(),
  refusals: meanings.optional(),
  /** Codes that mean a home connection or dynamic space. */
  homes: z.array(z.string().max(40)).optional(),
  /** What is not among the codes is no listing: the list says so of itself. */
  codesAreAll: z.boolean().optional(),
  /** Who may ask, and how often. */
  terms: z.string().optional(),
  delist: z.array(z.string()),
  /** Whether the row was compared with the list's own page, with others' pages, or with nothing. */
  verified: z.enum(['own page', 'pages of others', 'no']).optional(),
  source: z.string(),
});

const catalogueSchema = z.strictObject({
  about: z.array(z.string()),
  date: z.string(),
  lists: z.array(listSchema).max(500),
});

export type DnsList = z.output<typeof listSchema>;

/** Five hundred lists with all their steps are less. */
const MAX_CATALOGUE_BYTES = 4 * 1024 * 1024;

let loaded: { readonly key: string; readonly lists: readonly DnsList[] } | undefined;

/**
 * Read anew when the file has changed: thousands of names are looked up in a row.
 * @param file Else the shipped one. @throws PrimumError INPUT_UNREADABLE.
 */
export function loadListCatalogue(file: string | undefined): readonly DnsList[] {
  const path = file ?? dataPath('dnsbl', 'lists.json');
  try {
    const { mtimeMs, size, ino } = statSync(path);
    if (size > MAX_CATALOGUE_BYTES) throw new Error('it is larger than 4 MiB');
    const key = `${path} ${mtimeMs} ${size} ${ino}`;
    if (loaded?.key !== key) loaded = { key, lists: parseCatalogue(readFileSync(path, 'utf8')) };
    return loaded.lists;
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new PrimumError(
      'INPUT_UNREADABLE',
      `The catalogue of DNS lists ${path} cannot be read: ${why}. Compare it with the shipped data/dnsbl/lists.json.`,
      { cause },
    );
  }
}

/** @throws Error that says in words where it is wrong. */
function parseCatalogue(text: string): readonly DnsList[] {
  const parsed = catalogueSchema.safeParse(jsonOf(text));
  if (parsed.success) return parsed.data.lists;
  const [issue] = parsed.error.issues;
  const where = issue?.path.join('.') ?? '';
  throw new Error(`${where === '' ? 'it' : where} is wrong (${issue?.message ?? 'its form'})`);
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw new Error('it is no JSON');
  }
}

export type ListVerdict =
  | { readonly kind: 'listed'; readonly meanings: readonly string[] }
  | { readonly kind: 'not-listed' }
  /** "You may not ask" is not "not listed". */
  | { readonly kind: 'refused'; readonly why: string };

/** What the answer of a list means. Listings are in 127.0.0.0/8 and nowhere else. */
export function readListAnswer(list: DnsList, answers: readonly string[]): ListVerdict {
  for (const answer of answers) {
    const said = list.refusals?.[answer];
    if (said !== undefined) return { kind: 'refused', why: `${said} (${answer})` };
    if (!answer.startsWith('127.'))
      return {
        kind: 'refused',
        why: `it answers ${answer}, which is no answer of a list: the resolver, or the end of the list, answers in its place`,
      };
    if (answer === '127.0.0.1' || answer.startsWith('127.255.255.'))
      return { kind: 'refused', why: `it refuses this resolver (${answer})` };
    if (list.codesAreAll === true && list.codes?.[answer] === undefined)
      return { kind: 'refused', why: `it answers ${answer}, which it calls no listing` };
  }
  const found = answers.flatMap((answer) => meaningsOf(list, answer));
  return found.length === 0 ? { kind: 'not-listed' } : { kind: 'listed', meanings: found };
}

function meaningsOf(list: DnsList, answer: string): readonly string[] {
  const last = Number(answer.split('.')[3]);
  if (list.bits !== undefined) {
    const set = Object.entries(list.bits).filter(([bit]) => (last & Number(bit)) !== 0);
    return set.map(([, says]) => says);
  }
  const any = `${answer.slice(0, answer.lastIndexOf('.'))}.*`;
  return [list.codes?.[answer] ?? list.codes?.[any] ?? `listed (${answer})`];
}
