/**
 * Sendmail's socketmap protocol as Postfix asks (socketmap_table(5)): netstrings
 * (https://cr.yp.to/proto/netstrings.txt) both ways. A request is the name of the map, one space
 * and the key; a reply is a word and its text.
 */

/** Bytes of one request. An address has 256 at most; Postfix cuts lines of clients at 2,048. */
export const MAX_SOCKETMAP_REQUEST = 8 * 1024;
/** Postfix refuses longer replies (socketmap_table(5), PROTOCOL). */
export const MAX_SOCKETMAP_REPLY = 100_000;

export interface SocketmapRequest {
  readonly map: string;
  readonly key: string;
}

export type SocketmapReply =
  | { readonly kind: 'ok'; readonly value: string }
  | { readonly kind: 'notfound' }
  /** Postfix answers 451 for each of them; TEMP and TIMEOUT may be tried again, PERM may not. */
  | { readonly kind: 'temp' | 'timeout' | 'perm'; readonly text: string };

export type SocketmapRead =
  | { readonly ok: true; readonly value: SocketmapRequest }
  | { readonly ok: false; readonly reason: string };

const COLON = 58;
const COMMA = 44;
const NOTHING = Buffer.alloc(0);
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Reads the requests of one connection, in order. After a failure it reads nothing more. */
export class SocketmapReader {
  readonly #maxBytes: number;
  #bytes: Buffer = NOTHING;
  #failure: SocketmapRead | undefined;

  constructor(maxBytes: number = MAX_SOCKETMAP_REQUEST) {
    this.#maxBytes = maxBytes;
  }

  /** Whether a request has begun that is not complete. */
  get isPartial(): boolean {
    return this.#bytes.length > 0;
  }

  push(chunk: Buffer): void {
    if (this.#failure !== undefined) return;
    this.#bytes = this.#bytes.length === 0 ? chunk : Buffer.concat([this.#bytes, chunk]);
  }

  /** The next request, a failure, or `undefined` when more bytes are needed. */
  next(): SocketmapRead | undefined {
    if (this.#failure !== undefined) return this.#failure;
    const mostDigits = String(this.#maxBytes).length;
    const colon = this.#bytes.subarray(0, mostDigits + 1).indexOf(COLON);
    const digits = this.#bytes.toString('latin1', 0, colon < 0 ? mostDigits + 1 : colon);
    if (!/^(?:0|[1-9]\d*)?$/.test(digits) || (colon === 0 && digits === '')) {
      return this.#fail('a request does not begin with its length');
    }
    const length = Number(digits);
    if (length > this.#maxBytes || digits.length > mostDigits) {
      return this.#fail(`a request is longer than ${this.#maxBytes} bytes`);
    }
    if (colon < 0) return undefined;
    const end = colon + 1 + length;
    if (this.#bytes.length <= end) return undefined;
    if (this.#bytes[end] !== COMMA) return this.#fail('a request does not end at its length');
    const text = decode(this.#bytes.subarray(colon + 1, end));
    this.#bytes = this.#bytes.length === end + 1 ? NOTHING : this.#bytes.subarray(end + 1);
    const space = text.indexOf(' ');
    if (space < 1) return this.#fail('a request names no map');
    return { ok: true, value: { map: text.slice(0, space), key: text.slice(space + 1) } };
  }

  #fail(reason: string): SocketmapRead {
    this.#bytes = NOTHING;
    this.#failure = { ok: false, reason };
    return this.#failure;
  }
}

export function formatSocketmapReply(reply: SocketmapReply): Buffer {
  const body = Buffer.from(replyText(reply));
  return Buffer.concat([Buffer.from(`${body.length}:`), body, Buffer.of(COMMA)]);
}

function replyText(reply: SocketmapReply): string {
  switch (reply.kind) {
    case 'ok':
      return `OK ${reply.value}`;
    case 'notfound':
      // The space belongs to it (socketmap_table(5)).
      return 'NOTFOUND ';
    case 'temp':
    case 'timeout':
    case 'perm':
      return `${reply.kind.toUpperCase()} ${reply.text}`;
  }
}

/** UTF-8 (RFC 6531); bytes that are not are read as Latin-1, so they stay distinct. */
function decode(bytes: Buffer): string {
  try {
    return utf8.decode(bytes);
  } catch {
    return bytes.toString('latin1');
  }
}
