/**
 * Real texts in place of made ones: bodies of messages in `.eml` and `.mbox` files of a folder and
 * its subfolders. Those in a folder whose name begins with `spam` are what attackers write.
 */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { PrimumError } from '../errors.ts';
import type { TextSource } from './texts.ts';

export const MAX_TEXTS = 20_000;
export const MAX_TEXT_CHARS = 4_000;
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
        if (list.length < MAX_TEXTS) list.push(text);
      }
    }
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new PrimumError('INPUT_UNREADABLE', `The texts in ${folder} cannot be read: ${why}`, {
      cause,
    });
  }
  if (good.length + bad.length > 0) return { good, bad };
  throw new PrimumError(
    'INPUT_UNREADABLE',
    `There is no plain text message in ${folder}. Put .eml or .mbox files there.`,
  );
}

function statOf(file: string): { readonly size: number; readonly isFile: boolean } {
  const found = statSync(file);
  return { size: found.size, isFile: found.isFile() };
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
