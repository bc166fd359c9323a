/** FBK-4: whether a message that came back is, whole and unchanged, a letter that we wrote. */
import { createReadStream } from 'node:fs';
import type { HeaderField } from '../message/contract.ts';
import { splitHeader, unfold } from '../message/header-fields.ts';
import { Notes } from '../message/notes.ts';
import { createTransferDecoder } from '../message/transfer-decoding.ts';
import type { SpooledMessage } from '../spool/contract.ts';
import { tokenIn, proofWord } from '../watch/proofs.ts';

/** Ours has one; the rest is what servers on its way wrote above it. */
export const MAX_LETTER_BYTES = 64 * 1024;

export interface OwnLetter {
  readonly token: string;
  /** Decoded, to be compared with what was written. */
  readonly text: string;
}

/** What a person wrote holds the token too, in its subject or as a quotation: only the form tells. */
export async function readOwnLetter(
  { sender, file }: Pick<SpooledMessage, 'sender' | 'file'>,
  from: string,
): Promise<OwnLetter | undefined> {
  if (!isOwnSender(sender, from)) return undefined;
  const bytes = await readStart(file);
  if (bytes.length > MAX_LETTER_BYTES) return undefined;
  const notes = new Notes();
  const { fields, bodyAt } = splitHeader(bytes, notes);
  const token = tokenIn(only(fields, 'message-id'));
  if (token === undefined || !isOwnHeader(fields, token, from)) return undefined;
  const encoding = only(fields, 'content-transfer-encoding').toLowerCase();
  const decoder = createTransferDecoder(encoding, notes);
  const body = Buffer.from(decoder.decode(bytes.subarray(bodyAt))).toString('utf8');
  return { token, text: body + Buffer.from(decoder.end()).toString('utf8') };
}

/** Servers change line ends and the space before them, and nothing else. */
export function isSameText(a: string, b: string): boolean {
  return bare(a) === bare(b);
}

const bare = (text: string): string => text.replaceAll(/[ \t]*\r?\n/g, '\n').trimEnd();

/** As it was sent, or by a copy that is made without a sender or by a hop that rewrites it (SRS). */
function isOwnSender(sender: string, from: string): boolean {
  const [own, given] = [from.toLowerCase(), sender.toLowerCase()];
  if (given === '' || given === own) return true;
  const at = own.lastIndexOf('@');
  const wrapped = `=${own.slice(at + 1)}=${own.slice(0, at)}@`;
  return /^srs[01][-+=]/.test(given) && given.includes(wrapped);
}

function isOwnHeader(fields: readonly HeaderField[], token: string, from: string): boolean {
  const type = only(fields, 'content-type').toLowerCase();
  return (
    only(fields, 'message-id').startsWith(`<${proofWord(token)}@`) &&
    only(fields, 'x-primum-delivery') === proofWord(token) &&
    only(fields, 'auto-submitted').toLowerCase() === 'auto-generated' &&
    only(fields, 'from')
      .toLowerCase()
      .replace(/^<(.*)>$/, '$1') === from.toLowerCase() &&
    (type === '' || /^text\/plain(?:$|[\s;])/.test(type))
  );
}

/** Empty where there is none, or more than one. */
function only(fields: readonly HeaderField[], name: string): string {
  const found = fields.filter((field) => field.name.toLowerCase() === name);
  return found.length === 1 ? unfold(found[0]?.value ?? '').trim() : '';
}

async function readStart({ path, start }: SpooledMessage['file']): Promise<Buffer> {
  const pieces: Buffer[] = [];
  const bounds = { start, end: start + MAX_LETTER_BYTES };
  for await (const piece of createReadStream(path, bounds)) pieces.push(piece as Buffer);
  return Buffer.concat(pieces);
}
