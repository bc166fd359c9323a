/** The shipped list of dangerous attachment types (data/attachment-types), read once. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import {
  ATTACHMENT_KINDS,
  type AttachmentKind,
  type AttachmentKinds,
} from '../core/message/content.ts';
import { isKeptExtension } from '../core/message/extension.ts';
import { PrimumError } from '../errors.ts';

const FILE = fileURLToPath(new URL('../../data/attachment-types/kinds.json', import.meta.url));
export const MAX_KINDS_BYTES = 64 * 1024;

let loaded: AttachmentKinds | undefined;

/** @throws PrimumError INPUT_UNREADABLE */
export function loadAttachmentKinds(): AttachmentKinds {
  loaded ??= readAttachmentKinds(FILE);
  return loaded;
}

/** @throws PrimumError INPUT_UNREADABLE */
export function readAttachmentKinds(file: string): AttachmentKinds {
  try {
    const text = readFileSync(file, 'utf8');
    if (text.length > MAX_KINDS_BYTES)
      throw new Error(`It has more than ${MAX_KINDS_BYTES} bytes.`);
    return kindsOf(JSON.parse(text));
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new PrimumError(
      'INPUT_UNREADABLE',
      `The list of attachment types ${file} cannot be used: ${why} Install it anew.`,
      { cause },
    );
  }
}

function kindsOf(content: unknown): AttachmentKinds {
  const rows = isObject(content) ? content['kinds'] : undefined;
  if (!Array.isArray(rows)) throw new Error('The list "kinds" is missing.');
  const found = new Map<string, AttachmentKind>();
  for (const row of rows as readonly unknown[]) {
    const { kind, extensions } = isObject(row) ? row : {};
    if (!ATTACHMENT_KINDS.includes(kind as AttachmentKind) || !Array.isArray(extensions)) {
      throw new Error('A row needs a known "kind" and "extensions".');
    }
    for (const extension of extensions as readonly unknown[]) {
      if (typeof extension !== 'string' || !isKeptExtension(extension)) {
        throw new Error(
          'An extension has 1 to 10 lower-case letters and digits, or letters and -ms.',
        );
      }
      if (found.has(extension)) throw new Error(`The extension ${extension} stands twice.`);
      found.set(extension, kind as AttachmentKind);
    }
  }
  return found;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
