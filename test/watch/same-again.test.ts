/** OWN-4, OWN-5, OWN-7, OWN-10: what is made up anew at each look, or is the time of day, is no news. */
import { describe, expect, it } from 'vitest';
import { conformance } from '../../src/watch/checks/conformance.ts';
import { limits } from '../../src/watch/checks/limits.ts';
import { recipients } from '../../src/watch/checks/recipients.ts';
import { relay } from '../../src/watch/checks/relay.ts';
import type { Check } from '../../src/watch/contract.ts';
import { driftOf } from '../../src/watch/history-drift.ts';
import { openHistory, type Outcome } from '../../src/watch/history.ts';
import { hear, type Says } from './spoken-house.ts';

const timeAt = (round: number): string => new Date(Date.UTC(2026, 10, 28, round)).toISOString();

/** What each of three rounds brings, and what was seen in them. */
async function rounds(check: Check, says: readonly Says[], greetings: readonly string[] = []) {
  const history = openHistory(undefined);
  const outcomes: Outcome[][] = [];
  const texts: string[] = [];
  const drifts: unknown[] = [];
  for (const [round, say] of says.entries()) {
    const greeting = greetings[round];
    const { found, text } = await hear(check, say, {}, greeting === undefined ? {} : { greeting });
    const target = 'house.test';
    const findings = found.map((one) => ({ check: check.id, target, ...one }));
    outcomes.push([...history.noteAll({ check: check.id, target, findings }, timeAt(round))]);
    texts.push(text);
    drifts.push(findings.map((one) => driftOf(one, history.find(one))));
  }
  return { kinds: outcomes.map((each) => each.map(({ kind }) => kind)), texts, drifts };
}

/** As Postfix: each refusal repeats what was asked for. */
const repeating: Says = ({ line }) => {
  const asked = /^RCPT TO:(<primum-.*@house\.test>)/.exec(line)?.[1];
  return asked && `550 5.1.1 ${asked}: Recipient address rejected: User unknown`;
};
const catchAll: Says = ({ line }) => (line.startsWith('RCPT') ? '250 2.1.5 Ok' : undefined);
const noPostmaster: Says = ({ line }) =>
  line.startsWith('RCPT') ? `550 5.1.1 ${line.slice(8)}: User unknown` : undefined;

describe('a further look', () => {
  it('OWN-10: that finds the same catch-all by another name is no change', async () => {
    const { kinds, texts } = await rounds(recipients, Array<Says>(5).fill(catchAll));
    expect(kinds.map(([catchAllKind]) => catchAllKind)).toEqual([
      ...['confirm', 'changed', 'same', 'same', 'same'],
    ]);
    // People see what was asked for.
    for (const text of texts)
      expect(text).toMatch(/takes mail for primum-[0-9a-f]{16}@house\.test/);
    expect(new Set(texts).size).toBe(5);
  });

  it('OWN-10: tells what changed, and of the rest nothing', async () => {
    const { kinds, drifts } = await rounds(recipients, [repeating, repeating, catchAll, catchAll]);
    expect(kinds.map(([kind]) => kind)).toEqual(['same', 'same', 'confirm', 'changed']);
    expect(drifts[1]).toEqual([undefined, undefined]);
    expect(drifts[3]).toEqual([
      {
        was: expect.stringContaining('refuses an address of house.test') as string,
        wasAt: timeAt(1),
        is: expect.stringContaining('has a catch-all') as string,
      },
      undefined,
    ]);
  });

  it.each([relay, conformance, limits, recipients])(
    'of what is refused, in words that repeat what was asked, is no change: $id',
    async (check) => {
      const { kinds } = await rounds(check, Array<Says>(4).fill(noPostmaster));
      expect(kinds.slice(2).flat()).not.toContain('changed');
      expect(kinds.slice(2).flat()).not.toContain('confirm');
    },
  );

  it.each([
    ['Exim', '220 mx.house.test ESMTP Exim 4.96 Sat, 28 Nov 2026 1%:08:42 +0000'],
    ['Sendmail', '220 mx.house.test ESMTP Sendmail 8.17.1/8.17.1; Sat, 28 Nov 2026 1%:08:42 GMT'],
    [
      'Exchange',
      '220 mx.house.test Microsoft ESMTP MAIL Service ready at Sat, 8 Nov 2026 1%:08:42 +0100',
    ],
  ])('OWN-7: in whose greeting it is later is no change: %s', async (_, greeting) => {
    const greetings = [0, 1, 2, 3].map((hour) => greeting.replace('%', String(hour)));
    const { kinds } = await rounds(conformance, Array<Says>(4).fill(repeating), greetings);
    expect(kinds.map(([, greets]) => greets)).toEqual(['confirm', 'changed', 'same', 'same']);
  });

  it('OWN-7: in whose greeting something else is new is a change', async () => {
    const greetings = ['4.96', '4.96', '4.98', '4.98'].map(
      (version) => `220 mx.house.test ESMTP Exim ${version} Sat, 28 Nov 2026 10:08:42 +0000`,
    );
    const { kinds } = await rounds(conformance, Array<Says>(4).fill(repeating), greetings);
    expect(kinds.map(([, greets]) => greets)).toEqual(['confirm', 'changed', 'confirm', 'changed']);
  });
});
