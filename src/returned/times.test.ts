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
  ['Am 20.11.2026 um 03:14 Uhr (MEZ) erhielten wir', '2026-11-20T02:14:00.000Z'],
  ['am 7.6.2026, 03:14:15 Uhr MESZ',           '2026-06-07T01:14:15.000Z'],
  ['20.11.2026 03:14',                         '2026-11-20T03:14:00.000Z'],
  ['2026-11-21 04:05:06 (UTC+2)',              '2026-11-21T02:05:06.000Z'],
  ['2026-11-21 04:05:06 GMT+5:30',             '2026-11-20T22:35:06.000Z'],
  ['2026-11-21 04:05:06 CEST',                 '2026-11-21T02:05:06.000Z'],
  ['2026-11-21 04:05:06 attack seen',          '2026-11-21T04:05:06.000Z'],
  ['2026-11-21 04:05:06 - 192.0.2.7',          '2026-11-21T04:05:06.000Z'],
  ['le 21 Nov 2026 04:05:06 est parvenu',      '2026-11-21T04:05:06.000Z'],
  ['45.13.2026 03:14',                         undefined],
  ['198.51.100.8;1795948000;smtp',             '2026-11-29T10:26:40.000Z'],
  ['1795948000 198.51.100.8 smtp',             '2026-11-29T10:26:40.000Z'],
  ['"timestamp": 1795948000123,',              '2026-11-29T10:26:40.123Z'],
  ['first seen 1795948000.55',                 '2026-11-29T10:26:40.000Z'],
  ['198.51.100.8;1595948000;smtp',             undefined],
  ['198.51.100.8;1895948000;smtp',             undefined],
  ['call 1795948000 or write',                 undefined],
  ['17959480001795948000',                     undefined],
])('%s', (text, time) => {
  expect(findTime(text, SENT)).toBe(time);
});

test('seconds since 1970 count from 2010 on where nobody knows when they were written', () => {
  expect(findTime('at=1795948000')).toBe('2026-11-29T10:26:40.000Z');
  expect(findTime('at=1095948000')).toBeUndefined();
});

test('a time without a year is none where nobody knows when it was written', () => {
  expect(findTime('Nov 21 04:05:06 mx sshd[1]: Failed')).toBeUndefined();
});
