/** The fields of a part that say how to read it, and where programs that read them differ. */
import type { HeaderField } from './contract.ts';
import type { OutlinedPart } from './encoded-message.ts';
import { extensionsOf } from './file-names.ts';
import { unfold } from './header-fields.ts';
import { keptMediaType } from './media-type.ts';
import {
  parseParameterField,
  readableText,
  withoutComments,
  type ParameterField,
} from './parameters.ts';
import { isPlainCoding } from './transfer-decoding.ts';
import { wrapperKindOf, type WrapperKind } from './wrapper.ts';

/** Names are kept on request only; longer ones are cut. */
const MAX_NAME_CHARS = 255;

/** Names of one part that are looked at; programs write one, twice. */
const MAX_NAMES = 64;

/** Kinds of message/* that hold no message; what has a name of its own is opened by some programs. */
const NO_MESSAGES = new Set([
  ...['delivery-status', 'disposition-notification', 'feedback-report', 'tracking-status'],
  ...['global-delivery-status', 'global-disposition-notification', 'global-headers'],
  ...['http', 's-http', 'sip', 'sipfrag', 'cpim', 'partial', 'external-body'],
]);

/** Of nearly all messages, by what they say; see `PartFields.of`. */
const known = new Map<string, PartFields>();
const MAX_KNOWN = 256;
const MAX_KNOWN_CHARS = 160;

export class PartFields {
  readonly contentType: ParameterField;
  /** Lower case, only what a media type may hold. */
  readonly type: string;
  /** The type as it may be kept. */
  readonly keptType: string;
  /** A message inside, which is looked into. */
  readonly isMessage: boolean;
  /** Of a multipart. */
  readonly boundary: string;
  readonly disposition: string;
  readonly encoding: string;
  /** Each that a field gives, once. */
  readonly encodings: readonly string[];
  /** Nothing is to be undone. */
  readonly isPlainCoded: boolean;
  /** Not every program takes it for an encoding as it is written. */
  readonly isOddlyCoded: boolean;
  /** Two that are to be undone in different ways. */
  readonly isCodedTwice: boolean;
  readonly name: string;
  /** All that any field gives, as text. */
  readonly names: readonly string[];
  /** What any of its names ends in, the first that counts first; one empty where there is none. */
  readonly extensions: readonly string[];
  /** Two different media types: what a mail program shows is anybody's guess. */
  readonly isDoubled: boolean;
  /** Programs that read one or the other find other parts. */
  readonly isSplitTwice: boolean;
  /** It has a type that is no text: a mail program may show a file. */
  readonly isOther: boolean;
  /** The text that a mail program may show. */
  readonly textKind: 'plain' | 'html' | undefined;
  /** It may hold a message or files that are looked into. */
  readonly wrapper: WrapperKind | undefined;
  /** Where its relative links lead (RFC 2557 section 5, RFC 2110 section 5); not of files. */
  readonly bases: readonly string[];

  /** Most messages say one of a few things of themselves, which are read once. */
  static of(fields: readonly HeaderField[]): PartFields {
    let said = '';
    const own: HeaderField[] = [];
    for (const field of fields) {
      // Most fields are not of the part.
      if ((field.name.charCodeAt(0) | 0x20) !== 0x63) continue;
      own.push(field);
      said += `${field.name}:${field.value}\0`;
    }
    if (said.length > MAX_KNOWN_CHARS) return new PartFields(own);
    const before = known.get(said);
    if (before !== undefined) return before;
    const read = new PartFields(own);
    if (known.size >= MAX_KNOWN) known.clear();
    known.set(said, read);
    return read;
  }

