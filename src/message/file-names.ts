/**
 * Which extensions the names of a file may come to: mail programs and file systems drop what they cannot
 * write, and not all of them the same.
 */
import { extensionOf } from './attachment.ts';

/** What any of them drops or undoes; nearly no name has it. */
const ODD = /[\x00-\x1f\x7f-\x9f%:'"`‘’“”«»\p{Cf}]|utf-7/iu;
const UNSEEN = /[\x00-\x1f\x7f-\x9f\p{Cf}]/gu;
const AT_END = /[\s.'"`‘’“”«»/\\]/u;

/** File systems stop at 255. */
const MAX_NAME_CHARS = 255;

/** A stream of NTFS, which is the file itself. */
const STREAM = /:[^:\s]{0,64}(?::\$[a-z_]{1,24})?$/i;

/** @param names all that a part gives. @returns in their order, each once; one empty where there is none. */
export function extensionsOf(names: readonly string[]): readonly string[] {
  const found = new Set<string>();
  for (const name of names) {
    for (const form of ODD.test(name) ? formsOf(name) : [name]) {
      const extension = extensionOf(form);
      if (extension !== '') found.add(extension);
    }
  }
  return found.size === 0 ? [''] : [...found];
}

function formsOf(name: string): Iterable<string> {
  const forms = new Set([name]);
  const addOf = (change: (form: string) => string): void => {
    for (const form of [...forms]) forms.add(change(form));
  };
  if (/utf-7/i.test(name)) addOf(withoutUtf7);
  addOf(withoutPercent);
  // C programs end a name at the first NUL; others leave such characters out.
  for (const form of [...forms]) {
    forms.add(form.split(/[\x00-\x1f]/, 1)[0] ?? '');
    forms.add(form.replace(UNSEEN, ''));
  }
  addOf(withoutEnd);
  addOf((form) => form.slice(-MAX_NAME_CHARS).replace(STREAM, ''));
  return forms;
}

const withoutPercent = (name: string): string =>
  name.replace(/%([0-9a-f]{2})/gi, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );

function withoutEnd(name: string): string {
  let end = name.length;
  while (end > 0 && AT_END.test(name[end - 1] as string)) end -= 1;
  return name.slice(0, end);
}

/** Of an encoded word in UTF-7 (RFC 2152), which is not decoded elsewhere. */
function withoutUtf7(name: string): string {
  const text = name.replace(/=\?utf-7\?q\?([^?]*)\?=/gi, '$1');
  return text.replace(/\+([A-Za-z0-9/]{1,64})-?/g, (_, coded: string) => {
    const bytes = Buffer.from(coded, 'base64');
    return bytes
      .subarray(0, bytes.length & ~1)
      .swap16()
      .toString('utf16le');
  });
}
