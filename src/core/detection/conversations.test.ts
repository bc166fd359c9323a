/** Who goes on in others' conversations from a place hardly known (decisions 0039 and 0041). */
import { expect, it } from 'vitest';
import { derivedFrom } from '../../../test/derived.ts';
import { createPlatform } from '../../../test/platform.ts';
import type { DerivedMessage } from '../message/derived.ts';
import type { Verdict } from '../verdict.ts';

const ANN = 'ann@example.org';
const HOUR = 3_600_000;
const OWN = { clientFamily: 'thunderbird', headerShape: 'a1', messageIdShape: 'x' };
const TOOL = { clientFamily: 'mailer', headerShape: 'b2', messageIdShape: 'y' };

const PLAIN: Partial<DerivedMessage> = {};
const FILE: Partial<DerivedMessage> = {
  attachments: [
    {
      extension: 'pdf',
      declaredType: 'application/pdf',
      trueType: 'application/pdf',
      sizeBytes: 900,
      sha256: 'a'.repeat(64),
    },
  ],
};
const LINK: Partial<DerivedMessage> = { urlCount: 1, urlHosts: ['craftsman.example'] };

/** Three weeks at home, then an answer for each of these from elsewhere, half a day apart, each with a text of its own. */
function answering(
  carried: readonly Partial<DerivedMessage>[],
  clientAddress: string,
  tool = OWN,
): readonly Verdict[] {
  const p = createPlatform({ accounts: [{ account: ANN }], rules: { mode: 'observe' } });
  let n = 0;
  const write = (from: string, isReply: boolean, program = OWN, more = PLAIN) => {
    const words = Array.from({ length: 30 }, (_, i) => `w${(n += 1)}x${i}`).join(' ');
    return p.submit(ANN, {
      clientAddress: from,
      envelopeRecipients: ['bob@example.org'],
      message: {
        headerFrom: ANN,
        text: words,
        derived: derivedFrom([words], { ...program, isReply, ...more }),
      },
    });
  };
  for (let i = 0; i < 63; i += 1) {
    p.login(ANN, { clientAddress: '192.0.2.7' });
    write('192.0.2.7', i % 2 === 0);
    p.wait(8 * HOUR);
  }
  return carried.map((more) => {
    p.wait(12 * HOUR);
    p.login(ANN, { clientAddress });
    return write(clientAddress, true, tool, more);
  });
}

const weights = (verdicts: readonly Verdict[], family: 'recipients' | 'content') =>
  verdicts.map(({ sums }) => sums?.[family] ?? 0);
const FILES = [FILE, FILE, FILE, FILE];
const PLAINS = [PLAIN, PLAIN, PLAIN, PLAIN];

it('that his answers are no copies of each other is no excuse: each of them weighs a little more', () => {
  const verdicts = answering(FILES, '10.5.0.1', TOOL);
  const recipients = weights(verdicts, 'recipients');
  expect(verdicts.at(-1)?.hypothesis).toBe('thread');
  expect(recipients[0]).toBeGreaterThan(0);
  expect(recipients[3]).toBeGreaterThan(recipients[0] as number);
});

it('answers with neither a link nor a file are an owner with a new machine: they weigh nothing', () => {
  const recipients = weights(answering(PLAINS, '10.5.0.1', TOOL), 'recipients');
  expect(Math.max(...recipients)).toBeLessThanOrEqual(0);
});

it('of an owner on a journey, with his own program, that is a word for him', () => {
  const recipients = weights(answering(FILES, '10.5.0.1'), 'recipients');
  expect(recipients[3]).toBeLessThanOrEqual(recipients[0] as number);
});

it('a link, once sent, stays said from elsewhere; with a new program in a network of the owner answers without one take it back', () => {
  const carried = [LINK, ...PLAINS];
  const elsewhere = weights(answering(carried, '10.5.0.1', TOOL), 'content');
  // Another address of the same provider.
  const near = weights(answering(carried, '192.0.9.7', TOOL), 'content');
  expect(elsewhere[0]).toBeGreaterThan(1);
  expect(near[0]).toBeGreaterThan(1);
  expect(elsewhere.at(-1)).toBeGreaterThan(1);
  expect(near.at(-1)).toBeLessThan(0.5);
});

it('at home they are nothing', () => {
  expect(answering(PLAINS, '192.0.2.7').at(-1)?.score).toBeLessThan(1);
});
