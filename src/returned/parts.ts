/** The parts of a returned message that say something, each up to a bound, as they stream by. */
import { decodeText } from '../message/charset.ts';
import type { HeaderField } from '../message/contract.ts';
import type { Notes } from '../message/notes.ts';
import { PartFields } from '../message/part-fields.ts';
import type { PartListener, PartPlan } from '../message/splitter.ts';
import { createTransferDecoder, type TransferDecoder } from '../message/transfer-decoding.ts';
import {
  MAX_FEEDBACK_BYTES,
  MAX_JSON_BYTES,
  MAX_NOTICE_BYTES,
  MAX_ORIGINAL_BYTES,
  MAX_STATUS_BYTES,
} from './limits.ts';
import { RecipientCounter } from './recipient-counter.ts';

export type LeafKind =
  'plain' | 'html' | 'status' | 'feedback' | 'receipt' | 'headers' | 'json' | 'inner-status';

/** Bytes of all parts of a kind together. */
const ROOM: Readonly<Record<LeafKind, number>> = {
  plain: MAX_NOTICE_BYTES,
  html: MAX_NOTICE_BYTES,
  status: MAX_STATUS_BYTES,
  'inner-status': MAX_STATUS_BYTES,
  feedback: MAX_FEEDBACK_BYTES,
  receipt: MAX_FEEDBACK_BYTES,
  headers: MAX_ORIGINAL_BYTES,
  json: MAX_JSON_BYTES,
};

const BY_TYPE: ReadonlyMap<string, LeafKind> = new Map([
  ['message/delivery-status', 'status'],
  ['message/global-delivery-status', 'status'],
  ['message/feedback-report', 'feedback'],
  ['message/disposition-notification', 'receipt'],
  ['message/global-disposition-notification', 'receipt'],
  ['text/rfc822-headers', 'headers'],
  ['text/rfc822-header', 'headers'],
  ['text/rfc822', 'headers'],
  ['message/global-headers', 'headers'],
  ['message/rfc822', 'headers'],
  ['message/global', 'headers'],
  ['message/partial', 'headers'],
  ['application/json', 'json'],
  ['text/json', 'json'],
  ['application/xarf+json', 'json'],
  ['application/xarf', 'json'],
  ['text/html', 'html'],
]);

/** What a machine says of recipients; where it is too long, those beyond are counted. */
type StatusKind = 'status' | 'inner-status';

/** Fields of one recipient, with the longest reply that is read. */
const MAX_RECIPIENT_CHARS = 16 * 1024;

interface Leaf {
  readonly kind: LeafKind | undefined;
  readonly charset: string;
  readonly decoder: TransferDecoder;
  readonly chunks: Uint8Array[];
  /** Set where something of it was left out. */
  beyond?: RecipientCounter;
}

export interface ReadPart {
  readonly kind: LeafKind;
  readonly text: string;
}

export class ReturnedParts implements PartListener {
  /** In their order. */
  readonly parts: ReadPart[] = [];
  /** Header of the first message inside. */
  original: readonly HeaderField[] | undefined;
  readonly #notes: Notes;
  readonly #room: Record<LeafKind, number> = { ...ROOM };
  readonly #unread: Record<StatusKind, number> = { status: 0, 'inner-status': 0 };
  readonly #open: (Leaf | 'multipart' | 'message')[] = [];
  #messages = 0;
  #isHeaderNext = false;

  constructor(notes: Notes) {
    this.#notes = notes;
  }

  /** Recipients of the machine-readable part beyond what is kept of it. */
  get unreadRecipients(): number {
    const isOuter = this.parts.some(({ kind }) => kind === 'status');
    return this.#unread[isOuter ? 'status' : 'inner-status'];
  }

