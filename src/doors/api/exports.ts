/** Lists as CSV (RFC 4180), for spreadsheets, which must not take a cell for a formula. */
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { AuditEntry, Case, Hold, Incident, Reach } from '../../desk/contract.ts';
import type { ApiParts } from './contract.ts';
import { answerOfType, securityOf } from './endpoint.ts';
import type { AREAS } from './schemas/desk.ts';
import { accountName } from './schemas/input.ts';

/** Rows of one export; a longer list is fetched in parts by account or state. */
export const MAX_EXPORT_ROWS = 10_000;
const PAGE = 500;

type Row = Readonly<Record<string, string | number>>;

/** Each list with the area whose tokens may have it: that of the list itself. */
const LISTS = {
  'incidents.csv': 'incidents',
  'cases.csv': 'cases',
  'holds.csv': 'holds',
  'locks.csv': 'locks',
  'audit.csv': 'incidents',
  'clocks.csv': 'incidents',
  'campaigns.csv': 'incidents',
  'forwards.csv': 'forwards',
  'switches.csv': 'switches',
  'rungs.csv': 'accounts',
  'figures.csv': 'desk',
} as const satisfies Readonly<Record<string, (typeof AREAS)[number]>>;
type List = keyof typeof LISTS;

const query = z.strictObject({
  state: z.enum(['open', 'closed']).exactOptional(),
  account: accountName.exactOptional(),
});

export function addExports(app: FastifyInstance, parts: ApiParts): void {
  for (const [list, tag] of Object.entries(LISTS) as [List, string][]) {
    app.get(
      `/export/${list}`,
      {
        config: { role: 'reader', tag },
        schema: {
          tags: [tag],
          security: securityOf({ role: 'reader', tag, method: 'GET' }),
          summary: `The ${list.replace('.csv', '')} as CSV, newest first, at most ${MAX_EXPORT_ROWS} rows.`,
          querystring: query,
          response: answerOfType('text/csv', 'A line of names, then a line for each row.'),
        },
      },
      async (request, reply) => {
        const rows = await rowsOf(parts, list, request.query as z.output<typeof query>);
        return reply
          .type('text/csv; charset=utf-8')
          .header('content-disposition', `attachment; filename="primum-${list}"`)
          .serializer((text: unknown) => String(text))
          .send(formatCsv(rows));
      },
    );
  }
}

async function rowsOf(
  parts: ApiParts,
  list: List,
  { state, account }: z.output<typeof query>,
): Promise<readonly Row[]> {
  const { desk } = parts;
  const named = account === undefined ? {} : { account };
  const stated = state === undefined ? {} : { state };
  switch (list) {
    case 'incidents.csv':
    case 'clocks.csv': {
      const rows = await all<string, Incident>((page) =>
        desk.incidents.list({ ...page, ...named, ...stated }),
      );
      return list === 'clocks.csv' ? rows.map(clockRow) : rows.map(incidentRow);
    }
    case 'cases.csv':
      return (
        await all<string, Case>((page) => desk.cases.list({ ...page, ...named, ...stated }))
      ).map(({ timeline: _, evidence: _evidence, ...row }) => row);
    case 'holds.csv': {
      const open = state === undefined ? {} : { isOpen: state === 'open' };
      const rows = await all<string, Hold>((page) =>
        desk.holds.list({ ...page, ...named, ...open }),
      );
      return rows.map((row) => ({
        ...{ id: row.id, at: row.at, account: row.account, state: row.state },
        ...{ subject: row.subject, recipients: row.recipients, owner: row.owner, by: row.by },
        ...{ why: row.why, reason: row.reasons[0]?.text ?? '', reference: row.reference },
      }));
    }
    case 'campaigns.csv':
    case 'forwards.csv':
    case 'switches.csv':
    case 'rungs.csv':
    case 'figures.csv':
      return plainRows(parts, list);
    case 'locks.csv':
      return desk.locks.list().map((lock) => ({ ...lock }));
    case 'audit.csv': {
      const subject = account === undefined ? {} : { subject: account };
      return (
        await all<number, AuditEntry>((page) => desk.audit.list({ ...page, ...subject }))
      ).map((row) => ({
        ...row,
      }));
    }
  }
}

