/** Events as they are read from a file or the API. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  MAX_FIELD_CHARS,
  MAX_ID_CHARS,
  MAX_MESSAGE_CHARS,
  MAX_RECIPIENTS,
  readEvent,
} from './read-event.ts';

const BASE = { v: 1, id: 'e1', at: '2026-03-02T09:00:00.000Z' };
const SUBMISSION = {
  ...BASE,
  kind: 'submission',
  clientAddress: '192.0.2.1',
  envelopeSender: '',
  envelopeRecipients: ['bob@dest.test'],
};
const LOGIN = {
  ...BASE,
  kind: 'login',
  account: 'ann',
  service: 'imap',
  ok: true,
  clientAddress: '',
};
const long = (chars: number): string => 'x'.repeat(chars);

describe('an event', () => {
  /** The smallest event of every kind. */
  it.each([
    LOGIN,
    SUBMISSION,
    { ...BASE, kind: 'received', account: 'ann', headerFrom: '' },
    { ...BASE, kind: 'delivery', recipient: 'a@b.test', result: 'bounced' },
    { ...BASE, kind: 'complaint', feedbackType: 'abuse', verified: false },
    { ...BASE, kind: 'report', category: 'spam', reporter: 'x' },
    { ...BASE, kind: 'forward', account: 'ann', from: 'a@b.test', to: 'c@d.test' },
    { ...BASE, kind: 'account', account: 'ann' },
    { ...BASE, kind: 'change', account: 'ann', what: 'filter' },
    { ...BASE, kind: 'connection', clientAddress: '192.0.2.1' },
    { ...BASE, kind: 'listing' },
    { ...BASE, kind: 'check' },
    { ...BASE, kind: 'lock', account: 'ann', by: 'p', why: '' },
    { ...BASE, kind: 'unlock', account: 'ann', by: 'p', why: '' },
    { ...BASE, kind: 'release', submission: 's', by: 'p', why: '' },
    { ...BASE, kind: 'return', submission: 's', by: 'p', why: '' },
    { ...BASE, kind: 'password', account: 'ann', by: 'owner' },
    { ...BASE, kind: 'confirm', account: 'ann', mine: true, by: 'p' },
  ])('of kind $kind is read with its least fields, and unknown fields are kept', (event) => {
    const given = { ...event, invented: [1, { deep: true }] };
    expect(readEvent(given)).toEqual({ ok: true, value: given });
  });

  it.each(['verdict', 'rung', 'weather', 'constructor', '__proto__', 'toString'])(
    'of kind %s is told apart from a mistake',
    (kind) => {
      expect(readEvent(JSON.parse(`{"kind":"${kind}"}`))).toEqual({ ok: 'other', kind });
    },
  );

  /** What is wrong, and what the sentence names. */
  it.each([
    [null, 'An event is a JSON object.'],
    [[SUBMISSION], 'An event is a JSON object.'],
    [{ ...BASE }, '"kind"'],
    [{ ...LOGIN, kind: 7 }, '"kind"'],
    [{ ...LOGIN, v: 2 }, '"v" must be 1'],
    [{ ...LOGIN, id: '' }, '"id"'],
    [{ ...LOGIN, id: 7 }, '"id"'],
    [{ ...LOGIN, id: long(MAX_ID_CHARS + 1) }, '"id"'],
    [{ ...LOGIN, account: '' }, '"account"'],
    [{ ...LOGIN, account: undefined }, '"account"'],
    [{ ...LOGIN, ok: 'yes' }, '"ok"'],
    [{ ...LOGIN, service: 'gopher' }, '"service"'],
    [{ ...LOGIN, agent: long(MAX_FIELD_CHARS + 1) }, '"agent"'],
    [{ ...LOGIN, tls: 13 }, '"tls"'],
    [{ ...SUBMISSION, envelopeRecipients: 'bob@dest.test' }, '"envelopeRecipients"'],
    [{ ...SUBMISSION, envelopeRecipients: [7] }, '"envelopeRecipients"'],
    [
      { ...SUBMISSION, envelopeRecipients: new Array(MAX_RECIPIENTS + 1).fill('a') },
      '"envelopeRecipients"',
    ],
    [{ ...SUBMISSION, refusedRecipients: 'bob@dest.test' }, '"refusedRecipients"'],
    [{ ...SUBMISSION, recipientCount: -1 }, '"recipientCount"'],
    [{ ...SUBMISSION, recipientCount: Infinity }, '"recipientCount"'],
    [{ ...SUBMISSION, sizeBytes: '7' }, '"sizeBytes"'],
    [{ ...SUBMISSION, message: 'text' }, '"message"'],
    [{ ...SUBMISSION, message: { headerFrom: 7 } }, '"message"'],
    [{ ...SUBMISSION, message: { text: long(MAX_MESSAGE_CHARS + 1) } }, '"message"'],
    [{ ...BASE, kind: 'password', account: 'ann', by: 'thief' }, '"by"'],
  ] as const)('that is wrong is refused with the name of the field (case %#)', (value, named) => {
    const read = readEvent(value);
    expect(read.ok).toBe(false);
    expect(read.ok === false && read.reason).toContain(named);
  });

  it('is read at its bounds', () => {
    const event = {
      ...SUBMISSION,
      id: long(MAX_ID_CHARS),
      heloName: long(MAX_FIELD_CHARS),
      message: { text: long(MAX_FIELD_CHARS + 1) },
    };
    expect(readEvent(event).ok).toBe(true);
  });

  /** RFC 3339 section 5.6. */
  it.each([
    ['2026-03-02T09:00:00.000Z', true],
    ['2026-03-02T09:00:00Z', true],
    ['2026-03-02T11:00:00.123456789+02:00', true],
    ['2024-02-29T00:00:00Z', true],
    ['2026-02-29T00:00:00Z', false],
    ['2026-02-30T00:00:00Z', false],
    ['2026-13-01T00:00:00Z', false],
    ['2026-03-02T25:00:00Z', false],
    ['2026-03-02 09:00:00Z', false],
    ['2026-03-02T09:00:00', false],
    ['2026-03-02', false],
    ['1969-12-31T23:59:59Z', false],
    ['2106-02-07T06:28:15Z', true],
    ['2106-02-07T06:28:16Z', false],
    ['yesterday', false],
    [1_772_442_000_000, false],
  ])('at %s: readable is %s', (at, readable) => {
    expect(readEvent({ ...LOGIN, at }).ok).toBe(readable);
  });

  it.each(['__proto__', 'constructor', 'toString'])('may name a message field %s', (name) => {
    const message: unknown = JSON.parse(`{"${name}": null}`);
    expect(readEvent({ ...SUBMISSION, message }).ok).toBe(true);
  });

  it('of any JSON whatever is read or refused, never a crash', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (a, b) => {
        for (const value of [a, { ...SUBMISSION, message: a }, { ...LOGIN, at: a, id: b }]) {
          expect([true, false, 'other']).toContain(readEvent(value).ok);
        }
      }),
      { numRuns: 500 },
    );
  });
});
