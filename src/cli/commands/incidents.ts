/** `primum incidents`, one incident, closing one, and the audit log. */
import type { IncidentView } from '../../client/client.ts';
import { PrimumError } from '../../errors.ts';
import type { Command } from '../command.ts';
import { counted, indent, oneLine, table, when } from '../text.ts';
import { incidentTable } from './account.ts';

const LIMIT = {
  limit: { type: 'string', value: 'N', help: 'At most so many, newest first. Default 50.' },
} as const;

/** @throws PrimumError USAGE. */
export function page(limit: string | undefined): { readonly limit?: number } {
  if (limit === undefined) return {};
  if (!/^[1-9]\d{0,2}$/.test(limit) || Number(limit) > 500) {
    throw new PrimumError('USAGE', `--limit ${limit} is not a number from 1 to 500.`);
  }
  return { limit: Number(limit) };
}

export const incidents: Command = {
  name: 'incidents',
  summary: 'List the open incidents, or show one with its timeline and checklist.',
  arguments: [{ name: 'ID', isOptional: true }],
  options: {
    all: { type: 'boolean', help: 'Closed ones, too.' },
    account: { type: 'string', value: 'ACCOUNT', help: 'Those of one account only.' },
    ...LIMIT,
  },
  asksDaemon: true,
  async run({ argument, option, flag, client, show }) {
    const daemon = await client();
    if (argument(0) !== '') {
      show(await daemon.incident(argument(0)), incidentText);
      return 0;
    }
    const account = option('account');
    const found = await daemon.incidents({
      ...(flag('all') ? {} : { state: 'open' }),
      ...(account === undefined ? {} : { account }),
      ...page(option('limit')),
    });
    show(found, ({ incidents: list }) =>
      list.length === 0 ? 'There is no open incident.\n' : incidentTable(list),
    );
    return 0;
  },
};

const FINDINGS = { abuse: 'true', 'false-alarm': 'false alarm', unclear: 'unclear' } as const;

export const incidentsClose: Command = {
  name: 'incidents close',
  summary: 'Close an incident with a finding.',
  arguments: [{ name: 'ID' }],
  options: {
    finding: {
      type: 'string',
      value: 'abuse|false-alarm|unclear',
      help: 'What it was. False alarms teach the detection.',
      isRequired: true,
    },
    why: { type: 'string', value: 'TEXT', help: 'Why, for the audit log.', isRequired: true },
    alone: {
      type: 'boolean',
      help: 'Of a campaign: leave the incidents of its accounts open. Else they are closed with it, the same way.',
    },
  },
  asksDaemon: true,
  async run({ argument, option, flag, io, client, show }) {
    const finding = option('finding') ?? '';
    if (!Object.hasOwn(FINDINGS, finding)) {
      throw new PrimumError(
        'USAGE',
        `--finding is abuse, false-alarm or unclear, not "${finding}".`,
      );
    }
    const id = argument(0);
    const verdict = FINDINGS[finding as keyof typeof FINDINGS];
    const decision = {
      by: io.user(),
      why: option('why') ?? '',
      verdict,
      ...(flag('alone') && { members: false }),
    };
    const { locked = [], members = 0 } = await (await client()).closeIncident(id, decision);
    const still = locked.length === 0 ? '' : ` Still locked: ${locked.join(', ')}.`;
    const beside =
      members === 0 ? '' : `, and with it ${counted(members, 'incident')} of its accounts`;
    show(
      { id, closed: true, members, locked },
      () => `Incident ${id} is closed${beside}.${still}\n`,
    );
    return 0;
  },
};

export const auditLog: Command = {
  name: 'audit log',
  summary: 'Show who did what and why, newest first.',
  options: {
    subject: { type: 'string', value: 'TEXT', help: 'Entries about one account or thing only.' },
    ...LIMIT,
  },
  asksDaemon: true,
  async run({ option, client, show }) {
    const subject = option('subject');
    const query = { ...(subject === undefined ? {} : { subject }), ...page(option('limit')) };
    show(await (await client()).audit(query), ({ entries }) =>
      entries.length === 0
        ? 'Nothing was done yet.\n'
        : table(
            ['Time (UTC)', 'By', 'Action', 'Subject', 'Why'],
            entries.map((e) => [when(e.at), e.by, e.action, e.subject, e.why]),
          ),
    );
    return 0;
  },
};

