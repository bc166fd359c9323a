/** A place becomes known by the company it keeps (design 1.3, formula 5). */
import { expect, it } from 'vitest';
import { createPlatform } from '../../../test/platform.ts';
import { identityKey } from '../../gate/submission-frame.ts';
import { IdentityProfile } from '../profile/identity-profile.ts';

const ANN = 'ann@example.org';
const NEW = '172.16.0.1';
const HOUR = 3_600_000;

/** After weeks at home twelve days of a second place, from which so many of each eight letters go to strangers. */
async function isKnownAfter(strangersOfEight: number): Promise<boolean> {
  const p = createPlatform({ accounts: [{ account: ANN }], rules: { mode: 'observe' } });
  const write = (clientAddress: string, to: string): void => {
    p.submit(ANN, { clientAddress, envelopeRecipients: [to] });
    p.wait(12 * HOUR);
  };
  for (let i = 0; i < 50; i += 1) {
    p.login(ANN, { clientAddress: '192.0.2.1' });
    write('192.0.2.1', 'bob@example.org');
  }
  for (let i = 0; i < 24; i += 1) {
    p.login(ANN, { clientAddress: NEW });
    const isStranger = i % 8 < strangersOfEight;
    write(NEW, isStranger ? `s${i}@s${i}.test` : 'bob@example.org');
  }
  const [record] = await p.standing.read([identityKey(`${ANN}/main`)]);
  return new IdentityProfile(record).detection.isTrusted(1);
}

it('an owner who writes to some new people and mostly to known ones', async () => {
  expect(await isKnownAfter(2)).toBe(true);
});

it('not an imitation that writes to some known people and mostly to strangers', async () => {
  expect(await isKnownAfter(5)).toBe(false);
});
