/** Who wrote to an account is no stranger when it answers (detection design 1.2). */
import { describe, expect, it } from 'vitest';
import { createPlatform, type Platform } from '../../test/platform.ts';

const ANN = 'ann@example.org';
let ids = 0;

const receive = (p: Platform, headerFrom: string, account = ANN): void =>
  void p.gate.note({ v: 1, kind: 'received', id: `r${++ids}`, at: p.at(), account, headerFrom });

const many = (count: number): string[] =>
  Array.from({ length: count }, (_, i) => `friend${i}@f${i % 9}.test`);

/** Whether a message to all of them goes at once. */
const answersAll = (p: Platform): boolean =>
  p.submit(ANN, { envelopeRecipients: many(60) }).verdict === 'pass';

describe('mail that an account received', () => {
  it('makes its senders known: writing to many of them is no burst to strangers', () => {
    const p = createPlatform({ accounts: [{ account: ANN }] });
    for (const sender of many(60)) receive(p, sender.toUpperCase(), ANN.toUpperCase());
    expect(answersAll(p)).toBe(true);
  });

  it('makes them known to that account only, and says nothing of the null sender', () => {
    const p = createPlatform({ accounts: [{ account: ANN }] });
    receive(p, '');
    for (const sender of many(60)) receive(p, sender, 'bob@example.org');
    expect(answersAll(p)).toBe(false);
  });

  it('from however many strangers takes a fixed room and forgets nobody it wrote to', async () => {
    const p = createPlatform({ accounts: [{ account: ANN }] });
    p.submit(ANN, { envelopeRecipients: many(20) });
    for (let i = 0; i < 5_000; i += 1) receive(p, `stranger${i}@s.test`);
    const [record, written] = await Promise.resolve(p.standing.read([`h:${ANN}`, `w:${ANN}`]));
    expect(record?.length).toBeLessThan(1_600);
    expect(written?.length).toBeLessThan(512);
  });
});