const ITEMS = {
  password: 'the password is changed',
  sessions: 'sessions and app passwords are revoked',
  forwards: 'forwards and filters are reviewed',
} as const;

function incidentText(incident: IncidentView): string {
  const { id, account, practice, state, openedAt, lastAt, references } = incident;
  const closed = incident.closedAt === undefined ? '' : ` ${when(incident.closedAt)} UTC`;
  const well = incident.wellAt === undefined ? '' : `, well since ${when(incident.wellAt)} UTC`;
  const timeline = incident.timeline.map((t) => [when(t.at), t.by, t.text]);
  const checklist = incident.checklist.map(({ item, doneAt, by }) => {
    const done =
      doneAt === undefined ? '' : ` (${when(doneAt)} UTC${by === undefined ? '' : `, ${by}`})`;
    return `[${doneAt === undefined ? ' ' : 'x'}] ${ITEMS[item]}${done}\n`;
  });
  return [
    `${id}: ${oneLine(incident.summary)}\n`,
    indent(
      `${account === '' ? 'No single account' : `Account ${account}`}, ${practice}, ${state}${closed}${well}; opened ${when(openedAt)} UTC, last decision ${when(lastAt)} UTC.\n`,
    ),
    indent(clocksText(incident)),
    indent(
      `${counted(incident.count, 'decision')}${references.length === 0 ? '' : `: ${references.join(' ')}`}\n`,
    ),
    sourcesText(incident),
    campaignText(incident),
    timeline.length === 0 ? '' : `\n${table(['Time (UTC)', 'By', 'What'], timeline)}`,
    checklist.length === 0 ? '' : `\nBefore an unlock\n${indent(checklist.join(''))}`,
  ].join('');
}

/** FBK-6. */
function clocksText({ openedAt, firstActionAt, closedAt }: IncidentView): string {
  const after = (at: string): string => spanWords(Date.parse(at) - Date.parse(openedAt));
  const first =
    firstActionAt === undefined ? 'Nothing done yet' : `First action ${after(firstActionAt)}`;
  return `${first}${closedAt === undefined ? '' : `, closed ${after(closedAt)}`}.\n`;
}

/** What an incident over several accounts is of. */
function campaignText({ accounts, account, shared = [], reach, members }: IncidentView): string {
  if (account !== '' || accounts.length === 0) return '';
  const rows = (members ?? []).map((one) => [
    one.account,
    one.isLocked ? 'locked' : '',
    one.decisions,
    one.incident?.id ?? '',
    one.incident?.summary ?? '',
  ]);
  return [
    '\nThe campaign\n',
    indent(reach === undefined ? '' : reachText(reach)),
    indent(shared.map((trait) => `${oneLine(trait)}\n`).join('')),
    rows.length === 0
      ? ''
      : `\n${table(['Account', 'State', 'Decisions', 'Incident', 'What'], rows)}`,
  ].join('');
}

function reachText(reach: NonNullable<IncidentView['reach']>): string {
  const { accounts, locked, messages, recipients, left, at, isCut } = reach;
  const amount = (all: { messages: number; recipients: number }): string =>
    `${counted(all.messages, 'message')} to ${counted(all.recipients, 'recipient')}`;
  const least = isCut ? 'at least ' : '';
  return (
    `It reaches ${counted(accounts, 'account')}, ${locked} of them locked: ` +
    `${least}${amount({ messages, recipients })}, of which ${least}${amount(left)} left ` +
    `(counted ${when(at)} UTC).\n`
  );
}

function spanWords(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  if (seconds === 0) return 'at once';
  if (seconds < 120) return `after ${counted(seconds, 'second')}`;
  if (seconds < 7_200) return `after ${counted(Math.round(seconds / 60), 'minute')}`;
  if (seconds < 172_800) return `after ${counted(Math.round(seconds / 3_600), 'hour')}`;
  return `after ${counted(Math.round(seconds / 86_400), 'day')}`;
}

function sourcesText({ sources }: IncidentView): string {
  if (sources === undefined) return '';
  const more = sources.total - sources.names.length;
  const rest = more > 0 ? `and ${counted(more, 'more source')}\n` : '';
  return `\nShut out\n${indent(sources.names.map((name) => `${name}\n`).join('') + rest)}`;
}
