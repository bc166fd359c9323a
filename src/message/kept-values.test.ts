/** What of a stranger's writing the journal keeps: of known forms only, whatever he writes. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { DerivedMessage } from '../core/message/derived.ts';
import { loadAttachmentKinds } from '../gate/attachment-kinds.ts';
import { charsetLabel } from './charset.ts';
import { keptMediaType } from './media-type.ts';
import { readWholeMessage } from './read-whole.ts';

const derivedFrom = (head: string): DerivedMessage =>
  readWholeMessage(Buffer.from(`From: a@example.org\r\n${head}\r\n\r\nx\r\n`)).facts
    .derived as DerivedMessage;
const extensionOf = (name: string): string | undefined =>
  derivedFrom(`Content-Type: application/x-a; name="${name}"`).attachments?.[0]?.extension;

describe('the extension of an attachment', () => {
  it.each([
    ['a.pdf', 'pdf'],
    ['a.PDF', 'pdf'],
    ['a', ''],
    ['a.appref-ms', 'appref-ms'],
    ['a.settingcontent-ms', 'settingcontent-ms'],
    ['letter to.john-smith', 'other'],
    ['a.müller', 'other'],
    ['a.johnsmithson', 'other'],
    ['a.a@b', 'other'],
  ])('of %j is kept as %j', (name, kept) => {
    expect(extensionOf(name)).toBe(kept);
  });

  it('of every dangerous kind is kept as it is', () => {
    for (const extension of loadAttachmentKinds().keys()) {
      expect(extensionOf(`a.${extension}`)).toBe(extension);
    }
  });
});

describe('the charset of a text', () => {
  it.each([
    ['utf-8', 'utf-8'],
    ['US-ASCII', 'us-ascii'],
    ['iso-8859-1', 'iso-8859-1'],
    ['unknown-8bit', 'unknown-8bit'],
    ['cp850', 'cp850'],
    ['c-p-8-5-0', 'cp850'],
    ['utf-7', 'utf7'],
    ['john-utf-7-smith', 'utf7'],
    ['john.smith', 'other'],
    ['base64', 'other'],
  ])('%j is kept as %j', (charset, kept) => {
    expect(derivedFrom(`Content-Type: text/plain; charset="${charset}"`).charset).toBe(kept);
  });

  it('is none where none is given', () => {
    expect(derivedFrom('Content-Type: text/plain').charset).toBeUndefined();
  });

  it('is of a short form whatever is written', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 60 }), (label) => {
        expect(charsetLabel(label)).toMatch(/^[a-z0-9_.:-]{0,40}$/);
      }),
    );
  });
});

describe('the media type of a part', () => {
  const kept = (type: string): readonly (string | undefined)[] => {
    const derived = derivedFrom(
      `Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: ${type}; name=a\r\n\r\nx\r\n--b--`,
    );
    return [derived.attachments?.[0]?.declaredType, derived.mimeShape];
  };
  it.each([
    ['application/pdf', 'application/pdf'],
    ['Application/PDF', 'application/pdf'],
    [
      'application/vnd.ms-excel.sheet.macroEnabled.12',
      'application/vnd.ms-excel.sheet.macroenabled.12',
    ],
    ['application/pgp-keys', 'application/pgp-keys'],
    ['text/calendar', 'text/calendar'],
    ['application/john.smith', 'application/other'],
    ['image/hunter2', 'image/other'],
    ['text/dear-john', 'text/other'],
    ['john/smith', 'other/other'],
  ])('%j is kept as %j', (type, expected) => {
    expect(kept(type)).toEqual([expected, `mixed(${expected})`]);
  });

  it.each([
    ['alternative', 'alternative(text/plain)'],
    ['john.smith', 'other(text/plain)'],
  ])('of several parts, %s, is kept as %j', (subtype, shape) => {
    const { mimeShape } = derivedFrom(
      `Content-Type: multipart/${subtype}; boundary=b\r\n\r\n--b\r\n\r\nx\r\n--b--`,
    );
    expect(mimeShape).toBe(shape);
  });

  it('of several parts that are not separated is kept so, too', () => {
    expect(derivedFrom('Content-Type: multipart/john.smith').mimeShape).toMatch(
      /^multipart\/other/,
    );
  });

  it('is one of a list whatever is written, and no words of a stranger', () => {
    const letters = fc.constantFrom(...Array.from('abcdefghijklmnopqrstuvwxyz0123456789!#$&^_.+-'));
    const word = fc.string({ unit: letters, minLength: 12, maxLength: 60 });
    fc.assert(
      fc.property(
        fc.constantFrom('application', 'text', 'image', 'secret'),
        word,
        (type, subtype) => {
          expect(keptMediaType(`${type}/${subtype}`)).not.toContain(subtype);
        },
      ),
    );
  });
});
