/**
 * How the rest of the world answers, per big provider, in its own words (as Postfix logs them).
 * A domain belongs to one provider, told by its name.
 */
import type { DeliveryResult } from '../core/event.ts';
import type { Rng } from './random.ts';

export type Outcome = 'ok' | 'unknown' | 'full' | 'spam' | 'greylist' | 'rate' | 'dead';

export interface RemoteReply {
  readonly result: DeliveryResult;
  readonly status: string;
  readonly reply: string;
  readonly remote: string;
}

interface Provider {
  readonly host: string;
  readonly replies: Readonly<
    Record<Exclude<Outcome, 'dead'>, readonly [status: string, reply: string]>
  >;
}

const GREYLIST = [
  '4.2.0',
  '450 4.2.0 <{rcpt}>: Recipient address rejected: Greylisted, see http://postgrey.schweikert.ch/help/{domain}.html',
] as const;

const PROVIDERS: Readonly<Record<string, Provider>> = {
  google: {
    host: 'gmail-smtp-in.l.google.com',
    replies: {
      ok: ['2.0.0', '250 2.0.0 OK  {id} - gsmtp'],
      unknown: [
        '5.1.1',
        "550-5.1.1 The email account that you tried to reach does not exist. Please try 550-5.1.1 double-checking the recipient's email address for typos 550 5.1.1 https://support.google.com/mail/?p=NoSuchUser {id} - gsmtp",
      ],
      full: [
        '5.2.2',
        "552-5.2.2 The recipient's inbox is out of storage space. 552 5.2.2 https://support.google.com/mail/?p=OverQuotaPerm {id} - gsmtp",
      ],
      spam: [
        '5.7.1',
        '550-5.7.1 [{client}] Our system has detected that this message is likely unsolicited mail. To reduce the amount of spam sent to Gmail, this message has been blocked. 550 5.7.1 https://support.google.com/mail/?p=UnsolicitedMessageError {id} - gsmtp',
      ],
      greylist: [
        '4.7.28',
        '421-4.7.28 Gmail has detected an unusual rate of unsolicited mail originating from your IP address. 421 4.7.28 https://support.google.com/mail/?p=UnsolicitedRateLimitError {id} - gsmtp',
      ],
      rate: [
        '4.2.1',
        '450-4.2.1 The user you are trying to contact is receiving mail at a rate that prevents additional messages from being delivered. {id} - gsmtp',
      ],
    },
  },
  microsoft: {
    host: 'outlook-com.olc.protection.outlook.com',
    replies: {
      ok: ['2.6.0', '250 2.6.0 <{id}> [InternalId={id}] Queued mail for delivery -> 250 2.1.5'],
      unknown: [
        '5.5.0',
        '550 5.5.0 Requested action not taken: mailbox unavailable (S2017062302).',
      ],
      full: ['5.2.2', '554 5.2.2 mailbox full; STOREDRV.Deliver.Exception:QuotaExceededException'],
      spam: [
        '5.7.1',
        "550 5.7.1 Unfortunately, messages from [{client}] weren't sent. Please contact your Internet service provider since part of their network is on our block list (S3150).",
      ],
      greylist: [
        '4.7.650',
        '451 4.7.650 The mail server [{client}] has been temporarily rate limited due to IP reputation. (S775)',
      ],
      rate: [
        '4.7.0',
        "421 4.7.0 RP-001 Unfortunately, some messages from {client} weren't sent. Please try again.",
      ],
    },
  },
  exchange: {
    host: 'mail.protection.outlook.com',
    replies: {
      ok: ['2.6.0', '250 2.6.0 <{id}> Queued mail for delivery'],
      unknown: [
        '5.4.1',
        '550 5.4.1 Recipient address rejected: Access denied. [{id}.prod.protection.outlook.com]',
      ],
      full: [
        '5.2.2',
        '554 5.2.2 mailbox full; STOREDRV.Deliver.Exception:QuotaExceededException.MapiExceptionShutoffQuotaExceeded',
      ],
      spam: [
        '5.7.1',
        '550 5.7.1 Service unavailable, message was blocked by our spam filter. [{id}.prod.protection.outlook.com]',
      ],
      greylist: [
        '4.7.500',
        '451 4.7.500 Server busy. Please try again later from [{client}]. (S77719)',
      ],
      rate: ['4.3.2', '432 4.3.2 Concurrent connections limit exceeded'],
    },
  },
  yahoo: {
    host: 'mta5.am0.yahoodns.net',
    replies: {
      ok: ['2.0.0', '250 ok dirdel'],
      unknown: [
        '5.0.0',
        "554 delivery error: dd This user doesn't have a yahoo.com account ({rcpt}) [0] - mta4{id}",
      ],
      full: ['4.2.2', '452 4.2.2 The email account that you tried to reach is over quota'],
      spam: [
        '5.7.9',
        '554 5.7.9 Message not accepted for policy reasons. See https://postmaster.yahooinc.com/error-codes',
      ],
      greylist: [
        '4.7.0',
        '421 4.7.0 [TSS04] Messages from {client} temporarily deferred due to unexpected volume or user complaints; see https://postmaster.yahooinc.com/error-codes',
      ],
      rate: [
        '4.7.1',
        '421 4.7.1 [TS03] All messages from {client} will be permanently deferred; Retrying will NOT succeed.',
      ],
    },
  },
  gmx: {
    host: 'mx00.emig.gmx.net',
    replies: {
      ok: ['2.0.0', '250 Requested mail action okay, completed: id={id}'],
      unknown: [
        '5.1.1',
        '550 Requested action not taken: mailbox unavailable For explanation visit https://postmaster.gmx.net/en/error-messages?ip={client}&c=rcpt',
      ],
      full: [
        '5.2.2',
        '552 Requested mail action aborted: exceeded storage allocation For explanation visit https://postmaster.gmx.net/',
      ],
      spam: [
        '5.0.0',
        '554 Transaction failed Reject due to policy restrictions. For explanation visit https://postmaster.gmx.net/en/error-messages?ip={client}&c=sp',
      ],
      greylist: ['4.0.0', '421 Service closing transmission channel Please try again later. c=gre'],
      rate: [
        '4.5.0',
        '450 Requested mail action not taken: mailbox unavailable Mail send limit exceeded. c=sl',
      ],
    },
  },
  postfix: {
    host: 'mx.{domain}',
    replies: {
      ok: ['2.0.0', '250 2.0.0 Ok: queued as {id}'],
      unknown: [
        '5.1.1',
        '550 5.1.1 <{rcpt}>: Recipient address rejected: User unknown in virtual mailbox table',
      ],
      full: [
        '5.2.2',
        '552 5.2.2 <{rcpt}>: Recipient address rejected: Quota exceeded (mailbox for user is full)',
      ],
      spam: ['5.7.1', '554 5.7.1 Spam message rejected'],
      greylist: GREYLIST,
      rate: ['4.7.1', '450 4.7.1 <{rcpt}>: Recipient address rejected: Rate limit exceeded'],
    },
  },
  listed: {
    host: 'mail.{domain}',
    replies: {
      ok: ['2.0.0', '250 OK id={id}'],
      unknown: ['5.0.0', '550 No Such User Here'],
      full: ['5.0.0', '550 Mailbox quota exceeded'],
      spam: [
        '5.7.1',
        '554 5.7.1 Service unavailable; Client host [{client}] blocked using zen.spamhaus.org; https://www.spamhaus.org/query/ip/{client}',
      ],
      greylist: GREYLIST,
      rate: ['4.0.0', '451 Temporary local problem - please try later'],
    },
  },
};

