/**
 * The machine-readable part of a delivery status notification (RFC 3464; RFC 6533 for addresses in
 * UTF-8), read as programs really write it: fields in any order, types missing, groups run together.
 */
import {
  firstValue,
  parseFieldGroups,
  withoutComments,
  type FieldGroup,
  type ReportField,
} from './report-fields.ts';

export interface DeliveryStatus {
  readonly reportingMta?: string;
  /** As sent. */
  readonly arrivalDate?: string;
  readonly recipients: readonly RecipientStatus[];
}

export interface RecipientStatus {
  /** Bare addresses. */
  readonly originalRecipient?: string;
  readonly finalRecipient?: string;
  /** Lower case; `failed`, `delayed`, `delivered`, `relayed` or `expanded` (section 2.3.3). */
  readonly action?: string;
  /** Only the code, such as `5.1.1`. */
  readonly status?: string;
  readonly diagnostic?: string;
  /** Lower case: `smtp`, `x-unix`. */
  readonly diagnosticType?: string;
  /** Host name or address. */
  readonly remoteMta?: string;
  /** Words behind the code of `Status`, as a comment. */
  readonly statusText?: string;
  /** What the reporting system itself makes of the reply: `bad-mailbox` (PowerMTA). */
  readonly category?: string;
}

const OF_RECIPIENT = new Set([
  'final-recipient',
  'original-recipient',
  'action',
  'status',
  'diagnostic-code',
  'remote-mta',
  'x-actual-recipient',
  'x-failed-recipient',
  'x-powermta-bouncecategory',
]);

/** Fields of which each recipient has one: a second one is the next recipient's. */
const ONCE = new Set(['final-recipient', 'action', 'status']);

/** As many as the text has room for: who takes fewer can tell how many are left out. */
const ALL = { maxGroups: 50_000, maxFields: 100_000 };

export function parseDeliveryStatus(text: string): DeliveryStatus {
  const message: ReportField[] = [];
  const recipients: FieldGroup[] = [];
  for (const group of parseFieldGroups(text, ALL)) {
    message.push(...group.filter(({ name }) => !OF_RECIPIENT.has(name)));
    for (const part of splitRun(group.filter(({ name }) => OF_RECIPIENT.has(name)))) {
      recipients.push(part);
    }
  }
  const reportingMta = hostOf(firstValue(message, 'reporting-mta'));
  const arrivalDate = firstValue(message, 'arrival-date');
  return {
    ...(reportingMta === undefined ? {} : { reportingMta }),
    ...(arrivalDate === undefined ? {} : { arrivalDate }),
    recipients: joinHalves(recipients).map(readRecipient),
  };
}

/** Some programs leave out the empty line between recipients. */
function splitRun(fields: FieldGroup): FieldGroup[] {
  const runs: ReportField[][] = [];
  let run: ReportField[] = [];
  for (const field of fields) {
    if (ONCE.has(field.name) && run.some(({ name }) => name === field.name)) {
      // An Original-Recipient just before belongs to what follows.
      const carried = run.at(-1)?.name === 'original-recipient' ? run.splice(-1) : [];
      runs.push(run);
      run = carried;
    }
    run.push(field);
  }
  if (run.length > 0) runs.push(run);
  return runs;
}

/** A group that names nobody goes on with the one before: an empty line too many. */
function joinHalves(groups: readonly FieldGroup[]): FieldGroup[] {
  const joined: FieldGroup[] = [];
  for (const group of groups) {
    const last = joined.at(-1);
    const isNamed = group.some(({ name }) => name.endsWith('-recipient'));
    const names = new Set(last?.map(({ name }) => name));
    const isNew = last === undefined || group.some(({ name }) => names.has(name));
    if (isNamed || isNew) joined.push(group);
    else joined[joined.length - 1] = [...last, ...group];
  }
  return joined;
}

