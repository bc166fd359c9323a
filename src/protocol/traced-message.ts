/**
 * What the abuse desk hands in: a message, a report with the message inside, or what a mail program
 * made of it when it was forwarded as text. Finds header blocks that hold fields of the names asked
 * for, and says of each which DKIM signatures (RFC 6376) cover them. Verifies no signature.
 */

export interface Field {
  readonly name: string;
  /** Unfolded: line ends and the white space after them are one space. */
  readonly value: string;
}

/** A run of header fields, top first. */
export interface HeaderBlock {
  /** It is not the head of the text: an attached, reported or quoted message. */
  readonly isInside: boolean;
  readonly fields: readonly Field[];
}

/** Longest text that is looked at, in characters. */
export const MAX_TRACED_TEXT = 512 * 1024;
/** Blocks given back; a digest of reports may hold more. */
export const MAX_BLOCKS = 20;
/** Fields of one block; more are left out. */
export const MAX_FIELDS = 1_000;

/** The blocks in which a field of one of these names stands, in the order of the text. */
export function findHeaderBlocks(text: string, names: readonly string[]): readonly HeaderBlock[] {
  const wanted = new Set(names.map((name) => name.toLowerCase()));
  const blocks: HeaderBlock[] = [];
  let isFirst = true;
  for (const lines of linesOfBlocks(text.slice(0, MAX_TRACED_TEXT))) {
    const fields = parseFields(lines);
    const isInside = !isFirst;
    isFirst = false;
    if (!fields.some(({ name }) => wanted.has(name.toLowerCase()))) continue;
    blocks.push({ isInside, fields });
    if (blocks.length === MAX_BLOCKS) break;
  }
  return blocks;
}

/** Runs of lines between empty ones, without marks of quoting. */
function* linesOfBlocks(text: string): Generator<readonly string[]> {
  let lines: string[] = [];
  for (const raw of text.split(/\r\n|\n|\r/)) {
    const line = raw.replace(/^(?:> ?)+/, '');
    if (line.trim() !== '') {
      lines.push(line);
      continue;
    }
    if (lines.length > 0) yield lines;
    lines = [];
  }
  if (lines.length > 0) yield lines;
}

/** RFC 5322 section 2.2: printable ASCII without the colon. */
const FIELD = /^([\x21-\x39\x3b-\x7e]{1,100})[ \t]*:(.*)$/;

/** Lines before the first field (an mbox `From ` line, a MIME boundary) are passed over. */
function parseFields(lines: readonly string[]): Field[] {
  const fields: { name: string; value: string }[] = [];
  for (const line of lines) {
    const last = fields.at(-1);
    if (/^[ \t]/.test(line)) {
      if (last) last.value += ` ${line.trim()}`;
      continue;
    }
    const match = FIELD.exec(line);
    if (match === null) continue;
    if (fields.length === MAX_FIELDS) break;
    fields.push({ name: match[1] ?? '', value: (match[2] ?? '').trim() });
  }
  return fields;
}

export function valuesOf(block: HeaderBlock, name: string): readonly string[] {
  const lower = name.toLowerCase();
  return block.fields.filter((field) => field.name.toLowerCase() === lower).map((f) => f.value);
}

/** How one DKIM signature of the block treats the fields asked for. */
export interface Coverage {
  /** The signing domain, `d=`. */
  readonly domain: string;
  readonly selector: string;
  /** Names that are in the block but not, or not as often, in the list of signed fields (`h=`). */
  readonly unsigned: readonly string[];
  /** Names that stand above the signature: they were written after it. */
  readonly above: readonly string[];
}

export function coverageOf(block: HeaderBlock, names: readonly string[]): readonly Coverage[] {
  const present = names.filter((name) => valuesOf(block, name).length > 0);
  return block.fields.flatMap(({ name, value }, index) => {
    if (name.toLowerCase() !== 'dkim-signature') return [];
    const tags = parseTags(value);
    // RFC 6376 section 3.5: names in any case, white space round the colons.
    const signed = (tags.get('h') ?? '').split(':').map((word) => word.trim().toLowerCase());
    const times = (wanted: string): number => signed.filter((word) => word === wanted).length;
    const before = block.fields.slice(0, index);
    return {
      domain: tags.get('d') ?? '',
      selector: tags.get('s') ?? '',
      unsigned: present.filter((own) => times(own.toLowerCase()) < valuesOf(block, own).length),
      above: present.filter((own) =>
        before.some((field) => field.name.toLowerCase() === own.toLowerCase()),
      ),
    };
  });
}

/** RFC 6376 section 3.2: `tag=value` between semicolons. */
function parseTags(text: string): ReadonlyMap<string, string> {
  const tags = new Map<string, string>();
  for (const part of text.split(';')) {
    const at = part.indexOf('=');
    if (at > 0) tags.set(part.slice(0, at).trim(), part.slice(at + 1).trim());
  }
  return tags;
}
