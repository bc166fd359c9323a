/** Closing an incident over a campaign closes those of its accounts, and locks left over are not forgotten. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { alertIntent, openTestDesk, type TestDesk } from './helper.ts';

const [ANN, BOB, CLEO] = ['ann@example.org', 'bob@example.org', 'cleo@example.org'];
const NOW = Date.UTC(2026, 10, 21, 12);
const MINUTE_MS = 60_000;

let open: TestDesk;
let nowMs = NOW;

beforeEach(async () => {
  nowMs = NOW;
  open = await openTestDesk({ now: () => nowMs });
});
afterEach(() => open.close());

async function hit(...accounts: readonly string[]): Promise<void> {
  const at = new Date(nowMs - MINUTE_MS).toISOString();
  for (const account of accounts) void open.desk.effects.start(alertIntent({ account, at }));
  await open.desk.flush();
}

const openOver = (accounts: readonly string[]) =>
  open.desk.incidents.open({ accounts, summary: 'A wave.', by: 'olga' });

const newestOf = async (account: string) =>
  (await open.desk.incidents.list({ account, limit: 1 }))[0];

const finding = { by: 'paul', verdict: 'true', why: 'One phished list.' } as const;

describe('a campaign that is closed', () => {
  it('closes the incidents of its accounts with the same finding and cause, and says how many', async () => {
    await hit(ANN, BOB, CLEO);
    const { id } = await openOver([ANN, BOB]);
    const closed = await open.desk.incidents.close({ ...finding, id, withMembers: true });
    expect(closed?.members.map(({ account }) => account).sort()).toEqual([ANN, BOB]);
    for (const account of [ANN, BOB]) {
      const one = await newestOf(account);
      expect(one).toMatchObject({ state: 'closed', verdict: 'true' });
      expect(one?.timeline.at(-1)).toMatchObject({
        by: 'paul',
        text: `Closed as abuse with the campaign ${id}: One phished list.`,
      });
    }
    expect(await newestOf(CLEO)).toMatchObject({ state: 'open' });
    expect((await open.desk.incidents.get(id))?.timeline.at(-1)?.text).toBe(
      'Closed as abuse, with 2 incidents of its accounts: One phished list.',
    );
    const audit = await open.desk.audit.list({ limit: 3 });
    expect(audit.map(({ action, by }) => `${action} ${by}`)).toEqual(
      Array.from({ length: 3 }, () => 'incident.close paul'),
    );
    expect(await open.desk.incidents.close({ ...finding, id, withMembers: true })).toBeUndefined();
  });

  it('leaves them open where somebody wants that, and where another campaign has them too', async () => {
    await hit(ANN, BOB, CLEO);
    const first = await openOver([ANN, BOB]);
    const other = await openOver([BOB, CLEO]);
    const closed = await open.desk.incidents.close({
      ...{ ...finding, id: first.id, withMembers: true },
    });
    expect(closed?.members.map(({ account }) => account)).toEqual([ANN]);
    expect(await newestOf(BOB)).toMatchObject({ state: 'open', campaign: other.id });
    await open.desk.incidents.close({ ...finding, id: other.id });
    expect(await newestOf(CLEO)).toMatchObject({ state: 'open' });
  });

  it('closes more of them than one transaction takes', async () => {
    const accounts = Array.from({ length: 450 }, (_, n) => `user${n}@example.org`);
    await hit(...accounts);
    const { id } = await openOver(accounts);
    const closed = await open.desk.incidents.close({ ...finding, id, withMembers: true });
    expect(closed?.members).toHaveLength(450);
    expect(await open.desk.incidents.countOpen()).toBe(0);
  });

  it('is closed once by two at the same moment, with all of its incidents as one of them says', async () => {
    await hit(ANN, BOB);
    const { id } = await openOver([ANN, BOB]);
    const both = await Promise.all([
      open.desk.incidents.close({ ...finding, id, withMembers: true }),
      open.desk.incidents.close({ ...finding, verdict: 'false alarm', id, withMembers: true }),
    ]);
    expect(both.map((one) => one?.members.length)).toEqual([2, undefined]);
    expect([await newestOf(ANN), await newestOf(BOB)]).toMatchObject([
      { verdict: 'true' },
      { verdict: 'true' },
    ]);
  });
});

describe('the last decision of an incident', () => {
  it('is its own: neither what people do with it nor news of its campaign moves it', async () => {
    await hit(ANN, BOB);
    const decided = new Date(NOW - MINUTE_MS).toISOString();
    nowMs += 60 * MINUTE_MS;
    const { id } = await openOver([ANN, BOB]);
    const ofAnn = await newestOf(ANN);
    await open.desk.incidents.step(ofAnn?.id ?? '', 'olga', { kind: 'note', text: 'Called.' });
    nowMs += 60 * MINUTE_MS;
    await hit(BOB);
    expect(await newestOf(ANN)).toMatchObject({ lastAt: decided });
    expect((await newestOf(BOB))?.lastAt).toBe(new Date(nowMs - MINUTE_MS).toISOString());
    await open.desk.incidents.close({ ...finding, id, withMembers: true });
    expect(await newestOf(ANN)).toMatchObject({ lastAt: decided, state: 'closed' });
  });
});

describe('a locked account of which no incident is open', () => {
  const lock = (account: string) =>
    open.desk.locks.lock({ account, by: 'olga', why: 'Phished.', unlockOn: 'person' });
  const waiting = async () => {
    const { oldest, open: counts } = await open.desk.firstLook.look();
    return { locks: oldest.filter(({ what }) => what === 'lock'), count: counts.lonelyLocks };
  };

  it('waits for a decision, until somebody unlocks it', async () => {
    await lock(ANN);
    expect(await waiting()).toEqual({ locks: [], count: 0 });
    const { id } = (await newestOf(ANN)) ?? { id: '' };
    await open.desk.incidents.close({ ...finding, id });
    expect(await waiting()).toMatchObject({
      locks: [{ id: ANN, account: ANN, text: 'Phished.', at: new Date(NOW).toISOString() }],
      count: 1,
    });
    await open.desk.locks.unlock({ account: ANN, by: 'olga', why: 'New password.' });
    expect(await waiting()).toEqual({ locks: [], count: 0 });
  });

  it('is asked about by the campaign it is in, while that is open', async () => {
    await lock(ANN);
    await open.desk.incidents.close({ ...finding, id: (await newestOf(ANN))?.id ?? '' });
    const { id } = await openOver([ANN, BOB]);
    expect(await waiting()).toEqual({ locks: [], count: 0 });
    await open.desk.incidents.close({ ...finding, id, withMembers: true });
    expect((await waiting()).count).toBe(1);
  });
});
