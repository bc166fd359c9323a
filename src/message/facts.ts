/** From what was read to the facts of the event: what signals read, and what the journal may keep. */
import type { DerivedMessage } from '../core/message/derived.ts';
import type { MessageFacts } from '../core/event.ts';
import { firstAddress, parseAddresses } from './addresses.ts';
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
import { dateZoneMinutes, headerShape, messageIdOf, readMessageId, shapeOf } from './shapes.ts';
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
  /** Without `derived`. */
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
  const parts = { ...input, index, urls, text };
  // First what may add to the notes, of which `derived` tells.
  const facts = headerFacts(parts);
  addKept(facts, parts);
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

type Writable<T> = { -readonly [K in keyof T]: T[K] };

/** Field by field, as in `derive`: a spread costs several times as much, and this is for every message. */
function headerFacts({ index, headers, notes }: Parts): Writable<MessageFacts> {
  const facts: Writable<MessageFacts> = {};
  const kept = (name: string): string | undefined => index.text(name)?.slice(0, MAX_FIELD_CHARS);
  const address = (name: string): string | undefined => {
    const value = index.text(name);
    return value === undefined
      ? undefined
      : quietly(notes, () => firstAddress(value)?.slice(0, MAX_FIELD_CHARS));
  };
  const headerFrom = address('from');
  if (headerFrom !== undefined) facts.headerFrom = headerFrom;
  const more = quietly(notes, () => moreSenders({ headers, index, notes }, headerFrom));
  if (more !== undefined) facts.headerFromMore = more;
  const replyTo = address('reply-to');
  if (replyTo !== undefined) facts.replyTo = replyTo;
  const id = kept('message-id');
  if (id !== undefined) facts.messageId = messageIdOf(id);
  const reply = kept('in-reply-to');
  if (reply !== undefined) facts.inReplyTo = messageIdOf(reply);
  const references = index.text('references')?.match(/<[^<>\s]{1,998}>/g);
  if (references !== undefined && references !== null) facts.references = ends(references);
  const date = kept('date');
  if (date !== undefined) facts.date = date;
  const userAgent = kept('user-agent') ?? kept('x-mailer');
  if (userAgent !== undefined) facts.userAgent = userAgent;
  const listId = kept('list-id');
  if (listId !== undefined) facts.listId = listId;
  const autoSubmitted = kept('auto-submitted');
  if (autoSubmitted !== undefined) facts.autoSubmitted = autoSubmitted;
  return facts;
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
      if (value.indexOf('<') === value.lastIndexOf('<')) continue;
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

function addKept(
  facts: Writable<MessageFacts>,
  { index, keep, text, urls, tree, headers }: Parts,
): void {
  facts.headerNames = headers.map(({ name }) => name.slice(0, 100));
  const subject = keep.subject ? index.text('subject') : undefined;
  if (subject !== undefined) facts.subject = readableText(subject).slice(0, MAX_FIELD_CHARS);
  if (!keep.text) return;
  if (text !== undefined) facts.text = text.text;
  facts.urls = urls.urls;
  const unsubscribe = index.text('list-unsubscribe')?.slice(0, MAX_FIELD_CHARS);
  if (unsubscribe !== undefined) facts.listUnsubscribe = unsubscribe;
  facts.attachments = tree.attachments.map(({ name, declaredType, sizeBytes, sha256 }) => ({
    name,
    contentType: declaredType,
    sizeBytes,
    sha256,
  }));
}

function derive(parts: Parts): DerivedMessage {
  const { headers, tree, lines, notes, sizeBytes, knowledge, index, text, urls } = parts;
  const derived: Writable<DerivedMessage> = { version: 1, sizeBytes };
  addShapes(derived, parts);
  const { boundaryShape, messageIdShape } = derived;
  const traits = { index, boundaryShape, messageIdShape };
  const tools = quietly(notes, () => knowledge.findTools(traits)) ?? [];
  const conformance = quietly(notes, () => findFaults(headers, lines, index.keys)) ?? [];
  const malformed = notes.list();
  if (text !== undefined) addText(derived, text, knowledge);
  derived.isReply =
    index.text('in-reply-to') !== undefined || index.text('references') !== undefined;
  if (text?.hasMessage === true) derived.isForward = true;
  if (isAutomatic(parts)) derived.isAutomatic = true;
  derived.urlHosts = urls.hosts;
  derived.urlCount = urls.urlCount;
  derived.attachments = tree.attachments.map(({ name: _name, ...attachment }) => attachment);
  if (tree.attachmentsMore > 0) derived.attachmentsMore = tree.attachmentsMore;
  derived.blocks = text === undefined ? [] : knowledge.makeBlocks(text.stream);
  if (text?.quoted !== undefined) derived.quotedBlocks = knowledge.makeBlocks(text.quoted);
  if (tools.length > 0) derived.bulkTools = tools;
  if (conformance.length > 0) derived.conformance = conformance;
  if (malformed.length > 0) derived.malformed = malformed;
  return derived;
}

function addText(derived: Writable<DerivedMessage>, text: BodyText, knowledge: Knowledge): void {
  const { language, paymentWords, credentialWords } = knowledge.readWording(text.stream);
  if (text.charset !== undefined) derived.charset = text.charset;
  if (language !== undefined) derived.language = language;
  derived.words = text.words;
  derived.hasHtml = text.hasHtml;
  derived.hasSignature = text.hasSignature;
  derived.paymentWords = paymentWords;
  derived.credentialWords = credentialWords;
}

/** RFC 3834 section 5, RFC 8098 (receipts), RFC 6047 section 2.4 (answers to an invitation). */
function isAutomatic({ index, tree }: Parts): boolean {
  const submitted = index.text('auto-submitted')?.toLowerCase();
  if (submitted !== undefined && submitted !== 'no') return true;
  return tree.isReceipt || tree.isInvitationAnswer;
}

function addShapes(derived: Writable<DerivedMessage>, { headers, tree, index }: Parts): void {
  const id = index.text('message-id');
  const idParts = id === undefined ? undefined : readMessageId(id);
  const date = index.text('date');
  const family = clientFamily({
    userAgent: index.text('user-agent'),
    xMailer: index.text('x-mailer'),
    messageIdHost: idParts?.host,
    messageIdShape: idParts?.shape,
    boundary: tree.boundary,
    has: (name) => index.has(name),
  });
  if (family !== undefined) derived.clientFamily = family;
  derived.headerShape = headerShape(headers, index.keys);
  derived.mimeShape = tree.mimeShape;
  if (tree.boundary !== undefined) derived.boundaryShape = shapeOf(tree.boundary);
  if (idParts !== undefined) derived.messageIdShape = idParts.shape;
  if (idParts?.host !== undefined) derived.messageIdHost = idParts.host;
  const zone = date === undefined ? undefined : dateZoneMinutes(date);
  if (zone !== undefined) derived.dateZoneMinutes = zone;
}
