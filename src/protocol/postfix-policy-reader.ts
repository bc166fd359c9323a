/**
 * Reads Postfix policy requests from bytes as they come: `name=value` lines, a blank line ends.
 *
 * One smtpd process repeats most attributes from request to request, so each line is compared
 * with the same line of the request before; only values that changed are decoded.
 */
import {
  POLICY_ATTRIBUTES,
  type PolicyAttribute,
  type PolicyRead,
  type PolicyRequest,
} from './postfix-policy.ts';

/** Bytes of one request, its blank line included. A real one has 500 to 2,000. */
export const MAX_REQUEST_BYTES = 64 * 1024;

/** Bytes of one line. Postfix cuts what clients send at line_length_limit, 2,048. */
export const MAX_LINE_BYTES = 8 * 1024;

// Longer requests are read without the comparison, so that an idle connection keeps little.
const MAX_KEPT_BYTES = 4 * 1024;

const NEWLINE = 10;
const EQUALS = 61;
const BLANK_LINE = Buffer.from('\n\n');
const NOTHING = Buffer.alloc(0);
const NO_UNKNOWN: ReadonlyMap<string, string> = new Map<string, string>();

type Attributes = Readonly<Record<PolicyAttribute, string>>;

const KNOWN = new Map<string, number>(POLICY_ATTRIBUTES.map((name, index) => [name, index]));
const NAME_BYTES: readonly number[] = POLICY_ATTRIBUTES.map((name) => name.length);
const NO_VALUES: readonly string[] = POLICY_ATTRIBUTES.map(() => '');

/** The request before, line by line. */
interface Previous {
  bytes: DataView;
  /** Where each line starts in `bytes`; one more for the blank line. */
  starts: Int32Array;
  spare: Int32Array;
  /** Which attribute each line holds, as its index in POLICY_ATTRIBUTES. */
  slots: readonly number[];
  /** Altered as a request is read; one that is begun again has the same lines. */
  values: string[];
  attributes: Attributes;
}

/** Reads the requests of one connection, in order. After a failure it reads nothing more. */
export class PolicyReader {
  readonly #maxRequestBytes: number;
  #bytes: Buffer = NOTHING;
  #start = 0;
  #end = 0;
  /** Up to here no blank line was found. */
  #searched = 0;
  #previous: Previous | undefined;
  #failure: PolicyRead | undefined;

  constructor(maxRequestBytes: number = MAX_REQUEST_BYTES) {
    this.#maxRequestBytes = maxRequestBytes;
  }

  /** Whether a request has begun that is not complete. */
  get isPartial(): boolean {
    return this.#end > this.#start;
  }

