/** Users and their ways in: sessions, invitations, tokens. Of every secret only a digest is kept. */
import type { TokenRow, UserRecords } from './desk-contract.ts';
import type { TokenTable } from './desk-tables.ts';
import { addAudit } from './plain.ts';
import { changeRole, signIn } from './sign-ins.ts';
import type { Transact } from './tables.ts';

export function userRecords(transact: Transact): UserRecords {
  return {
    ...people(transact),
    ...invitations(transact),
    ...sessions(transact),
    ...tokens(transact),
    signIn: (draft) => transact((tx) => signIn(tx, draft)),
  };
}

function people(transact: Transact): Pick<UserRecords, 'list' | 'get' | 'remove'> {
  return {
    list: () => transact((tx) => tx.selectFrom('users').selectAll().orderBy('name').execute()),
    get: (name) =>
      transact((tx) =>
        tx.selectFrom('users').selectAll().where('name', '=', name).executeTakeFirst(),
      ),
    remove: (name, audit) =>
      transact(async (tx) => {
        const gone = await tx.deleteFrom('users').where('name', '=', name).executeTakeFirst();
        await tx.deleteFrom('sessions').where('name', '=', name).execute();
        await tx.deleteFrom('signIns').where('name', '=', name).execute();
        const unused = await tx
          .deleteFrom('invitations')
          .where('name', '=', name)
          .executeTakeFirst();
        if (gone.numDeletedRows + unused.numDeletedRows === 0n) return false;
        await addAudit(tx, [audit]);
        return true;
      }),
  };
}

function invitations(
  transact: Transact,
): Pick<UserRecords, 'invite' | 'findInvitation' | 'listInvitations' | 'accept'> {
  return {
    invite: (invitation, audit) =>
      transact(async (tx) => {
        // A new link for somebody makes the one before worthless.
        await tx.deleteFrom('invitations').where('name', '=', invitation.name).execute();
        await tx.insertInto('invitations').values(invitation).execute();
        const query = tx.selectFrom('users').selectAll().where('name', '=', invitation.name);
        const before = await query.executeTakeFirst();
        // Whoever is to do less would never open the link.
        if (before !== undefined) {
          await changeRole(tx, before, { role: invitation.role, at: audit.at, by: audit.by });
        }
        await addAudit(tx, [audit]);
      }),
    findInvitation: (digest) =>
      transact((tx) =>
        tx.selectFrom('invitations').selectAll().where('digest', '=', digest).executeTakeFirst(),
      ),
    listInvitations: (nowMs) =>
      transact((tx) => {
        const query = tx.selectFrom('invitations').selectAll().where('expiresMs', '>', nowMs);
        return query.orderBy('name').execute();
      }),
    accept: (digest, user, audit) =>
      transact(async (tx) => {
        const taken = await tx
          .deleteFrom('invitations')
          .where('digest', '=', digest)
          .executeTakeFirst();
        if (taken.numDeletedRows === 0n) return false;
        const { name: _, ...columns } = user;
        await tx
          .insertInto('users')
          .values(user)
          .onConflict((conflict) => conflict.column('name').doUpdateSet(columns))
          .execute();
        // Whoever knew the password before is out.
        await tx.deleteFrom('sessions').where('name', '=', user.name).execute();
        await addAudit(tx, [audit]);
        return true;
      }),
  };
}

function sessions(
  transact: Transact,
): Pick<UserRecords, 'addSession' | 'findSession' | 'touchSession' | 'endSession' | 'purge'> {
  return {
    addSession: (session, audit) =>
      transact(async (tx) => {
        await tx.insertInto('sessions').values(session).execute();
        await addAudit(tx, [audit]);
      }),
    findSession: (digest) =>
      transact(async (tx) => {
        const session = await tx
          .selectFrom('sessions')
          .selectAll()
          .where('digest', '=', digest)
          .executeTakeFirst();
        if (session === undefined) return undefined;
        const query = tx.selectFrom('users').selectAll().where('name', '=', session.name);
        const user = await query.executeTakeFirst();
        return user === undefined ? undefined : { session, user };
      }),
    touchSession: (digest, seenMs) =>
      transact(async (tx) => {
        await tx.updateTable('sessions').set({ seenMs }).where('digest', '=', digest).execute();
      }),
    endSession: (digest) =>
      transact(async (tx) => {
        await tx.deleteFrom('sessions').where('digest', '=', digest).execute();
      }),
    purge: ({ seenMs, createdMs, nowMs }) =>
      transact(async (tx) => {
        await tx
          .deleteFrom('sessions')
          .where((or) => or.or([or('seenMs', '<', seenMs), or('createdMs', '<', createdMs)]))
          .execute();
        await tx.deleteFrom('invitations').where('expiresMs', '<', nowMs).execute();
      }),
  };
}

function tokens(
  transact: Transact,
): Pick<UserRecords, 'addToken' | 'findToken' | 'listTokens' | 'removeToken'> {
  return {
    addToken: (token, audit) =>
      transact(async (tx) => {
        const row = { ...token, scopes: JSON.stringify(token.scopes) };
        await tx.insertInto('tokens').values(row).execute();
        await addAudit(tx, [audit]);
      }),
    findToken: (digest) =>
      transact(async (tx) => {
        const query = tx.selectFrom('tokens').selectAll().where('digest', '=', digest);
        const row = await query.executeTakeFirst();
        return row === undefined ? undefined : toToken(row);
      }),
    listTokens: () =>
      transact(async (tx) =>
        (await tx.selectFrom('tokens').selectAll().orderBy('id').execute()).map(toToken),
      ),
    removeToken: (id, audit) =>
      transact(async (tx) => {
        const gone = await tx.deleteFrom('tokens').where('id', '=', id).executeTakeFirst();
        if (gone.numDeletedRows === 0n) return false;
        await addAudit(tx, [audit]);
        return true;
      }),
  };
}

function toToken(row: TokenTable): TokenRow {
  return { ...row, scopes: JSON.parse(row.scopes) as readonly string[] };
}
