/** kill -9 as soon as a person's word about an account was answered: it holds. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { eventually } from '../eventually.ts';
import { Place, PROCESS_TEST_MS } from './program.ts';

const ROUNDS = 3;

const now = (): string => new Date().toISOString();

let place: Place;

beforeEach(() => {
  place = new Place();
  place.configure({});
});

afterEach(() => place.remove());

it(`SND-6: "this is not me" holds, ${ROUNDS} times`, { timeout: PROCESS_TEST_MS * 2 }, async () => {
  let primum = await place.start();
  for (let round = 1; round <= ROUNDS; round += 1) {
    const account = `ann${round}@example.org`;
    const client = await primum.client();
    const contexts = async () =>
      (await (await primum.client()).account(account)).report?.identities[0]?.contexts ?? [];
    let sent = 0;
    // A place has a name once networks are known.
    const context = await eventually(async () => {
      await client.sendEvents([
        {
          ...{ v: 1, kind: 'submission', id: `s${round}-${(sent += 1)}`, at: now() },
          ...{ mta: 'mx1', account, envelopeSender: account, clientAddress: '192.0.2.7' },
          envelopeRecipients: ['bob@dest.test'],
        },
      ]);
      const [first] = await contexts();
      expect(first).toBeDefined();
      return first?.context ?? '';
    });
    const word = { mine: false, lock: false, by: 'olga' } as const;
    await client.sendEvents([
      { v: 1, kind: 'confirm', id: `c${round}`, at: now(), account, context, ...word },
    ]);
    // The answer has just come: nothing is waited for.
    primum.signal('SIGKILL');
    expect(await primum.ended).toBeNull();
    primum = await place.start();
    expect(await contexts()).toMatchObject([{ context, refused: true }]);
  }
  primum.signal('SIGTERM');
  await primum.ended;
});
