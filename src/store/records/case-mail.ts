/**
 * Which mail has become which case. The row is written with the case, so that a message handled again
 * after a crash opens no second one, and a flood of one sender joins what is open (FBK-2).
 */
import type { Kysely } from 'kysely';
import { insertCase, readCase, saveCase } from './case-row.ts';
import type { CaseChange, CaseMail, CaseMailAnswer, CaseRow } from './desk-contract.ts';
import type { RecordsTx } from './tables.ts';

/** A message waits in the spool for at most 30 days; then nothing asks for it again. */
const KEPT_DAYS = 31;

export async function createCaseMail(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('case_mail')
    .addColumn('key', 'text', (column) => column.primaryKey())
    .addColumn('case_id', 'text', (column) => column.notNull())
    .addColumn('sender', 'text', (column) => column.notNull())
    .addColumn('day', 'integer', (column) => column.notNull())
    .addColumn('is_joined', 'integer', (column) => column.notNull())
    .execute();
  await db.schema
    .createIndex('case_mail_day')
    .on('case_mail')
    .columns(['day', 'is_joined', 'sender'])
    .execute();
}

export async function addCaseMail(
  tx: RecordsTx,
  mail: CaseMail,
): Promise<CaseMailAnswer | undefined> {
  const known = await knownAnswer(tx, mail.key);
  if (known !== undefined) return known;
  const before = await caseToJoin(tx, mail);
  const change = before === undefined ? await openable(tx, mail) : mail.join(before);
  // A case that has enough of a flood takes no more of it, and needs no second look.
  if (change === undefined) return before && { row: before, fate: 'full' };
  await (before === undefined ? insertCase : saveCase)(tx, change);
  const isJoined = before !== undefined;
  const { key, sender, day } = mail;
  await tx
    .insertInto('caseMail')
    .values({ key, sender, day, isJoined: isJoined ? 1 : 0, caseId: change.row.id })
    .execute();
  await tx
    .deleteFrom('caseMail')
    .where('day', '<', day - KEPT_DAYS)
    .execute();
  return { row: change.row, fate: isJoined ? 'joined' : 'opened' };
}

async function knownAnswer(tx: RecordsTx, key: string): Promise<CaseMailAnswer | undefined> {
  const found = await tx
    .selectFrom('caseMail')
    .select(['caseId', 'isJoined'])
    .where('key', '=', key)
    .executeTakeFirst();
  const row = found && (await readCase(tx, found.caseId));
  return row && { row, fate: found.isJoined === 1 ? 'joined' : 'opened' };
}

/** The newest that the sender has open, once his mail of the day has opened enough. */
async function caseToJoin(tx: RecordsTx, mail: CaseMail): Promise<CaseRow | undefined> {
  const { sender, day, maxOfSender } = mail;
  const rows = await tx
    .selectFrom('caseMail')
    .innerJoin('cases', 'cases.id', 'caseMail.caseId')
    .select(['cases.id', 'cases.state'])
    .where('caseMail.day', '=', day)
    .where('caseMail.isJoined', '=', 0)
    .where('caseMail.sender', '=', sender)
    .orderBy('cases.id', 'desc')
    .execute();
  const newest = rows.find(({ state }) => state === 'open');
  return rows.length < maxOfSender || newest === undefined ? undefined : readCase(tx, newest.id);
}

async function openable(tx: RecordsTx, mail: CaseMail): Promise<CaseChange | undefined> {
  const ofDay = await tx
    .selectFrom('caseMail')
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .where('day', '=', mail.day)
    .where('isJoined', '=', 0)
    .executeTakeFirst();
  return (ofDay?.count ?? 0) < mail.maxOfDay ? mail.opened : undefined;
}
