/** `primum account` and `primum limits`: the picture of one account. */
import type { AccountView, IncidentView, LimitList } from '../../client/client.ts';
import type { Command } from '../command.ts';
import { counted, figure, indent, oneLine, span, table, when } from '../text.ts';
import { lifted } from './locks.ts';

type Report = NonNullable<AccountView['report']>;
type Identity = Report['identities'][number];

export const account: Command = {
  name: 'account',
  summary: 'Show everything known of an account.',
  arguments: [{ name: 'ACCOUNT' }],
  asksDaemon: true,
  async run({ argument, client, show }) {
    show(await (await client()).account(argument(0)), accountText);
    return 0;
  },
};

export const limits: Command = {
  name: 'limits',
  summary: 'Show the limits of an account, where each comes from and how much is used.',
  arguments: [{ name: 'ACCOUNT' }],
  asksDaemon: true,
  async run({ argument, client, show }) {
    show(await (await client()).limits(argument(0)), ({ account: name, limits: all }) =>
      all.length === 0 ? `No limit is set for ${name}.\n` : limitTable(all),
    );
    return 0;
  },
};

export const limitsReset: Command = {
  name: 'limits reset',
  summary: 'Start the counters of the limits of an account anew, so that it can send on today.',
  details:
    'Limits of its group, domain, network and of the platform are shared and stay as they are. Mail that ' +
    'is held already waits on: "primum hold release".',
  arguments: [{ name: 'ACCOUNT' }],
  options: {
    why: { type: 'string', value: 'TEXT', help: 'Why, for the audit log.', isRequired: true },
  },
  asksDaemon: true,
  async run({ argument, option, io, client, show }) {
    const decision = { by: io.user(), why: option('why') ?? '' };
    const after = await (await client()).resetLimits(argument(0), decision);
    show(
      after,
      ({ account: name, limits: all }) =>
        `The limits of ${name} begin anew. Its mail that is held already waits on.\n${limitTable(all)}`,
    );
    return 0;
  },
};

function limitTable(all: LimitList['limits']): string {
  return table(
    ['Scope', 'Counts', 'In', 'Limit', 'Now', 'Burst', 'Used', 'Then', 'From'],
    all.map(({ limit, ceiling, used, from }) => [
      limit.scope,
      limit.count,
      span(limit.windowSeconds),
      limit.limit,
      ceiling,
      limit.burst,
      used,
      limit.action,
      from,
    ]),
  );
}

function accountText(view: AccountView): string {
  const { report, lock, incidents } = view;
  const parts = [`${view.account}\n`];
  if (lock) {
    parts.push(
      indent(
        `LOCKED since ${when(lock.at)} UTC by ${oneLine(lock.by)}: ${oneLine(lock.why)}\n${lifted(lock)}\n`,
      ),
    );
  }
  parts.push(indent(report === null ? 'It was never seen here.\n' : factsText(report)));
  for (const identity of report?.identities ?? []) parts.push(`\n${identityText(identity)}`);
  if (report && report.outcomes.lastAt !== '') parts.push(`\n${outcomesText(report)}`);
  if (report && report.addresses.length > 0) parts.push(`\n${addressesText(report)}`);
  if (incidents.length > 0) {
    parts.push(`\nOpen incidents\n${indent(incidentTable(incidents))}`);
  }
  return parts.join('');
}

function factsText({ facts, rung, since: rungSince }: Report): string {
  const groups = facts.groups.length === 0 ? '' : `, in ${facts.groups.join(', ')}`;
  const since = facts.since === undefined ? '' : `, since ${when(facts.since)} UTC`;
  const source =
    facts.source === 'directory'
      ? 'The directory knows it.'
      : 'No directory knows it; the defaults hold.';
  const sends = [...facts.addresses, ...facts.domains.map((domain) => `anything @${domain}`)];
  return [
    `${withArticle(facts.class)} of ${facts.tenant === '' ? 'no tenant' : facts.tenant}${groups}${since}. ${source}\n`,
    sendsText(facts.source, sends),
    facts.clientNetworks.length === 0
      ? ''
      : `It may be used from ${facts.clientNetworks.join(', ')} only.\n`,
    rung === 'observe'
      ? ''
      : `The whole account is on rung ${rung}${sinceText(rungSince)}; "primum unlock" lets it start anew.\n`,
  ].join('');
}

