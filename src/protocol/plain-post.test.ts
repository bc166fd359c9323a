/** What is read as a plain POST, and all that is left to the whole HTTP parser. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parsePlainPost, PLAIN_HEAD_CHARS_MAX } from './plain-post.ts';

/** As Dovecot 2.3 writes it. */
const HEADERS = [
  'Host: 127.0.0.1:8084',
  'Date: Fri, 20 Nov 2026 21:20:44 GMT',
  'User-Agent: dovecot/auth-policy-client',
  'Content-Length: 15',
  'Connection: Keep-Alive',
  'Content-Type: application/json',
  'Authorization: Bearer s3cret',
];
const BODY = '{"login":"ann"}';

const request = (headers: readonly string[], start = 'POST /?command=allow HTTP/1.1'): string =>
  `${[start, ...headers].join('\r\n')}\r\n\r\n${BODY}`;

const without = (name: string): string[] =>
  HEADERS.filter((header) => !header.startsWith(`${name}:`));

describe('a plain POST', () => {
  it('is read as Dovecot sends it', () => {
    const piece = request(HEADERS);
    const post = parsePlainPost(piece);
    expect(post).toEqual({
      target: '/?command=allow',
      authorization: 'Bearer s3cret',
      apiKey: undefined,
      bodyAt: piece.length - BODY.length,
      bodyBytes: BODY.length,
    });
    expect(piece.slice(post?.bodyAt)).toBe(BODY);
  });

  it('may name its headers in any letters, with any blanks round the values', () => {
    const piece = request(['hOST:x', 'content-length:  15 ', 'X-Api-Key:s3cret  ']);
    expect(parsePlainPost(piece)).toMatchObject({ apiKey: 's3cret', authorization: undefined });
  });

  it.each(['/authpolicy?command=report', '/command/report', '/?a=b&command=allow', '/'])(
    'may be for %s',
    (target) => {
      expect(parsePlainPost(request(HEADERS, `POST ${target} HTTP/1.1`))?.target).toBe(target);
    },
  );

  it.each([
    ['nothing', ''],
    ['another verb', request(HEADERS, 'PUT /?command=allow HTTP/1.1')],
    ['another version', request(HEADERS, 'POST /?command=allow HTTP/1.0')],
    ['a target with a scheme', request(HEADERS, 'POST http://x/?command=allow HTTP/1.1')],
    ['percent-encoding', request(HEADERS, 'POST /?command=%61llow HTTP/1.1')],
    ['no Host', request(without('Host'))],
    ['an empty Host', request(['Host: ', ...without('Host')])],
    ['no length', request(without('Content-Length'))],
    ['two lengths', request(['Content-Length: 15', ...HEADERS])],
    ['a length that is no number', request(['Content-Length: +15', ...without('Content-Length')])],
    ['a shorter length', request(['Content-Length: 14', ...without('Content-Length')])],
    ['a longer length', request(['Content-Length: 16', ...without('Content-Length')])],
    ['chunks', request(['Transfer-Encoding: chunked', ...HEADERS])],
    ['a wait for leave', request(['Expect: 100-continue', ...HEADERS])],
    ['an upgrade', request(['Upgrade: h2c', ...HEADERS])],
    ['a last request', request(['Connection: close', ...without('Connection')])],
    ['two authorizations', request(['Authorization: Basic x', ...HEADERS])],
    ['an unknown header', request(['X-Forwarded-For: 192.0.2.1', ...HEADERS])],
    ['a header without a name', request([': x', ...HEADERS])],
    ['a blank before the colon', request(['Accept : x', ...HEADERS])],
    ['a folded header', request([...HEADERS, ' more'])],
    ['a line end of LF', request(HEADERS).replaceAll('\r\n', '\n')],
    ['a NUL in a value', request(['Accept: \0', ...HEADERS])],
    ['a byte above US-ASCII', request(['Accept: \xe9', ...HEADERS])],
    ['a head that is not whole', request(HEADERS).slice(0, 90)],
    ['a body that is not whole', request(HEADERS).slice(0, -1)],
    ['two requests', request(HEADERS) + request(HEADERS)],
    ['a long header', request([`Accept: ${'a'.repeat(PLAIN_HEAD_CHARS_MAX)}`, ...HEADERS])],
    ['a long target', request(HEADERS, `POST /${'a'.repeat(PLAIN_HEAD_CHARS_MAX)} HTTP/1.1`)],
  ])('is not one with %s', (_what, piece) => {
    expect(parsePlainPost(piece)).toBeUndefined();
  });

  it('is found or not in any bytes, and what is found ends where its length says', () => {
    const bytes = (maxLength: number): fc.Arbitrary<string> =>
      fc.uint8Array({ maxLength }).map((array) => String.fromCharCode(...array));
    const pieces = fc.tuple(fc.nat(), fc.nat({ max: 20 }), bytes(12)).map(([at, cut, text]) => {
      const whole = request(HEADERS);
      const from = at % whole.length;
      return whole.slice(0, from) + text + whole.slice(from + cut);
    });
    fc.assert(
      fc.property(fc.oneof(pieces, bytes(100)), (piece) => {
        const post = parsePlainPost(piece);
        if (post === undefined) return;
        expect(post.bodyAt + post.bodyBytes).toBe(piece.length);
        expect(piece.slice(0, post.bodyAt)).toMatch(/\r\n\r\n$/);
      }),
    );
  });
});
