/** Rungs that were reached in observe mode are seen before they bite. */
import { describe, expect, it } from 'vitest';
import { heaviest } from './heaviest.ts';
import { createPlatform } from '../../test/platform.ts';

const ANN = 'ann@example.org';
const distinct = { windowSeconds: 86_400, maximum: 2, action: 'hold' } as const;

function rove(p: ReturnType<typeof createPlatform>, account: string): void {
  for (let i = 0; i < 4; i++) p.submit(account, { clientAddress: `10.${i}.0.1` });
}

describe('why an account climbed', () => {
  it('is what weighed most, not what was found first', () => {
    const reason = (text: string, weight: number) => ({
      family: 'login' as const,
      signal: text,
      text,
      weight,
    });
    const reasons = [reason('no TLS', 0), reason('a copy', 3), reason('another', 3)];
    expect(heaviest(reasons)?.text).toBe('a copy');
    expect(heaviest([])).toBeUndefined();
  });
});

describe('the list of rungs', () => {
  it('shows who climbed in observe mode, since when and why, and how many there are', async () => {
    const p = createPlatform({ rules: { mode: 'observe', countries: distinct } });
    rove(p, ANN);
    rove(p, 'bob@example.org');
    p.submit('zoe@example.org');
    const page = await p.inspector.rungs({ limit: 10 });
    expect(page).toMatchObject({
      counts: { throttle: 0, hold: 2, lock: 0 },
      isCut: false,
      accounts: [
        {
          account: ANN,
          identity: '',
          rung: 'hold',
          since: '2026-03-02T09:00:00.000Z',
          why: 'Used from 3 countries in one day; at most 2 are usual.',
        },
        { account: 'bob@example.org', rung: 'hold' },
      ],
    });
  });

  it('says whether a rung acts or only says what would be done, for each and for one alone', async () => {
    const p = createPlatform({ rules: { mode: 'observe', countries: distinct } });
    rove(p, ANN);
    const why = 'Used from 3 countries in one day; at most 2 are usual.';
    expect(await p.inspector.rungs({ limit: 10 })).toMatchObject({
      ...{ mode: 'observe', accounts: [{ account: ANN, enforced: false }] },
    });
    expect(await p.inspector.rung(ANN)).toMatchObject({
      ...{ account: ANN, identity: '', rung: 'hold', enforced: false, why },
    });
    expect(await p.inspector.rung('nobody@example.org')).toBeUndefined();
    p.reload({ rules: { mode: 'enforce', countries: distinct } });
    expect(await p.inspector.rungs({ limit: 10 })).toMatchObject({
      ...{ mode: 'enforce', accounts: [{ enforced: true }] },
    });
    expect(await p.inspector.rung(ANN)).toMatchObject({ enforced: true });
    p.reload({ rules: { practices: { 'SND-6': 'observe' }, countries: distinct } });
    expect(await p.inspector.rungs({ limit: 10 })).toMatchObject({ mode: 'mixed' });
  });

  it('is paged by name, and the counts are of all', async () => {
    const p = createPlatform({ rules: { mode: 'observe', countries: distinct } });
    for (const name of ['c', 'a', 'b']) rove(p, `${name}@example.org`);
    const first = await p.inspector.rungs({ limit: 2 });
    expect(first.accounts.map(({ account }) => account)).toEqual([
      'a@example.org',
      'b@example.org',
    ]);
    const rest = await p.inspector.rungs({ limit: 2, after: 'b@example.org' });
    expect(rest.accounts.map(({ account }) => account)).toEqual(['c@example.org']);
    expect([first.counts.hold, rest.counts.hold]).toEqual([3, 3]);
  });

  it('shows whose evidence it is where a score climbed', async () => {
    const p = createPlatform({
      rules: { mode: 'observe', foreignSender: 'observe', limits: [] },
    });
    for (let i = 0; i < 30; i++) p.submit(ANN);
    for (let i = 0; i < 3; i++) {
      p.submit(ANN, {
        clientAddress: '10.3.0.1',
        envelopeSender: 'x@freemail.test',
        envelopeRecipients: [`stranger${i}@dest.test`],
      });
    }
    const { accounts } = await p.inspector.rungs({ limit: 10 });
    expect(accounts).toMatchObject([{ account: ANN, identity: `${ANN}/main`, rung: 'hold' }]);
    expect(accounts[0]?.why).not.toBe('');
  });

  it('leaves out who has been quiet for long enough', async () => {
    const p = createPlatform({ rules: { mode: 'observe', countries: distinct } });
    rove(p, ANN);
    p.wait(60 * 86_400_000);
    expect(await p.inspector.rungs({ limit: 10 })).toMatchObject({ accounts: [] });
  });
});