  /** Takes bytes. They must not change afterwards. */
  push(chunk: Buffer): void {
    if (this.#failure !== undefined || chunk.length === 0) return;
    const left = this.#end - this.#start;
    if (left === 0) {
      this.#take(chunk);
      return;
    }
    const searched = this.#searched - this.#start;
    if (this.#start + left + chunk.length > this.#bytes.length || this.#start > 0) {
      const grown = Buffer.allocUnsafeSlow(Math.max(2 * left, left + chunk.length));
      this.#bytes.copy(grown, 0, this.#start, this.#end);
      this.#bytes = grown;
    }
    chunk.copy(this.#bytes, left);
    this.#start = 0;
    this.#end = left + chunk.length;
    this.#searched = searched;
  }

  /** The next request, a failure, or `undefined` when more bytes are needed. */
  next(): PolicyRead | undefined {
    if (this.#failure !== undefined || this.#start === this.#end) return this.#failure;
    let stop = -1;
    if (this.#searched > this.#start) {
      stop = this.#findStop();
      if (stop < 0) return this.#starve();
    }
    const quick = this.#previous === undefined ? undefined : this.#readLike(this.#previous);
    if (quick !== undefined) return { ok: true, value: { attributes: quick, unknown: NO_UNKNOWN } };
    if (stop < 0) stop = this.#findStop();
    if (stop < 0) return this.#starve();
    return this.#readAll(stop);
  }

  #take(chunk: Buffer): void {
    this.#bytes = chunk;
    this.#start = 0;
    this.#searched = 0;
    this.#end = chunk.length;
  }

  /** Where the request's blank line ends, or -1. */
  #findStop(): number {
    if (this.#bytes[this.#start] === NEWLINE) return this.#start + 1;
    const from = Math.max(this.#start, this.#searched - 1);
    const found = this.#bytes.subarray(0, this.#end).indexOf(BLANK_LINE, from);
    return found < 0 ? -1 : found + BLANK_LINE.length;
  }

  /** Keeps what is there of a request, within the bounds. */
  #starve(): PolicyRead | undefined {
    const left = this.#bytes.subarray(this.#start, this.#end);
    if (left.length > this.#maxRequestBytes) return this.#fail(tooLong(this.#maxRequestBytes));
    if (left.length - 1 - left.lastIndexOf(NEWLINE) > MAX_LINE_BYTES) {
      return this.#fail(`a line is longer than ${MAX_LINE_BYTES} bytes`);
    }
    // A copy, so that a few bytes do not keep a whole chunk; later bytes are added in place.
    if (this.#searched === this.#start) this.#take(copyOf(left));
    this.#searched = this.#end;
    return undefined;
  }

  #fail(reason: string): PolicyRead {
    this.#take(NOTHING);
    this.#previous = undefined;
    this.#failure = { ok: false, reason };
    return this.#failure;
  }

  /** Ends the request at `stop` and lets go of bytes that are used up. */
  #advance(stop: number): void {
    if (stop === this.#end) this.#take(NOTHING);
    else this.#start = this.#searched = stop;
  }

  /** The bytes of a request for keeping: without holding on to a large chunk. */
  #keep(stop: number): Buffer {
    const bytes = this.#bytes.subarray(this.#start, stop);
    return isShort(this.#bytes) ? bytes : copyOf(bytes);
  }

  /**
   * Reads a request that has the same names in the same order as the one before. `undefined` when
   * it is not so, is not complete, or has a fault: then it is read in full.
   */
  #readLike(previous: Previous): Attributes | undefined {
    const { bytes: before, starts, spare, slots, values } = previous;
    const bytes = this.#bytes;
    const end = this.#end;
    const begin = this.#start;
    const view = viewOf(bytes.length === end ? bytes : bytes.subarray(0, end));
    let isChanged = false;
    let at = begin;
    let line = 0;
    while (line < slots.length) {
      const old = starts[line] as number;
      const same = sameBytes(before, old, view, at);
      // Lines that are wholly the same, their newlines included.
      const shift = at - begin - old;
      while (line < slots.length && (starts[line + 1] as number) <= old + same) {
        spare[line] = (starts[line] as number) + shift;
        line += 1;
      }
      at = (starts[line] as number) + shift + begin;
      if (line === slots.length) break;
      spare[line] = at - begin;
      const slot = slots[line] as number;
      const valueStart = at + (NAME_BYTES[slot] as number) + 1;
      // Where the two begin to differ.
      const differs = begin + shift + old + same;
      if (differs < valueStart) return undefined;
      const stop = endOfText(bytes, differs, end);
      if (stop < 0 || stop - at > MAX_LINE_BYTES) return undefined;
      isChanged = true;
      values[slot] = decode(bytes, valueStart, stop);
      at = stop + 1;
      line += 1;
    }
    if (at >= end || bytes[at] !== NEWLINE) return undefined;
    if (at + 1 - begin > Math.min(MAX_KEPT_BYTES, this.#maxRequestBytes)) return undefined;
    spare[slots.length] = at - begin;
    const isAll = begin === 0 && at + 1 === view.byteLength && isShort(bytes);
    previous.bytes = isAll ? view : viewOf(this.#keep(at + 1));
    previous.starts = spare;
    previous.spare = starts;
    if (isChanged) previous.attributes = named(values);
    this.#advance(at + 1);
    return previous.attributes;
  }

  /** Reads the complete request that ends at `stop`, whatever it holds. */
  #readAll(stop: number): PolicyRead {
    if (stop - this.#start > this.#maxRequestBytes) {
      return this.#fail(tooLong(this.#maxRequestBytes));
    }
    const values = NO_VALUES.slice();
    const slots: number[] = [];
    const starts: number[] = [];
    let unknown: Map<string, string> | undefined;
    for (let at = this.#start; at < stop - 1;) {
      const newline = this.#bytes.indexOf(NEWLINE, at);
      const line = this.#bytes.subarray(at, newline);
      const equals = line.indexOf(EQUALS);
      const fault = faultOf(line, equals);
      if (fault !== undefined) return this.#fail(fault);
      const name = decode(line, 0, equals);
      const value = decode(line, equals + 1, line.length);
      const known = KNOWN.get(name);
      if (known === undefined) (unknown ??= new Map()).set(name, value);
      else {
        // Sent twice, the last counts; SMTPD_POLICY_README leaves it to the server.
        values[known] = value;
        slots.push(known);
        starts.push(at - this.#start);
      }
      at = newline + 1;
    }
    starts.push(stop - 1 - this.#start);
    const isPlain = unknown === undefined && new Set(slots).size === slots.length;
    const attributes = named(values);
    const isKept = isPlain && stop - this.#start <= MAX_KEPT_BYTES;
    this.#previous =
      isKept && slots.length > 0
        ? {
            bytes: viewOf(this.#keep(stop)),
            starts: Int32Array.from(starts),
            spare: new Int32Array(starts.length),
            slots,
            values,
            attributes,
          }
        : undefined;
    this.#advance(stop);
    const value: PolicyRequest = { attributes, unknown: unknown ?? NO_UNKNOWN };
    return { ok: true, value };
  }
}

/** Values in the order of POLICY_ATTRIBUTES, by name. Spelt out: a loop or a spread costs 5 us. */
function named(values: readonly string[]): Attributes {
  return {
    request: values[0] as string,
    protocol_state: values[1] as string,
    protocol_name: values[2] as string,
    client_address: values[3] as string,
    client_name: values[4] as string,
    client_port: values[5] as string,
    reverse_client_name: values[6] as string,
    server_address: values[7] as string,
    server_port: values[8] as string,
    helo_name: values[9] as string,
    sender: values[10] as string,
    recipient: values[11] as string,
    recipient_count: values[12] as string,
    queue_id: values[13] as string,
    instance: values[14] as string,
    size: values[15] as string,
    etrn_domain: values[16] as string,
    stress: values[17] as string,
    sasl_method: values[18] as string,
    sasl_username: values[19] as string,
    sasl_sender: values[20] as string,
    ccert_subject: values[21] as string,
    ccert_issuer: values[22] as string,
    ccert_fingerprint: values[23] as string,
    ccert_pubkey_fingerprint: values[24] as string,
    encryption_protocol: values[25] as string,
    encryption_cipher: values[26] as string,
    encryption_keysize: values[27] as string,
    policy_context: values[28] as string,
    compatibility_level: values[29] as string,
    mail_version: values[30] as string,
  };
}

/** A copy with memory of its own; Buffer.from would hold a slice of a shared 8 KiB pool. */
function copyOf(bytes: Buffer): Buffer {
  const copy = Buffer.allocUnsafeSlow(bytes.length);
  bytes.copy(copy);
  return copy;
}

/** Whether keeping a part of it keeps no more memory than a request may have. */
function isShort(bytes: Buffer): boolean {
  return bytes.buffer.byteLength <= MAX_KEPT_BYTES;
}

function tooLong(bytes: number): string {
  return `a request is longer than ${bytes} bytes`;
}

function faultOf(line: Buffer, equals: number): string | undefined {
  if (line.length > MAX_LINE_BYTES) return `a line is longer than ${MAX_LINE_BYTES} bytes`;
  if (line.includes(0)) return 'a line holds a NUL byte';
  if (equals < 0) return 'an attribute has no "="';
  return equals === 0 ? 'an attribute has no name' : undefined;
}

/** How many bytes of two texts are the same, `before` from `start` and `now` from `from`. */
function sameBytes(before: DataView, start: number, now: DataView, from: number): number {
  const length = Math.min(before.byteLength - start, now.byteLength - from);
  let same = 0;
  // By four bytes at once, which is five times as fast as by one.
  while (
    same + 4 <= length &&
    now.getInt32(from + same, true) === before.getInt32(start + same, true)
  ) {
    same += 4;
  }
  while (same < length && now.getUint8(from + same) === before.getUint8(start + same)) same += 1;
  return same;
}

function viewOf(bytes: Buffer): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
}

/** Where the line ends, or -1 when it does not or holds a NUL. */
function endOfText(bytes: Buffer, from: number, end: number): number {
  for (let at = from; at < end; at += 1) {
    const byte = bytes[at];
    if (byte === NEWLINE) return at;
    if (byte === 0) return -1;
  }
  return -1;
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

// The states of nearly every request, as the four bytes they are.
const RCPT = Buffer.from('RCPT').readUInt32BE();
const DATA = Buffer.from('DATA').readUInt32BE();

/** UTF-8 (SMTPUTF8, RFC 6531); bytes that are not are read as Latin-1, so they stay distinct. */
function decode(bytes: Buffer, from: number, to: number): string {
  // Making a string costs 200 ns; half of the values that change are empty or one of these.
  if (to === from) return '';
  if (to - from === 4) {
    const word = bytes.readUInt32BE(from);
    if (word === RCPT) return 'RCPT';
    if (word === DATA) return 'DATA';
  }
  for (let at = from; at < to; at += 1) {
    if ((bytes[at] as number) >= 0x80) return decodeUtf8(bytes.subarray(from, to));
  }
  if (to - from === 1) return String.fromCharCode(bytes[from] as number);
  return bytes.toString('latin1', from, to);
}

function decodeUtf8(bytes: Buffer): string {
  try {
    return utf8.decode(bytes);
  } catch {
    return bytes.toString('latin1');
  }
}
