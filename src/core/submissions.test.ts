/** Submissions judged through the real gate. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createPlatform } from '../../test/platform.ts';
import { REFUSED_BUCKETS } from '../gate/relays.ts';
import { MAX_USAGE_ROWS } from './profile/usage-record.ts';
import type { Limit } from './policy.ts';
import { clientText } from './client-text.ts';

const ANN = 'ann@example.org';
const limit = (changes: Partial<Limit> = {}): Limit => ({
  scope: 'account',
  count: 'recipients',
  windowSeconds: 3600,
  limit: 10,
  burst: 0,
  action: 'throttle',
  ...changes,
});
const people = (n: number) => Array.from({ length: n }, (_, i) => `p${i}@dest.test`);

describe('senders', () => {
  const accounts = [
    { account: ANN, addresses: [ANN, 'info@example.org'], domains: ['shop.example'] },
  ];
  /** sender, verdict, first signal, because. */
  const TABLE = [
    [ANN, 'pass', undefined, 'the login itself'],
    ['ANN@Example.ORG', 'pass', undefined, 'letter case is nothing'],
    ['ann+lists@example.org', 'pass', undefined, 'a subaddress is the address (RFC 5233)'],
    ['info@example.org', 'pass', undefined, 'a verified alias'],
    ['anything@shop.example', 'pass', undefined, 'a domain of its own'],
    ['', 'pass', undefined, "the null sender is everybody's"],
    ['bob@example.org', 'reject', 'sender-ownership', "a colleague's address"],
    ['ann@elsewhere.test', 'reject', 'foreign-sender', 'a foreign return-path'],
    ['ann@freemail.test', 'reject', 'foreign-sender', 'a freemail return-path'],
  ] as const;

  it.each(TABLE)('ACC-2, ACC-3: %s gives %s (%s): %s', (envelopeSender, verdict, signal) => {
    const p = createPlatform({
      accounts,
      rules: { otherSender: 'reject', foreignSender: 'reject' },
    });
    const judged = p.submit(ANN, { envelopeSender });
    expect(judged.verdict).toBe(verdict);
    expect(judged.reasons[0]?.signal).toBe(signal);
  });

  it('ACC-2: the header From is looked at where it is known', () => {
    const p = createPlatform({ accounts, rules: { otherSender: 'reject' } });
    expect(p.submit(ANN, { message: { headerFrom: 'bob@example.org' } }).verdict).toBe('reject');
  });

  it('ACC-2: without a directory an alias is learned and proposed, not refused', async () => {
    const p = createPlatform({ rules: { otherSender: 'reject' } });
    for (let day = 0; day < 4; day++) {
      for (let i = 0; i < 5; i++) {
        expect(p.submit(ANN, { envelopeSender: 'info@example.org' }).verdict).toBe('pass');
      }
      p.wait(86_400_000);
    }
    expect(await p.inspector.proposedSenders()).toEqual([
      { account: ANN, address: 'info@example.org', messages: 20, days: 4 },
    ]);
  });

  it('ACC-3: the refusal names the reason and the reference, and nothing more', () => {
    const p = createPlatform({ rules: { foreignSender: 'reject' } });
    const judged = p.submit(ANN, { envelopeSender: 'ann@freemail.test' });
    expect(clientText(judged)).toBe(
      `This sender address belongs to another provider. Use an address of ours. Reference ${judged.reference}`,
    );
    expect(p.intents).toMatchObject([
      { kind: 'alert', practice: 'ACC-3', reference: judged.reference },
    ]);
  });
});

