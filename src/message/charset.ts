/** Text in any charset that a mail program may read, never failing. */
import iconv from 'iconv-lite';

export interface DecodedText {
  readonly text: string;
  /** The declared charset is not known; the text was guessed. */
  readonly isUnknown: boolean;
  /** So much so that a program which knows the charset may show another text. */
  readonly isUnread?: true;
  /** The same bytes as other programs may take them: by their mark, or without the label. */
  readonly others?: readonly string[];
}

/** Labels come from outside; a sender cannot make this grow without end. */
const MAX_LABELS = 100;

interface Decoder {
  /** Of one or several forms of the label the one that stands for them. */
  readonly label: string;
  readonly decode: (bytes: Uint8Array) => string;
  /** US-ASCII is other text in it. */
  readonly isOther: boolean;
  /** The two bytes of a character may stand in the other order. */
  readonly swapped?: 'utf-16le' | 'utf-16be';
}

const decoders = new Map<string, Decoder | undefined>();
const strictUtf8 = new TextDecoder('utf-8', { fatal: true });
const western = new TextDecoder('windows-1252');

/** What programs write for "no charset" or mean by US-ASCII; the bytes then decide. */
const PLAIN_LABELS = new Set(['', 'us-ascii', 'ascii', 'ansi_x3.4-1968', 'utf-8', 'utf8', '7bit']);

/** Says that the charset is not known, not that it is a strange one (RFC 1428 and old programs). */
const UNKNOWN_LABELS = new Set([
  ...['unknown-8bit', 'x-unknown', 'unknown', '8bit', 'none', 'default', 'ansi'],
]);

/** Transfer encodings that the library knows beside charsets. */
const NO_CHARSETS = /^\W*(?:base\W*64|hex)\W*$/;

/** @param charset the declared label, any case; empty when there is none. */
export function decodeText(bytes: Uint8Array, charset: string): DecodedText {
  const label = charset.trim().toLowerCase();
  const mark = markOf(bytes);
  if (mark !== undefined) return decodeMarked(bytes, label, mark);
  if (PLAIN_LABELS.has(label)) return { text: guess(bytes), isUnknown: false };
  const decoder = decoderOf(label);
  if (decoder === undefined) return decodeUnknown(bytes, label);
  const text = decoder.decode(bytes);
  if (!decoder.isOther) return { text, isUnknown: false };
  const swapped = decoder.swapped === undefined ? [] : [decodeAs(bytes, decoder.swapped)];
  return { text, isUnknown: false, others: [...swapped, guess(bytes)] };
}

/** Of what is no charset; a stranger may write anything there. */
export const OTHER_CHARSET = 'other';

/**
 * The label as it may be kept: those that programs know, of which there are some hundreds.
 * @param charset the declared label, any case. @returns empty where there is none.
 */
export function charsetLabel(charset: string): string {
  const label = charset.trim().toLowerCase();
  if (PLAIN_LABELS.has(label) || UNKNOWN_LABELS.has(label)) return label;
  return decoderOf(label)?.label ?? OTHER_CHARSET;
}

/** UTF-8 where it holds, else the Western bytes that old programs send. */
function guess(bytes: Uint8Array): string {
  try {
    return strictUtf8.decode(bytes);
  } catch {
    return western.decode(bytes);
  }
}

type Mark = 'utf-16le' | 'utf-16be' | 'utf-32le' | 'utf-32be';

/** Of UTF-16 and UTF-32; that of UTF-8 needs none to look for it. */
function markOf(bytes: Uint8Array): Mark | undefined {
  const first = bytes[0];
  if (first !== 0xff && first !== 0xfe && first !== 0) return undefined;
  const [, second, third, fourth] = bytes;
  if (first === 0xff && second === 0xfe) {
    return third === 0 && fourth === 0 ? 'utf-32le' : 'utf-16le';
  }
  if (first === 0xfe && second === 0xff) return 'utf-16be';
  const isLong = first === 0 && second === 0 && third === 0xfe && fourth === 0xff;
  return isLong ? 'utf-32be' : undefined;
}

