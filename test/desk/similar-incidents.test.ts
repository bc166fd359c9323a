/** FBK-7: among thousands of incidents, those that tell something of a new one are found. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Records } from '../../src/store/records/contract.ts';
import { openSqliteRecords } from '../../src/store/sqlite/records.ts';

const START_MS = Date.UTC(2026, 5, 10, 9);
const idOf = (n: number): string => `i${String(n).padStart(6, '0')}`;

let records: Records;

beforeEach(async () => {
  records = await openSqliteRecords({ path: ':memory:' });
});

afterEach(() => records.close());

async function opened(n: number, traits: readonly string[]): Promise<string> {
  const id = idOf(n);
  await records.incidents.open({
    draft: { id, cause: `c${n}`, practice: 'SND-1', summary: `No. ${n}`, detail: '' },
    ...{ accounts: [`user${n}@example.org`], by: 'primum' },
    at: new Date(START_MS + n * 1000).toISOString(),
  });
  await records.incidents.addTraits(id, traits);
  return id;
}

const RULE = ['signal:limits', 'cause:limit:messages'];

test('FBK-7: an old one with the same link is found behind hundreds of the same network', async () => {
  const old = await opened(1, [...RULE, 'link:evil.example']);
  for (let n = 2; n <= 600; n += 1) await opened(n, [...RULE, 'network:Example ISP']);
  const asked = await opened(700, [...RULE, 'network:Example ISP', 'link:evil.example']);
  const similar = await records.incidents.similar(asked, 10);
  expect(similar).toHaveLength(10);
  expect(similar[0]).toMatchObject({
    incident: { id: old },
    shared: ['cause:limit:messages', 'link:evil.example', 'signal:limits'],
  });
});

test('FBK-7: that the same rule acted makes no two incidents alike', async () => {
  await opened(1, RULE);
  expect(await records.incidents.similar(await opened(2, RULE), 10)).toEqual([]);
});

test('FBK-7: what few share comes before what many share, and members of its own never', async () => {
  for (let n = 1; n <= 50; n += 1) await opened(n, ['network:Big ISP']);
  const rare = await opened(60, ['network:Small ISP']);
  const member = await opened(61, ['text:abc']);
  const asked = await opened(70, ['network:Big ISP', 'network:Small ISP', 'text:abc']);
  const similar = await records.incidents.similar(asked, 3, [member]);
  expect(similar.map(({ incident }) => incident.id)).toEqual([rare, idOf(50), idOf(49)]);
});
