/**
 * What is known round the content of a message: which standing records it touches, what they say,
 * and what the message adds to them. Records are read in three steps (own, bands, clusters), for
 * each tells which come next; what is kept is written with everything else of the judgement.
 */
import type { SubmissionDecision } from '../core/decide-submission.ts';
import { recipientCount, type SubmissionEvent } from '../core/event.ts';
import { domainOf, identifySubmission } from '../core/identity.ts';
import { andThen, type Maybe } from '../core/maybe.ts';
import type { ContentKnown, NewHost } from '../core/message/content.ts';
import { derivedOf } from '../core/message/derived-of.ts';
import type { DerivedMessage } from '../core/message/derived.ts';
import { equalRows, NEAR_DUPLICATE_ROWS } from '../core/message/fingerprint.ts';
import { learnBlocks, withoutBoilerplate } from '../core/profile/boilerplate-record.ts';
import type { ClusterUse } from '../core/profile/cluster-record.ts';
import {
  PLATFORM_SHARDS,
  SEEN_BY_ACCOUNT,
  SEEN_BY_PLATFORM,
  SEEN_BY_TENANT,
  SeenRecord,
  type SeenItem,
} from '../core/profile/seen-record.ts';
import { addUsage } from '../core/profile/usage-record.ts';
import type { StandingRecord, StandingStore } from '../store/standing.ts';
import { BULK_TOOL_KEYS } from './bulk-tools.ts';
import { findCopies, type Copies } from './copies.ts';
import { keepSettled, storedText, writtenText, type Text } from './settled.ts';
import type { Known } from './subject.ts';

/** Messages an account must have sent before its links say what is usual. */
const ACCOUNT_HISTORY = 20;
/** Messages with links in one of the platform's shards before a host nobody linked to is rare. */
const SHARD_HISTORY = 100;
/** Hosts of one message that are looked up; newsletters link to many. */
const MAX_HOSTS_LOOKED_AT = 16;

export interface PreparedContent {
  readonly keys: readonly string[];
  /** @param records of `keys`, in that order; none when the store is away */
  known(records: readonly StandingRecord[]): ContentKnown;
  /** Alters `records` to what they are after the message. */
  keep(records: StandingRecord[], decision: SubmissionDecision): void;
}

interface Item {
  readonly host: string;
  readonly hash: SeenItem;
}

/** What is gathered step by step. */
interface Gathered {
  readonly event: SubmissionEvent;
  readonly known: Known;
  readonly derived: DerivedMessage;
  readonly nowMs: number;
  readonly account: number;
  readonly tenant: number;
  readonly isNew: boolean;
  readonly hosts: readonly Item[];
  readonly replyTo: SeenItem | undefined;
}

/** Undefined where no message was seen. */
export function prepareContent(
  standing: StandingStore,
  event: SubmissionEvent,
  known: Known,
): Maybe<PreparedContent | undefined> {
  const derived = derivedOf(event);
  if (derived === undefined) return undefined;
  const gathered = gather(event, known, derived);
  const own = ownKeys(gathered);
  return andThen(standing.read(own), (records) => {
    const text = textOf(derived, records[0], gathered.nowMs);
    keepSettled(event, text, known.world.policy.content.campaign.minWords);
    const newItems = unseen(gathered, records);
    const found = { own, newItems, shards: [...new Set(newItems.map(shardKey))] };
    if (text === undefined || !isCompared(gathered, text)) {
      return prepared(gathered, { ...found, text, copies: undefined });
    }
    const { nowMs, account, tenant, isNew } = gathered;
    const use = { rows: text.rows, account, tenant, nowMs, isNew };
    return andThen(findCopies(standing, text.rows, nowMs), (copies) =>
      prepared(gathered, { ...found, text, copies: { ...copies, use } }),
    );
  });
}

