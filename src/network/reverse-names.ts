/** The shipped knowledge of reverse names (data/rdns), read once. */
import { readFileSync } from 'node:fs';
import { getDomain } from 'tldts';
import { z } from 'zod';
import { classifyName, type NameVerdict } from '../core/reverse-name/classify.ts';
import type { NameKnowledge, NameWord } from '../core/reverse-name/knowledge.ts';
import { PrimumError } from '../errors.ts';
import { dataPath } from './package-files.ts';

const texts = z.array(z.string());

const wordsFile = z.strictObject({
  about: texts,
  sources: texts,
  groups: z.array(
    z.strictObject({
      meaning: z.enum([
        ...(['dynamic', 'access', 'customer', 'static'] as const),
        ...(['business', 'mail', 'relay', 'server'] as const),
      ]),
      weight: z.number(),
      says: z.string(),
      words: z.record(z.string(), z.array(z.string().regex(/^[a-z0-9]+$/))),
    }),
  ),
});

const meaning = z.enum(['home', 'provider', 'business', 'hosting', 'mail']);

const suffixesFile = z.strictObject({
  about: texts,
  sources: texts,
  labels: z.array(z.strictObject({ suffix: z.string(), label: z.string(), meaning })),
  entries: z.record(meaning, texts),
});

let loaded: NameKnowledge | undefined;

/** @throws PrimumError INPUT_UNREADABLE. */
export function loadNameKnowledge(): NameKnowledge {
  loaded ??= readNameKnowledge(dataPath('rdns', 'words.json'), dataPath('rdns', 'suffixes.json'));
  return loaded;
}

/** What a reverse name says of its line. @param address Without it only the form counts. */
export function judgeReverseName(name: string, address?: string): NameVerdict {
  return classifyName(name, address, loadNameKnowledge());
}

export function readNameKnowledge(wordsPath: string, suffixesPath: string): NameKnowledge {
  const { groups } = readJson(wordsPath, wordsFile);
  const { entries, labels } = readJson(suffixesPath, suffixesFile);
  const words = new Map<string, NameWord>();
  for (const { words: byLanguage, ...word } of groups) {
    // A word that two groups have keeps the first meaning: dynamic goes before all others.
    for (const text of Object.values(byLanguage).flat()) {
      if (!words.has(text)) words.set(text, word);
    }
  }
  return {
    words,
    suffixes: new Map(
      meaning.options.flatMap((kind) => entries[kind].map((suffix) => [suffix, kind] as const)),
    ),
    labels: labels.map((entry) => ({ ...entry, label: new RegExp(entry.label, 'i') })),
    registeredDomain: (name) => getDomain(name) ?? name,
  };
}

function readJson<T>(path: string, schema: z.ZodType<T>): T {
  try {
    return schema.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch (cause) {
    throw new PrimumError(
      'INPUT_UNREADABLE',
      `The data about reverse names ${path} cannot be read. Mend it, or install it anew.`,
      { cause },
    );
  }
}
