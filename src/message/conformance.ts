/** Whether a message is as it should be when it leaves (CON-7; RFC 5322, RFC 6409 section 8). */
import type { ConformanceFault } from '../core/message/derived.ts';
import { saysSomething } from '../core/message/mending.ts';
import { isQualified, parseAddresses } from './addresses.ts';
import type { HeaderField } from './contract.ts';
import { MAX_LINE_OCTETS } from './limits.ts';
import type { Notes } from './notes.ts';

/** Fields of which RFC 5322 section 3.6 allows one. */
const SINGLETONS = new Set([
  ...['date', 'from', 'sender', 'reply-to', 'to', 'cc', 'bcc'],
  ...['message-id', 'in-reply-to', 'references', 'subject'],
]);

const ADDRESS_FIELDS = new Set(['from', 'sender', 'reply-to', 'to', 'cc', 'bcc']);

/** The pattern looks back at each step, so it reads short fields only. */
const MAX_SIMPLE_CHARS = 320;

/** Most fields hold one plain address; a long list is read by the parser. */
const QUALIFIED =
  /^\s*(?:"[^"\\]*"|[^"<>,;:()\\@]*)\s*<?[^\s<>"(),:;@]+@[^\s<>"(),:;@.]+(?:\.[^\s<>"(),:;@.]+)+>?\s*$/;

const CR = 13;
const LF = 10;

/** Reads lines of the body for what no mail may contain. */
export class LineCheck {
  isLong = false;
  hasBareBreak = false;
  #length = 0;
  #isAfterReturn = false;
  readonly #notes: Notes;

  constructor(notes: Notes) {
    this.#notes = notes;
  }

  feed(chunk: Uint8Array): void {
    const end = chunk.length;
    let at = 0;
    let from = -this.#length;
    if (this.#isAfterReturn && end > 0) {
      this.#isAfterReturn = false;
      if (chunk[0] === LF) {
        this.#endLine(this.#length);
        at = 1;
        from = 1;
      } else {
        this.hasBareBreak = true;
        from -= 1;
      }
    }
    while (at < end) {
      // Most bytes are text: they cost one comparison.
      while (at < end && (chunk[at] as number) > CR) at += 1;
      if (at === end) break;
      const byte = chunk[at] as number;
      if (byte === CR) {
        if (at + 1 === end) {
          this.#isAfterReturn = true;
          break;
        }
        if (chunk[at + 1] === LF) {
          this.#endLine(at - from);
          at += 1;
          from = at + 1;
        } else {
          this.hasBareBreak = true;
        }
      } else if (byte === LF) {
        this.hasBareBreak = true;
        this.#endLine(at - from);
        from = at + 1;
      } else if (byte === 0) {
        this.#notes.add('nul-byte');
      }
      at += 1;
    }
    this.#length = end - from - (this.#isAfterReturn ? 1 : 0);
    if (this.#length > MAX_LINE_OCTETS) this.isLong = true;
  }

  #endLine(length: number): void {
    if (length > MAX_LINE_OCTETS) this.isLong = true;
  }

  end(): void {
    if (this.#isAfterReturn) this.hasBareBreak = true;
  }
}

/**
 * Faults in the order of the contract. `lines` has seen the whole body.
 * @param keys lower-case names of the fields
 */
export function findFaults(
  headers: readonly HeaderField[],
  lines: LineCheck,
  keys: readonly string[],
): readonly ConformanceFault[] {
  const singletons = new Set<string>();
  const said = { hasDate: false, hasFrom: false, hasId: false };
  let isDoubled = false;
  const seen = { isUnqualified: false, isLong: lines.isLong, isBare: lines.hasBareBreak };
  let hasEightBits = false;
  for (let i = 0; i < headers.length; i += 1) {
    const { name, value } = headers[i] as HeaderField;
    const key = keys[i] as string;
    if (SINGLETONS.has(key)) {
      isDoubled ||= singletons.has(key);
      singletons.add(key);
    }
    if (key === 'date') said.hasDate ||= saysSomething({ name, value });
    else if (key === 'from') said.hasFrom ||= saysSomething({ name, value });
    else if (key === 'message-id') said.hasId ||= saysSomething({ name, value });
    if (ADDRESS_FIELDS.has(key) && !seen.isUnqualified) {
      seen.isUnqualified =
        !(value.length < MAX_SIMPLE_CHARS && QUALIFIED.test(value)) &&
        !parseAddresses(value).every((one) => isQualified(one));
    }
    if (!hasEightBits && /[^\x00-\x7f]/.test(value)) hasEightBits = true;
    if (name.length + 1 + value.length > MAX_LINE_OCTETS) seen.isLong ||= hasLongLine(name, value);
    if (value.includes('\r') && /\r(?!\n)/.test(value)) seen.isBare = true;
  }
  const faults: readonly (readonly [boolean, ConformanceFault])[] = [
    [!said.hasDate, 'missing-date'],
    [!said.hasFrom, 'missing-from'],
    [!said.hasId, 'missing-message-id'],
    [seen.isUnqualified, 'unqualified-address'],
    [seen.isLong, 'long-line'],
    [seen.isBare, 'bare-line-break'],
    [hasEightBits, 'eight-bit-header'],
    [isDoubled, 'duplicate-header'],
  ];
  return faults.filter(([is]) => is).map(([, fault]) => fault);
}

function hasLongLine(name: string, value: string): boolean {
  const lines = `${name}:${value}`.split(/\r?\n/);
  return lines.some((line) => line.length > MAX_LINE_OCTETS);
}
