/** Tickets of other systems. What they are told is read from the audit log, where every change stands. */
import type { Kysely, Selectable } from 'kysely';
import { addJobs } from './jobs.ts';
import type { AuditTable, RecordsTx, Transact } from './tables.ts';
import type { TicketNews, TicketRecords } from './ticket-contract.ts';

export async function createTickets(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('tickets')
    .addColumn('target', 'text', (column) => column.notNull())
    .addColumn('about', 'text', (column) => column.notNull())
    .addColumn('ticket', 'text', (column) => column.notNull())
    .addColumn('since_ms', 'bigint', (column) => column.notNull())
    .addPrimaryKeyConstraint('tickets_key', ['target', 'about'])
    .execute();
}

export function ticketRecords(transact: Transact): TicketRecords {
  return {
    feed: (target, limit, draft) =>
      transact(async (tx) => {
        const from = await cursor(tx, target);
        const rows = await tx
          .selectFrom('audit')
          .selectAll()
          .where('id', '>', from)
          .orderBy('id')
          .limit(limit)
          .execute();
        for (const row of rows) {
          const news = await newsOf(tx, row);
          const job = news && draft(news);
          if (news && job) await addJobs(tx, [job], { id: news.id, cause: '' });
        }
        const last = rows.at(-1)?.id;
        if (last !== undefined) await setCursor(tx, target, last);
        return rows.length;
      }),
    link: (target, about) =>
      transact((tx) =>
        tx
          .selectFrom('tickets')
          .select(['ticket', 'sinceMs'])
          .where('target', '=', target)
          .where('about', '=', about)
          .executeTakeFirst(),
      ),
    begin: (target, about, sinceMs) =>
      transact(async (tx) => {
        await tx
          .insertInto('tickets')
          .values({ target, about, ticket: '', sinceMs })
          .onConflict((conflict) => conflict.columns(['target', 'about']).doUpdateSet({ sinceMs }))
          .execute();
      }),
    note: (target, about, ticket) =>
      transact(async (tx) => {
        const row = tx.updateTable('tickets').set({ ticket }).where('target', '=', target);
        await row.where('about', '=', about).execute();
      }),
  };
}

/** The last entry read; who is asked for the first time is told nothing of before. */
async function cursor(tx: RecordsTx, target: string): Promise<number> {
  const query = tx.selectFrom('settings').select('value').where('name', '=', nameOf(target));
  const known = await query.executeTakeFirst();
  if (known !== undefined) return Number(known.value);
  const newest = await tx
    .selectFrom('audit')
    .select('id')
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirst();
  await setCursor(tx, target, newest?.id ?? 0);
  return newest?.id ?? 0;
}

async function setCursor(tx: RecordsTx, target: string, id: number): Promise<void> {
  const value = String(id);
  await tx
    .insertInto('settings')
    .values({ name: nameOf(target), value })
    .onConflict((conflict) => conflict.column('name').doUpdateSet({ value }))
    .execute();
}

function nameOf(target: string): string {
  return `tickets read: ${target}`;
}

/** Changes of incidents and cases begin with their name; those of locks are about an account. */
async function newsOf(
  tx: RecordsTx,
  { action, why, subject, at, by }: Selectable<AuditTable>,
): Promise<TicketNews | undefined> {
  const common = { at, by, isOpening: action.endsWith('.open') };
  const [, name = '', text = ''] = /^([0-9A-Za-z]+): (.*)$/s.exec(why) ?? [];
  if (action.startsWith('incident.')) return { ...common, about: 'incident', id: name, text };
  if (action.startsWith('case.')) {
    const query = tx.selectFrom('cases').select('id').where('reference', '=', name);
    const found = await query.executeTakeFirst();
    return found && { ...common, about: 'case', id: found.id, text };
  }
  if (action !== 'lock' && action !== 'unlock' && !action.startsWith('checklist.'))
    return undefined;
  const newest = await tx
    .selectFrom('incidents')
    .select('id')
    .where('account', '=', subject)
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirst();
  return newest && { ...common, about: 'incident', id: newest.id, text: `${action}: ${why}` };
}
