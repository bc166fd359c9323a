/**
 * Groups of header-like fields, as the machine-readable parts of reports have them (RFC 3464
 * section 2.1, RFC 5965 section 3): groups end at an empty line, fields may be folded.
 */

export interface ReportField {
  /** Lower case. */
  readonly name: string;
  /** Unfolded and trimmed; never empty. */
  readonly value: string;
}

export type FieldGroup = readonly ReportField[];

/** Longest text that is read, in characters. */
export const MAX_REPORT_CHARS = 512 * 1024;
/** Recipients of one message rarely exceed 1,000 (Postfix, smtpd_recipient_limit). */
export const MAX_GROUPS = 2_000;
export const MAX_GROUP_FIELDS = 200;
/** Longer values are cut. */
export const MAX_VALUE_CHARS = 4_000;

const FIELD = /^([A-Za-z][\w-]{0,63})[ \t]*:(.*)$/;

export interface GroupBounds {
  readonly maxGroups: number;
  readonly maxFields: number;
}

const USUAL: GroupBounds = { maxGroups: MAX_GROUPS, maxFields: MAX_GROUP_FIELDS };

export function parseFieldGroups(
  text: string,
  { maxGroups, maxFields }: GroupBounds = USUAL,
): readonly FieldGroup[] {
  const groups: ReportField[][] = [];
  let fields: { name: string; value: string }[] = [];
  const close = (): void => {
    const kept = fields.filter(({ value }) => value !== '');
    if (kept.length > 0 && groups.length < maxGroups) groups.push(kept);
    fields = [];
  };
  for (const line of text.slice(0, MAX_REPORT_CHARS).split(/\r\n|\n|\r/)) {
    if (line.trim() === '') {
      close();
      continue;
    }
    const last = fields.at(-1);
    const isFolded = line.startsWith(' ') || line.startsWith('\t');
    const match = isFolded ? null : FIELD.exec(line);
    if (match !== null) {
      if (fields.length >= maxFields) continue;
      fields.push({ name: (match[1] ?? '').toLowerCase(), value: cut((match[2] ?? '').trim()) });
    } else if (last !== undefined && last.value.length < MAX_VALUE_CHARS) {
      // Some programs forget the white space of a folded line.
      last.value = cut(`${last.value} ${line.trim()}`.trim());
    }
  }
  close();
  return groups;
}

function cut(text: string): string {
  return text.length > MAX_VALUE_CHARS ? text.slice(0, MAX_VALUE_CHARS) : text;
}

export function firstValue(fields: FieldGroup, ...names: readonly string[]): string | undefined {
  for (const name of names) {
    const field = fields.find((candidate) => candidate.name === name);
    if (field !== undefined) return field.value;
  }
  return undefined;
}

export function allValues(fields: FieldGroup, name: string): readonly string[] {
  return fields.filter((field) => field.name === name).map(({ value }) => value);
}

/** Comments in parentheses gone (RFC 5322 section 3.2.2), nested ones too; one that stays open too. */
export function withoutComments(text: string): string {
  let out = '';
  let depth = 0;
  for (const char of text) {
    if (char === '(') depth += 1;
    else if (char === ')' && depth > 0) depth -= 1;
    else if (depth === 0) out += char;
  }
  return out.trim();
}
