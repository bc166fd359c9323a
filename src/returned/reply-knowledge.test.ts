/** The shipped knowledge is read whole; a file with a mistake is refused with the place of it. */
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { PrimumError } from '../errors.ts';
import { readReplyKnowledge } from './reply-knowledge.ts';

function fileOf(content: string): string {
  const file = join(mkdtempSync(join(tmpdir(), 'primum-replies-')), 'texts.json');
  writeFileSync(file, content);
  return file;
}

describe('FBK-9: data/replies', () => {
  test('is read, with phrases in lower case as they are compared', () => {
    const { groups, listings, providers } = readReplyKnowledge();
    expect(providers.length).toBeGreaterThan(5);
    const phrases = [...groups, ...listings].flatMap((group) => group.phrases);
    expect(phrases.filter((phrase) => phrase !== phrase.toLowerCase())).toEqual([]);
  });

  test.each([
    ['{', 'JSON'],
    ['{"codes": [], "groups": [], "listings": [], "more": 1}', 'more'],
    [
      '{"codes": [{"detail": "x", "class": "other", "source": "y"}], "groups": [], "listings": []}',
      'codes[0].detail',
    ],
  ])('with %s is refused', (content, place) => {
    const read = () => readReplyKnowledge(fileOf(content));
    expect(read).toThrow(PrimumError);
    expect(read).toThrow(place);
  });
});
