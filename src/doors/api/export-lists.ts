/** What each list is as CSV: whose tokens may have it, its columns, and where its rows come from. */
import type { ListEntry, ListName } from '../../core/access-list.ts';
import type { AuditEntry, Case, Hold, Incident, Role } from '../../desk/contract.ts';
import type { ApiParts } from './contract.ts';
import { viewLocks } from './endpoints/lock-view.ts';
import type { AREAS } from './schemas/desk.ts';

/** Rows of one export; a longer list is fetched in parts by account or state. */
export const MAX_EXPORT_ROWS = 10_000;
const PAGE = 500;
const CAMPAIGN_DAYS = 30;

export type Cell = string | number | boolean | undefined;
export type Row = Readonly<Record<string, Cell>>;

export interface Narrowed {
  readonly state?: 'open' | 'closed';
  readonly account?: string;
  /** Of the audit log: an account, a case, an incident or a practice. */
  readonly subject?: string;
}

interface ExportList {
  /** The area whose tokens may have it: that of the list itself. */
  readonly tag: (typeof AREAS)[number];
  readonly role: Role;
  /** Every line has these, in this order, also where there is no row. */
  readonly columns: readonly string[];
  /** What of it may be asked for; anything else is refused, for the whole list would be taken for a part. */
  readonly narrowedBy: readonly (keyof Narrowed)[];
  /** Newest first, or in the order of the list. */
  rows(parts: ApiParts, narrowed: Narrowed): Promise<readonly Row[]>;
}

const CLOCKS = ['secondsToFirstAction', 'secondsToClose'];

export const EXPORT_LISTS: Readonly<Record<string, ExportList>> = {
  incidents: list(
    'incidents',
    [
      ...['id', 'account', 'cause', 'practice', 'state', 'verdict', 'owner', 'count', 'openedAt'],
      ...['firstActionAt', 'closedAt', ...CLOCKS, 'summary', 'campaign'],
      ...['accountCount', 'accounts'],
      ...['messages', 'recipients', 'messagesLeft', 'recipientsLeft'],
    ],
    async (parts, narrowed) => (await incidentsOf(parts, narrowed)).map(incidentRow),
    ['state', 'account'],
  ),
  clocks: list(
    'incidents',
    ['id', 'account', 'openedAt', 'verdict', ...CLOCKS],
    async (parts, narrowed) => (await incidentsOf(parts, narrowed)).map(incidentRow),
    ['state', 'account'],
  ),
  campaigns: list(
    'incidents',
    [
      ...['shared', 'accountCount', 'accounts', 'incident', 'incidents', 'decisions'],
      ...['heldMessages', 'heldRecipients', 'locked', 'firstAt', 'lastAt'],
      ...['messages', 'recipients', 'messagesLeft', 'recipientsLeft'],
    ],
    async ({ desk }) =>
      (await desk.incidents.campaigns({ days: CAMPAIGN_DAYS })).map(
        ({ shared, accounts, incidents, isCut: _, reach, ...row }) => ({
          ...{ ...row, shared: shared.join(' ') },
          ...{ accountCount: accounts.length, accounts: accounts.join(' ') },
          ...{ incidents: incidents.length, ...reachCells(reach) },
        }),
      ),
  ),
  audit: list(
    'audit',
    ['id', 'at', 'by', 'action', 'subject', 'also', 'why'],
    async ({ desk }, { subject }) => {
      const about = subject === undefined ? {} : { subject };
      const rows = await all<number, AuditEntry>((page) => desk.audit.list({ ...page, ...about }));
      return rows.map((row) => ({ ...row }));
    },
    ['subject'],
  ),
  cases: list(
    'cases',
    [
      ...['id', 'reference', 'state', 'source', 'category', 'reporter', 'account'],
      ...['clientAddress', 'incident', 'subject', 'text', 'owner', 'openedAt', 'updatedAt'],
      ...['firstActionAt', 'closedAt', ...CLOCKS, 'finding'],
    ],
    async ({ desk }, narrowed) =>
      (await all<string, Case>((page) => desk.cases.list({ ...page, ...narrowed }))).map(
        ({ timeline: _, ...row }) => ({ ...row, ...clocksOf(row) }),
      ),
    ['state', 'account'],
  ),
  holds: list(
    'holds',
    [
      ...['id', 'at', 'account', 'state', 'subject', 'recipients', 'owner', 'by', 'why'],
      ...['reason', 'reference', 'incident', 'closedAt', 'outcome'],
    ],
    async ({ desk }, { state, account }) => {
      const narrowed = {
        ...(account === undefined ? {} : { account }),
        ...(state === undefined ? {} : { isOpen: state === 'open' }),
      };
      const rows = await all<string, Hold>((page) => desk.holds.list({ ...page, ...narrowed }));
      return rows.map(({ reasons, seen: _, ...row }) => ({ ...row, reason: reasons[0]?.text }));
    },
    ['state', 'account'],
  ),
  locks: list(
    'locks',
    ['account', 'at', 'by', 'why', 'reference', 'incident', 'unlockOn', 'liftedBy'],
    async (parts) => {
      const locks = parts.desk.locks.list().slice(0, MAX_EXPORT_ROWS);
      return (await viewLocks(parts, locks)).map((lock) => ({ ...lock }));
    },
  ),
  forwards: list(
    'forwards',
    ['account', 'to', 'at', 'by', 'why', 'reference'],
    ({ desk }, { account }) =>
      Promise.resolve(desk.forwards.list(account).map((row) => ({ ...row }))),
    ['account'],
  ),
  lists: list(
    'lists',
    ['list', 'network', 'login', 'ja3', 'reason', 'by', 'expiresAt'],
    ({ desk, now = Date.now }) =>
      Promise.resolve(
        (['allow', 'deny'] satisfies ListName[]).flatMap((name) =>
          desk.lists.entries(name, now()).map(entryRow),
        ),
      ),
  ),
  switches: list(
    'switches',
    ['kind', 'name', 'title', 'now', 'file', 'by', 'at', 'why'],
    ({ switches }) =>
      Promise.resolve(
        (switches?.list() ?? []).map(({ file, switched, ...row }) => ({
          ...{ ...row, file: file ?? '', by: switched?.by, at: switched?.at, why: switched?.why },
        })),
      ),
  ),
  practices: list(
    'practices',
    ['id', 'title', 'kind', 'state', 'result', 'summary', 'where', 'advice'],
    async (parts) => ((await parts.practices?.())?.practices ?? []).map(textsOf),
  ),
  rungs: list('accounts', ['account', 'identity', 'rung', 'since', 'why'], async ({ inspector }) =>
    (await inspector.rungs({ limit: MAX_EXPORT_ROWS })).accounts.map((row) => ({ ...row })),
  ),
  relays: list(
    'accounts',
    ['identity', 'clientAddress', 'firstAt', 'lastAt', 'messages', 'recipients', 'refused'],
    async ({ inspector }) => (await inspector.relays()).map((row) => ({ ...row })),
  ),
  'sender-proposals': list(
    'accounts',
    ['account', 'address', 'messages', 'days'],
    async ({ inspector }) => (await inspector.proposedSenders()).map((row) => ({ ...row })),
  ),
  'bulk-tools': list(
    'accounts',
    ['account', 'tool', 'firstAt', 'lastAt', 'messages', 'recipients'],
    async ({ inspector }) => (await inspector.bulkTools()).map((row) => ({ ...row })),
  ),
  figures: list('desk', ['figure', 'at', 'value', 'low', 'usual', 'high'], async ({ desk }) =>
    Object.entries(await desk.figures.day()).flatMap(([figure, hours]) =>
      hours.map(({ at, value, usual }) => ({
        ...{ figure, at, value, low: usual?.low, usual: usual?.middle, high: usual?.high },
      })),
    ),
  ),
  users: {
    ...list(
      'users',
      ['name', 'role', 'state', 'createdAt', 'by', 'expiresAt', 'hasPassword'],
      async ({ desk }) => [
        ...(await desk.users.list()).map((user) => ({ ...user, state: 'user' })),
        ...(await desk.users.invitations()).map((guest) => ({ ...guest, state: 'invited' })),
      ],
    ),
    role: 'admin',
  },
  tokens: {
    ...list('users', ['id', 'name', 'role', 'scopes', 'createdAt', 'by'], async ({ desk }) =>
      (await desk.users.tokens()).map(({ scopes, ...token }) => ({
        ...{ ...token, scopes: scopes.join(' ') },
      })),
    ),
    role: 'admin',
  },
};

