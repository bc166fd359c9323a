/** OWN-8: what is shown of an MX with many addresses. */
import { expect, it } from 'vitest';
import { planOf } from '../../../test/watch/plan.ts';
import type { Tools } from '../contract.ts';
import type { DnsAnswer } from '../dns.ts';
import { createScope } from '../scope.ts';
import { mx } from './mx.ts';

it('says how many addresses of an MX it does not show', async () => {
  const addresses = Array.from({ length: 6 }, (_, at) => `203.0.113.${at + 1}`);
  const known: Readonly<Record<string, readonly string[]>> = {
    ...{ MX: ['10 mx.house.test'], A: addresses },
  };
  const ask = (_: string, type: string): Promise<DnsAnswer> => {
    const records = known[type];
    return Promise.resolve(records === undefined ? { kind: 'none' } : { kind: 'found', records });
  };
  const plan = planOf({ domains: ['house.test'] });
  const tools = {
    plan,
    scope: createScope(plan),
    dns: { ask, askAt: ask, asked: 0 },
  } as unknown as Tools;
  const seen = await mx.run('house.test', tools);
  expect(seen.flatMap(({ evidence }) => evidence).join(' ')).toContain('203.0.113.4 and 2 more');
});
