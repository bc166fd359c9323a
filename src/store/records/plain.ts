/** Records that need no rules of their own: the audit log, the access lists and the settings. */
import type { ListEntry, ListKey, ListName } from '../../core/access-list.ts';
import type { AuditDraft, AuditRecords, ListRecords, SettingRecords } from './contract.ts';
import type { ListEntryTable, RecordsTx, Transact } from './tables.ts';

/** Rows one query may ask for, so that no page fills the memory. */
export const MAX_PAGE = 1000;

/** Rows of one INSERT; SQLite takes 32,766 parameters in a statement. */
const INSERT_ROWS = 500;

export async function addAudit(tx: RecordsTx, entries: readonly AuditDraft[]): Promise<void> {
  for (let from = 0; from < entries.length; from += INSERT_ROWS) {
    const rows = entries.slice(from, from + INSERT_ROWS);
    await tx
      .insertInto('audit')
      .values(
        rows.map(({ at, by, action, subject, also = '', why }) => ({
          ...{ at, by, action, subject, also, why },
        })),
      )
      .execute();
  }
}

export function auditRecords(transact: Transact): AuditRecords {
  return {
    add: (entries) => transact((tx) => addAudit(tx, entries)),
    list: ({ subject, limit, before }) =>
      transact((tx) => {
        let query = tx.selectFrom('audit').selectAll().orderBy('id', 'desc');
        if (subject !== undefined) {
          // Accounts are kept in small letters, practices and references in large ones.
          const names = [subject, subject.toLowerCase(), subject.toUpperCase()];
          query = query.where((or) => or.or([or('subject', 'in', names), or('also', 'in', names)]));
        }
        if (before !== undefined) query = query.where('id', '<', before);
        return query.limit(Math.min(limit, MAX_PAGE)).execute();
      }),
  };
}

export function listRecords(transact: Transact): ListRecords {
  return {
    all: (nowMs) =>
      transact(async (tx) => {
        const query = tx.selectFrom('listEntries').selectAll().where('expiresAtMs', '>', nowMs);
        return (await query.execute()).map(toEntry);
      }),
    put: (entry, audit) =>
      transact(async (tx) => {
        const { reason, by, expiresAt: expiresAtMs } = entry;
        await tx
          .insertInto('listEntries')
          .values({ ...keyColumns(entry.list, entry.key), reason, by, expiresAtMs })
          .onConflict((conflict) =>
            conflict
              .columns(['list', 'network', 'login', 'ja3'])
              .doUpdateSet({ reason, by, expiresAtMs }),
          )
          .execute();
        await addAudit(tx, [audit]);
      }),
    remove: (list, key, audit) =>
      transact(async (tx) => {
        const columns = keyColumns(list, key);
        const { numDeletedRows } = await tx
          .deleteFrom('listEntries')
          .where('list', '=', columns.list)
          .where('network', '=', columns.network)
          .where('login', '=', columns.login)
          .where('ja3', '=', columns.ja3)
          .executeTakeFirst();
        if (numDeletedRows > 0n) await addAudit(tx, [audit]);
        return numDeletedRows > 0n;
      }),
    purge: (nowMs) =>
      transact(async (tx) => {
        const query = tx.deleteFrom('listEntries').where('expiresAtMs', '<=', nowMs);
        return Number((await query.executeTakeFirst()).numDeletedRows);
      }),
  };
}

function keyColumns(
  list: ListName,
  key: ListKey,
): Pick<ListEntryTable, 'list' | 'network' | 'login' | 'ja3'> {
  return { list, network: key.network ?? '', login: key.login ?? '', ja3: key.ja3 ?? '' };
}

function toEntry(row: ListEntryTable): ListEntry {
  const key: ListKey = {
    ...(row.network === '' ? {} : { network: row.network }),
    ...(row.login === '' ? {} : { login: row.login }),
    ...(row.ja3 === '' ? {} : { ja3: row.ja3 }),
  };
  return { list: row.list, key, reason: row.reason, expiresAt: row.expiresAtMs, by: row.by };
}

export function settingRecords(transact: Transact): SettingRecords {
  const read = async (tx: RecordsTx, name: string): Promise<string | undefined> => {
    const query = tx.selectFrom('settings').select('value').where('name', '=', name);
    return (await query.executeTakeFirst())?.value;
  };
  return {
    get: (name) => transact((tx) => read(tx, name)),
    set: (name, value, audit) =>
      transact(async (tx) => {
        await tx
          .insertInto('settings')
          .values({ name, value })
          .onConflict((conflict) => conflict.column('name').doUpdateSet({ value }))
          .execute();
        await addAudit(tx, [audit]);
      }),
    ensure: (name, value) =>
      transact(async (tx) => {
        await tx
          .insertInto('settings')
          .values({ name, value })
          .onConflict((conflict) => conflict.column('name').doNothing())
          .execute();
        return (await read(tx, name)) ?? value;
      }),
  };
}
