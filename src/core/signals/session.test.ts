/** Mail that is written in a browser has the place of the browser (detection design 1.2, 1.10). */
import { expect, it } from 'vitest';
import { createPlatform } from '../../../test/platform.ts';
import { identityKey } from '../../gate/submission-frame.ts';
import { IdentityProfile } from '../profile/identity-profile.ts';

const ANN = 'ann@example.org';
const HOME = '192.0.2.7';
const WEBMAIL = '198.51.100.9';
const ABROAD = '10.5.0.1';
const HOUR = 3_600_000;

/** Three weeks of a person at home, whose mail leaves from the machine of the webmail. */
function used() {
  const p = createPlatform({ accounts: [{ account: ANN }] });
  let strangers = 0;
  const write = () =>
    p.submit(ANN, {
      clientAddress: WEBMAIL,
      envelopeRecipients: [`new${(strangers += 1)}@dest.test`],
    });
  for (let day = 0; day < 21; day += 1) {
    for (let i = 0; i < 3; i += 1) {
      p.login(ANN, { service: 'webmail', clientAddress: HOME });
      p.submit(ANN, { clientAddress: WEBMAIL, envelopeRecipients: ['bob@example.org'] });
      p.wait(8 * HOUR);
    }
  }
  const read = (clientAddress: string) => p.login(ANN, { service: 'webmail', clientAddress });
  return { p, read, write };
}

it('the owner at home is where he always is', () => {
  const { read, write } = used();
  read(HOME);
  write();
  expect(write().sums?.context).toBeUndefined();
});

it('a thief who writes through the webmail is where he reads, not at its machine', () => {
  const { read, write } = used();
  read(ABROAD);
  write();
  const { score, sums } = write();
  expect(score).toBeGreaterThan(3);
  expect(sums?.context).toBeCloseTo(2.6);
});

it('a session of hours ago says nothing of now', () => {
  const { p, read, write } = used();
  read(ABROAD);
  p.wait(3 * HOUR);
  write();
  expect(write().sums?.context).toBeUndefined();
});

it('the owner at home is not taken for the thief by the hour of it', () => {
  const { p, read, write } = used();
  read(ABROAD);
  write();
  read(HOME);
  expect(write().sums?.context).toBeUndefined();
  expect(p.locks.size).toBe(0);
});

it("a place at which the mail was only read for days is not the account's yet, after a week it is", () => {
  const { p, read, write } = used();
  const readFor = (days: number) => {
    for (let i = 0; i < 3 * days; i += 1) {
      read(ABROAD);
      p.wait(8 * HOUR);
    }
    read(ABROAD);
  };
  readFor(4);
  write();
  expect(write().sums?.context).toBeCloseTo(2.6);
  readFor(4);
  write();
  expect(write().sums?.context).toBeUndefined();
});

it('what was set up before counts at once for what is written in a strange session', async () => {
  const { p, read, write } = used();
  read(ABROAD);
  await p.gate.note({
    v: 1,
    kind: 'change',
    id: 'c1',
    at: p.at(),
    account: ANN,
    what: 'filter',
    clientAddress: ABROAD,
  });
  const { sums } = write();
  expect(sums).toMatchObject({ context: 2.6, preparation: 3 });
});

it('nothing of a strange session stays with the machine of the webmail', () => {
  const { read, write } = used();
  read(HOME);
  write();
  const before = write().score;
  const again = used();
  again.read(ABROAD);
  for (let i = 0; i < 4; i += 1) again.write();
  again.read(HOME);
  again.write();
  expect(again.write().score).toBe(before);
});

it("the webmail's machine wrote to strangers for a thief: that says nothing of who sits in front of it now", async () => {
  const { p, read, write } = used();
  await p.standing.update([identityKey(`${ANN}/main`)], (records) => {
    const profile = new IdentityProfile(records[0]);
    for (let i = 0; i < 400; i += 1) profile.detection.countCompany(0, true);
    records[0] = profile.toBytes();
  });
  read(ABROAD);
  write();
  expect(write().reasons.map(({ signal }) => signal)).not.toContain('only-strangers');
});
