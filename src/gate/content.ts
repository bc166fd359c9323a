/**
 * What is known round the content of a message: which standing records it touches, what they say,
 * and what the message adds to them. Records are read in three steps (own, bands, clusters), for
 * each tells which come next; what is kept is written with everything else of the judgement.
 */
import type { SubmissionDecision } from '../core/decide-submission.ts';
import { SUSPECT } from '../core/detection/learn.ts';
import { recipientCount, type SubmissionEvent } from '../core/event.ts';
import { domainOf } from '../core/identity.ts';
import { andThen, type Maybe } from '../core/maybe.ts';
import type { ContentKnown, NewHost } from '../core/message/content.ts';
import { derivedOf } from '../core/message/derived-of.ts';
import type { TextBlock } from '../core/message/derived.ts';
import { equalRows, NEAR_DUPLICATE_ROWS } from '../core/message/fingerprint.ts';
import { learnBlocks, withoutBoilerplate } from '../core/profile/boilerplate-record.ts';
import type { ClusterUse } from '../core/profile/cluster-record.ts';
import {
  SEEN_BY_ACCOUNT,
  SEEN_BY_PLATFORM,
  SEEN_BY_TENANT,
  SeenRecord,
} from '../core/profile/seen-record.ts';
import { addUsage } from '../core/profile/usage-record.ts';
import type { StandingRecord, StandingStore } from '../store/standing.ts';
import { claimsNothing, type Acquaintance } from './acquaintance.ts';
import { BULK_TOOL_KEYS } from './bulk-tools.ts';
import { findCopies, type Copies } from './copies.ts';
import {
  gather,
  isAuthor,
  isCompared,
  isShortText,
  shardKey,
  type Gathered,
  type Item,
} from './gathered.ts';
import { findPayloads, payloadsOf, type Payload, type Payloads } from './payloads.ts';
import {
  keepSettled,
  merged,
  storedTexts,
  writtenTexts,
  type Text,
  type Texts,
} from './settled.ts';
import type { Known } from './subject.ts';

/** Messages an account must have sent before its links say what is usual. */
const ACCOUNT_HISTORY = 20;
/** Messages after which an account's footers have named their hosts. */
const FOOTER_HISTORY = 5;
/** Messages with links in one of the platform's shards before a host nobody linked to is rare. */
const SHARD_HISTORY = 100;

export interface PreparedContent {
  readonly keys: readonly string[];
  /** @param records of `keys`, in that order; none when the store is away */
  known(records: readonly StandingRecord[]): ContentKnown;
  /** Alters `records` to what they are after the message. */
  keep(records: StandingRecord[], decision: SubmissionDecision): void;
}

/**
 * Undefined where no message was seen.
 * @param met what the records of whom the account knows said; they are read with the outcomes
 */
export function prepareContent(
  standing: StandingStore,
  asked: { readonly event: SubmissionEvent; readonly known: Known },
  met: Acquaintance | undefined,
): Maybe<PreparedContent | undefined> {
  const { event, known } = asked;
  const derived = derivedOf(event);
  if (derived === undefined || met === undefined) return undefined;
  const gathered = gather(event, known, { derived, ...met });
  return andThen(standing.read(gathered.ownKeys), (records) =>
    prepareText(standing, gathered, records),
  );
}

function prepareText(
  standing: StandingStore,
  gathered: Gathered,
  records: readonly StandingRecord[],
): Maybe<PreparedContent> {
  const { event, known, nowMs, account, tenant, isNew, recipients } = gathered;
  const { minWords } = known.world.policy.content.campaign;
  const { own: text, quoted } = textsOf(gathered, records[0]);
  keepSettled(event, { own: text, quoted }, minWords);
  const newItems = unseen(gathered, records);
  const shards = [...new Set(newItems.map(shardKey))];
  const isUnproved = isNew && (quoted !== undefined || !claimsNothing(gathered.derived));
  const found = { own: gathered.ownKeys, newItems, shards, text, isUnproved };
  const by = { account, tenant, nowMs, isNew, recipients };
  const isSeen = isCompared(gathered, text);
  const payloads = isSeen ? payloadsIn(gathered, merged(text, quoted), records) : NONE;
  return andThen(findPayloads(standing, payloads, by), (carried) => {
    const compared = isSeen ? [text, quoted].filter((one) => (one?.words ?? 0) >= minWords) : [];
    const seen = { ...by, gathered };
    return andThen(copiesOf(standing, compared[0], seen), (first) =>
      andThen(copiesOf(standing, compared[1], seen), (second) => {
        const copies = [first, second].filter((each) => each !== undefined);
        return prepared(gathered, { ...found, carried, copies });
      }),
    );
  });
}