/** The message alone, while the store is away. */
export function contentAlone(event: SubmissionEvent): ContentKnown | undefined {
  const derived = derivedOf(event);
  if (derived === undefined) return undefined;
  return {
    derived,
    isNew: isNew(derived),
    platformIsKnown: false,
    replyToIsUsual: false,
  };
}

/** Neither an answer nor passed on: those are honestly the same from several people. */
function isNew({ isReply, isForward, isAutomatic }: DerivedMessage): boolean {
  return isReply !== true && isForward !== true && isAutomatic !== true;
}

function gather(event: SubmissionEvent, known: Known, derived: DerivedMessage): Gathered {
  const { hash } = known.world;
  const { account } = identifySubmission(event);
  const itemOf = (name: string): SeenItem => {
    const [high = 0, low = 0] = hash.halves(name);
    return [high, low];
  };
  const replyTo = event.message?.replyTo ?? '';
  const { tenant } = known.facts;
  const isOwn = (host: string): boolean => host === tenant || host.endsWith(`.${tenant}`);
  return {
    event,
    known,
    derived,
    nowMs: Date.parse(event.at),
    account: hash.low(`account|${account}`),
    tenant: hash.low(`tenant|${tenant}`),
    isNew: isNew(derived),
    hosts: (derived.urlHosts ?? [])
      .filter((host) => !isOwn(host))
      .slice(0, MAX_HOSTS_LOOKED_AT)
      .map((host) => ({ host, hash: itemOf(`host|${host}`) })),
    replyTo: replyTo === '' ? undefined : itemOf(`reply-to|${replyTo.toLowerCase()}`),
  };
}

/** Boilerplate and links of the tenant, links of the account. */
function ownKeys({ event, known }: Gathered): readonly [string, string, string] {
  const { hash } = known.world;
  const tenant = hash.hex(`tenant|${known.facts.tenant}`);
  const account = hash.hex(`account|${identifySubmission(event).account}`);
  return [`m:b:${tenant}`, `m:t:${tenant}`, `m:a:${account}`];
}

const shardKey = ({ hash }: Item): string => `m:p:${hash[0] % PLATFORM_SHARDS}`;

/** The text without the tenant's boilerplate; from a journal it comes ready. */
function textOf(
  derived: DerivedMessage,
  boilerplate: StandingRecord,
  nowMs: number,
): Text | undefined {
  return derived.blocks === undefined
    ? storedText(derived)
    : writtenText(derived, (blocks) => withoutBoilerplate(boilerplate, blocks, nowMs));
}

/** Only what people send outside, long enough not to be anybody's, and not allowed by the operator. */
function isCompared({ event, known }: Gathered, { rows, words }: Text): boolean {
  const { facts, world } = known;
  const { minWords, allow } = world.policy.content.campaign;
  if (facts.class !== 'person' || words < minWords || event.abandoned === true) return false;
  const isInside = (address: string): boolean => {
    const domain = domainOf(address);
    return domain === facts.tenant || facts.domains.includes(domain);
  };
  const { envelopeRecipients: recipients } = event;
  if (recipients.length > 0 && recipients.every(isInside)) return false;
  return !allow.some((allowed) => equalRows(allowed, rows) >= NEAR_DUPLICATE_ROWS);
}

/** Hosts new to account and tenant. */
function unseen(
  { hosts }: Gathered,
  [, tenant, account]: readonly StandingRecord[],
): readonly Item[] {
  if (hosts.length === 0) return hosts;
  const byAccount = new SeenRecord(account, SEEN_BY_ACCOUNT);
  const byTenant = new SeenRecord(tenant, SEEN_BY_TENANT);
  return hosts.filter(({ hash }) => !byAccount.has(hash) && !byTenant.has(hash));
}

interface Found {
  readonly own: readonly string[];
  readonly newItems: readonly Item[];
  readonly shards: readonly string[];
  readonly text: Text | undefined;
  readonly copies: (Copies & { readonly use: ClusterUse }) | undefined;
}

