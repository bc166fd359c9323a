/** What the readers of each kind look at: header, texts, and the message that came back. */
import { firstAddress } from '../message/addresses.ts';
import type { HeaderField } from '../message/contract.ts';
import { HeaderIndex } from '../message/header-index.ts';
import { readHtml } from '../message/html-text.ts';
import type { Notes } from '../message/notes.ts';
import { readableText } from '../message/parameters.ts';
import { UrlCollector } from '../message/urls.ts';
import type { ReturnedOptions } from './contract.ts';
import { splitNotice, type Notice } from './notice.ts';
import { findHeaderFields, plainFields, type PlainField } from './original.ts';
import type { LeafKind, ReturnedParts } from './parts.ts';
import type { Envelope } from './signs.ts';

export interface ReadMessage {
  readonly fields: readonly HeaderField[];
  readonly parts: ReturnedParts;
  readonly notes: Notes;
  /** Of the envelope, where it is known. */
  readonly sender: string | undefined;
}

export interface Facts {
  readonly header: HeaderIndex;
  readonly envelope: Envelope;
  readonly textsOf: (kind: LeafKind) => readonly string[];
  readonly notice: Notice;
  /** The whole text for people, the quoted message too. */
  readonly text: string;
  readonly original: readonly PlainField[];
  readonly hasAttachedOriginal: boolean;
  readonly isOwn: (address: string) => boolean;
}

export function gatherFacts(
  { fields, parts, notes, sender }: ReadMessage,
  options: ReturnedOptions,
): Facts {
  const header = new HeaderIndex(fields);
  const from = header.text('from') ?? '';
  const returnPath = header.text('return-path')?.replace(/[<>\s]/g, '');
  const envelopeSender = (sender ?? returnPath)?.toLowerCase();
  const fromAddress = firstAddress(from)?.toLowerCase() ?? '';
  const textsOf = (kind: LeafKind) =>
    parts.parts.filter((part) => part.kind === kind).map(({ text }) => text);
  const plain = textsOf('plain').join('\n\n');
  const text = plain.trim() === '' ? htmlText(textsOf('html'), notes) : plain;
  const notice = splitNotice(text);
  const attached =
    parts.original === undefined
      ? textsOf('headers').flatMap(findHeaderFields)
      : plainFields(parts.original);
  return {
    header,
    envelope: {
      fromAddress,
      fromText: readableText(from),
      subject: readableText(header.text('subject') ?? '').slice(0, 1_000),
      isNullSender: returnPath === '' || /<>\s*$/.test(from),
      hasProgram: hasProgram(header),
      isAnswer: header.has('in-reply-to') || header.has('references'),
      isOwnName: fromAddress !== '' && envelopeSender === fromAddress,
    },
    textsOf,
    notice,
    text,
    original: attached.length > 0 ? attached : notice.original,
    hasAttachedOriginal: attached.length > 0,
    isOwn: options.isOwn ?? (() => false),
  };
}

/** Machines that return mail name none. */
function hasProgram(header: HeaderIndex): boolean {
  const mailer = header.text('x-mailer')?.slice(0, 200) ?? '';
  return header.has('user-agent') || PEOPLES_PROGRAM.test(mailer);
}

const PEOPLES_PROGRAM =
  /outlook|thunderbird|apple mail|(?:iphone|ipad) mail|foxmail|roundcube|zimbra|webmail|the bat|evolution|em client|sogo|horde|k-9|bluemail|airmail/i;

function htmlText(parts: readonly string[], notes: Notes): string {
  const urls = new UrlCollector();
  const text = parts.map((html) => readHtml(html, urls, notes).all).join('\n\n');
  return urls.urls.length === 0 ? text : `${text}\n${urls.urls.join('\n')}`;
}
