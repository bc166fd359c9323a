/** The repository: every function one transaction, written once in Kysely for all SQL engines. */
import { PrimumError } from '../../errors.ts';
import { attachmentRecords } from './attachments.ts';
import { caseRecords } from './cases.ts';
import { containmentRecords } from './containments.ts';
import type { Records } from './contract.ts';
import { figureRecords } from './figures.ts';
import { holdRecords } from './holds.ts';
import { forwardRecords } from './forwards.ts';
import { closingIncidents } from './close-incidents.ts';
import { incidentWork } from './incident-work.ts';
import { incidentRecords } from './incidents.ts';
import { lockRecords } from './locks.ts';
import { migrateRecords } from './migrations.ts';
import type { RecordsEngine } from './migrations.ts';
import { outboxRecords } from './outbox.ts';
import { auditRecords, listRecords, settingRecords } from './plain.ts';
import { questionRecords } from './questions.ts';
import { requestRecords } from './requests.ts';
import type { RecordsDb, Transact } from './tables.ts';
import { ticketRecords } from './tickets.ts';
import { userRecords } from './users.ts';
import { waitingRecords } from './waiting.ts';

/** Brings the schema up to date. `db` needs Kysely's CamelCasePlugin. */
export async function openRecords(db: RecordsDb, engine: RecordsEngine): Promise<Records> {
  await migrateRecords(db, engine);
  return recordsIn(db);
}

/** What to do, by the words of the database (sqlite.org/rescode.html). */
function adviceOn(cause: string): string {
  if (/locked|busy/i.test(cause)) {
    return 'Another program holds them, such as a backup: try again in a moment, or end it.';
  }
  if (/full/i.test(cause)) return 'Make room on the disk, then try again.';
  return 'Look at the disk and at the rights of the state folder, then try again.';
}

/** Of a database whose schema is up to date. */
export function recordsIn(db: RecordsDb): Records {
  const transact: Transact = async (work) => {
    try {
      return await db.transaction().execute(work);
    } catch (error) {
      const cause = error instanceof Error ? error.message : String(error);
      throw new PrimumError(
        'STORE_UNAVAILABLE',
        `The records cannot be read or written: ${cause}. ${adviceOn(cause)}`,
        { cause: error },
      );
    }
  };
  return {
    locks: lockRecords(transact),
    incidents: {
      ...incidentRecords(transact),
      ...incidentWork(transact),
      ...closingIncidents(transact),
    },
    audit: auditRecords(transact),
    lists: listRecords(transact),
    outbox: outboxRecords(transact),
    settings: settingRecords(transact),
    holds: holdRecords(transact),
    containments: containmentRecords(transact),
    forwards: forwardRecords(transact),
    cases: caseRecords(transact),
    users: userRecords(transact),
    figures: figureRecords(transact),
    questions: questionRecords(transact),
    requests: requestRecords(transact),
    tickets: ticketRecords(transact),
    attachments: attachmentRecords(transact),
    waiting: waitingRecords(transact),
    close: () => db.destroy(),
  };
}