function prepared(gathered: Gathered, found: Found): PreparedContent {
  const { own, shards, copies } = found;
  const { derived, event } = gathered;
  const toolKeys = usageKeys(gathered);
  const copiesAt = own.length + shards.length;
  const toolsAt = copiesAt + (copies?.keys.length ?? 0);
  return {
    keys: [...own, ...shards, ...(copies?.keys ?? []), ...toolKeys],
    known: (records) => {
      const seen = new SeenRecord(records[2], SEEN_BY_ACCOUNT);
      return {
        derived,
        isNew: gathered.isNew,
        ...(found.text && { text: found.text }),
        replyToIsUsual: gathered.replyTo !== undefined && seen.has(gathered.replyTo),
        ...newHostsOf(found, seen.messages, records),
        ...(copies && { cluster: copies.countWith(records.slice(copiesAt), copies.use) }),
      };
    },
    keep: (records, decision) => {
      if (event.abandoned === true) return;
      if (decision.accepted) copies?.keep(records, copiesAt, copies.use);
      if (decision.verdict.verdict === 'pass') learn(records, gathered, found);
      const isSent = decision.accepted || !decision.verdict.enforced;
      if (toolKeys.length > 0 && isSent) records[toolsAt] = withTools(records[toolsAt], gathered);
    },
  };
}

/** SND-12: which account writes with which tool; only logins, for anybody else may claim it. */
function usageKeys({ derived, event }: Gathered): readonly string[] {
  const account = event.account ?? '';
  if (account === '' || derived.bulkTools === undefined) return [];
  return [BULK_TOOL_KEYS + account.toLowerCase()];
}

function withTools(record: StandingRecord, { derived, event, nowMs }: Gathered): StandingRecord {
  const use = { nowMs, recipients: recipientCount(event) };
  let kept = record;
  for (const tool of derived.bulkTools ?? []) kept = addUsage(kept, tool, use);
  return kept;
}

const NO_NEW_HOSTS = { newHosts: [], platformIsKnown: true } as const;

function newHostsOf(
  { own, shards, newItems }: Found,
  history: number,
  records: readonly StandingRecord[],
): Pick<ContentKnown, 'newHosts' | 'platformIsKnown'> {
  if (history < ACCOUNT_HISTORY) return { platformIsKnown: false };
  if (newItems.length === 0) return NO_NEW_HOSTS;
  const seen = shards.map((_, i) => new SeenRecord(records[own.length + i], SEEN_BY_PLATFORM));
  const newHosts = newItems.map((item): NewHost => ({
    host: item.host,
    isKnownElsewhere: seen[shards.indexOf(shardKey(item))]?.has(item.hash) ?? false,
  }));
  const platformIsKnown = seen.every(({ messages }) => messages >= SHARD_HISTORY);
  return { newHosts, platformIsKnown };
}

/** Only what passed teaches what is usual: held mail would launder itself. */
function learn(records: StandingRecord[], gathered: Gathered, { own, shards }: Found): void {
  const { derived, account, nowMs, hosts, replyTo } = gathered;
  if (derived.blocks !== undefined && derived.ownPassword !== true) {
    records[0] = learnBlocks(records[0], derived.blocks, { account, nowMs });
  }
  const items = hosts.map(({ hash }) => hash);
  const byTenant = new SeenRecord(records[1], SEEN_BY_TENANT);
  if (items.length > 0) {
    byTenant.learn(items, nowMs);
    records[1] = byTenant.toBytes();
  }
  const byAccount = new SeenRecord(records[2], SEEN_BY_ACCOUNT);
  byAccount.learn(replyTo === undefined ? items : [...items, replyTo], nowMs);
  records[2] = byAccount.toBytes();
  shards.forEach((shard, i) => {
    const inShard = hosts.filter((item) => shardKey(item) === shard).map(({ hash }) => hash);
    const seen = new SeenRecord(records[own.length + i], SEEN_BY_PLATFORM);
    seen.learn(inShard, nowMs);
    records[own.length + i] = seen.toBytes();
  });
}
