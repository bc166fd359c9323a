/** SND-10: accounts of several tenants that come to one place are one campaign for whoever looks after it. */
import { expect, it } from 'vitest';
import { UNKNOWN_NETWORK } from '../../src/core/network.ts';
import { createPlatform } from '../platform.ts';
import { openTestDesk } from './helper.ts';

const HOUR = 3_600_000;
const PLACE = '10.7.1.0/24';
const accounts = ['ann@one.example', 'bob@two.example', 'cas@three.example', 'dee@four.example'];

/** Weeks at home, each in a place of its own; then each writes to strangers from an address of one network. */
function visited() {
  const p = createPlatform({
    network: (address) => {
      const asn = 64_500 + Number(address.split('.')[1]);
      const prefix = address.replace(/\.\d+$/, '.0/24');
      return { ...UNKNOWN_NETWORK, address, asn, country: 'DE', prefix, place: prefix };
    },
  });
  for (let i = 0; i < 30; i += 1) {
    accounts.forEach((account, n) => {
      const home = { clientAddress: `10.${20 + n}.1.1`, envelopeRecipients: ['bob@dest.test'] };
      p.submit(account, home);
    });
    p.wait(12 * HOUR);
  }
  for (let round = 0; round < 3; round += 1) {
    accounts.forEach((account, n) => {
      p.wait(HOUR);
      const to = `s${round}@s${n}.test`;
      p.submit(account, { clientAddress: `10.7.1.${n + 1}`, envelopeRecipients: [to] });
    });
  }
  return p;
}

it('their incidents have the place for their cause, and are found as one with all that it reaches', async () => {
  const p = visited();
  const open = await openTestDesk({ now: p.now });
  try {
    const { desk } = open;
    for (const intent of p.intents) void desk.effects.start(intent);
    await desk.flush();
    const incidents = await desk.incidents.list({ limit: 20 });
    expect(new Set(incidents.map(({ cause }) => cause))).toEqual(
      new Set([`shared-place:${PLACE}`]),
    );
    expect(incidents[0]?.evidence?.figures).toContainEqual({
      name: `Accounts new at ${PLACE}`,
      observed: '4',
      usual: '1',
    });
    const campaigns = await desk.incidents.campaigns({ days: 30 });
    expect(campaigns).toMatchObject([{ shared: [`source:${PLACE}`], accounts }]);
    // One incident over it, opened by whoever deals with it.
    const made = await desk.incidents.open({ accounts, summary: 'One hand.', by: 'olga' });
    expect(made).toMatchObject({ accounts, shared: [`source:${PLACE}`], reach: { accounts: 4 } });
  } finally {
    await open.close();
  }
});
