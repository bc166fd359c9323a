import { readFile, writeFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { PrimumError } from '../errors.ts';
import { parseNetwork } from './address.ts';
import {
  createClassifier,
  MAX_CLASS_FILE_BYTES,
  MAX_OPERATOR_NETWORKS,
  readShippedClasses,
} from './classes.ts';
import { loadFreemail, readFreemail } from './freemail.ts';
import { dataPath, packageFolder } from './package-files.ts';

async function knownSystems(): Promise<Set<number>> {
  const folder = packageFolder('@ip-location-db/asn') ?? '';
  const known = new Set<number>();
  for (const file of ['asn-ipv4-num.csv', 'asn-ipv6-num.csv']) {
    const text = await readFile(join(folder, file), 'latin1');
    for (const match of text.matchAll(/^\d+,\d+,(\d+),/gm)) known.add(Number(match[1]));
  }
  return known;
}

describe('the shipped lists of network classes (ACC-10)', () => {
  test('name every network and system once, and only systems that exist', async () => {
    const classes = await readShippedClasses(dataPath('networks'));
    const systems = classes.flatMap((entry) => entry.asns ?? []);
    const texts = classes.flatMap((entry) => entry.networks ?? []);
    expect(new Set(systems).size).toBe(systems.length);
    expect(new Set(texts).size).toBe(texts.length);
    const known = await knownSystems();
    expect(systems.filter((asn) => !known.has(asn))).toEqual([]);
    for (const text of texts) expect(parseNetwork(text).ok).toBe(true);
  });

  test('have every class, and a name stands for one thing', async () => {
    const classes = await readShippedClasses(dataPath('networks'));
    expect(new Set(classes.map((entry) => entry.class))).toEqual(
      new Set(['fetcher', 'mobile', 'relay', 'hosting', 'tor', 'local']),
    );
    const names = classes.map((entry) => `${entry.class}:${entry.name}`);
    expect(new Set(names).size).toBe(names.length);
  });

  test('that are broken are an error naming the file', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'primum-classes-'));
    try {
      const file = join(folder, 'mobile.json');
      await writeFile(file, '{"class":"mobil","entries":[]}');
      const error: unknown = await readShippedClasses(folder).catch((reason: unknown) => reason);
      expect(error).toBeInstanceOf(PrimumError);
      expect(String(error)).toContain(`The list of network classes ${file} cannot be used`);
      await writeFile(file, ' '.repeat(MAX_CLASS_FILE_BYTES + 1));
      await expect(readShippedClasses(folder)).rejects.toThrow(`${MAX_CLASS_FILE_BYTES} bytes`);
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  test('stay within the bound, and so do those of the operator', () => {
    const asns = Array.from({ length: MAX_OPERATOR_NETWORKS + 1 }, (_, index) => index + 1);
    const entry = { name: 'Everything', class: 'relay' as const };
    expect(() => createClassifier([], [{ ...entry, asns: asns.slice(1) }])).not.toThrow();
    expect(() => createClassifier([], [{ ...entry, asns }])).toThrow(
      `more than ${MAX_OPERATOR_NETWORKS} networks`,
    );
  });
});

describe('the list of free mail providers', () => {
  test('holds the well-known ones in lower case, without its own comments', () => {
    const domains = loadFreemail();
    for (const domain of ['gmail.com', 'gmx.de', 'outlook.com', 'yahoo.com', 'mail.ru']) {
      expect(domains.has(domain)).toBe(true);
    }
    expect(domains.has('example.com')).toBe(false);
    expect(domains.size).toBe(14125);
    expect([...domains].filter((domain) => !/^[a-z0-9_.-]+\.[a-z0-9-]+$/.test(domain))).toEqual([]);
    expect(loadFreemail()).toBe(domains);
  });

  test('that is gone is an error with a remedy', () => {
    expect(() => readFreemail('/nonexistent/domains.txt')).toThrow(
      'The list of free mail providers /nonexistent/domains.txt cannot be read. Install it anew.',
    );
  });
});
