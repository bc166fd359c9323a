import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { SubmissionEvent } from '../event.ts';
import * as bounds from './derived-of.ts';
import { derivedOf } from './derived-of.ts';
import { FINGERPRINT_ROWS } from './derived.ts';

function eventWith(derived: object): SubmissionEvent {
  return {
    v: 1,
    kind: 'submission',
    id: 'e1',
    at: '2026-03-02T09:00:00.000Z',
    clientAddress: '192.0.2.1',
    envelopeSender: 'ann@example.org',
    envelopeRecipients: ['bob@dest.test'],
    message: { derived },
  };
}

const read = (fields: object) => derivedOf(eventWith({ version: 1, ...fields }));
const minima = Array.from({ length: FINGERPRINT_ROWS }, (_, i) => i);
const many = <T>(count: number, item: T): T[] => Array.from({ length: count }, () => item);

describe('reading what is derived from a message', () => {
  it('gives every field that is well', () => {
    const whole = {
      version: 1,
      sizeBytes: 4_000,
      clientFamily: 'thunderbird',
      headerShape: 'a1',
      mimeShape: 'mixed(text/plain)',
      boundaryShape: '--A9',
      messageIdShape: 'a9@',
      messageIdHost: 'host.example',
      dateZoneMinutes: -120,
      charset: 'utf-8',
      language: 'de',
      isReply: false,
      words: 40,
      hasHtml: true,
      hasSignature: true,
      urlHosts: ['a.example'],
      urlCount: 3,
      attachments: [
        {
          extension: 'zip',
          declaredType: 'application/zip',
          trueType: 'application/zip',
          sizeBytes: 12,
          sha256: 'ab',
          encrypted: true,
        },
      ],
      attachmentsMore: 1,
      blocks: [{ hash: 7, words: 9, minima }],
      fingerprint: 'A'.repeat(bounds.FINGERPRINT_CHARS),
      fingerprintWords: 9,
      bulkTools: ['interspire'],
      paymentWords: 1,
      credentialWords: 2,
      conformance: ['missing-date'],
      malformed: ['boundary'],
      scans: [{ scanner: 'clamd', result: 'infected', name: 'Eicar', score: 1 }],
      listedHosts: [{ host: 'a.example', list: 'own' }],
      ownPassword: true,
    };
    expect(derivedOf(eventWith(whole))).toEqual(whole);
  });

  it('reads an event once, and knows no other version', () => {
    const event = eventWith({ version: 1 });
    expect(derivedOf(event)).toBe(derivedOf(event));
    expect(derivedOf(eventWith({ version: 2 }))).toBeUndefined();
    expect(derivedOf({ ...eventWith({}), message: {} })).toBeUndefined();
  });

  it.each([
    ['urlHosts', many(1_000, 'a.example'), bounds.MAX_URL_HOSTS],
    ['attachments', many(1_000, {}), bounds.MAX_DERIVED_ATTACHMENTS],
    ['blocks', many(1_000, { hash: 1, words: 1, minima }), bounds.MAX_TEXT_BLOCKS],
    ['bulkTools', many(1_000, 'x'), bounds.MAX_BULK_TOOLS],
    ['malformed', many(1_000, 'x'), bounds.MAX_MALFORMED],
    ['scans', many(1_000, { scanner: 'x', result: 'clean' }), bounds.MAX_SCANS],
    ['listedHosts', many(1_000, { host: 'x', list: 'y' }), bounds.MAX_URL_HOSTS],
    ['conformance', many(1_000, 'missing-date'), 9],
  ])('keeps at most so many %s', (field, value, most) => {
    expect(new Map(Object.entries(read({ [field]: value }) ?? {})).get(field)).toHaveLength(most);
  });

  it('cuts long texts and leaves out what is unreadable', () => {
    expect(read({ clientFamily: 'x'.repeat(9_999) })?.clientFamily).toHaveLength(
      bounds.MAX_DERIVED_TEXT,
    );
    const found = read({
      words: -1,
      urlCount: 1.5,
      charset: 7,
      isReply: 'yes',
      ownPassword: 'yes',
      fingerprint: 'short',
      dateZoneMinutes: 1e9,
      urlHosts: ['', 7, 'x'.repeat(bounds.MAX_HOST_CHARS + 1), 'OK.example'],
      blocks: [
        { hash: -1, words: 1, minima },
        { hash: 1, words: 1, minima: [1, 2] },
        { hash: 1, words: 1, minima: minima.map(() => 0.5) },
      ],
      scans: [{ scanner: 'x', result: 'great' }, null],
      conformance: ['not-a-fault'],
    });
    expect(found).toEqual({ version: 1, sizeBytes: 0, urlHosts: ['ok.example'] });
  });

  it('never throws, whatever an event says', () => {
    const field = fc.constantFrom('urlHosts', 'attachments', 'blocks', 'scans', 'listedHosts');
    fc.assert(
      fc.property(field, fc.anything(), (name, value) => {
        expect(read({ [name]: value, words: value })?.version).toBe(1);
        expect(read({ [name]: [value] })?.version).toBe(1);
      }),
    );
  });
});
