/** What a thread that reads large messages loads: each library in it is memory that every start takes. */
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readLookAlikes } from './look-alikes.ts';

/** Every module that is loaded with the file; types are not. */
function loadedWith(file: string, found = new Set<string>()): ReadonlySet<string> {
  if (found.has(file)) return found;
  found.add(file);
  const imports = readFileSync(file, 'utf8').matchAll(
    /^(?:import|export)(?! type)[^;']*?from '([^']+)';$/gm,
  );
  for (const [, name = ''] of imports) {
    if (name.startsWith('.')) loadedWith(resolve(dirname(file), name), found);
    else found.add(name);
  }
  return found;
}

describe('the thread that reads large messages', () => {
  it('loads no schemas: lists come to it checked', () => {
    const loaded = loadedWith(join(import.meta.dirname, 'reader-worker.ts'));
    expect(loaded).toContain('htmlparser2');
    expect(loaded).not.toContain('zod');
  });
});

describe('the list of letters that look alike', () => {
  it.each([
    ['null', 'letters'],
    ['{"letters":{"ab":"x"}}', 'ab'],
    ['{"letters":{"a":""}}', 'small letter'],
    ['{"letters":{"a":7}}', 'small letter'],
    [`{"letters":{"a":"${'x'.repeat(201)}"}}`, '200'],
  ])('is named with its mistake: %.24s', (content, reason) => {
    const file = join(mkdtempSync(join(tmpdir(), 'primum-letters-')), 'list.json');
    writeFileSync(file, content);
    expect(() => readLookAlikes(file)).toThrow(reason);
    expect(() => readLookAlikes(file)).toThrow(file);
  });
});
