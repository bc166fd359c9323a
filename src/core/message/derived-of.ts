/**
 * Reads the derived part of a message from an event. It may come from a door, a journal or anybody
 * who may post events, so every field is checked: what is unreadable is left out, what is too much
 * is cut at a named bound.
 */
import type { MessageFacts, SubmissionEvent } from '../event.ts';
import {
  CONFORMANCE_FAULTS,
  FINGERPRINT_ROWS,
  type ConformanceFault,
  type DerivedAttachment,
  type DerivedMessage,
  type ListedHost,
  type ScanFinding,
  type TextBlock,
} from './derived.ts';

/** Longest single text; shapes and names of rules are shorter. */
export const MAX_DERIVED_TEXT = 200;
/** RFC 1035 section 2.3.4. */
export const MAX_HOST_CHARS = 253;
export const MAX_URL_HOSTS = 50;
export const MAX_DERIVED_ATTACHMENTS = 100;
/** Paragraphs of one text that count. */
export const MAX_TEXT_BLOCKS = 128;
export const MAX_SCANS = 16;
export const MAX_BULK_TOOLS = 20;
/** More than there are notes: which of them hides something is not to depend on the others. */
export const MAX_MALFORMED = 50;
/** A fingerprint is 128 bytes, base64url without padding. */
export const FINGERPRINT_CHARS = Math.ceil((FINGERPRINT_ROWS * 4 * 8) / 6);

const SCAN_RESULTS: readonly string[] = ['clean', 'infected', 'spam', 'unknown'];
const FAULTS: readonly string[] = CONFORMANCE_FAULTS;

type Fields = Readonly<Record<string, unknown>>;

const read = new WeakMap<object, { readonly derived: DerivedMessage | undefined }>();

/**
 * What is derived from the message of a submission; `undefined` where there is none, or one of a
 * version this program does not know. Read once for each event, however often it is asked.
 */
export function derivedOf(event: SubmissionEvent): DerivedMessage | undefined {
  return derivedOfMessage(event.message);
}

export function derivedOfMessage(message: MessageFacts | undefined): DerivedMessage | undefined {
  const raw = message?.derived;
  if (raw === undefined) return undefined;
  const known = read.get(raw);
  if (known !== undefined) return known.derived;
  const derived = readDerived(raw);
  read.set(raw, { derived });
  return derived;
}

/**
 * Every field is named, absent ones too: all messages have one form, which the engine reads several
 * times as fast as one of many.
 */
type AllFields = {
  -readonly [K in keyof Required<DerivedMessage>]: DerivedMessage[K] | undefined;
};

function readDerived(
  raw: Partial<Record<keyof DerivedMessage, unknown>>,
): DerivedMessage | undefined {
  if (raw.version !== 1) return undefined;
  const fields: AllFields = {
    version: 1,
    sizeBytes: countOf(raw.sizeBytes) ?? 0,
    clientFamily: textOf(raw.clientFamily),
    headerShape: textOf(raw.headerShape),
    mimeShape: textOf(raw.mimeShape),
    boundaryShape: textOf(raw.boundaryShape),
    messageIdShape: textOf(raw.messageIdShape),
    messageIdHost: textOf(raw.messageIdHost),
    charset: textOf(raw.charset),
    language: textOf(raw.language),
    words: countOf(raw.words),
    urlCount: countOf(raw.urlCount),
    attachmentsMore: countOf(raw.attachmentsMore),
    fingerprintWords: countOf(raw.fingerprintWords),
    quotedFingerprintWords: countOf(raw.quotedFingerprintWords),
    paymentWords: countOf(raw.paymentWords),
    credentialWords: countOf(raw.credentialWords),
    isReply: flagOf(raw.isReply),
    isForward: flagOf(raw.isForward),
    isAutomatic: flagOf(raw.isAutomatic),
    hasHtml: flagOf(raw.hasHtml),
    hasSignature: flagOf(raw.hasSignature),
    ownPassword: raw.ownPassword === true ? true : undefined,
    urlHosts: listOf(raw.urlHosts, MAX_URL_HOSTS, hostOf),
    attachments: listOf(raw.attachments, MAX_DERIVED_ATTACHMENTS, attachmentOf),
    blocks: listOf(raw.blocks, MAX_TEXT_BLOCKS, blockOf),
    quotedBlocks: listOf(raw.quotedBlocks, MAX_TEXT_BLOCKS, blockOf),
    bulkTools: listOf(raw.bulkTools, MAX_BULK_TOOLS, textOf),
    conformance: listOf(raw.conformance, FAULTS.length, faultOf),
    malformed: listOf(raw.malformed, MAX_MALFORMED, textOf),
    scans: listOf(raw.scans, MAX_SCANS, scanOf),
    listedHosts: listOf(raw.listedHosts, MAX_URL_HOSTS, listedOf),
    dateZoneMinutes: zoneOf(raw.dateZoneMinutes),
    fingerprint: fingerprintOf(raw.fingerprint),
    quotedFingerprint: fingerprintOf(raw.quotedFingerprint),
  };
  return fields as DerivedMessage;
}

