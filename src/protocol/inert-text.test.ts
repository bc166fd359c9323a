/** A held message shown to people does nothing to them. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { inertMessage, inertText } from './inert-text.ts';

const bytes = (text: string) => new TextEncoder().encode(text);

test('headers come first, and the body follows as it was sent', () => {
  const message = inertMessage(bytes('Subject: a\r\n\tb\r\n\r\n<script>x</script>\r\n'), 1_000);
  expect(message).toEqual({
    headers: 'Subject: a\n\tb\n',
    body: '<script>x</script>\n',
    isCut: false,
  });
});

test('what steers a terminal or turns the writing is written out', () => {
  expect(inertText('a\u001b[2Jb\u202Ec\u0000')).toBe('a\\u{1B}[2Jb\\u{202E}c\\u{0}');
});

test('no more than the bound is shown', () => {
  const message = inertMessage(bytes(`A: b\n\n${'x'.repeat(100)}`), 20);
  expect(message).toMatchObject({ headers: 'A: b\n', isCut: true });
  expect(message.body).toHaveLength(14);
});

test('nothing that steers is left, whatever the bytes', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (input) => {
      const { headers, body } = inertMessage(input, 200);
      expect(headers + body).toMatch(/^(?:[\n\t]|[^\p{Cc}\p{Cf}\p{Co}\p{Zl}\p{Zp}])*$/u);
    }),
  );
});
