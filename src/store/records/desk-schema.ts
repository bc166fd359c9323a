/** Schema of what people work with at the desk: cases, users, figures (migration 0004). */
import type { Kysely } from 'kysely';

type Db = Kysely<unknown>;

export async function createDesk(db: Db): Promise<void> {
  await widenIncidents(db);
  await textTable(db, 'cases', 'id', {
    texts: [
      ...['reference', 'state', 'source', 'category', 'reporter', 'account', 'client_address'],
      ...['incident', 'subject', 'text', 'evidence', 'owner', 'timeline', 'opened_at'],
      ...['updated_at', 'finding'],
    ],
    maybe: ['first_action_at', 'closed_at'],
  });
  await db.schema.createIndex('cases_reference').unique().on('cases').column('reference').execute();
  await db.schema.createIndex('cases_account').on('cases').columns(['account', 'id']).execute();
  await db.schema.createIndex('cases_state').on('cases').columns(['state', 'id']).execute();
  await textTable(db, 'users', 'name', { texts: ['role', 'password', 'created_at', 'by'] });
  await textTable(db, 'sessions', 'digest', {
    texts: ['name', 'csrf'],
    numbers: ['created_ms', 'seen_ms'],
  });
  await db.schema.createIndex('sessions_name').on('sessions').column('name').execute();
  await textTable(db, 'invitations', 'digest', {
    texts: ['name', 'role'],
    numbers: ['expires_ms'],
  });
  await textTable(db, 'tokens', 'digest', {
    texts: ['id', 'name', 'role', 'scopes', 'created_at', 'by'],
  });
  await db.schema
    .createTable('figures')
    .addColumn('hour', 'integer', (column) => column.notNull())
    .addColumn('name', 'text', (column) => column.notNull())
    .addColumn('value', 'bigint', (column) => column.notNull())
    .addPrimaryKeyConstraint('figures_key', ['hour', 'name'])
    .execute();
}

async function widenIncidents(db: Db): Promise<void> {
  for (const name of ['verdict', 'owner']) {
    await db.schema
      .alterTable('incidents')
      .addColumn(name, 'text', (column) => column.notNull().defaultTo(''))
      .execute();
  }
  await db.schema
    .alterTable('incidents')
    .addColumn('accounts', 'text', (column) => column.notNull().defaultTo('[]'))
    .execute();
  await db.schema.alterTable('incidents').addColumn('first_action_at', 'text').execute();
  await db.schema.createIndex('incidents_state').on('incidents').columns(['state', 'id']).execute();
  await db.schema
    .createTable('incident_traits')
    .addColumn('trait', 'text', (column) => column.notNull())
    .addColumn('incident', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('incident_traits_key', ['trait', 'incident'])
    .execute();
  await db.schema
    .createIndex('incident_traits_of')
    .on('incident_traits')
    .column('incident')
    .execute();
}

interface Columns {
  readonly texts: readonly string[];
  readonly numbers?: readonly string[];
  readonly maybe?: readonly string[];
}

async function textTable(db: Db, name: string, key: string, columns: Columns): Promise<void> {
  const { texts, numbers = [], maybe = [] } = columns;
  let table = db.schema.createTable(name).addColumn(key, 'text', (column) => column.primaryKey());
  for (const column of texts) table = table.addColumn(column, 'text', (c) => c.notNull());
  for (const column of numbers) table = table.addColumn(column, 'bigint', (c) => c.notNull());
  for (const column of maybe) table = table.addColumn(column, 'text');
  await table.execute();
}
