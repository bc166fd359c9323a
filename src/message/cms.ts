/**
 * The content inside S/MIME (RFC 8551) that is signed and not encrypted: CMS SignedData (RFC 5652
 * sections 3 and 5) in DER or BER, walked as it streams down to the octets of `eContent`. Certificates
 * and signatures behind it are not read, and nothing is verified.
 */
import { Place, type Sink, type Step, type Walk } from './byte-walk.ts';

/** What the outermost structure says it is. */
export type CmsKind = 'signed' | 'encrypted' | 'compressed' | 'other';

/** Content types by the bytes of their object identifier. */
const KINDS: ReadonlyMap<string, CmsKind> = new Map<string, CmsKind>([
  // 1.2.840.113549.1.7: 2 signedData, 3 envelopedData, 4 signedAndEnvelopedData, 6 encryptedData.
  ['2a864886f70d010702', 'signed'],
  ['2a864886f70d010703', 'encrypted'],
  ['2a864886f70d010704', 'encrypted'],
  ['2a864886f70d010706', 'encrypted'],
  // 1.2.840.113549.1.9.16.1: 9 compressedData (RFC 3274), 23 authEnvelopedData (RFC 5083).
  ['2a864886f70d0109100109', 'compressed'],
  ['2a864886f70d0109100117', 'encrypted'],
]);

/** 1.2.840.113549.1.7.1: what S/MIME signs is data, a MIME entity (RFC 8551 section 2.4.1). */
const ID_DATA = '2a864886f70d010701';

/** 1.2.840.113549.1.9.16.1.1: a signed receipt (RFC 2634 section 2.8), which holds nothing to be shown. */
const ID_RECEIPT = '2a864886f70d0109100101';

const INTEGER = 0x02;
const OCTETS = 0x04;
const IDENTIFIER = 0x06;
const SEQUENCE = 0x30;
const SET = 0x31;
const EXPLICIT_0 = 0xa0;
const CONSTRUCTED = 0x20;

const MAX_IDENTIFIER_BYTES = 32;
/** Octet strings inside each other; programs write one level. */
export const MAX_OCTETS_DEPTH = 8;

interface Element {
  readonly tag: number;
  /** Where it ends; infinite where an end-of-contents says so. */
  readonly end: number;
}

/** End-of-contents (X.690 section 8.1.5). */
const isEnd = ({ tag, end }: Element, at: number): boolean => tag === 0 && end === at;

export class CmsWalk {
  kind: CmsKind = 'other';
  readonly #place = new Place();
  readonly #to: Sink;

  /** @param to gets the content of what is signed. */
  constructor(to: Sink) {
    this.#to = to;
  }

  *walk(): Walk {
    const outer = yield* this.#element(Infinity);
    if (outer?.tag !== SEQUENCE) return false;
    this.kind = KINDS.get(yield* this.#identifier(outer.end)) ?? 'other';
    // What is encrypted or compressed is not opened.
    if (this.kind !== 'signed') return this.kind !== 'other';
    const content = yield* this.#element(outer.end);
    if (content?.tag !== EXPLICIT_0) return false;
    const signed = yield* this.#element(content.end);
    if (signed?.tag !== SEQUENCE) return false;
    for (const tag of [INTEGER, SET]) {
      const passed = yield* this.#element(signed.end);
      if (passed?.tag !== tag || !(yield* this.#skip(passed))) return false;
    }
    const inner = yield* this.#element(signed.end);
    return inner?.tag === SEQUENCE && (yield* this.#inner(inner.end));
  }

  /** EncapsulatedContentInfo. */
  *#inner(end: number): Step<boolean> {
    const type = yield* this.#identifier(end);
    this.kind = KINDS.get(type) ?? 'signed';
    if (this.kind !== 'signed' || type === ID_RECEIPT) return true;
    if (this.#place.at === end) return type !== '';
    const content = yield* this.#element(end);
    // Without content: certificates only, or a signature of something else.
    if (content === undefined || isEnd(content, this.#place.at)) return content !== undefined;
    if (content.tag !== EXPLICIT_0) return false;
    const octets = yield* this.#element(content.end);
    if (octets === undefined || (octets.tag & ~CONSTRUCTED) !== OCTETS) return false;
    return (yield* this.#octets(octets)) && type === ID_DATA;
  }

  *#octets(outer: Element): Step<boolean> {
    if (outer.tag === OCTETS) {
      yield* this.#place.pass(outer.end - this.#place.at, this.#to);
      return true;
    }
    const open = [outer.end];
    while (open.length > 0) {
      const end = open.at(-1) as number;
      if (this.#place.at === end) {
        open.pop();
        continue;
      }
      const one = yield* this.#element(end);
      if (one === undefined) return false;
      if (end === Infinity && isEnd(one, this.#place.at)) open.pop();
      else if (one.tag === OCTETS) {
        yield* this.#place.pass(one.end - this.#place.at, this.#to);
      } else if (one.tag === (OCTETS | CONSTRUCTED) && open.length < MAX_OCTETS_DEPTH) {
        open.push(one.end);
      } else return false;
    }
    return true;
  }

  /** Passes over one element with all that is in it. */
  *#skip(element: Element): Step<boolean> {
    if (element.end !== Infinity) {
      yield* this.#place.pass(element.end - this.#place.at);
      return true;
    }
    for (let depth = 1; depth > 0;) {
      const one = yield* this.#element(Infinity);
      if (one === undefined) return false;
      if (one.end === Infinity) depth += 1;
      else if (isEnd(one, this.#place.at)) depth -= 1;
      else yield* this.#place.pass(one.end - this.#place.at);
    }
    return true;
  }

  /** @returns in hexadecimal; empty where none stands there. */
  *#identifier(limit: number): Step<string> {
    const element = yield* this.#element(limit);
    const bytes = (element?.end ?? 0) - this.#place.at;
    if (element?.tag !== IDENTIFIER || bytes > MAX_IDENTIFIER_BYTES) return '';
    return (yield* this.#place.take(bytes)).toString('hex');
  }

  /**
   * Tag and length (X.690 section 8.1).
   * @param limit where what is around it ends. @returns undefined where it cannot be one.
   */
  *#element(limit: number): Step<Element | undefined> {
    const place = this.#place;
    const [tag = 0, first = 0] = yield* place.take(2);
    // No tag in use here has more than one byte.
    if ((tag & 0x1f) === 0x1f) return undefined;
    let length = first;
    if (first === 0x80) {
      if ((tag & CONSTRUCTED) === 0) return undefined;
      return place.at > limit ? undefined : { tag, end: Infinity };
    }
    if (first > 0x80) {
      length = 0;
      for (const byte of yield* place.take(first & 0x7f)) length = length * 256 + byte;
    }
    const end = place.at + length;
    return end > limit || !Number.isSafeInteger(end) ? undefined : { tag, end };
  }
}
