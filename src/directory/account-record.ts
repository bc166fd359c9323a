/**
 * One directory entry as operators write it, in every engine the same: snake_case keys, all but
 * `account` optional. docs/reference/config.md explains them.
 */
import { z } from 'zod';
import type { AccountFacts } from '../core/account.ts';
import { compileNetworkRules } from '../core/network-rule.ts';
import type { Parsed } from '../core/parsed.ts';
import { parsed, unreadable } from '../core/parsed.ts';

/** Longest login (RFC 5321 §4.5.3.1: 64 octets, `@`, 255 octets). */
export const MAX_LOGIN_LENGTH = 320;
/** Addresses, domains or networks of one account; a mailbox with more is a catch-all domain. */
export const MAX_ITEMS = 1_000;
export const MAX_GROUPS = 100;
export const MAX_NAME_LENGTH = 255;

const name = z.string().trim().min(1).max(MAX_NAME_LENGTH);
const lowerName = name.toLowerCase();

function isTimeZone(zone: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone });
    return true;
  } catch {
    return false;
  }
}

const fields = {
  account: z.string().trim().min(1).max(MAX_LOGIN_LENGTH).toLowerCase().nullish(),
  tenant: lowerName.nullish(),
  groups: z.array(name).max(MAX_GROUPS).nullish(),
  class: z.enum(['person', 'application', 'device', 'list', 'forward', 'system']).nullish(),
  addresses: z
    .array(
      z
        .string()
        .trim()
        .toLowerCase()
        .max(MAX_LOGIN_LENGTH)
        .regex(/^[^@]+@[^@\s]+$/, 'not an address'),
    )
    .max(MAX_ITEMS)
    .nullish(),
  domains: z
    .array(lowerName.regex(/^[^@\s]+$/, 'not a domain'))
    .max(MAX_ITEMS)
    .nullish(),
  since: z
    .union([z.iso.date(), z.iso.datetime({ offset: true })], 'not a date such as 2026-01-31')
    .nullish(),
  time_zone: z.string().refine(isTimeZone, 'not a time zone such as Europe/Berlin').nullish(),
  owner_address: z
    .string()
    .trim()
    .toLowerCase()
    .max(MAX_LOGIN_LENGTH)
    .regex(/^[^\s@,;:<>()"\\[\]]+@[^\s@,;:<>()"\\[\]]+$/, 'not an address')
    .nullish(),
  client_networks: z
    .array(z.string().trim().max(MAX_NAME_LENGTH))
    .max(MAX_ITEMS)
    .refine((networks) => compileNetworkRules(networks).ok, {
      message: 'not networks such as 192.0.2.0/24, country:DE or asn:64500',
    })
    .nullish(),
};

/** A misspelt key in a file is a mistake; answers of programs may say more than we read. */
const strictRecord = z.strictObject(fields);
const looseRecord = z.object(fields);
type AccountRecord = z.output<typeof looseRecord>;

export const RECORD_KEYS = Object.keys(fields);

export function domainOf(login: string): string {
  return login.includes('@') ? login.slice(login.lastIndexOf('@') + 1) : '';
}

function toFacts(record: AccountRecord, account: string): AccountFacts {
  const own = account.includes('@') ? [account] : [];
  return {
    account,
    tenant: record.tenant ?? domainOf(account),
    groups: record.groups ?? [],
    class: record.class ?? 'person',
    // The login's own address always counts, so that a list of aliases cannot shut its owner out.
    addresses: [...new Set([...own, ...(record.addresses ?? [])])],
    domains: record.domains ?? [],
    ...(record.since && { since: new Date(record.since).toISOString() }),
    ...(record.time_zone && { timeZone: record.time_zone }),
    ...(record.owner_address && { ownerAddress: record.owner_address }),
    clientNetworks: record.client_networks ?? [],
    source: 'directory',
  };
}

/** The library's own sentences are for programmers. */
function inWords(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case 'invalid_value':
      return `write one of ${issue.values.map(String).join(', ')}`;
    case 'invalid_type':
      return `write ${SHAPES[issue.expected] ?? issue.expected}`;
    case 'too_small':
      return 'it is empty';
    case 'too_big':
      return `at most ${issue.maximum} are taken`;
    default:
      return issue.message;
  }
}

const SHAPES: Readonly<Record<string, string>> = {
  array: 'a list',
  object: 'keys and values',
  string: 'a text',
};

/** What is wrong, without the values: they are people's addresses. */
function reason(error: z.ZodError): string {
  const [issue] = error.issues;
  if (issue === undefined) return 'it is not a directory entry';
  if (issue.code === 'unrecognized_keys') {
    return `there is no key ${issue.keys.join(', ')}; the keys are ${RECORD_KEYS.join(', ')}`;
  }
  const path = issue.path.map(String).join('.');
  return `${path === '' ? 'the entry' : path}: ${inWords(issue)}`;
}

/** An entry of a file; it must name its account. */
export function parseFileRecord(value: unknown): Parsed<AccountFacts> {
  const result = strictRecord.safeParse(value);
  if (!result.success) return unreadable(reason(result.error));
  const { account } = result.data;
  return account ? parsed(toFacts(result.data, account)) : unreadable('account: it is missing');
}

/**
 * An answer about `login`; `null` means no such account. It must not be about somebody else, and it
 * must say something: `{"error": …}` with status 200 would drop the restrictions known before.
 */
export function parseAnswer(value: unknown, login: string): Parsed<AccountFacts | undefined> {
  if (value === null) return parsed(undefined);
  const result = looseRecord.safeParse(value);
  if (!result.success) return unreadable(reason(result.error));
  if (!RECORD_KEYS.some((key) => Object.hasOwn(result.data, key))) {
    return unreadable(
      `the answer has none of the keys ${RECORD_KEYS.join(', ')}; an entry with no more to say names its account`,
    );
  }
  const { account } = result.data;
  return account && account !== login
    ? unreadable('account: the answer is about another account')
    : parsed(toFacts(result.data, login));
}