function readRecipient(fields: FieldGroup): RecipientStatus {
  const original = addressOf(firstValue(fields, 'original-recipient'), true);
  const final = addressOf(
    firstValue(fields, 'final-recipient', 'x-actual-recipient', 'x-failed-recipient'),
    false,
  );
  const action = /^[a-z]+/.exec(firstValue(fields, 'action')?.toLowerCase() ?? '')?.[0];
  const stated = /^([245]\.\d{1,3}\.\d{1,3})(?![\d.])\s*([^]*)$/.exec(
    firstValue(fields, 'status') ?? '',
  );
  const [, status, statusText = ''] = stated ?? [];
  const remoteMta = hostOf(firstValue(fields, 'remote-mta'));
  const category = firstValue(fields, 'x-powermta-bouncecategory')?.toLowerCase();
  const said = firstValue(fields, 'diagnostic-code');
  // "smtp; 550 ..." though some leave the type out.
  const typed = said === undefined ? null : /^([A-Za-z][\w-]{0,30})\s*;\s*([^]*)$/.exec(said);
  return {
    ...(original === undefined ? {} : { originalRecipient: original }),
    ...(final === undefined ? {} : { finalRecipient: final }),
    ...(action === undefined ? {} : { action }),
    ...(status === undefined ? {} : { status }),
    ...(statusText === '' ? {} : { statusText }),
    ...(said === undefined ? {} : { diagnostic: (typed?.[2] ?? said).trim() }),
    ...(typed?.[1] === undefined ? {} : { diagnosticType: typed[1].toLowerCase() }),
    ...(remoteMta === undefined ? {} : { remoteMta }),
    ...(category === undefined ? {} : { category }),
  };
}

/** An address has at most 254 characters (RFC 5321, errata 1690); it may be there twice and coded. */
const MAX_ADDRESS_FIELD = 1_000;

const MAX_ADDRESS = 320;

const QUOTED_LOCAL = /^("(?:[^"\\\r\n]|\\.){1,128}"@[^\s<>"',;]{1,255}?)[,;.]{0,3}$/;

/** `rfc822; ann@example.net`, with or without the type, brackets, comments, xtext, source routes. */
export function addressOf(field: string | undefined, mayBeXtext: boolean): string | undefined {
  if (field === undefined || field.length > MAX_ADDRESS_FIELD) return undefined;
  const typed = /^\s*([A-Za-z0-9-]{1,30})\s*;([^]*)$/.exec(field);
  const type = typed?.[1]?.toLowerCase() ?? '';
  let text = (typed?.[2] ?? field).trim();
  const bracketed = /<([^<>]{1,500})>/.exec(text)?.[1];
  text = (bracketed ?? withoutComments(text)).trim();
  // RFC 5321 section 4.1.2: a quoted local part may hold spaces.
  const quoted = QUOTED_LOCAL.exec(text)?.[1];
  if (quoted !== undefined) return quoted.length > MAX_ADDRESS ? undefined : quoted;
  text = text.replace(/^["']+|["',;.]+$/g, '');
  // RFC 5321 appendix C: @one,@two:user@three.
  if (text.startsWith('@')) text = text.slice(text.lastIndexOf(':') + 1);
  if (type === 'utf-8') text = fromUnitext(text);
  if (mayBeXtext) text = fromXtext(text);
  return text === '' || /[\s<>]/.test(text) || text.length > MAX_ADDRESS ? undefined : text;
}

/** RFC 3461 section 4: only what must be coded is taken back, for `+` is common in addresses. */
function fromXtext(text: string): string {
  return text.replace(/\+(2B|3D|40)/g, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
}

/** RFC 6533 section 3: `\x{E9}`. */
function fromUnitext(text: string): string {
  return text.replace(/\\x\{([0-9A-Fa-f]{1,6})\}/g, (all, hex: string) => {
    const code = Number.parseInt(hex, 16);
    return code <= 0x10ffff && code >= 0x20 ? String.fromCodePoint(code) : all;
  });
}

/** `dns; mx.example.net (192.0.2.1)`; some write the type twice or leave it out. */
function hostOf(field: string | undefined): string | undefined {
  if (field === undefined) return undefined;
  const bare = withoutComments(field).replace(/^(?:[A-Za-z][A-Za-z0-9-]*\s*;\s*)+/, '');
  const host = /^\[?([\w.:-]{1,255}?)\]?(?::\d{1,5})?(?:$|[\s|,;])/.exec(bare)?.[1];
  return host === undefined || host === '' ? undefined : host.toLowerCase();
}
