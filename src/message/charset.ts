/** Text in any charset the platform knows (WHATWG Encoding), never failing. */

export interface DecodedText {
  readonly text: string;
  /** The declared charset is not known; the text was guessed. */
  readonly isUnknown: boolean;
}

/** Labels come from outside; a sender cannot make this grow without end. */
const MAX_LABELS = 100;

type Decoder = InstanceType<typeof TextDecoder>;

const decoders = new Map<string, Decoder | undefined>();
const strictUtf8 = new TextDecoder('utf-8', { fatal: true });
const western = new TextDecoder('windows-1252');

/** What programs write for "no charset" or mean by US-ASCII; the bytes then decide. */
const PLAIN_LABELS = new Set(['', 'us-ascii', 'ascii', 'ansi_x3.4-1968', 'utf-8', 'utf8', '7bit']);

/** @param charset the declared label, any case; empty when there is none. */
export function decodeText(bytes: Uint8Array, charset: string): DecodedText {
  const label = charset.trim().toLowerCase();
  if (PLAIN_LABELS.has(label)) return { text: guess(bytes), isUnknown: false };
  const decoder = decoderOf(label);
  if (decoder === undefined) return { text: guess(bytes), isUnknown: true };
  return { text: decoder.decode(bytes), isUnknown: false };
}

/** UTF-8 where it holds, else the Western bytes that old programs send. */
function guess(bytes: Uint8Array): string {
  try {
    return strictUtf8.decode(bytes);
  } catch {
    return western.decode(bytes);
  }
}

function decoderOf(label: string): Decoder | undefined {
  if (decoders.has(label)) return decoders.get(label);
  let decoder: Decoder | undefined;
  try {
    decoder = new TextDecoder(label);
  } catch {
    decoder = undefined;
  }
  if (decoders.size < MAX_LABELS) decoders.set(label, decoder);
  return decoder;
}

/** The bytes that a latin1 string stands for. */
export function latin1Bytes(text: string): Uint8Array {
  return Buffer.from(text, 'latin1');
}