  open(fields: readonly HeaderField[]): PartPlan {
    if (this.#isHeaderNext) {
      this.#isHeaderNext = false;
      this.original ??= fields;
    }
    const own = new PartFields(fields);
    const boundary = own.contentType.parameters.get('boundary')?.trimEnd() ?? '';
    if (own.type.startsWith('multipart/') && boundary !== '') {
      this.#open.push('multipart');
      return { kind: 'multipart', boundary };
    }
    const isPlainCoded = ['', '7bit', '8bit', 'binary'].includes(own.encoding);
    if ((own.type === 'message/rfc822' || own.type === 'message/global') && isPlainCoded) {
      this.#messages += 1;
      this.#isHeaderNext = this.#messages === 1;
      this.#open.push('message');
      return { kind: 'message' };
    }
    if (this.#messages === 0) return this.#leaf(kindOf(own), own);
    // The returned message says nothing of the outcome, unless a bounce was sent on as a bounce.
    return this.#leaf(BY_TYPE.get(own.type) === 'status' ? 'inner-status' : undefined, own);
  }

  #leaf(kind: LeafKind | undefined, own: PartFields): PartPlan {
    const decoder = createTransferDecoder(kind === undefined ? '' : own.encoding, this.#notes);
    const charset = own.contentType.parameters.get('charset') ?? '';
    this.#open.push({ kind, charset, decoder, chunks: [] });
    return { kind: 'leaf' };
  }

  bytes(chunk: Uint8Array): void {
    const leaf = this.#open.at(-1);
    if (typeof leaf === 'object') this.#keep(leaf, leaf.decoder.decode(chunk));
  }

  close(): void {
    const part = this.#open.pop();
    if (part === 'message') {
      this.#messages -= 1;
      this.#isHeaderNext = false;
    }
    if (typeof part !== 'object' || part.kind === undefined) return;
    this.#keep(part, part.decoder.end());
    const whole = readText(Buffer.concat(part.chunks), part.charset);
    const text = part.beyond === undefined ? whole : this.#uncut(whole, part.kind, part.beyond);
    if (text.trim() !== '') this.parts.push({ kind: part.kind, text });
  }

  /** Without the last recipient, of whom not all is there. */
  #uncut(text: string, kind: LeafKind, beyond: RecipientCounter): string {
    const blank = Math.max(text.lastIndexOf('\n\n'), text.lastIndexOf('\n\r\n'));
    // Some programs leave out the empty line between recipients.
    const end =
      text.length - blank > MAX_RECIPIENT_CHARS
        ? text.toLowerCase().lastIndexOf('\nfinal-recipient:')
        : blank;
    const kept = text.slice(0, end + 1);
    const rest = new RecipientCounter(Buffer.from('\n'));
    rest.feed(Buffer.from(text.slice(kept.length)));
    this.#unread[isStatus(kind) ? kind : 'status'] += rest.count + beyond.count;
    return kept;
  }

  #keep(leaf: Leaf, bytes: Uint8Array): void {
    if (leaf.kind === undefined || bytes.length === 0) return;
    const room = this.#room[leaf.kind];
    if (room > 0) {
      // The decoder writes over its bytes at the next call.
      const taken = Uint8Array.from(bytes.subarray(0, room));
      this.#room[leaf.kind] = room - taken.length;
      leaf.chunks.push(taken);
    }
    if (bytes.length <= room || !isStatus(leaf.kind)) return;
    leaf.beyond ??= new RecipientCounter(Buffer.concat(leaf.chunks));
    leaf.beyond.feed(bytes.subarray(room));
  }
}

function isStatus(kind: LeafKind): kind is StatusKind {
  return kind === 'status' || kind === 'inner-status';
}

function kindOf(own: PartFields): LeafKind | undefined {
  const name = own.name.toLowerCase();
  const known = BY_TYPE.get(own.type);
  if (known !== undefined) return known;
  if (name.endsWith('.json') || (name.includes('xarf') && !own.type.startsWith('image/'))) {
    return 'json';
  }
  if (own.type.startsWith('text/') || own.type.startsWith('multipart/')) return 'plain';
  return name.endsWith('.eml') ? 'headers' : undefined;
}

/** Japanese mail systems send ISO-2022-JP without saying so, also where only ASCII may stand. */
export function readText(bytes: Uint8Array, charset: string): string {
  const isJapanese =
    bytes.includes(0x1b) && /\x1b\$[@B]/.test(Buffer.from(bytes).toString('latin1'));
  return decodeText(bytes, isJapanese ? 'iso-2022-jp' : charset).text;
}
