/** Mail that is written in a browser has the place of the browser (detection design 1.2, 1.10). */
import { expect, it } from 'vitest';
import { createPlatform } from '../../../test/platform.ts';

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
