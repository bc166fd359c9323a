/** Of one message what its standing records are found by: who sends it, and what it names. */
import { millisecondsOf } from '../core/event-time.ts';
import type { SubmissionEvent } from '../core/event.ts';
import { domainOf, identifySubmission } from '../core/identity.ts';
import type { DerivedMessage } from '../core/message/derived.ts';
import { equalRows, NEAR_DUPLICATE_ROWS, runsIn } from '../core/message/fingerprint.ts';
import { PLATFORM_SHARDS, type SeenItem } from '../core/profile/seen-record.ts';
import type { Acquaintance } from './acquaintance.ts';
import { isPicture } from './payloads.ts';
import type { Text } from './settled.ts';
import type { Known } from './subject.ts';

/** Hosts of one message that are looked up; newsletters link to many. */
const MAX_HOSTS_LOOKED_AT = 16;

/** Pictures of one message that are looked at. */
const MAX_PICTURES = 4;

export interface Item {
  readonly host: string;
  readonly hash: SeenItem;
}

/** What is gathered step by step. */
export interface Gathered {
  readonly event: SubmissionEvent;
  readonly known: Known;
  readonly derived: DerivedMessage;
  readonly nowMs: number;
  readonly account: number;
  readonly tenant: number;
  readonly isNew: boolean;
  readonly hasStranger: boolean;
  readonly recipients: number;
  /** Boilerplate and links of the tenant, links of the account. */
  readonly ownKeys: readonly [string, string, string];
  readonly hosts: readonly Item[];
  readonly replyTo: SeenItem | undefined;
  /** Pictures large enough to be read. */
  readonly pictures: readonly SeenItem[];
}

export function gather(
  event: SubmissionEvent,
  known: Known,
  { derived, isNew, hasStranger, recipients }: Acquaintance & { readonly derived: DerivedMessage },
): Gathered {
  const { hash } = known.world;
  const { account } = identifySubmission(event);
  const itemOf = (name: string): SeenItem => {
    const [high = 0, low = 0] = hash.halves(name);
    return [high, low];
  };
  const replyTo = event.message?.replyTo ?? '';
  const { tenant } = known.facts;
  const isOwn = (host: string): boolean => host === tenant || host.endsWith(`.${tenant}`);
  const accountHash = hash.hex(`account|${account}`);
  const tenantHash = hash.hex(`tenant|${tenant}`);
  return {
    event,
    known,
    derived,
    nowMs: millisecondsOf(event.at),
    account: lowOf(accountHash),
    tenant: lowOf(tenantHash),
    ownKeys: ownKeys(tenantHash, accountHash),
    isNew,
    hasStranger,
    recipients,
    hosts: (derived.urlHosts ?? [])
      .filter((host) => !isOwn(host))
      .slice(0, MAX_HOSTS_LOOKED_AT)
      .map((host) => ({ host, hash: itemOf(`host|${host}`) })),
    pictures: (derived.attachments ?? [])
      .filter(isPicture)
      .slice(0, MAX_PICTURES)
      .map(({ sha256 }) => itemOf(`picture|${sha256}`)),
    replyTo: replyTo === '' ? undefined : itemOf(`reply-to|${replyTo.toLowerCase()}`),
  };
}

function ownKeys(tenant: string, account: string): readonly [string, string, string] {
  return [`m:b:${tenant}`, `m:t:${tenant}`, `m:a:${account}`];
}

/** The low half of what `KeyedHash.hex` gives. */
function lowOf(hex: string): number {
  return Number.parseInt(hex.slice(8), 16);
}

export const shardKey = ({ hash }: Item): string => `m:p:${hash[0] % PLATFORM_SHARDS}`;

/** Only what people send outside, and what the operator has not allowed. */
export function isCompared({ event, known, derived }: Gathered, text: Text | undefined): boolean {
  const { facts, world } = known;
  if (facts.class !== 'person' || event.abandoned === true) return false;
  // A message with a password in it leaves nothing behind (CON-8).
  if (derived.ownPassword === true) return false;
  const isInside = (address: string): boolean => {
    const domain = domainOf(address);
    return domain === facts.tenant || facts.domains.includes(domain);
  };
  const { envelopeRecipients: recipients } = event;
  if (recipients.length > 0 && recipients.every(isInside)) return false;
  if (text === undefined) return true;
  const { allow } = world.policy.content.campaign;
  return !allow.some((allowed) => equalRows(allowed, text.rows) >= NEAR_DUPLICATE_ROWS);
}

/** "Sorry for the late answer. Tell me what you think.": many write the same few lines to those they know. */
const FEW_WORDS = 35;

/** Of few words, or of few that are said over and over. */
export function isShortText({ words, rows }: Text): boolean {
  return words < FEW_WORDS || runsIn(rows) * 2 < words;
}

/** Whether an account that sends the text counts among those whose campaign it may be (CON-3). */
export function isAuthor({ isNew, hasStranger }: Gathered, isShort: boolean): boolean {
  return isNew && (hasStranger || !isShort);
}
