/**
 * What a campaign asks people to do stays the same however its text is spun: to open one attachment,
 * to follow a link to one host, to answer to one address. Each of these has records like those of
 * texts, a fixed number of them: 65,536 of at most 282 bytes, 18 MB at their fullest.
 */
import { andThen, type Maybe } from '../core/maybe.ts';
import type { PayloadKind } from '../core/message/content.ts';
import type { DerivedAttachment } from '../core/message/derived.ts';
import { FINGERPRINT_ROWS } from '../core/message/derived.ts';
import { mix, NEAR_DUPLICATE_ROWS, type Fingerprint } from '../core/message/fingerprint.ts';
import {
  bitsIn,
  ClusterRecord,
  everybodyIn,
  othersIn,
  rankOf,
  rowsShared,
  type ClusterCount,
  type ClusterUse,
} from '../core/profile/cluster-record.ts';
import type { StandingRecord, StandingStore } from '../store/standing.ts';
import type { Text } from './settled.ts';

/** Of one kind in one message that are looked at. */
const MOST = 4;
const RECORDS = 1 << 16;
/** Records that one payload may take: as many texts with it are told apart. */
const PLACES = 2;
/**
 * Rows of 32 in common from which texts with the same link are one, spun: texts that have nothing to
 * do with each other share one in 50 runs of words, so five rows are a chance of one in 1,500.
 */
export const SPUN_ROWS = 5;
/**
 * Accounts that link to a host with texts that have nothing to do with each other: it is everybody's then, of so many
 * two are alike by chance, and only nearly the same text is one.
 */
const EVERYBODYS = 4;
/** Texts of fewer words say nothing; what counts is the link. */
const MIN_WORDS = 3;

/** Nobody's payload: signatures, visiting cards, keys, invitations, passed on mail. */
const NO_PAYLOAD =
  /^(?:message\/|text\/(?:calendar|x-?vcard|vcard)|application\/(?:pgp-|x-?pkcs7-|pkcs7-|ics))/;

const PICTURE = /^image\//;
/** A text that can be read in a picture takes this much; most logos of footers take less. */
const MIN_PICTURE_BYTES = 16 * 1024;

/** Whether an attachment is a picture that may say what the message says. */
export function isPicture({
  trueType,
  declaredType,
  sizeBytes,
  sha256,
}: DerivedAttachment): boolean {
  // A logo is a file in the program that shows it, whatever its header claims.
  return sizeBytes >= MIN_PICTURE_BYTES && sha256 !== '' && PICTURE.test(trueType || declaredType);
}

export interface Payload {
  readonly kind: PayloadKind;
  readonly hash: number;
  readonly rows: Fingerprint;
  readonly nearRows: number;
}

export interface Carried {
  readonly attachments: readonly DerivedAttachment[];
  /** Hashes of pictures that the account has not sent before. */
  readonly pictures: readonly number[];
  /** Hosts and answering address that the account has not named before. */
  readonly hosts: readonly number[];
  readonly replyTo: number | undefined;
  readonly text: Text | undefined;
  readonly minWords: number;
  /** Whether the account has named enough for what it has not named to be new. */
  readonly hasHistory: boolean;
  readonly hash: (text: string) => number;
}

export function payloadsOf(carried: Carried): readonly Payload[] {
  const { attachments, pictures, hosts, replyTo, text, minWords, hasHistory, hash } = carried;
  const found: Payload[] = [];
  for (const { trueType, declaredType, sha256, sizeBytes } of attachments) {
    const isNone = sizeBytes === 0 || sha256 === '' || isImage(trueType, declaredType);
    if (isNone || NO_PAYLOAD.test(trueType) || NO_PAYLOAD.test(declaredType)) continue;
    const file = hash(`attachment|${sha256}`);
    found.push({ kind: 'attachment', hash: file, rows: rowsOf(file), nearRows: FINGERPRINT_ROWS });
    if (found.length === MOST) break;
  }
  const words = text?.words ?? 0;
  const isShort = words < minWords && words >= MIN_WORDS;
  // Footers of people who have just come name hosts and share sentences.
  if (!isShort && !hasHistory) return found;
  const compared =
    text === undefined || words < MIN_WORDS
      ? { rows: rowsOf(0), nearRows: FINGERPRINT_ROWS }
      : { rows: text.rows, nearRows: isShort ? NEAR_DUPLICATE_ROWS : SPUN_ROWS };
  if (hasHistory) found.push(...pictures.slice(0, MOST).map(pictureOf));
  for (const host of hosts.slice(0, MOST)) found.push({ kind: 'link', hash: host, ...compared });
  if (replyTo !== undefined && words >= minWords) {
    found.push({ kind: 'answer', hash: replyTo, ...compared });
  }
  return found;
}