type UsedCopies = Copies & { readonly use: ClusterUse };

function copiesOf(
  standing: StandingStore,
  text: Text | undefined,
  { gathered, ...by }: Omit<ClusterUse, 'rows'> & { readonly gathered: Gathered },
): Maybe<UsedCopies | undefined> {
  if (text === undefined) return undefined;
  const isShort = isShortText(text);
  const use = { ...by, isNew: isAuthor(gathered, isShort), isShort, rows: text.rows };
  return andThen(findCopies(standing, text.rows, by.nowMs), (copies) => ({ ...copies, use }));
}

const NONE: readonly Payload[] = [];

/** Of an approach to strangers: what people send each other is their own affair. */
function payloadsIn(
  gathered: Gathered,
  text: Text | undefined,
  records: readonly StandingRecord[],
): readonly Payload[] {
  const { derived, known, hosts, pictures, replyTo, isNew, hasStranger } = gathered;
  if (!isNew || !hasStranger) return NONE;
  const seen = new SeenRecord(records[2], SEEN_BY_ACCOUNT);
  const isReplyToNew = replyTo !== undefined && isElsewhere(gathered) && !seen.has(replyTo);
  return payloadsOf({
    attachments: derived.attachments ?? [],
    pictures: pictures.filter((picture) => !seen.has(picture)).map(([high]) => high),
    hosts: hosts.filter(({ hash }) => !seen.has(hash)).map(({ hash }) => hash[0]),
    replyTo: isReplyToNew ? replyTo[0] : undefined,
    text,
    minWords: known.world.policy.content.campaign.minWords,
    hasHistory: seen.messages >= FOOTER_HISTORY,
    hash: (name) => known.world.hash.low(name),
  });
}

/** Answers are to go to another domain than the sender's. */
function isElsewhere({ event }: Gathered): boolean {
  const { replyTo = '', headerFrom = '' } = event.message ?? {};
  return domainOf(replyTo.toLowerCase()) !== domainOf(headerFrom.toLowerCase());
}

/** The message alone, while the store is away. */
export function contentAlone(event: SubmissionEvent): ContentKnown | undefined {
  const derived = derivedOf(event);
  if (derived === undefined) return undefined;
  return {
    derived,
    isNew: claimsNothing(derived),
    platformIsKnown: false,
    replyToIsUsual: false,
  };
}

/**
 * The text without the tenant's boilerplate; from a journal it comes ready. Of what is sent as something
 * new its quotes too: nobody knows the message that it would answer or pass on.
 */
function textsOf({ derived, isNew, nowMs }: Gathered, boilerplate: StandingRecord): Texts {
  if (derived.blocks === undefined) {
    const stored = storedTexts(derived);
    return isNew ? stored : { ...stored, quoted: undefined };
  }
  const trim = (blocks: readonly TextBlock[]): readonly TextBlock[] =>
    withoutBoilerplate(boilerplate, blocks, nowMs);
  const { own, quoted } = writtenTexts(derived, trim);
  if (!isNew || quoted === undefined) return { own, quoted: undefined };
  const isSame = own !== undefined && equalRows(own.rows, quoted.rows) >= NEAR_DUPLICATE_ROWS;
  return { own, quoted: isSame ? undefined : quoted };
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
  readonly isUnproved: boolean;
  readonly carried: Payloads;
  /** Of its own text, and of that with its quotes. */
  readonly copies: readonly UsedCopies[];
}