describe('relay without AUTH (ACC-1)', () => {
  it('is refused, and the clients that still may are listed with how much they send', async () => {
    const p = createPlatform({
      policy: { relay: { action: 'reject', networks: ['192.0.2.0/24'] } },
    });
    const event = { envelopeSender: 'printer@example.org' };
    expect(p.submit('', { ...event, clientAddress: '203.0.113.1' })).toMatchObject({
      verdict: 'reject',
      account: 'domain:example.org',
    });
    expect(p.submit('', event).verdict).toBe('pass');
    p.submit('', { ...event, envelopeRecipients: people(3) });
    expect(await p.inspector.relays()).toMatchObject([
      {
        identity: 'domain:example.org',
        clientAddress: '192.0.2.1',
        messages: 2,
        recipients: 4,
        refused: 0,
      },
      { clientAddress: '203.0.113.1', messages: 0, recipients: 0, refused: 1 },
    ]);
  });

  it('is listed with what was refused, at RCPT already, and with what was let out before', async () => {
    const p = createPlatform({
      rules: { mode: 'observe' },
      policy: { relay: { action: 'reject', networks: [] } },
    });
    const event = { envelopeSender: 'printer@example.org' };
    for (let i = 0; i < 3; i++) p.submit('', event);
    p.reload({ policy: { relay: { action: 'reject', networks: [] } } });
    p.wait(60_000);
    for (let i = 0; i < 2; i++) p.submit('', { ...event, abandoned: true });
    expect(await p.inspector.relays()).toEqual([
      {
        identity: 'domain:example.org',
        clientAddress: '192.0.2.1',
        firstAt: '2026-03-02T09:00:00.000Z',
        lastAt: '2026-03-02T09:01:00.000Z',
        messages: 3,
        recipients: 3,
        refused: 2,
      },
    ]);
  });

  it('is listed in observe mode, in which nobody is refused', async () => {
    const p = createPlatform({
      rules: { mode: 'observe' },
      policy: { relay: { action: 'reject', networks: [] } },
    });
    p.submit('', { envelopeSender: 'printer@example.org' });
    expect(await p.inspector.relays()).toMatchObject([{ clientAddress: '192.0.2.1', messages: 1 }]);
  });

  it('keeps refused strangers in a fixed room, in which who tries often stays', async () => {
    const p = createPlatform({ policy: { relay: { action: 'reject', networks: [] } } });
    const old = { envelopeSender: 'printer@example.org' };
    for (let i = 0; i < 5; i++) p.submit('', old);
    for (let i = 0; i < 3_000; i++) {
      const clientAddress = `203.0.${i % 250}.${1 + (i % 200)}`;
      p.submit('', { envelopeSender: `x@d${i}.test`, clientAddress });
    }
    const keys: string[] = [];
    for await (const [key] of p.standing.scan('')) keys.push(key);
    expect(keys.every((key) => key.startsWith('q:'))).toBe(true);
    expect(keys.length).toBeLessThanOrEqual(REFUSED_BUCKETS);
    const relays = await p.inspector.relays();
    expect(relays.length).toBeLessThanOrEqual(REFUSED_BUCKETS * MAX_USAGE_ROWS);
    expect(relays).toContainEqual(
      expect.objectContaining({ clientAddress: '192.0.2.1', refused: 5 }),
    );
  });
});