function isImage(trueType: string, declaredType: string): boolean {
  return PICTURE.test(trueType) || PICTURE.test(declaredType);
}

function pictureOf(hash: number): Payload {
  return { kind: 'picture', hash, rows: rowsOf(hash), nearRows: FINGERPRINT_ROWS };
}

/** A fingerprint that equals itself alone. */
function rowsOf(hash: number): Fingerprint {
  return Uint32Array.from({ length: FINGERPRINT_ROWS }, (_, i) => mix(hash ^ mix(i + 1)));
}

export type PayloadCount = ClusterCount & { readonly kind: PayloadKind };

/** Where the payloads of one message are counted. */
export interface Payloads {
  readonly keys: readonly string[];
  /** Of the payload that most accounts sent. @param records of `keys` */
  most(records: readonly StandingRecord[]): PayloadCount | undefined;
  /** Alters `records`, from `at` on, to what they are after one more. */
  keep(records: StandingRecord[], at: number): void;
}

const NO_PAYLOADS: Payloads = { keys: [], most: () => undefined, keep: () => undefined };

type Use = Omit<ClusterUse, 'rows'>;

export function findPayloads(
  standing: StandingStore,
  payloads: readonly Payload[],
  use: Use,
): Maybe<Payloads> {
  if (payloads.length === 0) return NO_PAYLOADS;
  const asked = payloads.flatMap(({ kind, hash }) =>
    Array.from({ length: PLACES }, (_, i) => {
      const place = mix(hash ^ mix(kind.length * PLACES + i)) % RECORDS;
      return `m:x:${place}`;
    }),
  );
  return andThen(standing.read(asked), (records) => {
    const chosen = new Map<string, Chosen>();
    payloads.forEach((each, i) => {
      const at = i * PLACES;
      const places = records.slice(at, at + PLACES);
      const payload = asSpread(each, places, use.nowMs);
      const key = asked[at + choose(places, payload, use.nowMs)];
      const others = payload.kind === 'link' ? othersOf(places, payload, use.nowMs) : 0;
      if (key !== undefined && !chosen.has(key)) chosen.set(key, { ...payload, others });
    });
    return counting([...chosen.keys()], [...chosen.values()], use);
  });
}

interface Chosen extends Payload {
  /** A bit for each account that links to the host with quite another text. */
  readonly others: number;
}

/** The same link in texts that are alike only a little: one spun text, unless the host is everybody's. */
function asSpread(payload: Payload, places: readonly StandingRecord[], nowMs: number): Payload {
  if (payload.kind !== 'link' || payload.nearRows !== SPUN_ROWS) return payload;
  if (bitsIn(othersOf(places, payload, nowMs)) < EVERYBODYS) return payload;
  return { ...payload, nearRows: NEAR_DUPLICATE_ROWS };
}

/** Whoever named it with a text that is not alike. */
function othersOf(
  places: readonly StandingRecord[],
  { rows, nearRows }: Payload,
  nowMs: number,
): number {
  let bits = 0;
  for (const place of places) {
    const isAlike = rowsShared(place, rows, nowMs) >= Math.min(nearRows, SPUN_ROWS);
    bits |= isAlike ? othersIn(place, nowMs) : everybodyIn(place, nowMs);
  }
  return bits >>> 0;
}

function choose(records: readonly StandingRecord[], payload: Payload, nowMs: number): number {
  const same = records.findIndex((one) => rowsShared(one, payload.rows, nowMs) >= payload.nearRows);
  if (same >= 0) return same;
  const ranks = records.map((one) => rankOf(one, nowMs));
  return ranks.indexOf(Math.min(...ranks));
}

function counting(keys: readonly string[], payloads: readonly Chosen[], use: Use): Payloads {
  const open = (record: StandingRecord, { rows, nearRows }: Payload): ClusterRecord =>
    new ClusterRecord(record, { rows, nowMs: use.nowMs }, nearRows);
  return {
    keys,
    most: (records) => {
      let most: PayloadCount | undefined;
      payloads.forEach((payload, i) => {
        const count = open(records[i], payload).countWith({ ...use, rows: payload.rows });
        // Colleagues have one logo and one flyer.
        if (payload.kind === 'picture' && count.tenants < 2) return;
        if (count.accounts > (most?.accounts ?? 0)) most = { ...count, kind: payload.kind };
      });
      return most;
    },
    keep: (records, at) => {
      payloads.forEach((payload, i) => {
        const record = open(records[at + i], payload);
        record.learn({ ...use, rows: payload.rows });
        record.addOthers(payload.others);
        records[at + i] = record.toBytes();
      });
    },
  };
}
