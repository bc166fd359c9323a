/** OWN-5: what is a limit as RFC 9422 writes it. */
import { expect, it } from 'vitest';
import { announcedLimits } from './announced-limits.ts';

it.each([
  ['RCPTMAX=100 MAILMAX=20 RCPTDOMAINMAX=1', 100, []],
  ['RCPTMAX=999999', 999_999, []],
  ['MAILMAX=20', undefined, []],
  ['FUTURE=A/B=C FLAG X-1', undefined, []],
  ['RCPTMAX=0', undefined, ['RCPTMAX=0']],
  ['RCPTMAX=0100', undefined, ['RCPTMAX=0100']],
  ['RCPTMAX=1000000', undefined, ['RCPTMAX=1000000']],
  ['RCPTMAX=-1 MAILMAX=5', undefined, ['RCPTMAX=-1']],
  ['RCPTMAX', undefined, ['RCPTMAX']],
  ['RCPTMAX=50 RCPTMAX=200', 50, ['RCPTMAX=200']],
  ['RCPTMAX=100;MAILMAX=5', undefined, ['RCPTMAX=100;MAILMAX=5']],
  ['=5 FUTURE=', undefined, ['=5', 'FUTURE=']],
])('LIMITS %s', (words, rcptMax, malformed) => {
  const found = announcedLimits(['PIPELINING', `LIMITS ${words}`]);
  expect(found.rcptMax).toBe(rcptMax);
  expect(found.malformed).toEqual(malformed);
});

it('is announced once, and says something', () => {
  expect(announcedLimits(['SIZE 100', 'LIMITSX RCPTMAX=5'])).toEqual({ malformed: [] });
  expect(announcedLimits(['LIMITS']).malformed).toEqual(['LIMITS']);
  const twice = announcedLimits(['LIMITS RCPTMAX=200', 'LIMITS MAILMAX=5']);
  expect(twice).toMatchObject({ rcptMax: 200, malformed: ['LIMITS MAILMAX=5'] });
});
