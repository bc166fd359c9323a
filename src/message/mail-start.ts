/**
 * Whether scanners take a file for a message and look into it. clamd tells by these beginnings (its
 * `daily.ftm` and the same list built in); a message that begins otherwise is to it a text without parts.
 */
import { SNIFF_BYTES } from './limits.ts';

/** Fields are told with their case, the colon and one blank. */
const FIRST = [
  ...['Received: ', 'Return-Path: ', 'Return-path: ', 'Delivered-To: ', 'Envelope-to: '],
  ...[
    'From: ',
    'MIME-Version: ',
    'Mime-Version: ',
    'To: ',
    'Subject: ',
    'Date: ',
    'Message-ID: ',
    'Message-Id: ',
    'For: ',
  ],
  ...['X-Apparently-To: ', 'X-Envelope-From: ', 'X-Original-To: ', 'X-Real-To: ', 'X-UIDL: '],
  ...['X-Sieve: ', 'X-Symantec-', 'Received-SPF: ', 'Delivery-date: ', 'From ', '>From '],
];

/** Not far from the beginning and from each other, by the order they stand in. */
const PAIRS: readonly (readonly [first: RegExp, second: RegExp, gap: number])[] = [
  [/\n[Ff]rom: /g, /\n[Mm][Ii][Mm][Ee]-[Vv]ersion: /g, 1024],
  [/\n[Ff]rom: /g, /\n[Cc]ontent-[Tt]ype: /g, 2048],
  [/\n[Mm][Ii][Mm][Ee]-[Vv]ersion: /g, /\n[Cc]ontent-[Tt]ype: /g, 2048],
  [/\n[Mm]essage-[Ii]d: /g, /\n[Cc]ontent-[Tt]ype: /g, 1024],
  [/\n[Rr]eceived: /g, /\n[Cc]ontent-[Tt]ype: /g, 2048],
];
const FIRST_WITHIN = 1024;

/** @param head the first bytes of it. */
export function startsAsMail(head: Uint8Array): boolean {
  const text = Buffer.from(head.buffer, head.byteOffset, head.byteLength).toString('latin1');
  if (FIRST.some((start) => text.startsWith(start))) return true;
  const near = text.slice(0, SNIFF_BYTES);
  return PAIRS.some(([first, second, gap]) => {
    first.lastIndex = 0;
    const start = first.exec(near);
    if (start === null || start.index > FIRST_WITHIN) return false;
    second.lastIndex = first.lastIndex;
    const next = second.exec(near);
    return next !== null && next.index - first.lastIndex <= gap;
  });
}
