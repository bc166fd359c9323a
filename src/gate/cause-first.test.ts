/** FBK-2: who is held for what came back is told so, and not what else was found. */
import { expect, it } from 'vitest';
import { createPlatform } from '../../test/platform.ts';
import { clientText } from '../core/client-text.ts';
import { plainWords } from '../core/plain-words.ts';

const ANN = 'ann@example.org';

it('names complaints first where they hold a message: to the sender, to the desk, in the list of rungs', async () => {
  const p = createPlatform({ accounts: [{ account: ANN }] });
  for (let i = 0; i < 30; i += 1) {
    p.wait(3_600_000);
    p.submit(ANN, { mta: 'mx1', queueId: `4Q${i}`, tls: false });
  }
  for (let i = 0; i < 4; i += 1) {
    await p.gate.note({
      ...{ v: 1, kind: 'complaint', id: `c${i}`, at: p.at(), mta: 'mx1', feedbackType: 'abuse' },
      ...{ queueId: '4Q29', recipient: `r${i}@dest.test`, verified: true },
    });
  }
  const elsewhere = { clientAddress: '10.3.0.1', envelopeRecipients: ['new@dest.test'] };
  const verdict = p.submit(ANN, { tls: false, ...elsewhere });
  const here = p.submit(ANN, { tls: false, envelopeRecipients: ['other@dest.test'] });
  const held = [verdict, here].find(({ verdict: kind }) => kind === 'hold');
  expect(held?.reasons.map(({ signal }) => signal)).toEqual(
    expect.arrayContaining(['cleartext', 'outcomes']),
  );
  expect(held?.reasons[0]?.signal).toBe('outcomes');
  expect(held && clientText(held)).toMatch(/^The message waits for a check\./);
  expect(held && plainWords(held).owner).toContain('People complained of earlier messages');
  const { accounts } = await p.inspector.rungs({ limit: 1 });
  expect(accounts[0]?.why).toMatch(/4 complained/);
});

it('CON-3: names the rung first where what the account did before holds a message, and not what is in it', () => {
  const places = { windowSeconds: 3_600, maximum: 1, action: 'hold' } as const;
  const p = createPlatform({
    accounts: [{ account: ANN }],
    rules: { places, cleartext: 'observe' },
  });
  p.submit(ANN, { clientAddress: '10.1.0.1' });
  const first = p.submit(ANN, { clientAddress: '10.2.0.1' });
  expect(first).toMatchObject({ verdict: 'hold', reasons: [{ signal: 'distinct-places' }] });
  p.wait(2 * 3_600_000);
  const later = p.submit(ANN, { clientAddress: '10.1.0.1', tls: false });
  expect(later.verdict).toBe('hold');
  expect(later.reasons[0]?.text).toMatch(/^Mail of this account is held since 2026-03-02/);
  expect(later.reasons.map(({ signal }) => signal)).toEqual(
    expect.arrayContaining(['rung-hold', 'cleartext']),
  );
  expect(clientText(later)).toMatch(/^The message waits for a check\./);
  expect(plainWords(later).reviewer).toMatch(/^Held: Mail of this account is held since/);
});
