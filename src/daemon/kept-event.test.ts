import { describe, expect, it } from 'vitest';
import type { PrimumEvent } from '../core/event.ts';
import { keptEvent } from './kept-event.ts';

const said = {
  headerFrom: 'ann@example.org',
  messageId: '<1@example.org>',
  derived: { version: 1 },
};
const subject = 'Minutes of week 1';
const told = {
  text: 'Dear all',
  raw: 'Subject: Minutes of week 1\r\n\r\nDear all',
  urls: ['https://example.org/secret'],
  listUnsubscribe: '<https://example.org/leave/ann>',
  attachments: [
    { name: 'Anna ill.pdf', contentType: 'application/pdf', sizeBytes: 1, sha256: 'aa' },
  ],
};
const event: PrimumEvent = {
  v: 1,
  kind: 'submission',
  id: 'e1',
  at: '2026-11-01T10:00:00.000Z',
  clientAddress: '192.0.2.7',
  envelopeSender: 'ann@example.org',
  envelopeRecipients: ['bob@example.net'],
  message: { ...said, ...told, subject },
};

describe('what another program tells of a message', () => {
  it.each([
    [{ subject: false, text: false }, said],
    [
      { subject: true, text: false },
      { ...said, subject },
    ],
    [
      { subject: false, text: true },
      { ...said, ...told },
    ],
    [
      { subject: true, text: true },
      { ...said, ...told, subject },
    ],
  ])('is kept as the configuration says: %o', (keep, message) => {
    expect(keptEvent(event, keep)).toEqual({ ...event, message });
  });

  it('is nothing in an event without a message', () => {
    const { message: _, ...bare } = event;
    expect(keptEvent(bare, { subject: false, text: false })).toBe(bare);
  });
});
