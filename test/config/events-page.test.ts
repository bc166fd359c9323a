/** The page about events names every kind and field that the reader knows, with its form. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { EVENT_FIELDS } from '../../src/core/read-event.ts';
import { eventTables, messageRows } from '../../tools/docs-events.ts';

const root = join(import.meta.dirname, '..', '..');
const page = readFileSync(join(root, 'docs/reference/events.md'), 'utf8');

describe('docs/reference/events.md', () => {
  it.each(Object.entries(EVENT_FIELDS))('names %s and its fields', (kind, fields) => {
    const section = page.split(`### \`${kind}\`\n`)[1]?.split('\n#')[0] ?? '';
    for (const name of fields.required)
      expect(section).toMatch(new RegExp(`\\| \`${name}\` +\\| yes`));
    for (const name of fields.optional) {
      if (name !== 'mta') expect(section).toContain(`| \`${name}\` `);
    }
  });

  it('leaves no kind without fields', () => {
    const bare = eventTables().filter(({ rows }) => rows.length === 0);
    expect(bare.map(({ kind }) => kind)).toEqual([]);
  });

  it('knows the form of every field', () => {
    const forms = eventTables().flatMap(({ kind, rows }) =>
      rows.map(([name, , form]) => `${kind}.${name}: ${form}`),
    );
    expect([...forms, ...messageRows().map((row) => row.join(': '))]).not.toContainEqual(
      expect.stringMatching(/: $/),
    );
  });

  it.each(['newline', 'does not know is passed over', 'kept as it is', 'counts once', 'goes back'])(
    'says what happens with what is not as it should be: %s',
    (words) => {
      expect(page).toContain(words);
    },
  );
});

describe('the README of the published package', () => {
  it('links only to what is in the package', () => {
    const { files } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
      files: readonly string[];
    };
    // npm adds these by itself.
    const packed = [...files, 'README.md', 'LICENSE', 'package.json'];
    const links = [...readFileSync(join(root, 'README.md'), 'utf8').matchAll(/\]\(([^)#]+)/g)]
      .map((match) => match[1] ?? '')
      .filter((link) => !link.includes('://'));
    expect(links.length).toBeGreaterThan(5);
    expect(links.filter((link) => !packed.includes(link.split('/')[0] ?? ''))).toEqual([]);
  });
});