const FREEMAIL: Readonly<Record<string, string>> = {
  'gmail.com': 'google',
  'outlook.com': 'microsoft',
  'hotmail.com': 'microsoft',
  'yahoo.com': 'yahoo',
  'gmx.net': 'gmx',
  'web.de': 'gmx',
};

export const FREEMAIL_DOMAINS: readonly string[] = Object.keys(FREEMAIL);

/** Address that our own MTA speaks from. */
const OWN_ADDRESS = '192.0.2.25';

function providerOf(domain: string): Provider {
  const names = ['exchange', 'exchange', 'google', 'postfix', 'postfix', 'listed'];
  let sum = 0;
  for (const char of domain) sum = (sum * 31 + char.charCodeAt(0)) % 9973;
  const name = FREEMAIL[domain] ?? names[sum % names.length] ?? 'postfix';
  return PROVIDERS[name] ?? { host: 'mx', replies: { ...EMPTY } };
}

const EMPTY: Provider['replies'] = {
  ok: ['2.0.0', '250 OK'],
  unknown: ['5.1.1', '550 unknown'],
  full: ['5.2.2', '552 full'],
  spam: ['5.7.1', '554 spam'],
  greylist: GREYLIST,
  rate: ['4.7.1', '450 rate'],
};

export function remoteReply(rng: Rng, recipient: string, outcome: Outcome): RemoteReply {
  const domain = recipient.slice(recipient.lastIndexOf('@') + 1);
  if (outcome === 'dead') {
    return {
      result: 'deferred',
      status: '4.4.1',
      reply: `connect to mx.${domain}[198.51.100.9]:25: Connection timed out`,
      remote: 'none',
    };
  }
  const provider = providerOf(domain);
  const [status, text] = provider.replies[outcome];
  const values: Record<string, string> = {
    rcpt: recipient,
    domain,
    id: rng.hex(14),
    client: OWN_ADDRESS,
  };
  const write = (pattern: string): string =>
    pattern.replace(/\{(\w+)\}/g, (_, key: string) => values[key] ?? '');
  return {
    result: resultOf(outcome, status),
    status,
    reply: write(text),
    remote: write(provider.host),
  };
}

function resultOf(outcome: Outcome, status: string): DeliveryResult {
  if (outcome === 'ok') return 'delivered';
  return status.startsWith('4') ? 'deferred' : 'bounced';
}
