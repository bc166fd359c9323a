/** What of a stranger's writing the journal keeps: of known forms only, whatever he writes. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { DerivedMessage } from '../core/message/derived.ts';
import { loadAttachmentKinds } from '../gate/attachment-kinds.ts';
import { charsetLabel } from './charset.ts';
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