/** `A person`, `An application`. */
function withArticle(noun: string): string {
  return `${/^[aeiou]/.test(noun) ? 'An' : 'A'} ${noun}`;
}

/** ACC-2: without the directory's word other addresses are not refused, and nobody should think so. */
function sendsText(source: Report['facts']['source'], sends: readonly string[]): string {
  if (sends.length === 0) return '';
  if (source === 'directory') return `It may send as ${sends.join(', ')}.\n`;
  return `Its own address is ${sends.join(', ')}; others of our domains are learned and not refused, for they may be its aliases.\n`;
}

const sinceText = (at: string): string => (at === '' ? '' : ` since ${when(at)} UTC`);

function identityText(identity: Identity): string {
  const { messages, recipients, usualRecipientsPerDay: usual } = identity;
  const head = [
    `${identity.identity}: on rung ${identity.rung}${sinceText(identity.since)}, score ${figure(identity.score)}\n`,
    `${counted(messages, 'message')} to ${counted(recipients, 'recipient')}; usual ${counted(usual, 'recipient')} a day.\n`,
  ];
  if (identity.contexts.length > 0) {
    head.push(
      table(
        ['Context', 'Country', 'ASN', 'First (UTC)', 'Last (UTC)', 'Days', 'Messages', 'Score', ''],
        identity.contexts.map((c) => [
          c.context,
          c.country,
          c.asn,
          when(c.firstAt),
          when(c.lastAt),
          c.days,
          c.messages,
          c.score,
          c.trusted ? 'trusted' : c.refused ? 'refused' : 'new',
        ]),
      ),
    );
  }
  if (identity.senders.length > 0) {
    head.push(
      table(
        ['Sends as', 'Messages'],
        identity.senders.map((s) => [s.address, s.messages]),
      ),
    );
  }
  const [first = '', ...rest] = head;
  return first + indent(rest.join(''));
}

/** FBK-1, FBK-2: what came back. */
function outcomesText({ outcomes: o }: Report): string {
  const { of, hard, complaints } = o.sharesOfWeek;
  const lines = [
    `${counted(o.delivered, 'recipient')} delivered, ${o.hardBounces} failed for good, ` +
      `${o.softBounces} otherwise; ${counted(o.complaints, 'complaint')}` +
      `${o.complaintsTakenBack === 0 ? '' : `, ${o.complaintsTakenBack} taken back`}.\n`,
    `In the last week ${hard} of ${of} failed for good (${o.unknown} did not exist), ` +
      `${complaints} complained.\n`,
  ];
  if (o.classes.length > 0) {
    lines.push(
      table(
        ['Reply', 'Times'],
        o.classes.map((row) => [row.class, row.count]),
      ),
    );
  }
  return `Came back since ${when(o.firstAt)} UTC\n${indent(lines.join(''))}`;
}

/** ACC-7: the history of addresses. */
function addressesText({ addresses }: Report): string {
  const rows = addresses.map((a) => [
    a.address,
    a.country,
    a.asn,
    a.place,
    when(a.firstAt),
    when(a.lastAt),
    a.logins,
    a.failures,
    a.submissions,
  ]);
  const head = ['Address', 'Country', 'ASN', 'Place', 'First (UTC)', 'Last (UTC)'];
  return `Used from\n${indent(table([...head, 'Logins', 'Failures', 'Messages'], rows))}`;
}

export function incidentTable(incidents: readonly IncidentView[]): string {
  return table(
    ['Incident', 'State', 'Opened (UTC)', 'Last (UTC)', 'Decisions', 'Account', 'What'],
    incidents.map((i) => [
      i.id,
      i.wellAt === undefined ? i.state : `${i.state}, well`,
      when(i.openedAt),
      when(i.lastAt),
      i.count,
      i.account === '' && i.accountCount > 0 ? counted(i.accountCount, 'account') : i.account,
      i.summary,
    ]),
  );
}