describe('limits (SND-1)', () => {
  it('SND-3: over the recipient limit is deferred with the observed and the allowed value', () => {
    const p = createPlatform({ rules: { limits: [limit()] } });
    expect(p.submit(ANN, { envelopeRecipients: people(8) }).verdict).toBe('pass');
    expect(p.submit(ANN, { envelopeRecipients: people(3) })).toMatchObject({
      verdict: 'defer',
      enforced: true,
      reasons: [
        {
          signal: 'limit',
          text: '8 recipients in one hour and 3 more asked for; the limit for this account is 10.',
        },
      ],
    });
    expect(p.submit(ANN, { envelopeRecipients: people(2) }).verdict).toBe('pass');
  });

  it('SND-2: alerts, with one cause for all messages over it', () => {
    const p = createPlatform({ rules: { limits: [limit({ limit: 1 })] } });
    for (let i = 0; i < 20; i++) p.submit(ANN);
    const causes = new Set(
      p.intents.map((intent) => (intent.kind === 'alert' ? intent.cause : '')),
    );
    expect([...causes]).toEqual(['limit:account:recipients:3600']);
  });

  it('SND-2: alerts when recipients were refused on the way and the rest passed', () => {
    const p = createPlatform({ rules: { limits: [limit()] } });
    const event = { envelopeRecipients: people(10), refusedRecipients: ['eleventh@dest.test'] };
    expect(p.submit(ANN, event)).toMatchObject({ verdict: 'pass', reasons: [{ signal: 'limit' }] });
    expect(p.intents).toMatchObject([{ kind: 'alert', cause: 'limit:account:recipients:3600' }]);
    expect(p.submit(ANN).verdict).toBe('defer');
  });

  it('counts refused and deferred mail for nothing', () => {
    const p = createPlatform({ rules: { limits: [limit()], foreignSender: 'reject' } });
    for (let i = 0; i < 2; i++) p.submit(ANN, { envelopeSender: 'x@foreign.test' });
    for (let i = 0; i < 30; i++) p.submit(ANN, { envelopeRecipients: people(11) });
    p.wait(30 * 86_400_000);
    expect(p.submit(ANN, { envelopeRecipients: people(10) }).verdict).toBe('pass');
  });

  it.each(['observe', 'throttle', 'hold', 'lock'] as const)(
    'does %s where the operator says so',
    (action) => {
      const p = createPlatform({ rules: { limits: [limit({ limit: 1, action })] } });
      p.submit(ANN);
      const expected = { observe: 'pass', throttle: 'defer', hold: 'hold', lock: 'reject' };
      expect(p.submit(ANN).verdict).toBe(expected[action]);
      expect(p.locks.has(ANN)).toBe(action === 'lock');
      expect(p.intents.some((intent) => intent.kind === 'alert')).toBe(true);
    },
  );

  it.each([
    ['domain', { account: 'bob@example.org' }],
    ['address', { account: 'zoe@other.test' }],
    ['platform', { account: 'zoe@other.test', clientAddress: '198.51.100.1' }],
  ] as const)('layers: %s is shared by accounts', (scope, other) => {
    const p = createPlatform({ rules: { limits: [limit({ scope })] } });
    p.submit(ANN, { envelopeRecipients: people(10) });
    const { account, ...rest } = other;
    expect(p.submit(account, rest).verdict).toBe('defer');
  });

  it('ACC-10: by address count an IPv6 client by its /64, where addresses are for the taking', () => {
    const p = createPlatform({ rules: { limits: [limit({ scope: 'address', limit: 2 })] } });
    const from = (account: string, clientAddress: string) =>
      p.submit(account, { clientAddress }).verdict;
    expect(from(ANN, '2001:db8:0:1::5')).toBe('pass');
    expect(from('bob@example.org', '2001:db8:0:1:ffff::1')).toBe('pass');
    expect(from(ANN, '2001:db8:0:1::6')).toBe('defer');
    expect(from(ANN, '2001:db8:0:2::6')).toBe('pass');
    expect(from(ANN, '192.0.2.1')).toBe('pass');
    expect(from(ANN, '192.0.2.2')).toBe('pass');
  });

  it('groups inherit the default and change it by scope, count and window', () => {
    const p = createPlatform({
      accounts: [
        { account: ANN, groups: ['staff'] },
        { account: 'bob@example.org', groups: [] },
      ],
      rules: { limits: [limit(), limit({ count: 'messages', limit: 3 })] },
      policy: { groups: { staff: { limits: [limit({ limit: 50 })] } } },
    });
    expect(p.submit(ANN, { envelopeRecipients: people(40) }).verdict).toBe('pass');
    p.submit(ANN);
    p.submit(ANN);
    expect(p.submit(ANN).reasons[0]?.text).toContain('3 messages in one hour');
    expect(p.submit('bob@example.org', { envelopeRecipients: people(11) }).verdict).toBe('reject');
  });

  it('may stand in steps in one window: warn, then hold, each with true figures', async () => {
    const steps = [limit({ limit: 3, action: 'observe' }), limit({ limit: 5, action: 'hold' })];
    const p = createPlatform({ rules: { limits: steps } });
    const said = Array.from({ length: 7 }, () => p.submit(ANN));
    expect(said.map(({ verdict }) => verdict)).toEqual([
      ...['pass', 'pass', 'pass', 'pass', 'pass'],
      ...['hold', 'hold'],
    ]);
    expect(said[3]?.reasons[0]?.text).toMatch(/^3 recipients in one hour and 1 more .* is 3\./);
    expect(said[5]?.reasons[0]?.text).toMatch(/^5 recipients in one hour and 1 more .* is 5\./);
    const causes = p.intents.flatMap((intent) => (intent.kind === 'alert' ? [intent.cause] : []));
    expect([...new Set(causes)]).toEqual([
      'limit:account:recipients:3600',
      'limit:account:recipients:3600:2',
    ]);
    const reports = await p.inspector.limits(ANN);
    expect(reports.map(({ used, ceiling }) => [used, ceiling])).toEqual([
      [7, 3],
      [7, 5],
    ]);
  });

  it('of a group stand in steps in place of the one they replace', () => {
    const p = createPlatform({
      accounts: [{ account: ANN, groups: ['staff'] }],
      rules: { limits: [limit({ limit: 1 })] },
      policy: {
        groups: {
          staff: { limits: [limit({ limit: 2, action: 'observe' }), limit({ limit: 4 })] },
        },
      },
    });
    const verdicts = Array.from({ length: 5 }, () => p.submit(ANN).verdict);
    expect(verdicts).toEqual(['pass', 'pass', 'pass', 'pass', 'defer']);
  });

  it('take nothing from a group that the policy does not name', () => {
    const p = createPlatform({
      accounts: [{ account: ANN, groups: ['constructor', '__proto__', 'unknown'] }],
      rules: { limits: [limit()] },
    });
    expect(p.submit(ANN, { envelopeRecipients: people(11) }).verdict).toBe('reject');
  });

  it('SND-5: are lower outside business hours, in the time zone of the account', () => {
    const p = createPlatform({
      startAt: '2026-03-02T12:00:00.000Z',
      accounts: [
        { account: ANN, timeZone: 'Asia/Tokyo' },
        { account: 'bob@example.org', timeZone: 'Europe/Berlin' },
      ],
      rules: { limits: [limit()] },
      policy: {
        businessHours: {
          days: [1, 2, 3, 4, 5],
          fromMinute: 480,
          toMinute: 1080,
          holidays: ['12-25'],
          outsideFactor: 0.5,
        },
      },
    });
    // 12:00 UTC is 13:00 in Berlin and 21:00 in Tokyo.
    expect(p.submit('bob@example.org', { envelopeRecipients: people(9) }).verdict).toBe('pass');
    expect(p.submit(ANN, { envelopeRecipients: people(9) })).toMatchObject({
      verdict: 'defer',
      reasons: [{ text: expect.stringContaining('5 (of 10, lowered at this time)') as string }],
    });
    p.goTo('2026-12-25T12:00:00.000Z');
    expect(p.submit('bob@example.org', { envelopeRecipients: people(9) }).verdict).toBe('defer');
  });

  it('never judge fewer recipients harsher than more', () => {
    const rank = { pass: 0, defer: 1, hold: 2, reject: 3 };
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 30 }), fc.integer({ min: 0, max: 30 }), (few, more) => {
        const p = createPlatform({ rules: { limits: [limit()] } });
        p.submit(ANN, { envelopeRecipients: people(5) });
        const a = p.checkSubmit(ANN, { envelopeRecipients: people(few) });
        const b = p.checkSubmit(ANN, { envelopeRecipients: people(few + more) });
        expect(rank[a.verdict]).toBeLessThanOrEqual(rank[b.verdict]);
      }),
      { numRuns: 40 },
    );
  });
});

