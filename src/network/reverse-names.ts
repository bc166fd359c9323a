/** The shipped knowledge of reverse names (data/rdns), read once. */
import { readFileSync } from 'node:fs';
import { domainToASCII } from 'node:url';
import { getDomain } from 'tldts';
import { z } from 'zod';
import { classifyName, type NameVerdict } from '../core/reverse-name/classify.ts';
import { MAX_NAME_LENGTH } from '../core/reverse-name/host-name.ts';
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
        ...(['dynamic', 'access', 'concentrator', 'customer', 'static'] as const),
        ...(['business', 'mail', 'relay', 'server'] as const),
      ]),
      weight: z.number(),
      says: z.string(),
      words: z.record(z.string(), z.array(z.string().regex(/^[a-z0-9]+$/))),
    }),
  ),
});

const meaning = z.enum(['home', 'provider', 'business', 'hosting', 'mail', 'shared']);

const regularExpression = z
  .string()
  .max(500)
  .refine(isExpression, 'is no regular expression')
  .transform((text) => new RegExp(text, 'i'));

const suffixesFile = z.strictObject({
  about: texts,
  sources: texts,
  labels: z.array(
    z.strictObject({
      suffix: z.string(),
      label: regularExpression,
      meaning,
      source: z.string().optional(),
    }),
  ),
  entries: z.record(meaning, texts),
});

const domainsFile = z.strictObject({
  about: texts,
  sources: texts,
  domains: z.array(
    z.strictObject({
      label: regularExpression,
      weight: z.number(),
      needsAddress: z.boolean().default(false),
      says: z.string(),
    }),
  ),
  networkZones: z.array(z.string().regex(/^[a-z]+(\.([a-z]+|\*))?$/)),
});

let loaded: NameKnowledge | undefined;

/** @throws PrimumError INPUT_UNREADABLE. */
export function loadNameKnowledge(): NameKnowledge {
  loaded ??= readNameKnowledge((file) => dataPath('rdns', file));
  return loaded;
}

/** What a reverse name says of its line. @param address Without it only the form counts. */
export function judgeReverseName(name: string, address?: string): NameVerdict {
  return classifyName(inAscii(name), address, loadNameKnowledge());
}

/** Somebody who reads a name sees its letters; in DNS it stands as `xn--` (RFC 5891). */
function inAscii(name: string): string {
  // Longer than any name: not worth the work.
  if (name.length > 4 * MAX_NAME_LENGTH || !/[^\0-\x7f]/.test(name)) return name;
  return domainToASCII(name) || name;
}

/** @param pathOf The path of one of the files of data/rdns. */
export function readNameKnowledge(pathOf: (file: string) => string): NameKnowledge {
  const { groups } = readJson(pathOf('words.json'), wordsFile);
  const { entries, labels } = readJson(pathOf('suffixes.json'), suffixesFile);
  const { domains, networkZones } = readJson(pathOf('domains.json'), domainsFile);
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
    labels,
    domains,
    networkZones: zonesOf(networkZones),
    registeredDomain: (name) => getDomain(name) ?? name,
  };
}

function zonesOf(zones: readonly string[]): RegExp {
  const forms = zones.map((zone) => zone.replace('.', '\\.').replace('*', '[a-z]{2}'));
  return new RegExp(`^(?:${forms.join('|')})$`);
}

function isExpression(text: string): boolean {
  try {
    new RegExp(text);
    return true;
  } catch {
    return false;
  }
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
