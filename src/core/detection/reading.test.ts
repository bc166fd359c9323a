/** Whether somebody reads his mail where he sends says who sits there, if the mailbox is read at all (decision 0041). */
import { expect, it } from 'vitest';
import { derivedFrom } from '../../../test/derived.ts';
import { createPlatform } from '../../../test/platform.ts';
import type { Reason } from '../verdict.ts';

const ANN = 'ann@example.org';
const HOUR = 3_600_000;
const HOME = '192.0.2.7';
const OWN = { clientFamily: 'thunderbird', headerShape: 'a1', messageIdShape: 'x' };
const NEW = { clientFamily: 'mailer', headerShape: 'b2', messageIdShape: 'y' };

/** Three weeks at home, with mail read there or not; then somebody reads it far away, and a new program sends. */
function reasonsOf(from: string, readsAtHome: boolean, sends = 3): readonly Reason[] {
  const p = createPlatform({ accounts: [{ account: ANN }], rules: { mode: 'observe' } });
  let n = 0;
  const write = (clientAddress: string, program: typeof OWN) => {
    const heloName = program === OWN ? '[192.0.2.7]' : 'desk';
    const words = Array.from({ length: 30 }, (_, i) => `w${(n += 1)}x${i}`).join(' ');
    return p.submit(ANN, {
      clientAddress,
      heloName,
      envelopeRecipients: [program === OWN ? 'bob@example.org' : `stranger${n}@example.net`],
      message: { headerFrom: ANN, text: words, derived: derivedFrom([words], program) },
    });
  };
  for (let i = 0; i < 63; i += 1) {
    if (readsAtHome) p.login(ANN, { clientAddress: HOME });
    write(HOME, OWN);
    p.wait(8 * HOUR);
  }
  for (let i = 0; i < 15; i += 1) {
    p.login(ANN, { clientAddress: '10.5.0.1' });
    p.wait(HOUR);
  }
  let said: readonly Reason[] = [];
  for (let i = 0; i < sends; i += 1) {
    said = write(from, NEW).reasons;
    p.wait(HOUR);
  }
  return said;
}

const onlySends = (reasons: readonly Reason[]): number =>
  reasons.find(({ signal }) => signal === 'only-sends')?.weight ?? 0;

it('who never read his mail is not suspect because a thief does', () => {
  const said = reasonsOf(HOME, false);
  expect(said.map(({ signal }) => signal)).toContain('making');
  expect(onlySends(said)).toBe(0);
});

it('at another place, of a mailbox that was read at home before, it says little at first and more after a day', () => {
  const today = onlySends(reasonsOf('10.6.0.1', true));
  const tomorrow = onlySends(reasonsOf('10.6.0.1', true, 26));
  expect(today).toBeGreaterThan(0);
  expect(tomorrow).toBeGreaterThan(2 * today);
});
