/** A switch outlives a restart and a reload, stands in the audit log, and leaves the file alone. */
import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Client } from '../../src/client/client.ts';
import { until } from '../peers/run.ts';
import { Place, PROCESS_TEST_MS, type RunningPrimum } from './program.ts';

let place: Place;
let primum: RunningPrimum;
beforeEach(async () => {
  place = new Place();
  place.configure();
  primum = await place.start();
}, PROCESS_TEST_MS);
afterEach(() => place.remove(), PROCESS_TEST_MS);

let count = 0;

/** What is answered to a virus now. */
async function virus(client: Client): Promise<{ verdict: string; enforced: boolean }> {
  const { verdicts } = await client.sendEvents([
    {
      ...{ v: 1, kind: 'submission', id: `v${++count}`, at: new Date().toISOString() },
      ...{ account: 'ann@example.org', clientAddress: '192.0.2.7' },
      envelopeSender: 'ann@example.org',
      envelopeRecipients: ['kim@example.net'],
      message: {
        headerFrom: 'ann@example.org',
        derived: {
          ...{ version: 1, sizeBytes: 9_000 },
          scans: [{ scanner: 'clamd', result: 'infected', name: 'Eicar-Test' }],
        },
      },
    },
  ]);
  const { verdict = '', enforced = false } = verdicts[0] ?? {};
  return { verdict, enforced };
}

const WATCHED = { verdict: 'reject', enforced: false };
const ANSWERED = { verdict: 'reject', enforced: true };

it('is in force at once, after a reload, after kill -9, until it is taken back', async () => {
  let client = await primum.client();
  const file = readFileSync(place.configFile, 'utf8');
  expect(await virus(client)).toEqual(WATCHED);
  const seen = await client.foresight(7);
  expect(seen.practices).toMatchObject([
    { practice: 'CON-1', wouldHave: { reject: 1 }, touched: [{ account: 'ann@example.org' }] },
  ]);
  const turn = { kind: 'practice', name: 'CON-1', by: 'olga', why: 'Seen for a week.' } as const;
  await client.turnSwitch({ ...turn, mode: 'enforce' });
  expect(await virus(client)).toEqual(ANSWERED);

  primum.signal('SIGHUP');
  await until('the reload', () => primum.said('reloaded').length > 0);
  expect(await virus(client)).toEqual(ANSWERED);

  primum.signal('SIGKILL');
  await primum.ended;
  primum = await place.start();
  client = await primum.client();
  expect(await virus(client)).toEqual(ANSWERED);
  const { switches } = await client.switches();
  expect(switches.find(({ name }) => name === 'CON-1')).toMatchObject({
    now: 'enforce',
    switched: { by: 'olga', why: 'Seen for a week.' },
  });
  expect(switches[0]).toMatchObject({ kind: 'everything', now: 'observe', file: 'observe' });

  await client.turnSwitch({ ...turn, mode: 'file', why: 'It hurt somebody.' });
  expect(await virus(client)).toEqual(WATCHED);
  const { entries } = await client.audit({ subject: 'practice CON-1', limit: 5 });
  expect(entries.map(({ action, by, why }) => [action, by, why])).toEqual([
    ['switch.file', 'olga', 'It hurt somebody.'],
    ['switch.enforce', 'olga', 'Seen for a week.'],
  ]);
  expect(readFileSync(place.configFile, 'utf8')).toBe(file);
}, 180_000);
