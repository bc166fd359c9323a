/** OWN-5 and others: several checks stand behind one practice, so what is well is named. */
import { expect, it } from 'vitest';
import type { Finding } from '../watch/contract.ts';
import { matterOf } from '../watch/matter.ts';
import { CHECKS } from '../watch/registry.ts';
import { noteOfEnd, overOf } from './watch-words.ts';

const well: Finding = {
  ...{ check: 'tls', practice: 'OWN-5', target: 'mx1.example.org', state: 'pass' },
  evidence: ['It speaks TLSv1.3.'],
};

it('says what of a practice is well again', () => {
  expect(overOf(well)).toBe('mx1.example.org: OWN-5 is well again as to TLS. It speaks TLSv1.3.');
  expect(noteOfEnd(well)).toBe(
    'mx1.example.org is well again as to TLS (OWN-5): It speaks TLSv1.3.',
  );
  expect(overOf({ ...well, check: 'smuggling' })).toContain('as to false ends of messages.');
});

it('has words for every check, and for none twice', () => {
  const words = CHECKS.map(({ id }) => matterOf(id));
  expect(
    CHECKS.filter(({ id }) => matterOf(id) === id && !/^(?:recipients|versions)$/.test(id)),
  ).toEqual([]);
  expect(new Set(words).size).toBe(words.length);
});
