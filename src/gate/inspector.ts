/** Reads what is known, for the API and the command line. Never on the mail path. */
import type { FalseRate } from '../core/detection/tail.ts';
import { standingScore, type Scored } from '../core/score.ts';
import type { KeyedHash } from '../core/hash.ts';
import { stepLadder, type LadderState } from '../core/ladder.ts';
import { normaliseReference } from '../core/reference.ts';
import type {
  AccountNames,
  AccountReport,
  AddressReport,
  IdentityReport,
  Inspector,
  LimitReport,
  SenderProposal,
} from '../core/report.ts';
import type { Policy } from '../core/policy.ts';
import { AccountRecord } from '../core/profile/account-record.ts';
import { fillOf } from '../core/profile/counters.ts';
import { IdentityProfile } from '../core/profile/identity-profile.ts';
import { SourceRecord } from '../core/profile/source-record.ts';
import { readUsage } from '../core/profile/usage-record.ts';
import type { World } from '../core/rules/finding.ts';
import { ceilingNow, counterKeys } from '../core/rules/limits.ts';
import { rulesFor } from '../core/rules/resolve.ts';
import type { Directory } from '../directory/contract.ts';
import type { NetworkSource } from '../network/contract.ts';
import type { Journal } from '../store/journal.ts';
import type { StandingStore } from '../store/standing.ts';
import { reportBulkTools } from './bulk-tools.ts';
import type { Climbed } from './climbed.ts';
import { explain } from './explain.ts';
import { reportRelays } from './relays.ts';
import { reportRung, reportRungs } from './rung-report.ts';
import { reportOutcomes } from './report-outcomes.ts';
import { endSuppression, reportSuppression } from './report-suppression.ts';
import { outcomeKey } from './submission-frame.ts';
import { accountKey, identityKey, sourceKeys } from './subject.ts';

export interface InspectorParts {
  readonly standing: StandingStore;
  readonly journal: Journal;
  readonly networks: NetworkSource;
  readonly directory: Directory;
  readonly hash: KeyedHash;
  readonly policy: () => Policy;
  readonly now: () => number;
  /** Which records may stand above observe; without it each is looked at. */
  readonly climbed?: Climbed;
  /** How often good mail reaches a score; undefined while nobody has counted. */
  readonly falseRate?: (score: number) => FalseRate | undefined;
}

/** A sender address is proposed after this much clean use. */
const PROPOSE_MESSAGES = 10;
const PROPOSE_DAYS = 3;

export function createInspector(parts: InspectorParts): Inspector {
  return {
    account: (account) => reportAccount(parts, account.toLowerCase()),
    limits: (account) => reportLimits(parts, account.toLowerCase()),
    seePassword: (accounts) => seePassword(parts.standing, accounts),
    missing: async (account) => parts.directory.missing?.(account.toLowerCase()),
    explain: (reference) =>
      explain(parts.journal, normaliseReference(reference), parts.falseRate ?? (() => undefined)),
    rungs: (page) => reportRungs(parts, page),
    rung: (account) => reportRung(parts, account.toLowerCase()),
    names: (prefix, limit) => accountNames(parts.standing, prefix, limit),
    relays: () => reportRelays(parts.standing),
    proposedSenders: () => proposeSenders(parts),
    bulkTools: () => reportBulkTools(parts.standing),
    suppression: (asked) => reportSuppression(parts, asked),
    endSuppression: (recipient) => endSuppression(parts, recipient),
    counts: (query) => counts(parts, query),
    reset: (query) => reset(parts, query),
  };
}

/** The store gives what is on disk in order, so that the first of them are enough. */
async function accountNames(
  standing: StandingStore,
  prefix: string,
  limit: number,
): Promise<AccountNames> {
  const start = accountKey(prefix.toLowerCase());
  const found: string[] = [];
  for await (const [key] of standing.scan(start)) {
    found.push(key.slice(accountKey('').length));
    if (found.length > limit) break;
  }
  return { accounts: found.sort().slice(0, limit), isCut: found.length > limit };
}

const iso = (ms: number): string => (ms === 0 ? '' : new Date(ms).toISOString());

async function reportAccount(
  parts: InspectorParts,
  account: string,
): Promise<AccountReport | undefined> {
  const facts = await parts.directory.find(account);
  const keys = [accountKey(account), outcomeKey(account)];
  const [bytes, outcomeBytes] = await parts.standing.read(keys);
  const outcomes = reportOutcomes(outcomeBytes, new AccountRecord(bytes), parts.now());
  const identities: IdentityReport[] = [];
  for await (const [key, record] of parts.standing.scan(identityKey(`${account}/`))) {
    identities.push(await reportIdentity(parts, key.slice(2), record));
  }
  if (bytes === undefined && identities.length === 0 && facts.source === 'default')
    return undefined;
  const known = new AccountRecord(bytes);
  const ladder = settled(parts, known.ladder);
  const addresses = known
    .addresses()
    .sort((a, b) => b.lastMs - a.lastMs)
    .map((row): AddressReport => {
      const network = parts.networks.find(row.address);
      return {
        address: row.address,
        country: network.country,
        asn: network.asn,
        place: network.place,
        firstAt: iso(row.firstMs),
        lastAt: iso(row.lastMs),
        logins: row.logins,
        failures: row.failures,
        submissions: row.submissions,
      };
    });
  const { rung, sinceMs } = ladder;
  return { account, facts, rung, since: iso(sinceMs), addresses, identities, outcomes };
}

async function seePassword(
  standing: StandingStore,
  accounts: readonly string[],
): Promise<ReadonlySet<string>> {
  const records = await standing.read(accounts.map((account) => accountKey(account.toLowerCase())));
  return new Set(accounts.filter((_, i) => new AccountRecord(records[i]).knowsAnyPassword));
}