describe('one event, one verdict', () => {
  it('counts an event once however often it comes, with the same verdict again', () => {
    const p = createPlatform({ rules: { limits: [limit({ limit: 2 })] } });
    const event = p.submission(ANN, {});
    for (let i = 0; i < 5; i++) void p.gate.judge(event);
    expect(p.submit(ANN).verdict).toBe('pass');
    const over = p.submission(ANN, {});
    const first = p.gate.judge(over);
    expect(p.gate.judge(over)).toEqual(first);
    expect(p.lines.filter((line) => line.kind === 'submission')).toHaveLength(3);
  });

  it('does not count what is only checked', () => {
    const p = createPlatform({ rules: { limits: [limit({ limit: 1 })] } });
    for (let i = 0; i < 5; i++) expect(p.checkSubmit(ANN).verdict).toBe('pass');
  });

  it('does not count a transaction that sent nothing', () => {
    const p = createPlatform({ rules: { limits: [limit({ limit: 1 })] } });
    p.submit(ANN, { abandoned: true });
    expect(p.submit(ANN).verdict).toBe('pass');
  });

  it('decides but does not answer in observe mode', () => {
    const p = createPlatform({
      rules: { mode: 'observe', limits: [limit({ limit: 1, action: 'lock' })] },
    });
    p.submit(ANN);
    expect(p.submit(ANN)).toMatchObject({ verdict: 'reject', enforced: false });
    expect(p.locks.size).toBe(0);
    expect(p.intents).toMatchObject([
      { kind: 'alert', enforced: false, done: expect.stringContaining('observe mode') as string },
    ]);
  });

  it('is found again by its reference, in any letter case', async () => {
    const p = createPlatform({ rules: { foreignSender: 'reject' } });
    const judged = p.submit(ANN, { envelopeSender: 'a@freemail.test' });
    const found = await p.inspector.explain(judged.reference.toLowerCase());
    expect(found).toMatchObject({ verdict: judged, event: { envelopeSender: 'a@freemail.test' } });
    expect(await p.inspector.explain('ZZZZZZZZ')).toBeUndefined();
  });
});

describe('the score', () => {
  it('holds a context that is new, hosted and sends with freemail return-paths, and no other', () => {
    const p = createPlatform({ rules: { foreignSender: 'observe', limits: [] } });
    for (let i = 0; i < 30; i++) {
      p.submit(ANN);
      p.wait(3_600_000);
    }
    const thief = { clientAddress: '10.3.0.1', envelopeSender: 'x@freemail.test' };
    const verdicts = Array.from({ length: 4 }, (_, i) =>
      p.submit(ANN, { ...thief, envelopeRecipients: [`stranger${i}@dest.test`] }),
    );
    expect(verdicts.map((v) => v.verdict)).toEqual(['defer', 'hold', 'hold', 'hold']);
    expect(verdicts[3]?.score).toBeLessThan(6 + 6 + 7);
    expect(p.submit(ANN).verdict).toBe('pass');
    expect(verdicts[1]?.reasons.map((r) => r.signal)).toContain('foreign-sender');
    expect(p.lines.flatMap((line) => (line.kind === 'rung' ? [line.to] : []))).toEqual([
      'throttle',
      'hold',
    ]);
  });
});