/** Browsers go by the mark, many mail programs by the label: both are read. */
function decodeMarked(bytes: Uint8Array, label: string, mark: Mark): DecodedText {
  const marked = decodeAs(bytes, mark);
  if (/^(?:utf|ucs|iso)\W?(?:16|32|2|4|10646)/.test(label)) {
    return { text: marked, isUnknown: false, others: [guess(bytes)] };
  }
  const decoder = PLAIN_LABELS.has(label) ? undefined : decoderOf(label);
  const unmarked = decoder === undefined ? guess(bytes) : decoder.decode(bytes);
  const isUnknown = decoder === undefined && !PLAIN_LABELS.has(label);
  // Whatever the language, a line of UTF-16 has a blank or an end, and so a zero byte.
  const isMarked = decoder === undefined && bytes.includes(0);
  return isMarked
    ? { text: marked, isUnknown, others: [unmarked] }
    : { text: unmarked, isUnknown, others: [marked] };
}

const decodeAs = (bytes: Uint8Array, label: string): string =>
  decoderOf(label)?.decode(bytes) ?? guess(bytes);

/** Nearly always a misspelled label, over bytes that say by themselves what they are. */
function decodeUnknown(bytes: Uint8Array, label: string): DecodedText {
  const text = guess(bytes);
  const isSure = UNKNOWN_LABELS.has(label) || (isUtf8(bytes) && !SHIFTS.test(text));
  return { text, isUnknown: true, ...(!isSure && { isUnread: true }) };
}

/** What changes the meaning of printable bytes behind it. */
const SHIFTS = /[\0-\x08\x0b\x0e-\x1f\x7f]/;

function isUtf8(bytes: Uint8Array): boolean {
  try {
    strictUtf8.decode(bytes);
    return true;
  } catch {
    return false;
  }
}

function decoderOf(label: string): Decoder | undefined {
  if (decoders.has(label)) return decoders.get(label);
  const decoder =
    ofPlatform(label) ??
    ofShifts(label) ??
    ofLibrary(/utf-?7(?!.*imap)/.test(label) ? 'utf-7' : label);
  if (decoders.size < MAX_LABELS) decoders.set(label, decoder);
  return decoder;
}

/** Those of the WHATWG Encoding Standard. */
function ofPlatform(label: string): Decoder | undefined {
  try {
    const decoder = new TextDecoder(label);
    const decode = (bytes: Uint8Array): string => decoder.decode(bytes);
    if (!decoder.encoding.startsWith('utf-16')) return { label, decode, isOther: false };
    const swapped = decoder.encoding === 'utf-16le' ? 'utf-16be' : 'utf-16le';
    return { label, decode, isOther: true, swapped };
  } catch {
    return undefined;
  }
}

/** Mail of Korea (RFC 1557) and China (RFC 1843) in seven bits, which browsers know no more. */
const SHIFTED = [
  { label: /^(?:cs)?iso-?2022-?kr$/, shift: /\x1b\$\)C|\x0e([^\x0f]*)\x0f?/g, charset: 'euc-kr' },
  { label: /^hz(?:-gb-?2312)?$/, shift: /~~|~\n|~\{([^]*?)(?:~\}|\n|$)/g, charset: 'gbk' },
];

function ofShifts(label: string): Decoder | undefined {
  const form = SHIFTED.find((one) => one.label.test(label));
  if (form === undefined) return undefined;
  const eightBit = new TextDecoder(form.charset);
  const decode = (bytes: Uint8Array): string => {
    const text = Buffer.from(bytes).toString('latin1');
    const lifted = text.replace(form.shift, (whole: string, run: string | undefined) =>
      run === undefined ? whole.slice(0, whole === '~~' ? 1 : 0) : lift(run),
    );
    return eightBit.decode(latin1Bytes(lifted));
  };
  return { label, decode, isOther: true };
}

/** Two bytes of seven bits as the same letter of eight. */
function lift(run: string): string {
  return run.replace(/[\x21-\x7e]/g, (char) => String.fromCharCode(char.charCodeAt(0) | 0x80));
}

/** UTF-7 (RFC 2152), UTF-32, and code pages that browsers do not know but mail programs do. */
function ofLibrary(label: string): Decoder | undefined {
  if (NO_CHARSETS.test(label) || !iconv.encodingExists(label)) return undefined;
  const decode = (bytes: Uint8Array): string => iconv.decode(Buffer.from(bytes), label);
  // The library passes over all other characters, so that they could say anything.
  const kept = label.replace(/:\d{4}$|[^0-9a-z]/g, '');
  return { label: kept, decode, isOther: decode(Buffer.from(PROBE)) !== PROBE };
}

/** Text that is other text in UTF-7, in that of IMAP, and in what has more than one byte a letter. */
const PROBE = 'a+AGE-&AGE-a';

/** The bytes that a latin1 string stands for. */
export function latin1Bytes(text: string): Uint8Array {
  return Buffer.from(text, 'latin1');
}
