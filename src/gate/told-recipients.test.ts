/** What the recipients of one transaction cost that are asked about one after the other. */
import { describe, expect, it } from 'vitest';
import { createPlatform, policyWith } from '../../test/platform.ts';
import { createKeyedHash } from '../core/hash.ts';
import { recipientHash } from './recipients.ts';
import { MAX_TOLD_RECIPIENTS, ToldRecipients } from './told-recipients.ts';

const ANN = 'ann@example.org';
const strangers = (count: number): string[] =>
  Array.from({ length: count }, (_, i) => `stranger${i}@dest.test`);

/** Counts how often a recipient of the list is looked at. */
function watched(list: readonly string[], looks: { count: number }): readonly string[] {
  return new Proxy(list, {
    get(target, name, self) {
      if (typeof name === 'string' && /^\d+$/.test(name)) looks.count += 1;
      return Reflect.get(target, name, self) as unknown;
    },
  });
}

function looksAt(count: number): number {
  const p = createPlatform({ accounts: [{ account: ANN }], rules: { limits: [] } });
  const all = strangers(count);
  const looks = { count: 0 };
  for (let n = 1; n <= count; n += 1) {
    const envelopeRecipients = watched(all.slice(0, n), looks);
    p.checkSubmit(ANN, { id: 'one-transaction', envelopeRecipients });
  }
  return looks.count;
}

describe('SND-13: recipients asked about one after the other', () => {
  it('cost each as much as the first, however many there are', () => {
    const few = looksAt(200);
    expect(few).toBeGreaterThan(200);
    expect(looksAt(800) / few).toBeLessThan(5);
  });

  it('are counted as they stand: one that was refused makes room for another', () => {
    const told = new ToldRecipients(recipientHash(createKeyedHash(new Uint8Array(16))));
    const isNew = (_: unknown, recipient: string): boolean => !recipient.startsWith('known');
    expect(told.count('t', ['a@x.test', 'known@x.test'], isNew)).toBe(1);
    expect(told.count('t', ['a@x.test', 'known@x.test', 'b@x.test'], isNew)).toBe(2);
    expect(told.count('t', ['a@x.test', 'known@x.test', 'known2@x.test'], isNew)).toBe(1);
    expect(told.count('t', ['a@x.test'], isNew)).toBe(1);
    expect(told.count('other', ['known@x.test'], isNew)).toBe(0);
    expect(told.count('t', [], isNew)).toBe(0);
  });

  it('still wait for their answers once too many are new, at every further one', () => {
    const { burst, release } = policyWith({}).outcomes.canary;
    const first = Math.max(burst, release);
    const p = createPlatform({ accounts: [{ account: ANN }], rules: { limits: [] } });
    const all = strangers(first + 2);
    const verdicts = all.map((_, n) =>
      p.checkSubmit(ANN, { id: 'one', envelopeRecipients: all.slice(0, n + 1) }),
    );
    const waits = verdicts.map(({ reasons }) => reasons.some(({ signal }) => signal === 'canary'));
    expect(waits.indexOf(true)).toBe(first);
    expect(waits.slice(first)).toEqual([true, true]);
  });

  it('are told anew where more are under way than are kept, with the same answer', () => {
    const told = new ToldRecipients(recipientHash(createKeyedHash(new Uint8Array(16))));
    let asked = 0;
    const count = (id: string, list: readonly string[]): number =>
      told.count(id, list, () => {
        asked += 1;
        return true;
      });
    expect(count('first', ['a@x.test', 'b@x.test'])).toBe(2);
    expect(count('large', strangers(MAX_TOLD_RECIPIENTS))).toBe(MAX_TOLD_RECIPIENTS);
    asked = 0;
    expect(count('first', ['a@x.test', 'b@x.test', 'c@x.test'])).toBe(3);
    expect(asked).toBe(3);
  });
});
