/** From what was read to the facts of the event: what signals read, and what the journal may keep. */
import type { DerivedMessage } from '../core/message/derived.ts';
import type { Attachment, MessageFacts } from '../core/event.ts';
import type { NamedAttachment } from './attachment-list.ts';
import { firstAddress, hasOpenQuote, parseAddresses } from './addresses.ts';
import { readBodyText, shortWords, type BodyText } from './body-text.ts';
import { clientFamily } from './client-family.ts';
import { findFaults, type LineCheck } from './conformance.ts';
import type { HeaderField } from './contract.ts';
import { HeaderIndex } from './header-index.ts';
import { MAX_ADDRESSES, MAX_MORE_SENDERS, MAX_REFERENCES } from './limits.ts';
import type { Notes } from './notes.ts';
import { readableText } from './parameters.ts';
import type { PartTree } from './part-tree.ts';
import type { Knowledge } from './knowledge.ts';
import {
  dateZoneMinutes,
  headerShape,
  messageIdOf,
  readMessageId,
  shapeOf,
  type MessageIdParts,
} from './shapes.ts';
import { UrlCollector } from './urls.ts';

/**
 * What the facts, and so the journal, hold besides derived values. Without either they hold the
 * addresses and ids of the header, which signals and feedback need, but no text, no subject, no
 * whole URL and no name of an attachment.
 */
export interface KeepOptions {
  /** Text, whole URLs, names of attachments, List-Unsubscribe. */
  readonly text: boolean;
  readonly subject: boolean;
  /** Own words of short texts for the check of CON-8, which is off by default; never in the facts. */
  readonly ownWords?: boolean;
}

export const KEEP_NOTHING: KeepOptions = { text: false, subject: false };

export interface ReadMessage {
  /** With room for `derived`. */
  readonly facts: MessageFacts;
  readonly derived: DerivedMessage;
  readonly sizeBytes: number;
  /** All hosts of its links, of which `derived` names the first ones. */
  readonly hosts: readonly string[];
  /** With `ownWords` those of a short text. */
  readonly shortWords: readonly string[];
}

export interface FactsInput {
  readonly headers: readonly HeaderField[];
  readonly tree: PartTree;
  readonly lines: LineCheck;
  readonly notes: Notes;
  readonly sizeBytes: number;
  readonly knowledge: Knowledge;
  readonly keep: KeepOptions;
}

/** Longest text of a header that is kept. */
const MAX_FIELD_CHARS = 998;

/** Words of a subject that are looked at for a password. */
const MAX_SUBJECT_WORDS = 30;

export function factsOf(input: FactsInput): ReadMessage {
  const index = new HeaderIndex(input.headers);
  const urls = new UrlCollector(input.notes);
  const hasOwnWords = input.keep.ownWords === true;
  const text = quietly(input.notes, () =>
    readBodyText(input.tree.texts, urls, input.notes, hasOwnWords),
  );
  quietly(input.notes, () => urls.addFromText(readableText(index.text('subject') ?? '')));
  // Mail programs make a button of it (RFC 8058), so it is a link as any other. The usual host of a bulk
  // mailer is known to its account and stands in the text, too; a thief's would stand only here.
  const unsubscribe = index.text('list-unsubscribe');
  if (unsubscribe !== undefined) urls.addWritten(unsubscribe);
  for (const base of input.tree.bases) urls.add(base);
  const parts = { ...input, index, urls, text };
  // First what may add to the notes, of which `derived` tells.
  const facts = headerFacts(parts);
  return {
    facts,
    derived: derive(parts),
    sizeBytes: input.sizeBytes,
    hosts: urls.allHosts,
    shortWords: hasOwnWords ? wordsToCheck(index, text) : [],
  };
}

/** CON-8: of short texts; people write the password into the subject, too. */
function wordsToCheck(index: HeaderIndex, text: BodyText | undefined): readonly string[] {
  if (text !== undefined && text.shortWords.length === 0 && text.words > 0) return [];
  const subject = readableText(index.text('subject') ?? '').slice(0, MAX_FIELD_CHARS);
  const words = [...shortWords(subject).slice(0, MAX_SUBJECT_WORDS), ...(text?.shortWords ?? [])];
  return [...new Set(words)];
}

interface Parts extends FactsInput {
  readonly index: HeaderIndex;
  readonly urls: UrlCollector;
  readonly text: BodyText | undefined;
}

/** A mistake of ours costs the value and is noted. */
function quietly<T>(notes: Notes, read: () => T): T | undefined {
  try {
    return read();
  } catch {
    notes.add('unreadable');
    return undefined;
  }
}

/**
 * Every field is named, absent ones too, here and in `derive`: all messages have one form, which the
 * engine makes and reads several times as fast as one of many.
 */
type Named<T> = { -readonly [K in keyof Required<T>]?: T[K] | undefined };

