import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  coverageOf,
  findHeaderBlocks,
  MAX_BLOCKS,
  MAX_FIELDS,
  MAX_TRACED_TEXT,
  valuesOf,
} from './traced-message.ts';

const NAMES = ['X-Primum-Trace'];

function tokens(text: string): (readonly string[])[] {
  return findHeaderBlocks(text, NAMES).map((block) => valuesOf(block, 'x-primum-trace'));
}

const MESSAGE = [
  'Received: from a by b;',
  '\tSat, 21 Nov 2026 05:00:00 +0000',
  'X-Primum-Trace: p1abcd',
  '\tefgh',
  'Subject: hello',
  '',
  'X-Primum-Other: not a header',
  '',
].join('\r\n');

describe('CON-5: what an abuse desk hands in', () => {
  it('is a message: its head is read, unfolded', () => {
    expect(tokens(MESSAGE)).toEqual([['p1abcd efgh']]);
    expect(findHeaderBlocks(MESSAGE, NAMES)[0]?.isInside).toBe(false);
  });

  it.each([
    ['an mbox line before it', `From ann@example.org Sat Nov 21 05:00:00 2026\n${MESSAGE}`],
    ['empty lines before it', `\n\r\n${MESSAGE}`],
    ['bare line feeds', MESSAGE.replaceAll('\r\n', '\n')],
    ['bare carriage returns', MESSAGE.replaceAll('\r\n', '\r')],
    ['another case of the name', MESSAGE.replace('X-Primum-Trace', 'x-PRIMUM-trace')],
    ['white space before the colon', MESSAGE.replace('Trace:', 'Trace :')],
  ])('may have %s', (_, text) => {
    expect(tokens(text)).toEqual([['p1abcd efgh']]);
  });

  it.each([
    ['attached to a report', `Subject: report\r\n\r\n--b\r\nContent-Type: message/rfc822\r\n\r\n`],
    ['behind the words of whoever forwarded it', 'Subject: fwd\n\nplease look:\n\n'],
  ])('holds the message %s', (_, before) => {
    expect(tokens(before + MESSAGE)).toEqual([['p1abcd efgh']]);
    expect(findHeaderBlocks(before + MESSAGE, NAMES)[0]?.isInside).toBe(true);
  });

  it('holds the message quoted with > signs', () => {
    const quoted = `> ${MESSAGE.replaceAll('\r\n', '\r\n> ')}`;
    expect(tokens(`Subject: re\n\nwhat is this?\n\n${quoted}`)).toEqual([['p1abcd efgh']]);
  });

  it('may hold no such header, several, or many messages', () => {
    expect(tokens('Subject: nothing\n\nX-Primum: no\n')).toEqual([]);
    expect(tokens('X-Primum-Trace: one\nX-Primum-Trace: two\n')).toEqual([['one', 'two']]);
    expect(tokens(`${MESSAGE}\r\n`.repeat(50))).toHaveLength(MAX_BLOCKS);
  });

  it('is looked at up to its bounds', () => {
    const early = `a: b\n`.repeat(MAX_FIELDS - 1);
    expect(tokens(`${early}X-Primum-Trace: in\n`)).toEqual([['in']]);
    expect(tokens(`${early}a: b\nX-Primum-Trace: out\n`)).toEqual([]);
    expect(tokens(`${'\n'.repeat(MAX_TRACED_TEXT)}X-Primum-Trace: out`)).toEqual([]);
  });

  it('may be anything', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (text) => {
        for (const block of findHeaderBlocks(`${text}\nX-Primum-Trace: x\n${text}`, NAMES)) {
          coverageOf(block, NAMES);
        }
      }),
    );
  });
});

describe('CON-5: whether a DKIM signature covers our headers', () => {
  const signature = (h: string) =>
    `DKIM-Signature: v=1; a=rsa-sha256; d=example.org; s=mail;\n\th=${h}; bh=x; b=y\n`;
  const coverage = (text: string) => {
    const [block] = findHeaderBlocks(text, NAMES);
    return block && coverageOf(block, ['X-Primum-Trace', 'Feedback-ID']);
  };
  const OURS = 'X-Primum-Trace: t\nFeedback-ID: f\n';
  const good = { domain: 'example.org', selector: 'mail', unsigned: [], above: [] };

  it.each([
    ['covered', signature('From:X-Primum-Trace:Feedback-ID') + OURS, [good]],
    [
      'oversigned, folded, in another case',
      signature('x-primum-trace :\n\tX-PRIMUM-TRACE: feedback-id') + OURS,
      [good],
    ],
    [
      'one of them is not listed',
      signature('From:X-Primum-Trace') + OURS,
      [{ ...good, unsigned: ['Feedback-ID'] }],
    ],
    [
      'written after the signature',
      OURS + signature('From:X-Primum-Trace:Feedback-ID'),
      [{ ...good, above: ['X-Primum-Trace', 'Feedback-ID'] }],
    ],
    [
      'there twice, and listed once',
      `${signature('X-Primum-Trace:Feedback-ID')}X-Primum-Trace: s\n${OURS}`,
      [{ ...good, unsigned: ['X-Primum-Trace'] }],
    ],
    ['not there, and so not missed', `${signature('X-Primum-Trace')}X-Primum-Trace: t\n`, [good]],
    ['not signed at all', OURS, []],
    [
      'below two signatures',
      signature('From') + signature('X-Primum-Trace:Feedback-ID') + OURS,
      [{ ...good, unsigned: ['X-Primum-Trace', 'Feedback-ID'] }, good],
    ],
  ])('%s', (_, text, expected) => {
    expect(coverage(text)).toEqual(expected);
  });
});
