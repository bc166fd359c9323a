/** Attachments of incidents: what they are in one table, their bytes in another, so that lists stay light. */
import type { Kysely } from 'kysely';
import type { AttachmentRecords } from './attachment-contract.ts';
import { noted } from './incident.ts';
import { readIncident, saveIncident } from './incidents.ts';
import { addAudit } from './plain.ts';
import type { RecordsTx, Transact } from './tables.ts';

export async function createAttachments(db: Kysely<unknown>): Promise<void> {
  const texts = ['incident', 'name', 'sha256', 'at', 'by'];
  let table = db.schema
    .createTable('attachments')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('size_bytes', 'bigint', (column) => column.notNull());
  for (const name of texts) table = table.addColumn(name, 'text', (column) => column.notNull());
  await table.execute();
  await db.schema
    .createIndex('attachments_incident')
    .on('attachments')
    .columns(['incident', 'id'])
    .execute();
  await db.schema
    .createTable('attachment_contents')
    .addColumn('id', 'text', (column) => column.primaryKey())
    // Base64, which every engine keeps as it is.
    .addColumn('content', 'text', (column) => column.notNull())
    .execute();
}

export function attachmentRecords(transact: Transact): AttachmentRecords {
  return {
    add: ({ row, content, entry, audit, maxOfIncident, maxBytesOfAll }) =>
      transact(async (tx) => {
        const incident = await readIncident(tx, row.incident);
        if (incident === undefined) return 'no incident';
        if ((await listOf(tx, row.incident)).length >= maxOfIncident) return 'too many';
        if ((await bytesOfAll(tx)) + row.sizeBytes > maxBytesOfAll) return 'full';
        await tx.insertInto('attachments').values(row).execute();
        const text = Buffer.from(content).toString('base64');
        await tx.insertInto('attachmentContents').values({ id: row.id, content: text }).execute();
        await saveIncident(tx, noted(incident, entry));
        await addAudit(tx, [audit(incident.account)]);
        return 'added';
      }),
    list: (incident) => transact((tx) => listOf(tx, incident)),
    get: (incident, id) =>
      transact(async (tx) => {
        const query = tx.selectFrom('attachments').selectAll().where('id', '=', id);
        const row = await query.where('incident', '=', incident).executeTakeFirst();
        const kept = await tx
          .selectFrom('attachmentContents')
          .select('content')
          .where('id', '=', id)
          .executeTakeFirst();
        return row && kept && { row, content: Buffer.from(kept.content, 'base64') };
      }),
  };
}

function listOf(tx: RecordsTx, incident: string) {
  const query = tx.selectFrom('attachments').selectAll().where('incident', '=', incident);
  return query.orderBy('id').execute();
}

async function bytesOfAll(tx: RecordsTx): Promise<number> {
  const query = tx.selectFrom('attachments').select((eb) => eb.fn.sum('sizeBytes').as('bytes'));
  const row = await query.executeTakeFirst();
  return Number(row?.bytes ?? 0);
}
