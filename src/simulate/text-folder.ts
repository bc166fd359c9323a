/**
 * Real texts in place of made ones, of messages in the files of a folder and its subfolders: bodies
 * in a folder whose name begins with `spam` are what attackers write; of all others the sentences
 * are taken, for people who never met do not write the same letter.
 */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { PrimumError } from '../errors.ts';
import type { TextSource } from './texts.ts';

export const MAX_TEXTS = 20_000;
export const MAX_TEXT_CHARS = 4_000;
export const MAX_SENTENCES = 200_000;
const MAX_FILE_BYTES = 64 * 1024 * 1024;

/** @throws PrimumError INPUT_UNREADABLE */
export function loadTexts(folder: string): TextSource {
  const good: string[] = [];
  const bad: string[] = [];
  try {
    const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort();
    for (const name of files) {
      const file = join(folder, name);
      const { size, isFile } = statOf(file);
      if (!isFile || size > MAX_FILE_BYTES) continue;
      const list = relative(folder, file)
        .split(sep)
        .some((part) => /^spam/i.test(part))
        ? bad
        : good;
      for (const text of textsOf(readFileSync(file, 'latin1'))) {
        if (list === good) pushUpTo(MAX_SENTENCES, good, sentencesOf(text));
        else pushUpTo(MAX_TEXTS, bad, [text]);
      }
    }
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new PrimumError('INPUT_UNREADABLE', `The texts in ${folder} cannot be read: ${why}`, {
      cause,
    });
  }
  // What stands below each message of a list is nobody's own.
  if (good.length + bad.length > 0) return { good: [...new Set(good)], bad };
  throw new PrimumError(
    'INPUT_UNREADABLE',
    `There is no plain text message in ${folder}. Put .eml or .mbox files there.`,
  );
}

function statOf(file: string): { readonly size: number; readonly isFile: boolean } {
  const found = statSync(file);
  return { size: found.size, isFile: found.isFile() };
}

function pushUpTo(most: number, to: string[], more: readonly string[]): void {
  to.push(...more.slice(0, most - to.length));
}

// What a letter answers, who wrote that, and the signature.
const NOT_WRITTEN = /^(?:\s*[>|#]|.*\bwrote:\s*$|\s*[-=_*~.\s]*$)/;
const SIGNATURE = /^-- ?$/m;
const SENTENCE_CHARS = { least: 12, most: 400 };

/** What the writer of a body says himself, sentence by sentence. */
export function sentencesOf(body: string): readonly string[] {
  const [own = ''] = body.split(SIGNATURE);
  return own
    .split('\n')
    .map((line) => (NOT_WRITTEN.test(line) ? '' : line.trim()))
    .join('\n')
    .split(/\n{2,}/)
    .flatMap((paragraph) => paragraph.replaceAll('\n', ' ').split(/(?<=[.!?])\s+/))
    .filter(({ length }) => length >= SENTENCE_CHARS.least && length <= SENTENCE_CHARS.most);
}

/** Plain bodies of a file's messages; others are left out. */
export function textsOf(content: string): readonly string[] {
  const messages = content.startsWith('From ')
    ? content.split(/^From .*\r?\n/m).slice(1)
    : [content];
  return messages.map(bodyOf).filter((text) => text.trim() !== '');
}

function bodyOf(message: string): string {
  const [, header = '', body = ''] = /^([\s\S]*?)\r?\n\r?\n([\s\S]*)$/.exec(message) ?? [];
  const type = /^content-type:\s*([^;\s]+)/im.exec(header)?.[1] ?? 'text/plain';
  const encoding = /^content-transfer-encoding:\s*(\S+)/im.exec(header)?.[1] ?? '7bit';
  if (type.toLowerCase() !== 'text/plain' || !/^(7bit|8bit|binary)$/i.test(encoding)) return '';
  // Bytes that are not ASCII would need their charset: the text is used for its words.
  return body
    .replaceAll('\r', '')
    .replace(/[^\n\t\x20-\x7e]/g, '?')
    .slice(0, MAX_TEXT_CHARS)
    .trimEnd();
}
