/** Times as reports and logs write them. */
import { expect, test } from 'vitest';
import { findTime } from './times.ts';

const SENT = Date.parse('2027-01-02T10:00:00Z');

// prettier-ignore
test.each([
  ['2026-11-21T04:05:06.789Z',                 '2026-11-21T04:05:06.000Z'],
  ['on 2026-11-21 04:05:06 +0100 it',          '2026-11-21T03:05:06.000Z'],
  ['2026/11/21 04:05:06 +0000 denied',         '2026-11-21T04:05:06.000Z'],
  ['[21/Nov/2026:04:05:06 +0000] "GET /"',     '2026-11-21T04:05:06.000Z'],
  ['Sat, 21 Nov 2026 04:05:06 PST',            '2026-11-21T12:05:06.000Z'],
  ['Nov 21 04:05:06 mx sshd[1]: Failed',       '2026-11-21T04:05:06.000Z'],
  ['Jan  2 04:05:06 mx sshd[1]: Failed',       '2027-01-02T04:05:06.000Z'],
  ['Feb 30 04:05:06 mx sshd[1]: Failed',       undefined],
  ['anno 21 04:05:06',                         undefined],
  ['99:99:99',                                 undefined],
])('%s', (text, time) => {
  expect(findTime(text, SENT)).toBe(time);
});

test('a time without a year is none where nobody knows when it was written', () => {
  expect(findTime('Nov 21 04:05:06 mx sshd[1]: Failed')).toBeUndefined();
});
