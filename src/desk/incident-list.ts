/** Incidents as people and programs read and close them. */
import type { IncidentRow, Records } from '../store/records/contract.ts';
import type { Desk, Incident } from './contract.ts';
import type { Health } from './health.ts';
import { readDetail } from './notice.ts';

interface ListParts {
  readonly records: Records;
  readonly health: Health;
  readonly now: () => number;
}

export function incidentsOf({ records, health, now }: ListParts): Desk['incidents'] {
  return {
    list: async (query) => {
      const rows = await health.read(() => records.incidents.list(query));
      return rows.map(toIncident);
    },
    get: async (id) => {
      const row = await health.read(() => records.incidents.get(id));
      return row === undefined ? undefined : toIncident(row);
    },
    close: ({ id, by, verdict, why }) => {
      const at = new Date(now()).toISOString();
      const text = `Closed (${verdict}): ${why}`;
      return health.read(() => records.incidents.close({ id, at, by, text }));
    },
  };
}

function toIncident(row: IncidentRow): Incident {
  return {
    id: row.id,
    account: row.account,
    cause: row.cause,
    practice: row.practice,
    state: row.state,
    openedAt: row.openedAt,
    updatedAt: row.updatedAt,
    ...(row.closedAt === undefined ? {} : { closedAt: row.closedAt }),
    summary: row.summary,
    count: row.count,
    references: row.references,
    timeline: row.timeline,
    checklist: row.checklist,
    ...sourcesOf(row),
  };
}

function sourcesOf(row: IncidentRow): Pick<Incident, 'sources'> {
  const sources = readDetail(row)?.sources;
  return sources === undefined ? {} : { sources };
}
