/**
 * Who logs in elsewhere and which user that is. The name is bound to the subject that came with it
 * first: a name that somebody else gets there later opens nothing here.
 */
import type { Kysely } from 'kysely';
import type { SignInDraft, UserRow } from './desk-contract.ts';
import { addAudit } from './plain.ts';
import type { RecordsTx } from './tables.ts';

export async function createSignIns(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('sign_ins')
    .addColumn('subject', 'text', (column) => column.primaryKey())
    .addColumn('name', 'text', (column) => column.notNull())
    .addColumn('created_at', 'text', (column) => column.notNull())
    .execute();
  await db.schema.createIndex('sign_ins_name').unique().on('sign_ins').column('name').execute();
}

export async function signIn(
  tx: RecordsTx,
  draft: SignInDraft,
): Promise<UserRow | 'unknown' | 'name-taken'> {
  const { subject, role, at } = draft;
  const bound = await tx
    .selectFrom('signIns')
    .selectAll()
    .where('subject', '=', subject)
    .executeTakeFirst();
  const name = bound?.name ?? draft.name;
  if (bound === undefined) {
    const other = await tx
      .selectFrom('signIns')
      .select('subject')
      .where('name', '=', name)
      .executeTakeFirst();
    if (other !== undefined) return 'name-taken';
  }
  const known = await userOrInvited(tx, name, at);
  if (known === undefined && !draft.mayBeNew) return 'unknown';
  if (bound === undefined) {
    await tx.insertInto('signIns').values({ subject, name, createdAt: at }).execute();
  }
  const user = known ?? { name, role, password: '', createdAt: at, by: name };
  await saveRole(tx, { before: known, user: { ...user, role }, at });
  return { ...user, role };
}

/** Whoever was invited need not use the link: he is expected. */
async function userOrInvited(
  tx: RecordsTx,
  name: string,
  at: string,
): Promise<UserRow | undefined> {
  const query = tx.selectFrom('users').selectAll().where('name', '=', name);
  const user = await query.executeTakeFirst();
  if (user !== undefined) return user;
  const taken = await tx.deleteFrom('invitations').where('name', '=', name).executeTakeFirst();
  if (taken.numDeletedRows === 0n) return undefined;
  const invited: UserRow = { name, role: 'reader', password: '', createdAt: at, by: name };
  await tx.insertInto('users').values(invited).execute();
  return invited;
}

async function saveRole(
  tx: RecordsTx,
  {
    before,
    user,
    at,
  }: { readonly before: UserRow | undefined; readonly user: UserRow; readonly at: string },
): Promise<void> {
  const audit = { at, by: 'primum', subject: user.name };
  if (before === undefined) {
    await tx.insertInto('users').values(user).execute();
    const why = `As ${user.role}, by the first login with OpenID Connect.`;
    await addAudit(tx, [{ ...audit, action: 'user.add', why }]);
  } else {
    const change = { role: user.role, at, by: 'primum', as: ', as the login provider says' };
    await changeRole(tx, before, change);
  }
}

/** In force at once; sessions of the role before end, so that none becomes more than it began as. */
export async function changeRole(
  tx: RecordsTx,
  { name, role: before }: Pick<UserRow, 'name' | 'role'>,
  change: Pick<UserRow, 'role' | 'by'> & { readonly at: string; readonly as?: string },
): Promise<void> {
  const { role, at, by, as = '' } = change;
  if (role === before) return;
  await tx.updateTable('users').set({ role }).where('name', '=', name).execute();
  await tx.deleteFrom('sessions').where('name', '=', name).execute();
  const why = `${before} to ${role}${as}.`;
  await addAudit(tx, [{ at, by, action: 'user.role', subject: name, why }]);
}