const CAMPAIGN_DAYS = 30;
const RUNGS = 500;

/** Lists that are short or in memory, whole. */
async function plainRows(
  { desk, inspector, switches }: ApiParts,
  list: 'campaigns.csv' | 'forwards.csv' | 'switches.csv' | 'rungs.csv' | 'figures.csv',
): Promise<readonly Row[]> {
  switch (list) {
    case 'campaigns.csv':
      return (await desk.incidents.campaigns({ days: CAMPAIGN_DAYS })).map(
        ({ shared, accounts, incidents, incident = '', isCut: _, reach, ...row }) => ({
          ...{ shared: shared.join(' '), accounts: accounts.join(' '), incident },
          ...{ incidents: incidents.length, ...row, ...reachCells(reach) },
        }),
      );
    case 'forwards.csv':
      return desk.forwards
        .list()
        .slice(0, MAX_EXPORT_ROWS)
        .map(({ account, to, at, by, why, reference }) => ({
          account,
          to,
          at,
          by,
          why,
          reference,
        }));
    case 'switches.csv':
      return (switches?.list() ?? []).map(({ file, switched, ...row }) => ({
        ...{ ...row, file: file ?? '', by: switched?.by ?? '' },
        ...{ at: switched?.at ?? '', why: switched?.why ?? '' },
      }));
    case 'rungs.csv':
      return (await inspector.rungs({ limit: RUNGS })).accounts.map((row) => ({ ...row }));
    case 'figures.csv':
      return Object.entries(await desk.figures.day()).flatMap(([figure, hours]) =>
        hours.map(({ at, value, usual }) => ({
          ...{ figure, at, value, low: usual?.low ?? '' },
          ...{ usual: usual?.middle ?? '', high: usual?.high ?? '' },
        })),
      );
  }
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

/** Empty cells where it was not counted: every line has the names of the first. */
function reachCells(reach: Reach | undefined): Row {
  return {
    messages: reach?.messages ?? '',
    recipients: reach?.recipients ?? '',
    messagesLeft: reach?.left.messages ?? '',
    recipientsLeft: reach?.left.recipients ?? '',
  };
}

function incidentRow(row: Incident): Row {
  return {
    ...{ id: row.id, account: row.account, cause: row.cause, practice: row.practice },
    ...{ state: row.state, verdict: row.verdict, owner: row.owner, count: row.count },
    ...{ openedAt: row.openedAt, firstActionAt: row.firstActionAt ?? '' },
    ...{ closedAt: row.closedAt ?? '', summary: row.summary, campaign: row.campaign ?? '' },
  };
}

/** FBK-6: seconds to the first action and to the close. */
function clockRow(row: Incident): Row {
  const after = (at: string | undefined): string | number =>
    at === undefined ? '' : Math.round((Date.parse(at) - Date.parse(row.openedAt)) / 1000);
  return {
    ...{ id: row.id, account: row.account, openedAt: row.openedAt, verdict: row.verdict },
    secondsToFirstAction: after(row.firstActionAt),
    secondsToClose: after(row.closedAt),
  };
}

export function formatCsv(rows: readonly Row[]): string {
  const names = Object.keys(rows[0] ?? {});
  const lines = [names, ...rows.map((row) => names.map((name) => row[name] ?? ''))];
  return lines.map((cells) => `${cells.map(formatCell).join(',')}\r\n`).join('');
}

function formatCell(value: string | number): string {
  if (typeof value === 'number') return String(value);
  // OWASP, CSV injection: a spreadsheet runs what begins like a formula.
  const safe = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
