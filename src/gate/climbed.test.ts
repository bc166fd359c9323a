/** Who may stand above observe is known without a look at everybody: by one pass, and by what is written. */
import { expect, it } from 'vitest';
import { policyWith } from '../../test/platform.ts';
import { defaultAccountFacts } from '../core/account.ts';
import { AccountRecord } from '../core/profile/account-record.ts';
import { IdentityProfile } from '../core/profile/identity-profile.ts';
import type { Rung } from '../core/verdict.ts';
import type { JournalLine } from '../store/journal.ts';
import { createMemoryJournal } from '../store/memory/journal.ts';
import { createMemoryStanding } from '../store/memory/standing.ts';
import { Climbed } from './climbed.ts';
import { reportRungs } from './rung-report.ts';

const NOW = Date.UTC(2026, 5, 10, 12);
const DAY = { throttle: 86_400, hold: 86_400, lock: 86_400 };
const at = new Date(NOW).toISOString();

function openHouse() {
  const standing = createMemoryStanding();
  const kept = createMemoryJournal();
  const climbed = new Climbed(standing);
  const journal = climbed.watch(kept);
  let scans = 0;
  const counted = { ...standing, scan: (prefix: string) => ((scans += 1), standing.scan(prefix)) };
  const put = (key: string, rung: Rung, sinceMs = NOW): void => {
    const form = key.startsWith('a:') ? AccountRecord : IdentityProfile;
    const record = new form(undefined);
    record.ladder = { rung, sinceMs, evidenceAtMs: sinceMs };
    standing.update([key], (records) => {
      records[0] = record.toBytes();
    });
  };
  const policy = () => ({ ...policyWith({}), quietSeconds: DAY });
  const directory = { find: (account: string) => Promise.resolve(defaultAccountFacts(account)) };
  const names = async (): Promise<string> => {
    const parts = { ...{ standing: counted, journal, climbed }, policy, directory, now: () => NOW };
    const { accounts } = await reportRungs(parts, { limit: 10 });
    return accounts.map(({ account, rung, why }) => `${account} ${rung} ${why}`.trim()).join('; ');
  };
  return { climbed, journal, put, names, scans: () => scans };
}

const rung = (account: string, to: Rung, text: string): JournalLine => ({
  ...{ kind: 'rung', at, account, identity: `${account}/main`, from: 'observe', to },
  because: [{ signal: 'x', weight: 1, text }],
});

const verdict = (account: string, identity: string, to: Rung): JournalLine => ({
  ...{ kind: 'verdict', for: 'e', at, account, identity, context: '', verdict: 'pass' },
  ...{ enforced: false, rung: to, score: 0, reasons: [], reference: 'R' },
});

it('finds who stood there before the start, by their own rung or by that of an identity', async () => {
  const { put, names } = openHouse();
  put('a:ann', 'hold');
  put('i:bob/app:7', 'throttle');
  put('a:cleo', 'observe');
  expect(await names()).toBe('ann hold; bob throttle');
});

it('learns of others by what is written, and reads no record of anybody else for that', async () => {
  const { journal, put, names, scans } = openHouse();
  put('a:ann', 'hold');
  await names();
  put('a:bob', 'lock');
  journal.append(rung('bob', 'lock', 'Guessed.'));
  // A second identity of an account that stands there already changes no rung.
  put('i:cleo/app:7', 'hold');
  journal.append(verdict('cleo', 'cleo/app:7', 'hold'));
  put('a:dora', 'hold');
  expect(await names()).toBe('ann hold; bob lock Guessed.; cleo hold');
  expect(scans()).toBe(0);
});

it('lets go of who came down, and knows him again when he climbs', async () => {
  const { journal, put, names, climbed } = openHouse();
  put('a:ann', 'hold', NOW - 10 * 86_400_000);
  put('a:bob', 'hold');
  expect(await names()).toBe('bob hold');
  put('a:bob', 'observe');
  expect(await names()).toBe('');
  expect((await climbed.keys()).size).toBe(0);
  put('a:bob', 'throttle');
  journal.append(rung('bob', 'throttle', 'Again.'));
  expect(await names()).toBe('bob throttle Again.');
});

it('asks the journal once for a reason, also where it has none', async () => {
  const { journal, put, names } = openHouse();
  put('a:ann', 'hold');
  put('a:bob', 'hold');
  journal.append({ ...rung('ann', 'hold', 'Wrote to strangers.') });
  let asked = 0;
  const findBy = journal.findBy.bind(journal);
  journal.findBy = (...given) => ((asked += 1), findBy(...given));
  expect(await names()).toBe('ann hold Wrote to strangers.; bob hold');
  expect(await names()).toBe('ann hold Wrote to strangers.; bob hold');
  expect(asked).toBe(1);
});
