/** A name or subject of a stranger cannot turn the text beside it or hide a part of itself. */
import { expect, test } from 'vitest';
import { inert } from './inert.ts';

test.each([
  ['Invoice\u202Efdp.exe', 'Invoice\\u{202E}fdp.exe'],
  ['ann\u200B@example.org', 'ann\\u{200B}@example.org'],
  ['a\u2066b\u2069\u200F', 'a\\u{2066}b\\u{2069}\\u{200F}'],
  ['two\r\nlines\tand a tab', 'two\\u{D}\nlines\tand a tab'],
  ['Grüße an 日本 und 🙂', 'Grüße an 日本 und 🙂'],
])('%j is shown as %j', (text, shown) => {
  expect(inert(text)).toBe(shown);
});
