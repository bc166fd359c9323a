/**
 * A message as its recipient would read it, for a person who decides on it: the text decoded, links
 * with where they really lead, attachments by name. Text that does nothing, whatever it holds.
 */
import { inertText } from '../protocol/inert-text.ts';
import { firstAddress } from './addresses.ts';
import type { NamedAttachment } from './attachment-list.ts';
import { readBodyText } from './body-text.ts';
import { splitHeader } from './header-fields.ts';
import { HeaderIndex } from './header-index.ts';
import { Notes } from './notes.ts';
import { readableText } from './parameters.ts';
import { PartTree } from './part-tree.ts';
import { Splitter } from './splitter.ts';
import { UrlCollector } from './urls.ts';

export interface ReadableMessage {
  /** What its From says, decoded; empty where it has none. */
  readonly from: string;
  /** Decoded; empty where it has none. */
  readonly subject: string;
  readonly text: string;
  /** Where its links lead, those behind other words too. */
  readonly links: readonly string[];
  readonly attachments: readonly {
    /** Empty where it has none. */
    readonly name: string;
    readonly type: string;
    readonly sizeBytes: number;
  }[];
}

const MAX_TEXT_CHARS = 64 * 1024;
const MAX_LINKS = 50;
const MAX_LINK_CHARS = 500;
const MAX_SHOWN_ATTACHMENTS = 50;
const MAX_NAME_CHARS = 255;
const MAX_FIELD_CHARS = 500;

/**
 * @param bytes headers and body as they stand in the queue, lines ending with LF.
 * @returns undefined for what cannot be taken apart; it is still there as it was sent.
 */
export function readableMessage(bytes: Uint8Array): ReadableMessage | undefined {
  try {
    return read(withCrlf(bytes));
  } catch {
    return undefined;
  }
}

/** One byte is one character here, whatever charset they are of. */
function withCrlf(bytes: Uint8Array): Uint8Array {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1');
  return Buffer.from(text.replaceAll(/\r?\n/g, '\r\n'), 'latin1');
}

function read(bytes: Uint8Array): ReadableMessage {
  const notes = new Notes();
  const { fields, bodyAt } = splitHeader(bytes, notes);
  const tree = new PartTree(notes);
  const splitter = new Splitter(fields, tree, notes);
  splitter.feed(bytes.subarray(bodyAt));
  splitter.end();
  const urls = new UrlCollector();
  const { text } = readBodyText(tree.texts, urls, notes, false);
  const index = new HeaderIndex(fields);
  return {
    from: shownFrom(index),
    subject: inertLine(readableText(index.text('subject') ?? '')),
    text: inertText(text.slice(0, MAX_TEXT_CHARS)).trim(),
    links: urls.urls.slice(0, MAX_LINKS).map((url) => inertText(url.slice(0, MAX_LINK_CHARS))),
    attachments: filesOf(tree.attachments).map((one) => ({
      name: inertText(one.name.slice(0, MAX_NAME_CHARS)),
      type: one.declaredType,
      sizeBytes: one.sizeBytes,
    })),
  };
}

/** One of several names stands in the list with each of its extensions. */
function filesOf(listed: readonly NamedAttachment[]): readonly NamedAttachment[] {
  const extensions = new Map<string, string>();
  const files = listed.filter(({ name, sha256, extension }) => {
    const first = extensions.get(`${sha256} ${name}`);
    if (first !== undefined) return first === extension;
    extensions.set(`${sha256} ${name}`, extension);
    return true;
  });
  return files.slice(0, MAX_SHOWN_ATTACHMENTS);
}

/** A name may be as long as it wants: the address behind it is seen all the same. */
function shownFrom(index: HeaderIndex): string {
  const raw = index.text('from') ?? '';
  const text = readableText(raw);
  const line = inertLine(text);
  return text.length <= MAX_FIELD_CHARS ? line : `${line}… <${inertLine(firstAddress(raw) ?? '')}>`;
}

/** An encoded word may hold line ends; in one line none of it looks like another field. */
function inertLine(text: string): string {
  return inertText(text.slice(0, MAX_FIELD_CHARS).replaceAll(/\s+/g, ' ')).trim();
}