function prepared(gathered: Gathered, found: Found): PreparedContent {
  const { own, shards, copies, carried } = found;
  const { derived, event } = gathered;
  const toolKeys = usageKeys(gathered);
  const copiesAt = own.length + shards.length;
  const copyKeys = copies.flatMap((each) => each.keys);
  const carriedAt = copiesAt + copyKeys.length;
  const toolsAt = carriedAt + carried.keys.length;
  return {
    keys: [...own, ...shards, ...copyKeys, ...carried.keys, ...toolKeys],
    known: (records) => {
      const seen = new SeenRecord(records[2], SEEN_BY_ACCOUNT);
      const payload = carried.most(records.slice(carriedAt, toolsAt));
      return {
        derived,
        isNew: gathered.isNew,
        ...(found.isUnproved && { isUnproved: true }),
        ...(found.text && { text: found.text }),
        replyToIsUsual: gathered.replyTo !== undefined && seen.has(gathered.replyTo),
        ...newHostsOf(found, seen.messages, records),
        ...clusterOf(copies, records.slice(copiesAt)),
        ...(payload && { payload }),
      };
    },
    keep: (records, decision) => {
      if (event.abandoned === true) return;
      if (decision.accepted) {
        let at = copiesAt;
        for (const each of copies) {
          each.keep(records, at, each.use);
          at += each.keys.length;
        }
        carried.keep(records, carriedAt);
      }
      if (decision.verdict.verdict === 'pass') {
        learn(records, gathered, { ...found, isUsual: isUsual(decision) });
      }
      const isSent = decision.accepted || !decision.verdict.enforced;
      if (toolKeys.length > 0 && isSent) records[toolsAt] = withTools(records[toolsAt], gathered);
    },
  };
}

/** The text that most accounts sent. */
function clusterOf(
  copies: readonly UsedCopies[],
  records: readonly StandingRecord[],
): Pick<ContentKnown, 'cluster'> {
  let most: ContentKnown['cluster'];
  let at = 0;
  for (const each of copies) {
    const count = each.countWith(records.slice(at), each.use);
    at += each.keys.length;
    if (count.accounts > (most?.accounts ?? 0)) most = count;
  }
  return most === undefined ? {} : { cluster: most };
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

/**
 * One thief's links must not become everybody's: his next victim would send nothing new. So only the usual places of
 * an account, above suspicion, teach others what is usual (detection design 1.9).
 */
function isUsual({ assessment }: SubmissionDecision): boolean {
  return assessment.context.isTrusted && assessment.score < SUSPECT;
}

/** Only what passed teaches what is usual: held mail would launder itself. */
function learn(
  records: StandingRecord[],
  gathered: Gathered,
  { own, shards, isUsual }: Found & { readonly isUsual: boolean },
): void {
  const { derived, account, nowMs, hosts, pictures, replyTo } = gathered;
  if (derived.blocks !== undefined && derived.ownPassword !== true) {
    records[0] = learnBlocks(records[0], derived.blocks, { account, nowMs });
  }
  const items = hosts.map(({ hash }) => hash);
  if (items.length > 0 && isUsual) {
    const byTenant = new SeenRecord(records[1], SEEN_BY_TENANT);
    byTenant.learn(items, nowMs);
    records[1] = byTenant.toBytes();
  }
  const byAccount = new SeenRecord(records[2], SEEN_BY_ACCOUNT);
  const ofAccount = pictures.length === 0 ? items : [...items, ...pictures];
  byAccount.learn(replyTo === undefined ? ofAccount : [...ofAccount, replyTo], nowMs);
  records[2] = byAccount.toBytes();
  if (!isUsual) return;
  shards.forEach((shard, i) => {
    const inShard = hosts.filter((item) => shardKey(item) === shard).map(({ hash }) => hash);
    const seen = new SeenRecord(records[own.length + i], SEEN_BY_PLATFORM);
    seen.learn(inShard, nowMs);
    records[own.length + i] = seen.toBytes();
  });
}