function headerFacts(parts: Parts): MessageFacts {
  const { index, headers, notes, keep, text, urls, tree } = parts;
  const kept = (name: string): string | undefined => index.text(name)?.slice(0, MAX_FIELD_CHARS);
  const address = (name: string): string | undefined => {
    const value = index.text(name);
    return value === undefined
      ? undefined
      : quietly(notes, () => firstAddress(value)?.slice(0, MAX_FIELD_CHARS));
  };
  const headerFrom = address('from');
  const id = kept('message-id');
  const reply = kept('in-reply-to');
  const references = index.text('references')?.match(/<[^<>\s]{1,998}>/g) ?? undefined;
  const subject = keep.subject ? index.text('subject') : undefined;
  const facts: Named<MessageFacts> = {
    headerFrom,
    headerFromMore: quietly(notes, () => moreSenders(parts, headerFrom)),
    replyTo: address('reply-to'),
    messageId: id === undefined ? undefined : messageIdOf(id),
    inReplyTo: reply === undefined ? undefined : messageIdOf(reply),
    references: references === undefined ? undefined : ends(references),
    date: kept('date'),
    userAgent: kept('user-agent') ?? kept('x-mailer'),
    listId: kept('list-id'),
    autoSubmitted: kept('auto-submitted'),
    headerNames: headers.map(({ name }) => name.slice(0, 100)),
    subject: subject === undefined ? undefined : readableText(subject).slice(0, MAX_FIELD_CHARS),
    text: keep.text ? text?.text : undefined,
    urls: keep.text ? urls.urls : undefined,
    listUnsubscribe: keep.text ? kept('list-unsubscribe') : undefined,
    attachments: keep.text ? tree.attachments.map(keptAttachment) : undefined,
    // Room for what whoever asked for the facts puts there.
    derived: undefined,
  };
  return facts as MessageFacts;
}

function keptAttachment({ name, declaredType, sizeBytes, sha256 }: NamedAttachment): Attachment {
  return { name, contentType: declaredType, sizeBytes, sha256 };
}

/** ACC-3: which of several addresses a receiver shows is not ours to say. */
function moreSenders(
  { headers, index, notes }: Pick<Parts, 'headers' | 'index' | 'notes'>,
  headerFrom: string | undefined,
): readonly string[] | undefined {
  let found: Set<string> | undefined;
  let isFirst = true;
  for (let i = 0; i < headers.length; i += 1) {
    const key = index.keys[i];
    if (key !== 'from' && key !== 'sender') continue;
    const { value } = headers[i] as HeaderField;
    // The common form, one From with one address, is read already.
    if (key === 'from' && isFirst && !value.includes(',') && !value.includes(';')) {
      isFirst = false;
      if (value.indexOf('<') === value.lastIndexOf('<') && !hasOpenQuote(value)) continue;
    }
    const addresses = parseAddresses(value);
    if (addresses.length >= MAX_ADDRESSES) notes.add('too-many-senders');
    for (const address of addresses) {
      if (address.includes('@') && address !== headerFrom)
        (found ??= new Set()).add(address.slice(0, MAX_FIELD_CHARS));
    }
  }
  if (found === undefined) return undefined;
  if (found.size > MAX_MORE_SENDERS) notes.add('too-many-senders');
  return [...found].slice(0, MAX_MORE_SENDERS);
}

/** The thread's first message and its latest ones tell the thread. */
function ends(references: readonly string[]): readonly string[] {
  return references.length <= MAX_REFERENCES
    ? references
    : [references[0] as string, ...references.slice(1 - MAX_REFERENCES)];
}

function derive(parts: Parts): DerivedMessage {
  const { headers, tree, lines, notes, sizeBytes, knowledge, index, text, urls } = parts;
  const wording = text === undefined ? undefined : knowledge.readWording(text.stream);
  const id = index.text('message-id');
  const idParts = id === undefined ? undefined : readMessageId(id);
  const messageIdShape = idParts?.shape;
  const boundaryShape = tree.boundary === undefined ? undefined : shapeOf(tree.boundary);
  const date = index.text('date');
  const traits = { index, boundaryShape, messageIdShape };
  const tools = quietly(notes, () => knowledge.findTools(traits)) ?? [];
  const conformance = quietly(notes, () => findFaults(headers, lines, index.keys)) ?? [];
  const isReply = index.text('in-reply-to') !== undefined || index.text('references') !== undefined;
  const malformed = notes.list();
  const derived: Named<DerivedMessage> = {
    version: 1,
    sizeBytes,
    clientFamily: familyOf(parts, idParts),
    headerShape: headerShape(headers, index.keys),
    mimeShape: tree.mimeShape,
    boundaryShape,
    messageIdShape,
    messageIdHost: idParts?.host,
    dateZoneMinutes: date === undefined ? undefined : dateZoneMinutes(date),
    charset: text?.charset,
    language: wording?.language,
    words: text?.words,
    hasHtml: text?.hasHtml,
    hasSignature: text?.hasSignature,
    paymentWords: wording?.paymentWords,
    credentialWords: wording?.credentialWords,
    isReply,
    isForward: text?.hasMessage === true ? true : undefined,
    isAutomatic: isAutomatic(parts) ? true : undefined,
    urlHosts: urls.hosts,
    urlCount: urls.urlCount,
    attachments: tree.attachments.map(({ name: _name, ...attachment }) => attachment),
    attachmentsMore: tree.attachmentsMore > 0 ? tree.attachmentsMore : undefined,
    blocks: text === undefined ? [] : knowledge.makeBlocks(text.stream),
    quotedBlocks: text?.quoted && knowledge.makeBlocks(text.quoted),
    bulkTools: tools.length > 0 ? tools : undefined,
    conformance: conformance.length > 0 ? conformance : undefined,
    malformed: malformed.length > 0 ? malformed : undefined,
  };
  return derived as DerivedMessage;
}

/** RFC 3834 section 5, RFC 8098 (receipts), RFC 6047 section 2.4 (answers to an invitation). */
function isAutomatic({ index, tree }: Parts): boolean {
  const submitted = index.text('auto-submitted')?.toLowerCase();
  if (submitted !== undefined && submitted !== 'no') return true;
  return tree.isReceipt || tree.isInvitationAnswer;
}

function familyOf({ index, tree }: Parts, id: MessageIdParts | undefined): string | undefined {
  return clientFamily({
    userAgent: index.text('user-agent'),
    xMailer: index.text('x-mailer'),
    messageIdHost: id?.host,
    messageIdShape: id?.shape,
    boundary: tree.boundary,
    has: (name) => index.has(name),
  });
}
