/** Who goes on in others' conversations from a place hardly known (decision 0039). */
import { expect, it } from 'vitest';
import { derivedFrom } from '../../../test/derived.ts';
import { createPlatform } from '../../../test/platform.ts';
import type { Verdict } from '../verdict.ts';

const ANN = 'ann@example.org';
const HOUR = 3_600_000;
const OWN = { clientFamily: 'thunderbird', headerShape: 'a1', messageIdShape: 'x' };
const TOOL = { clientFamily: 'mailer', headerShape: 'b2', messageIdShape: 'y' };

/** Three weeks at home, then so many answers from elsewhere, half a day apart, each with a text of its own. */
function answering(count: number, clientAddress: string, tool = OWN): readonly Verdict[] {
  const p = createPlatform({ accounts: [{ account: ANN }], rules: { mode: 'observe' } });
  let n = 0;
  const write = (from: string, isReply: boolean, program = OWN) => {
    const words = Array.from({ length: 30 }, (_, i) => `w${(n += 1)}x${i}`).join(' ');
    return p.submit(ANN, {
      clientAddress: from,
      envelopeRecipients: ['bob@example.org'],
      message: {
        headerFrom: ANN,
        text: words,
        derived: derivedFrom([words], { ...program, isReply }),
      },
    });
  };
  for (let i = 0; i < 63; i += 1) {
    p.login(ANN, { clientAddress: '192.0.2.7' });
    write('192.0.2.7', i % 2 === 0);
    p.wait(8 * HOUR);
  }
  return Array.from({ length: count }, () => {
    p.wait(12 * HOUR);
    return write(clientAddress, true, tool);
  });
}

it('that his answers are no copies of each other is no excuse: each of them weighs a little more', () => {
  const verdicts = answering(4, '10.5.0.1', TOOL);
  const recipients = verdicts.map(({ sums }) => sums?.recipients ?? 0);
  expect(verdicts.at(-1)?.hypothesis).toBe('thread');
  expect(recipients[0]).toBeGreaterThan(0);
  expect(recipients[3]).toBeGreaterThan(recipients[0] as number);
});

it('of an owner on a journey, with his own program, that is a word for him', () => {
  const recipients = answering(4, '10.5.0.1').map(({ sums }) => sums?.recipients ?? 0);
  expect(recipients[3]).toBeLessThanOrEqual(recipients[0] as number);
});

it('at home they are nothing', () => {
  expect(answering(4, '192.0.2.7').at(-1)?.score).toBeLessThan(1);
});