/** A ladder as it stands now, come down where it has been quiet for long enough. */
function settled(parts: InspectorParts, ladder: LadderState): LadderState {
  return stepLadder(ladder, 'observe', parts.now(), parts.policy().quietSeconds);
}

function rounded({ score, sums }: Scored): Scored {
  const two = (value: number): number => Math.round(value * 100) / 100;
  const rows = Object.entries(sums).map(([family, sum]) => [family, two(sum)] as const);
  return { score: two(score), sums: Object.fromEntries(rows) as Scored['sums'] };
}

async function reportIdentity(
  parts: InspectorParts,
  identity: string,
  record: Uint8Array,
): Promise<IdentityReport> {
  const profile = new IdentityProfile(record);
  const account = identity.slice(0, identity.lastIndexOf('/'));
  const [senders] = await parts.standing.read([`s:${account}`]);
  const state = profile.detection;
  const ladder = settled(parts, profile.ladder);
  const contexts = profile.contexts().map((row, i) => ({
    context: row.key,
    country: row.country,
    asn: row.asn,
    firstAt: iso(row.firstMs),
    lastAt: iso(row.lastMs),
    days: row.days,
    messages: row.messages,
    trusted: state.isTrusted(i),
    refused: state.isRefused(i),
    ...rounded(standingScore(profile, i, parts.now())),
  }));
  return {
    identity,
    rung: ladder.rung,
    since: iso(ladder.sinceMs),
    score: Math.max(0, ...contexts.map((context) => context.score)),
    messages: profile.messages,
    recipients: profile.recipients,
    usualRecipientsPerDay: Math.round(profile.usualRecipientsPerDay * 10) / 10,
    contexts,
    hours: profile.hours.counts(),
    senders: readUsage(senders).map(({ name, messages }) => ({ address: name, messages })),
  };
}

async function reportLimits(parts: InspectorParts, account: string): Promise<LimitReport[]> {
  const facts = await parts.directory.find(account);
  const world: World = {
    policy: parts.policy(),
    hash: parts.hash,
    isOwnDomain: (domain) => parts.directory.isOwnDomain(domain),
    isFreemail: () => false,
    attachmentKinds: new Map(),
  };
  const scoped = {
    who: { account, identity: `${account}/main` },
    facts,
    network: parts.networks.find(''),
    world,
  };
  const reports: LimitReport[] = [];
  for (const limit of rulesFor(world.policy, facts).limits) {
    const [key] = counterKeys(limit, scoped);
    const [record] = key === undefined ? [undefined] : await parts.standing.read([key]);
    const ask = { nowMs: parts.now(), amount: 0, ceiling: limit.limit };
    const { from, ordinal: _ordinal, ...plain } = limit;
    reports.push({
      limit: plain,
      from,
      used: fillOf(record, limit, ask).used,
      ceiling: ceilingNow(limit, facts, { world, nowMs: parts.now() }),
    });
  }
  return reports;
}

/** ACC-2: sender addresses with a clean history that the directory does not name. */
async function proposeSenders(parts: InspectorParts): Promise<SenderProposal[]> {
  const proposals: SenderProposal[] = [];
  for await (const [key, record] of parts.standing.scan('s:')) {
    const account = key.slice(2);
    const facts = await parts.directory.find(account);
    const [bytes] = await parts.standing.read([accountKey(account)]);
    if (bytes !== undefined && new AccountRecord(bytes).ladder.rung !== 'observe') continue;
    for (const row of readUsage(record)) {
      if (row.messages < PROPOSE_MESSAGES || row.days < PROPOSE_DAYS) continue;
      if (facts.addresses.includes(row.name)) continue;
      proposals.push({ account, address: row.name, messages: row.messages, days: row.days });
    }
  }
  return proposals.sort((a, b) => b.messages - a.messages);
}

type Query = Parameters<Inspector['counts']>[0];

async function counts(
  parts: InspectorParts,
  query: Query,
): Promise<Record<string, Record<string, number>>> {
  const since = parts.now() - parts.policy().failures.windowSeconds * 1000;
  const result: Record<string, Record<string, number>> = {};
  if (query.clientAddress !== undefined) {
    const records = await parts.standing.read(
      sourceKeys(parts.hash, parts.networks.find(query.clientAddress)),
    );
    const [address, network] = records.map((record) => new SourceRecord(record));
    result['failures'] = {
      address: address?.distinctSince(since) ?? 0,
      network: network?.distinctSince(since) ?? 0,
    };
  }
  if (query.login !== undefined) {
    const [bytes] = await parts.standing.read([accountKey(query.login.toLowerCase())]);
    const record = new AccountRecord(bytes);
    const wrong = record.wrongSince(since);
    result['login'] = {
      logins: record.logins,
      failures: record.failures,
      submissions: record.submissions,
      wrong_passwords: wrong.length,
      guessing_networks: new Set(wrong.map((guess) => guess.network)).size,
      addresses: record.addresses().length,
    };
  }
  return result;
}

async function reset(parts: InspectorParts, query: Query): Promise<void> {
  if (query.clientAddress !== undefined) {
    await parts.standing.update(
      sourceKeys(parts.hash, parts.networks.find(query.clientAddress)),
      (records) => {
        records.fill(undefined);
      },
    );
  }
  if (query.login !== undefined) {
    await parts.standing.update([accountKey(query.login.toLowerCase())], (records) => {
      if (records[0] === undefined) return;
      const record = new AccountRecord(records[0]);
      record.forgetWrong();
      records[0] = record.toBytes();
    });
  }
}
