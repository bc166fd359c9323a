/** kill -9 as soon as somebody was told that a recipient may be written to again: it stays so. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { eventually } from '../eventually.ts';
import { Place, PROCESS_TEST_MS, type RunningPrimum } from './program.ts';

const ROUNDS = 3;
const ANN = 'ann@example.org';

let place: Place;

beforeEach(() => {
  place = new Place();
  place.configure({
    policy: { mode: 'enforce' },
    outcomes: { suppression: { unknown: 'refuse' } },
  });
});

afterEach(() => place.remove());

/** Resolves when the recipient is known not to exist, on the disk too. */
async function bounce(primum: RunningPrimum, recipient: string, number: number): Promise<void> {
  const client = await primum.client();
  const common = {
    v: 1,
    at: new Date().toISOString(),
    mta: 'mx1',
    queueId: `4Q${number}`,
  } as const;
  await client.sendEvents([
    {
      ...{ ...common, kind: 'submission', id: `s${number}`, account: ANN, envelopeSender: ANN },
      ...{ clientAddress: '192.0.2.7', envelopeRecipients: [recipient] },
    },
    {
      ...{ ...common, kind: 'delivery', id: `d${number}`, recipient, result: 'bounced' },
      ...{ status: '5.1.1', reply: '550 5.1.1 User unknown' },
    },
  ]);
  await eventually(async () => {
    const metrics = await fetch(`http://${primum.address('api')}/metrics`);
    expect(await metrics.text()).toMatch(/^primum_standing_dirty 0$/m);
  });
}

it(
  `SND-13: a recipient that may be written to again stays so, ${ROUNDS} times`,
  { timeout: PROCESS_TEST_MS * 2 },
  async () => {
    let primum = await place.start();
    for (let round = 1; round <= ROUNDS; round += 1) {
      const recipient = `gone${round}@dest.test`;
      await bounce(primum, recipient, round);
      const client = await primum.client();
      expect((await client.suppression({ recipient })).reasons).toMatchObject([
        { kind: 'unknown', action: 'refuse' },
      ]);
      await client.endSuppression({ recipient, by: 'olga', why: 'The box is there again.' });
      // The answer has just come: nothing is waited for.
      primum.signal('SIGKILL');
      expect(await primum.ended).toBeNull();
      primum = await place.start();
      expect((await (await primum.client()).suppression({ recipient })).reasons).toEqual([]);
    }
    primum.signal('SIGTERM');
    await primum.ended;
  },
);