/** Readable items, at most `most`; absent when there is none. */
function listOf<T>(
  value: unknown,
  most: number,
  item: (value: unknown) => T | undefined,
): T[] | undefined {
  if (!Array.isArray(value) || value.length === 0) return undefined;
  const found: T[] = [];
  for (let i = 0; i < value.length && i < most; i += 1) {
    const one = item(value[i]);
    if (one !== undefined) found.push(one);
  }
  return found.length === 0 ? undefined : found;
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value.slice(0, MAX_DERIVED_TEXT) : undefined;
}

function hostOf(value: unknown): string | undefined {
  if (typeof value !== 'string' || value === '' || value.length > MAX_HOST_CHARS) return undefined;
  return value.toLowerCase();
}

function countOf(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : undefined;
}

function isWord(value: unknown): value is number {
  return typeof value === 'number' && value >>> 0 === value;
}

function flagOf(value: unknown): boolean | undefined {
  return typeof value === 'boolean' ? value : undefined;
}

/** RFC 5322 section 3.3 lets a zone go to 99:59 either way. */
function zoneOf(value: unknown): number | undefined {
  return typeof value === 'number' && Math.abs(value) < 6_000 ? value : undefined;
}

function fingerprintOf(value: unknown): string | undefined {
  return typeof value === 'string' && value.length === FINGERPRINT_CHARS ? value : undefined;
}

function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null;
}

function attachmentOf(value: unknown): DerivedAttachment | undefined {
  if (!isObject(value)) return undefined;
  return {
    extension: (textOf(value['extension']) ?? '').toLowerCase(),
    declaredType: (textOf(value['declaredType']) ?? '').toLowerCase(),
    trueType: (textOf(value['trueType']) ?? '').toLowerCase(),
    sizeBytes: countOf(value['sizeBytes']) ?? 0,
    sha256: textOf(value['sha256']) ?? '',
    ...(value['encrypted'] === true && { encrypted: true }),
  };
}

function blockOf(value: unknown): TextBlock | undefined {
  if (!isObject(value)) return undefined;
  const { hash, words, minima } = value;
  if (!isWord(hash) || countOf(words) === undefined || !Array.isArray(minima)) return undefined;
  if (minima.length !== FINGERPRINT_ROWS) return undefined;
  for (let i = 0; i < FINGERPRINT_ROWS; i += 1) if (!isWord(minima[i])) return undefined;
  return { hash, words: words as number, minima: minima as readonly number[] };
}

function faultOf(value: unknown): ConformanceFault | undefined {
  return FAULTS.includes(value as string) ? (value as ConformanceFault) : undefined;
}

function scanOf(value: unknown): ScanFinding | undefined {
  if (!isObject(value)) return undefined;
  const { result, score } = value;
  const scanner = textOf(value['scanner']);
  const name = textOf(value['name']);
  if (scanner === undefined || !SCAN_RESULTS.includes(result as string)) return undefined;
  return {
    scanner,
    result: result as ScanFinding['result'],
    ...(name !== undefined && { name }),
    ...(typeof score === 'number' && Number.isFinite(score) && { score }),
    ...(value['tooLarge'] === true && { tooLarge: true }),
  };
}

function listedOf(value: unknown): ListedHost | undefined {
  if (!isObject(value)) return undefined;
  const host = hostOf(value['host']);
  const list = textOf(value['list']);
  return host === undefined || list === undefined ? undefined : { host, list };
}
