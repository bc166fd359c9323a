/** Reads messages that hold one file, for tests. */
import type { DerivedMessage } from '../src/core/message/derived.ts';
import { ATTACHMENTS_UNSEEN } from '../src/core/message/hiding.ts';
import { KEEP_NOTHING } from '../src/message/facts.ts';
import { shippedKnowledge } from '../src/message/read-whole.ts';
import { Reading } from '../src/message/reading.ts';

export const base64 = (bytes: Uint8Array): string =>
  Buffer.from(bytes)
    .toString('base64')
    .replace(/.{76}(?=.)/g, '$&\r\n');

/** A part of a mixed message. */
export const part = (type: string, bytes: Uint8Array): string =>
  `--b\r\nContent-Type: ${type}\r\nContent-Transfer-Encoding: base64\r\n\r\n${base64(bytes)}\r\n`;

export const read = (body: string, size = Infinity): DerivedMessage => {
  const headers = [{ name: 'Content-Type', value: ' multipart/mixed; boundary=b' }];
  const reading = new Reading(headers, shippedKnowledge(), KEEP_NOTHING);
  const bytes = Buffer.from(`${body}--b--\r\n`, 'latin1');
  for (let at = 0; at < bytes.length; at += Math.min(size, bytes.length)) {
    reading.body(bytes.subarray(at, at + Math.min(size, bytes.length)));
  }
  return reading.end(20).derived;
};
export const extensions = ({ attachments = [] }: DerivedMessage): readonly string[] =>
  attachments.map(({ extension }) => extension);
export const hidden = ({ malformed = [] }: DerivedMessage): readonly string[] =>
  malformed.filter((note) => (ATTACHMENTS_UNSEEN as readonly string[]).includes(note));

export const PROGRAM = Buffer.from(`MZ${'\0'.repeat(58)}@\0\0\0PE\0\0${'\0'.repeat(99)}`, 'latin1');
