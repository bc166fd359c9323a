/** FBK-4, OWN-5, OWN-10: no probe needs subaddresses (RFC 5233), which many houses do not have. */
import { expect, it } from 'vitest';
import { conformance } from '../../src/watch/checks/conformance.ts';
import { limits } from '../../src/watch/checks/limits.ts';
import { recipients } from '../../src/watch/checks/recipients.ts';
import { smuggling } from '../../src/watch/checks/smuggling.ts';
import type { Check } from '../../src/watch/contract.ts';
import { hear } from './spoken-house.ts';

it.each<[string, Check]>([
  ['conformance', conformance],
  ['limits', limits],
  ['recipients', recipients],
  ['smuggling', smuggling],
])('%s names addresses without a tag', async (_, check) => {
  const { heard } = await hear(check, undefined, { triesSmuggling: true });
  const named = heard.filter((line) => /^(?:MAIL|RCPT)/.test(line));
  expect(named.length).toBeGreaterThan(0);
  expect(named.filter((line) => line.includes('+'))).toEqual([]);
});