  constructor(fields: readonly HeaderField[]) {
    const several: ParameterField[] = [];
    const dispositions: ParameterField[] = [];
    const written: string[] = [];
    const bases: string[] = [];
    for (const { name, value } of fields) {
      const key = name.toLowerCase();
      if (key === 'content-type') several.push(parseParameterField(value));
      if (key === 'content-transfer-encoding') written.push(unfold(value).toLowerCase());
      if (key === 'content-disposition') dispositions.push(parseParameterField(value));
      if (key === 'content-base' || key === 'content-location') bases.push(unfold(value));
    }
    this.isDoubled = several.some((one) => one.value !== several[0]?.value);
    // Parts that nobody looks into would be a hiding place.
    this.contentType =
      several.find((one) => one.value.startsWith('multipart/')) ??
      several[0] ??
      parseParameterField('');
    this.type = mediaType(this.contentType);
    this.keptType = keptMediaType(this.type);
    this.isMessage = holdsMessage(this.type);
    this.boundary = boundaryOf(this.contentType.parameters.get('boundary'));
    this.isSplitTwice = isSplitTwice(several);
    const all = this.isDoubled ? several.map(mediaType) : [this.type];
    this.isOther = all.some((type) => !type.startsWith('text/'));
    const hasText = all.some((type) => type.startsWith('text/'));
    // A browser shows both alike, and some mail programs do.
    const isHtml = all.includes('text/html') || all.includes('application/xhtml+xml');
    this.textKind = isHtml ? 'html' : hasText ? 'plain' : undefined;
    this.disposition = dispositions[0]?.value ?? '';
    const encodings = written.map(encodingOf);
    this.encodings = encodings.length < 2 ? encodings : [...new Set(encodings)];
    this.encoding = encodings[0] ?? '';
    this.isPlainCoded = isPlainCoding(this.encoding);
    this.isOddlyCoded = written.some(
      (one, i) => one !== encodings[i] && !isPlainCoding(encodings[i] ?? ''),
    );
    this.isCodedTwice = this.encodings.length > 1 && !this.encodings.every(isPlainCoding);
    const names = namesOf(dispositions, several);
    this.name = readableText(names[0] ?? '').slice(-MAX_NAME_CHARS);
    this.names = names.flatMap(readings);
    this.extensions = names.length === 0 ? NO_EXTENSIONS : extensionsOf(this.names);
    this.wrapper = wrapperKindOf(this.type, this.name, this.extensions);
    // A picture's location is its name, by which the page shows it; nothing is fetched from there.
    const hasLinks = isHtml || this.type.startsWith('multipart/');
    this.bases = hasLinks && bases.length > 0 ? bases : NO_BASES;
  }
}

const NO_EXTENSIONS: readonly string[] = [''];
const NO_BASES: readonly string[] = [];

function holdsMessage(type: string): boolean {
  return type.startsWith('message/') && !NO_MESSAGES.has(type.slice('message/'.length));
}

const boundaryOf = (value: string | undefined): string => value?.trimEnd() ?? '';

function isSplitTwice(types: readonly ParameterField[]): boolean {
  if (types.length < 2 && (types[0]?.others.length ?? 0) === 0) return false;
  const ways = new Set<string>();
  for (const one of types) {
    const type = mediaType(one);
    if (!type.startsWith('multipart/')) {
      ways.add(holdsMessage(type) ? 'message' : 'leaf');
      continue;
    }
    ways.add(`--${boundaryOf(one.parameters.get('boundary'))}`);
    for (const [name, value] of one.others) {
      if (name === 'boundary') ways.add(`--${boundaryOf(value)}`);
    }
  }
  return ways.size > 1;
}

/** RFC 2045 section 6.1 has one word; comments, quotes and more words are what some programs write. */
function encodingOf(written: string): string {
  if (/^[a-z0-9-]*$/.test(written)) return written;
  const words = withoutComments(written)
    .replace(/;[^]*$/, '')
    .replace(/["']/g, '')
    .trim();
  return isPlainCoding(words) ? words : (words.split(/\s/, 1)[0] ?? '');
}

/** RFC 2045 section 5.2: without a type, and with a senseless one, it is plain text. */
function mediaType({ value }: ParameterField): string {
  return /^[a-z0-9!#$&^_.+-]{1,64}\/[a-z0-9!#$&^_.+-]{1,100}$/.test(value) ? value : 'text/plain';
}

const BY_DISPOSITION = ['filename', 'name'];
const BY_TYPE = ['name', 'filename'];

/** All that any field gives: a program may take any of them. The first is what most take. */
function namesOf(
  dispositions: readonly ParameterField[],
  types: readonly ParameterField[],
): readonly string[] {
  const names: string[] = [];
  const take = ({ parameters }: ParameterField, key: string): void => {
    const name = parameters.get(key);
    if (name !== undefined && name !== '' && !names.includes(name)) names.push(name);
  };
  for (const key of BY_DISPOSITION) for (const field of dispositions) take(field, key);
  for (const key of BY_TYPE) for (const field of types) take(field, key);
  for (const { others } of [...dispositions, ...types]) {
    for (const [key, name] of others) {
      if (BY_TYPE.includes(key) && name !== '' && names.length < MAX_NAMES) names.push(name);
    }
  }
  return names;
}

/** The text, and where no program of ours knows the charset, the word as it stands. */
function readings(name: string): readonly string[] {
  const text = readableText(name);
  return /utf-7/i.test(name) && text !== name ? [text, name] : [text];
}

/** How a part is read by who undoes no transfer encoding of messages. */
export function outlineOf(own: PartFields): OutlinedPart {
  const isMultipart = own.type.startsWith('multipart/') && own.boundary !== '';
  const isText = own.textKind === 'plain' && !own.isOther && own.name === '';
  return {
    line: JSON.stringify([
      own.type,
      own.encoding.slice(0, 40),
      own.textKind ?? '',
      own.extensions.join(','),
    ]),
    plan: isMultipart
      ? { kind: 'multipart', boundary: own.boundary }
      : { kind: own.isMessage ? 'message' : 'leaf' },
    isPlain: isMultipart || own.isMessage || (isText && own.isPlainCoded),
  };
}
