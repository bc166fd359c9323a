import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { firstAddress, isQualified, parseAddresses } from './addresses.ts';
import { decodeText } from './charset.ts';
import { parseParameterField, readableText } from './parameters.ts';

describe('parameters of a field', () => {
  it.each([
    ['text/plain; charset=utf-8', 'text/plain', { charset: 'utf-8' }],
    ['Text/HTML ; Charset = "UTF-8" ; x=1', 'text/html', { charset: 'UTF-8', x: '1' }],
    ['a/b; name="a \\"b\\"; c.txt"', 'a/b', { name: 'a "b"; c.txt' }],
    [' a/b;\r\n boundary="x y"', 'a/b', { boundary: 'x y' }],
    ["attachment; filename*=utf-8'de'%C3%A4.pdf", 'attachment', { filename: 'ä.pdf' }],
    ["x; n*0*=utf-8''%e2%82; n*1*=%ac; n*2=.exe", 'x', { n: '€.exe' }],
    ['x; n*0=one; n*2=lost', 'x', { n: 'one' }],
    ["x; n*=nonsense''%E4", 'x', { n: 'ä' }],
    ['x; n="never closed', 'x', { n: 'never closed' }],
    ['', '', {}],
    ['; =; ;;=', '', {}],
    ['x; __proto__=1', 'x', { ['__proto__']: '1' }],
  ])('%j', (field, value, parameters) => {
    const parsed = parseParameterField(field);
    expect(parsed.value).toBe(value);
    expect([...parsed.parameters]).toEqual(Object.entries(parameters));
  });

  it('reads anything', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom(...Array.from('a;=*"\'\\0123% \r\n\t?<@>,:()')) }),
        (text) => {
          parseParameterField(text);
          parseAddresses(text);
          firstAddress(text);
          readableText(text);
        },
      ),
      { numRuns: 2000 },
    );
  });
});

describe('header text', () => {
  it.each([
    ['=?utf-8?Q?Gr=C3=BC=C3=9Fe?=', 'Grüße'],
    ['=?iso-8859-1?q?M=FCller?= x', 'Müller x'],
    ['=?x-unknown?q?abc?=', 'abc'],
    [Buffer.from('Müller').toString('latin1'), 'Müller'],
    ['M\xfcller', 'Müller'],
    ['=?utf-8?B?never closed', '=?utf-8?B?never closed'],
  ])('%j is read as %j', (latin1, text) => {
    expect(readableText(latin1)).toBe(text);
  });

  it.each([
    ['koi8-r', [0xf0, 0xf2], 'ПР', false],
    ['shift_jis', [0x83, 0x65], 'テ', false],
    ['GB2312', [0xc4, 0xe3], '你', false],
    ['', [0xe4], 'ä', false],
    ['utf-8', [0xe4], 'ä', false],
    ['klingon', [0xc3, 0xa4], 'ä', true],
    ['__proto__', [0x61], 'a', true],
  ])('charset %s', (charset, bytes, text, isUnknown) => {
    expect(decodeText(Uint8Array.from(bytes), charset)).toEqual({ text, isUnknown });
  });
});

describe('addresses', () => {
  it.each([
    ['Ann <ann@example.org>', 'ann@example.org'],
    ['"Last, First" <a@b.example>', 'a@b.example'],
    ['=?utf-8?q?=3Cfake=40x=2Eexample=3E?= <real@b.example>', 'real@b.example'],
    ['plain@b.example', 'plain@b.example'],
    ['A: a@b.example, c@d.example;', 'a@b.example'],
    ['ann', undefined],
    ['', undefined],
  ])('the first of %j is %j', (value, address) => {
    expect(firstAddress(value)).toBe(address);
  });

  it.each([
    ['a@b.example', true],
    ['a@[192.0.2.1]', true],
    ['a@localhost', false],
    ['a', false],
    ['@b.example', false],
    ['a@b..example', false],
  ])('%s is qualified: %s', (address, is) => {
    expect(isQualified(address)).toBe(is);
  });
});