function list(
  tag: ExportList['tag'],
  columns: readonly string[],
  rows: ExportList['rows'],
  narrowedBy: ExportList['narrowedBy'] = [],
): ExportList {
  return { tag, role: 'reader', columns, narrowedBy, rows };
}

function incidentsOf({ desk }: ApiParts, narrowed: Narrowed): Promise<readonly Incident[]> {
  return all<string, Incident>((page) => desk.incidents.list({ ...page, ...narrowed }));
}

async function all<K extends string | number, T extends { readonly id: K }>(
  read: (page: { limit: number; before?: K }) => Promise<readonly T[]>,
): Promise<readonly T[]> {
  const rows: T[] = [];
  while (rows.length < MAX_EXPORT_ROWS) {
    const before = rows.at(-1)?.id;
    const page = await read({ limit: PAGE, ...(before === undefined ? {} : { before }) });
    rows.push(...page);
    if (page.length < PAGE) break;
  }
  return rows.slice(0, MAX_EXPORT_ROWS);
}

function incidentRow(row: Incident): Row {
  const { id, account, cause, practice, state, verdict, owner, count, openedAt, summary } = row;
  return {
    ...{ id, account, cause, practice, state, verdict, owner, count, openedAt, summary },
    ...{ firstActionAt: row.firstActionAt, closedAt: row.closedAt, campaign: row.campaign },
    ...{
      accountCount: row.accounts.length,
      accounts: row.accounts.join(' '),
      ...clocksOf(row),
      ...reachCells(row.reach),
    },
  };
}

/** FBK-6: seconds to the first action and to the close; nothing where it has not come to that. */
function clocksOf(row: Pick<Incident, 'openedAt' | 'firstActionAt' | 'closedAt'>): Row {
  const after = (at: string | undefined): number | undefined =>
    at === undefined
      ? undefined
      : Math.max(0, Math.round((Date.parse(at) - Date.parse(row.openedAt)) / 1000));
  return {
    secondsToFirstAction: after(row.firstActionAt),
    secondsToClose: after(row.closedAt),
  };
}

function reachCells(reach: Incident['reach']): Row {
  return {
    ...{ messages: reach?.messages, recipients: reach?.recipients },
    ...{ messagesLeft: reach?.left.messages, recipientsLeft: reach?.left.recipients },
  };
}

function entryRow({ list: name, key, reason, by, expiresAt }: ListEntry): Row {
  const ends = new Date(expiresAt).toISOString();
  return { list: name, ...key, reason, by, expiresAt: ends };
}

/** Of a row with lists in it, what is a word or a figure. */
function textsOf(row: object): Row {
  const entries = Object.entries(row) as readonly [string, unknown][];
  return Object.fromEntries(
    entries.filter(([, value]) => typeof value === 'string' || typeof value === 'number'),
  ) as Row;
}
