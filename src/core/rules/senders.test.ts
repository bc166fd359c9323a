/** ACC-2 and ACC-3 by class: who carries the mail of others keeps their header From. */
import { describe, expect, it } from 'vitest';
import { createPlatform } from '../../../test/platform.ts';

const LIST = 'talk@example.org';

describe('a header From outside the platform (ACC-3)', () => {
  it.each([
    ['list', 'pass'],
    ['forward', 'pass'],
    ['person', 'reject'],
    ['application', 'reject'],
  ] as const)('of a %s: %s', (kind, verdict) => {
    const p = createPlatform({ accounts: [{ account: LIST, class: kind }] });
    const message = { headerFrom: 'member@elsewhere.test' };
    expect(p.submit(LIST, { message }).verdict).toBe(verdict);
  });

  it('never lets a list use a foreign return-path', () => {
    const p = createPlatform({ accounts: [{ account: LIST, class: 'list' }] });
    expect(p.submit(LIST, { envelopeSender: 'x@elsewhere.test' }).verdict).toBe('reject');
  });
});
