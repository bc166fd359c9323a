/**
 * kill -9 at random moments under load: nothing that was acknowledged is lost, the journal can be
 * replayed, and standing state is at most a second old. PRIMUM_KILL_ROUNDS says how often.
 */
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Client } from '../../src/client/client.ts';
import { run, until } from '../peers/run.ts';
import { PolicyClient } from './policy-client.ts';
import { Place, PROCESS_TEST_MS, PROGRAM, type RunningPrimum } from './program.ts';

const ROUNDS = Number(process.env['PRIMUM_KILL_ROUNDS'] ?? 8);
const SENDERS = 4;
/** Of each sender. */
const CORRESPONDENTS = 10;
/** Load before the kill: up to this, and at least one acknowledged record. */
const LONGEST_LOAD_MS = 1_500;
/** Standing state may be this old after a crash (DESIGN.md, two kinds of state). */
const STANDING_MAY_LOSE_MS = 1_000;

let place: Place;

beforeEach(() => {
  place = new Place();
  place.configure();
});

afterEach(() => place.remove());

/** What the daemon acknowledged, over all rounds. */
class Acknowledged {
  readonly locked = new Set<string>();
  readonly unlocked = new Set<string>();
  readonly entries = new Set<string>();
  readonly audited = new Set<string>();
  /** Asked for but perhaps not acknowledged: may be there or not. */
  count = 0;
}

/** Locks, unlocks every other one, and denies a login, until the daemon is gone. */
async function operate(client: Client, known: Acknowledged): Promise<void> {
  for (;;) {
    const number = (known.count += 1);
    const account = `victim${number}@example.org`;
    try {
      await client.lock(account, { by: 'olga', why: `lock ${number}` });
      known.locked.add(account);
      known.audited.add(`${account} lock ${number}`);
      if (number % 2 === 0) {
        // From the request on, both are right until it is acknowledged.
        known.locked.delete(account);
        await client.unlock(account, { by: 'olga', why: `unlock ${number}` });
        known.unlocked.add(account);
        known.audited.add(`${account} unlock ${number}`);
      }
      const entry = {
        key: { login: `robot${number}` },
        reason: 'x',
        by: 'olga',
        ttlSeconds: 86_400,
      };
      await client.addListEntry('deny', entry);
      known.entries.add(`robot${number}`);
    } catch {
      return;
    }
  }
}

interface Sent {
  asked: number;
  /** When each was answered, in milliseconds of this process. */
  readonly answeredAt: number[];
}

async function submit(address: string, account: string, sent: Sent): Promise<void> {
  const postfix = await PolicyClient.open(address);
  try {
    for (;;) {
      sent.asked += 1;
      // Few recipients: a message that would be deferred (SND-13, strangers) is not one that counts.
      await postfix.send(account, `r${sent.asked % CORRESPONDENTS}@dest.test`);
      sent.answeredAt.push(performance.now());
    }
  } catch {
    postfix.close();
  }
}

async function loadUntilKilled(primum: RunningPrimum, round: number, known: Acknowledged) {
  const client = await primum.client();
  const sent = Array.from({ length: SENDERS }, (): Sent => ({ asked: 0, answeredAt: [] }));
  const before = known.audited.size;
  const load = [
    operate(client, known),
    ...sent.map((one, sender) => submit(primum.address('policy'), accountOf(round, sender), one)),
  ];
  await until('an acknowledged lock', () => known.audited.size > before, PROCESS_TEST_MS);
  // A random moment is what is tested; nothing is waited for.
  await new Promise((resolve) => setTimeout(resolve, Math.random() * LONGEST_LOAD_MS));
  primum.signal('SIGKILL');
  const killedAt = performance.now();
  expect(await primum.ended).toBeNull();
  await Promise.all(load);
  return { sent, killedAt };
}

function accountOf(round: number, sender: number): string {
  return `ann${sender}@round${round}.example`;
}

async function auditOf(client: Client): Promise<Set<string>> {
  const rows = new Set<string>();
  for (let before: number | undefined; ;) {
    const page = { limit: 100, ...(before === undefined ? {} : { before }) };
    const { entries } = await client.audit(page);
    for (const { subject, why } of entries) rows.add(`${subject} ${why}`);
    before = entries.at(-1)?.id;
    if (before === undefined) return rows;
  }
}

function missing(wanted: ReadonlySet<string>, there: ReadonlySet<string>): string[] {
  return [...wanted].filter((entry) => !there.has(entry));
}

/** 0 for an account that is not known: all of its messages may be younger than a second. */
async function messagesOf(client: Client, account: string): Promise<number> {
  try {
    return (await client.account(account)).report?.identities[0]?.messages ?? 0;
  } catch (error) {
    if (String(error).includes('Nothing is known')) return 0;
    throw error;
  }
}

/** Messages of each account that the journal has and that were let pass. */
async function passedOf(of: Place): Promise<ReadonlyMap<string, number>> {
  const found = new Map<string, number>();
  for (const line of await of.journal()) {
    const account = line['account'];
    if (line['verdict'] !== 'pass' || typeof account !== 'string') continue;
    found.set(account, (found.get(account) ?? 0) + 1);
  }
  return found;
}

async function expectRecords(client: Client, known: Acknowledged): Promise<void> {
  const locked = new Set((await client.locks()).locks.map(({ account }) => account));
  expect(missing(known.locked, locked)).toEqual([]);
  expect([...known.unlocked].filter((account) => locked.has(account))).toEqual([]);
  const { entries } = await client.listEntries('deny');
  const logins = new Set(entries.map(({ key }) => ('login' in key ? key.login : '')));
  expect(missing(known.entries, logins)).toEqual([]);
  expect(missing(known.audited, await auditOf(client))).toEqual([]);
}

describe('kill -9 under load', () => {
  it(
    `in ${ROUNDS} rounds loses nothing acknowledged, and leaves what can be read`,
    { timeout: PROCESS_TEST_MS + ROUNDS * 60_000 },
    async () => {
      const known = new Acknowledged();
      let primum = await place.start();
      for (let round = 1; round <= ROUNDS; round++) {
        const { sent, killedAt } = await loadUntilKilled(primum, round, known);
        primum = await place.start();
        const client = await primum.client();
        await expectRecords(client, known);
        const passed = await passedOf(place);
        for (const [sender, { asked, answeredAt }] of sent.entries()) {
          const account = accountOf(round, sender);
          const messages = await messagesOf(client, account);
          const old = answeredAt.filter((at) => at < killedAt - STANDING_MAY_LOSE_MS).length;
          expect(messages).toBeGreaterThanOrEqual(old);
          // What the journal has counts.
          expect(messages).toBeGreaterThanOrEqual(passed.get(account) ?? 0);
          expect(messages).toBeLessThanOrEqual(asked);
        }
      }
      primum.signal('SIGTERM');
      expect(await primum.ended).toBe(0);
      for (const segment of place.segments()) await expectReplay(segment);
    },
  );
});

/** A last line that the crash cut off is named as that; no other may be unreadable. */
async function expectReplay(segment: string): Promise<void> {
  const out = join(place.folder, 'verdicts.ndjson');
  const words = [PROGRAM, 'replay', segment, '--out', out, '--config', place.configFile];
  const { code, stdout, stderr } = await run(process.execPath, words);
  expect(stderr).toBe('');
  const unreadable = stdout.split('\n').filter((line) => line.includes('unreadable'));
  expect(unreadable.length).toBeLessThanOrEqual(1);
  for (const line of unreadable) expect(line).toMatch(/cut off|crash|last line/i);
  expect(code).toBe(unreadable.length);
}
