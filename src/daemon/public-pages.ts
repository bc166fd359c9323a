/**
 * Texts and look of the public pages and answers: ours, and over them what the operator's folder has. A
 * mistake there is named with its file before anything listens. Everything is text; nothing of it is HTML.
 */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Config } from '../config/load.ts';
import type { PublicPages } from '../doors/api/desk-parts.ts';
import { PrimumError } from '../errors.ts';
import { mtaName } from './options.ts';

const SHIPPED = fileURLToPath(new URL('../../data/public-pages/', import.meta.url));
/** Of one file: a policy of a hundred pages fits. */
export const MAX_TEMPLATE_BYTES = 512 * 1024;
export const MAX_LANGUAGES = 50;
/** Languages are chosen by their first two letters (RFC 5646 §2.2.1). */
const LANGUAGE = /^[a-z]{2}$/;

type Texts = Readonly<Record<string, string>>;

/** @throws PrimumError CONFIG_INVALID, with the file and what is wrong in it. */
export function loadPublicPages(config: Config): PublicPages {
  const { templates, language } = config.pages;
  const shipped = readLanguages(SHIPPED);
  const english = shipped['en'] ?? {};
  const own = templates === undefined ? {} : readOwn(templates, english);
  const texts: Record<string, Texts> = { ...shipped };
  for (const [code, over] of Object.entries(own)) {
    // What a language leaves out is said in English.
    texts[code] = { ...(shipped[code] ?? english), ...over };
  }
  if (texts[language] === undefined) {
    const known = Object.keys(texts).sort().join(', ');
    throw new PrimumError(
      'CONFIG_INVALID',
      `pages.language: there is no language ${language}; there are ${known}. Name one of them, or add ${language}.json to pages.templates.`,
    );
  }
  const style = templates === undefined ? undefined : readMaybe(join(templates, 'style.css'));
  return {
    texts,
    style: style ?? readFileSync(join(SHIPPED, 'style.css'), 'utf8'),
    operator: config.pages.name ?? mtaName(config),
    language,
  };
}

/** The keys of answers that a reviewer may send as they are. */
export function readyAnswers({ texts, language: first }: PublicPages): readonly {
  readonly language: string;
  readonly text: string;
}[] {
  const languages = Object.entries(texts).sort(
    ([a], [b]) => Number(b === first) - Number(a === first) || (a < b ? -1 : 1),
  );
  return languages.flatMap(([language, all]) =>
    Object.entries(all)
      .filter(([key]) => /^answer_\d$/.test(key))
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([, text]) => ({ language, text })),
  );
}

function readOwn(folder: string, english: Texts): Readonly<Record<string, Texts>> {
  const own = readLanguages(folder);
  for (const [code, texts] of Object.entries(own)) {
    const path = join(folder, `${code}.json`);
    for (const [key, text] of Object.entries(texts)) {
      if (!Object.hasOwn(english, key) && !/^answer_\d$/.test(key)) {
        throw wrong(
          path,
          `"${key.slice(0, 60)}" is no text of the pages; the shipped en.json has all`,
        );
      }
      const unknown = [...text.matchAll(/\{(\w+)\}/g)].find(
        ([, name = '']) => !(key.startsWith('answer_mail_') && name === 'reference'),
      );
      if (unknown !== undefined) {
        throw wrong(path, `"${key}" has ${unknown[0]}, for which nothing is put in there`);
      }
    }
  }
  return own;
}

function readLanguages(folder: string): Readonly<Record<string, Texts>> {
  const names = namesIn(folder).filter((name) => extname(name) === '.json');
  if (names.length > MAX_LANGUAGES) {
    throw wrong(folder, `there are more than ${MAX_LANGUAGES} languages`);
  }
  return Object.fromEntries(
    names.map((name) => {
      const path = join(folder, name);
      const code = basename(name, '.json');
      if (!LANGUAGE.test(code)) {
        throw wrong(
          path,
          'a file of texts is named by the two small letters of its language, such as fr.json',
        );
      }
      return [code, readTexts(path)];
    }),
  );
}

function readTexts(path: string): Texts {
  let value: unknown;
  try {
    value = JSON.parse(readFile(path));
  } catch (error) {
    if (error instanceof PrimumError) throw error;
    throw wrong(path, `it is not JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw wrong(path, 'it is not an object of texts');
  }
  const other = Object.entries(value).find(([, text]) => typeof text !== 'string');
  if (other !== undefined) throw wrong(path, `"${other[0].slice(0, 60)}" is not a text`);
  return value as Texts;
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    throw wrong(folder, reasonOf(error));
  }
}

/** `undefined` where there is none. */
function readMaybe(path: string): string | undefined {
  try {
    return readFile(path);
  } catch (error) {
    const { cause } = error as { cause?: unknown };
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return undefined;
    throw error;
  }
}

function readFile(path: string): string {
  try {
    if (statSync(path).size > MAX_TEMPLATE_BYTES) {
      throw wrong(path, `it has more than ${MAX_TEMPLATE_BYTES} bytes`);
    }
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (error instanceof PrimumError) throw error;
    throw wrong(path, reasonOf(error), error);
  }
}

function reasonOf(error: unknown): string {
  return `it cannot be read: ${error instanceof Error ? error.message : String(error)}`;
}

function wrong(path: string, what: string, cause?: unknown): PrimumError {
  return new PrimumError(
    'CONFIG_INVALID',
    `pages.templates: ${path}: ${what}. Mend it, then start again.`,
    { cause },
  );
}
