/** One contract for every engine of the records; a new engine joins the table below. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { ListEntry } from '../../src/core/access-list.ts';
import type {
  IncidentAddition,
  JobDraft,
  LockDraft,
  Records,
} from '../../src/store/records/contract.ts';
import { MAX_TIMELINE } from '../../src/store/records/timeline.ts';
import { openSqliteRecords } from '../../src/store/sqlite/records.ts';

const AT = '2026-03-01T10:00:00.000Z';
const NOW = Date.parse(AT);
const AUDIT = { at: AT, by: 'test', action: 'test', subject: 'ann@example.org', why: 'a test' };

let folder = '';
let records: Records;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'primum-records-'));
});

afterEach(async () => {
  await records.close();
  rmSync(folder, { recursive: true });
});

const path = (): string => join(folder, 'records.sqlite');
const reading = { onHere: (why: string) => expect.fail(why) };
const open = (more: object = {}) => openSqliteRecords({ path: path(), ...more });
const ENGINES = [
  { engine: 'memory', open: () => open({ path: ':memory:' }), keeps: false },
  { engine: 'sqlite', open: () => open(), keeps: true },
  { engine: 'sqlite with a reading thread', open: () => open({ reading }), keeps: true },
];

function job(changes: Partial<JobDraft> = {}): JobDraft {
  return {
    kind: 'connector',
    target: 'crm',
    subject: 'ann@example.org',
    payload: '{}',
    createdAtMs: NOW,
    notBeforeMs: NOW,
    ...changes,
  };
}

function addition(changes: Partial<IncidentAddition> = {}): IncidentAddition {
  return {
    id: 'i1',
    account: 'ann@example.org',
    cause: 'limit',
    practice: 'SND-1',
    summary: 'Too many recipients.',
    detail: '',
    firstAt: AT,
    lastAt: AT,
    count: 1,
    references: ['R1'],
    jobs: () => [],
    repeatAfterMs: 60_000,
    nowMs: NOW,
    ...changes,
  };
}

function lockDraft(
  changes: Partial<LockDraft['lock']> = {},
  rest: Partial<LockDraft> = {},
): LockDraft {
  const lock = {
    account: 'ann@example.org',
    at: AT,
    by: 'ladder',
    why: 'stolen',
    reference: 'R1',
    unlockOn: 'password' as const,
    ...changes,
  };
  return {
    lock,
    incident: { id: 'i9', cause: 'lock', practice: 'ACC-11', summary: 'Locked.', detail: '' },
    checklist: ['password', 'sessions'],
    jobs: [],
    audit: { ...AUDIT, action: 'lock', subject: lock.account },
    ...rest,
  };
}

function tick(item: 'password' | 'sessions', jobs: readonly JobDraft[] = []) {
  return { account: 'ann@example.org', at: AT, by: 'owner login', why: 'seen', item, jobs };
}

describe.each(ENGINES)('records in $engine', ({ open, keeps }) => {
  beforeEach(async () => {
    records = await open();
  });

  async function reopen(): Promise<void> {
    if (!keeps) return;
    await records.close();
    records = await open();
  }

  test('a lock comes back with its incident, audit row and jobs', async () => {
    const [lock] = await records.locks.save([lockDraft({}, { jobs: [job()] })]);
    await reopen();
    expect(await records.locks.all()).toEqual([lock]);
    const incident = await records.incidents.get(lock!.incident);
    expect(incident).toMatchObject({
      state: 'open',
      cause: 'lock',
      references: ['R1'],
      checklist: [{ item: 'password' }, { item: 'sessions' }],
    });
    expect(incident?.timeline.at(-1)?.text).toBe('Locked: stolen');
    const audit = await records.audit.list({ subject: 'ann@example.org', limit: 10 });
    expect(audit.map((row) => row.action)).toEqual(['lock', 'incident.open']);
    expect(await records.outbox.due(NOW, 10, [])).toMatchObject([
      { incident: lock!.incident, attempts: 0 },
    ]);
  });

  test('a lock joins the open incident that has its decision', async () => {
    await records.incidents.add([addition({ id: 'i5', references: ['R0', 'R1'] })]);
    const [lock] = await records.locks.save([lockDraft()]);
    expect(lock?.incident).toBe('i5');
    const [again] = await records.locks.save([lockDraft({ reference: 'R7', why: 'again' })]);
    expect(again).toMatchObject({ incident: 'i5', why: 'again' });
    expect(await records.locks.all()).toHaveLength(1);
  });

  test('one failing draft leaves nothing of its transaction behind', async () => {
    const broken = lockDraft({ account: 'bob@example.org', why: null as unknown as string });
    await expect(records.locks.save([lockDraft(), broken])).rejects.toMatchObject({
      code: 'STORE_UNAVAILABLE',
    });
    expect(await records.locks.all()).toEqual([]);
    expect(await records.audit.list({ limit: 10 })).toEqual([]);
    await records.locks.save([lockDraft()]);
    expect(await records.locks.all()).toHaveLength(1);
  });

  test('ACC-12: the last item of the checklist lifts a lock that waits for it', async () => {
    await records.locks.save([lockDraft()]);
    expect(await records.locks.tick(tick('password'))).toEqual({ isTicked: true, isLifted: false });
    expect(await records.locks.tick(tick('password'))).toEqual({
      isTicked: false,
      isLifted: false,
    });
    const done = await records.locks.tick(tick('sessions', [job({ target: 'unlock' })]));
    expect(done).toEqual({ isTicked: true, isLifted: true });
    expect(await records.locks.all()).toEqual([]);
    const audit = await records.audit.list({ limit: 3 });
    expect(audit.map((row) => row.action)).toEqual([
      'unlock',
      'checklist.sessions',
      'checklist.password',
    ]);
    expect(await records.outbox.due(NOW, 10, [])).toMatchObject([{ target: 'unlock' }]);
  });

  test('ACC-12: a lock that waits for a person stays whatever is ticked', async () => {
    await records.locks.save([lockDraft({ unlockOn: 'person' }, { checklist: ['password'] })]);
    expect(await records.locks.tick(tick('password'))).toEqual({ isTicked: true, isLifted: false });
    expect(await records.locks.all()).toHaveLength(1);
  });

  test('ACC-12: closing the incident does not keep a lock from being lifted', async () => {
    await records.locks.save([lockDraft({}, { checklist: ['password'] })]);
    await records.incidents.close({ id: 'i9', at: AT, by: 'eve', text: 'Done.' });
    expect(await records.locks.tick(tick('password'))).toEqual({ isTicked: true, isLifted: true });
  });

  test('unlocking an account that is not locked is false and writes nothing', async () => {
    const request = { account: 'nobody@example.org', at: AT, by: 'eve', why: 'x', jobs: [job()] };
    expect(await records.locks.lift(request)).toBe(false);
    expect(await records.outbox.pending()).toBe(0);
    await records.locks.save([lockDraft()]);
    expect(await records.locks.lift({ ...request, account: 'ann@example.org' })).toBe(true);
    expect(await records.locks.all()).toEqual([]);
    expect(await records.outbox.pending()).toBe(1);
  });

  test('decisions of one account and cause make one incident, others make their own', async () => {
    const jobs = (): JobDraft[] => [job({ kind: 'alert', target: 'mail' })];
    const opened = await records.incidents.add([
      addition({ jobs }),
      addition({ id: 'i2', count: 5, references: ['R2'], summary: 'More.', jobs }),
      addition({ id: 'i3', cause: 'other', jobs }),
    ]);
    expect(opened).toEqual(['i1', 'i3']);
    expect(await records.outbox.pending()).toBe(2);
    await reopen();
    const [newest, oldest] = await records.incidents.list({ limit: 10 });
    expect(newest?.id).toBe('i3');
    expect(oldest).toMatchObject({
      id: 'i1',
      count: 6,
      references: ['R1', 'R2'],
      summary: 'More.',
    });
  });

  test('after an incident is closed the same cause opens a new one', async () => {
    await records.incidents.add([addition()]);
    expect(await records.incidents.close({ id: 'i1', at: AT, by: 'eve', text: 'ok' })).toBe(true);
    expect(await records.incidents.close({ id: 'i1', at: AT, by: 'eve', text: 'ok' })).toBe(false);
    expect(await records.incidents.close({ id: 'i0', at: AT, by: 'eve', text: 'ok' })).toBe(false);
    expect(await records.incidents.add([addition({ id: 'i2' })])).toEqual(['i2']);
    expect(await records.incidents.list({ state: 'closed', limit: 9 })).toMatchObject([
      { id: 'i1', closedAt: AT },
    ]);
  });

  test('references and the timeline of an incident are bounded', async () => {
    const references = Array.from({ length: 100 }, (_, n) => `R${n}`);
    await records.incidents.add([addition({ references })]);
    for (let n = 0; n < MAX_TIMELINE + 5; n++) {
      await records.locks.save([lockDraft({ why: `reason ${n}`, reference: 'R99' })]);
    }
    const incident = await records.incidents.get('i1');
    expect(incident?.references).toHaveLength(20);
    expect(incident?.timeline).toHaveLength(MAX_TIMELINE);
    expect(incident?.timeline[0]?.text).toBe('Opened: Too many recipients.');
    expect(incident?.timeline.at(-1)?.text).toBe(`Locked: reason ${MAX_TIMELINE + 4}`);
  });

  test('incidents are paged, newest first', async () => {
    for (const n of [1, 2, 3, 4]) {
      await records.incidents.add([addition({ id: `i${n}`, cause: `c${n}` })]);
    }
    const first = await records.incidents.list({ limit: 2 });
    expect(first.map(({ id }) => id)).toEqual(['i4', 'i3']);
    const next = await records.incidents.list({
      limit: 2,
      before: 'i3',
      account: 'ann@example.org',
    });
    expect(next.map(({ id }) => id)).toEqual(['i2', 'i1']);
  });

  test('SND-2: an incident is told again once its time has come, and only with news', async () => {
    const draft = (): JobDraft[] => [job({ kind: 'alert' })];
    await records.incidents.add([addition()]);
    expect(await records.incidents.repeatAlerts(NOW + 99_999, 10, draft)).toBe(0);
    await records.incidents.add([addition({ count: 4, nowMs: NOW + 1000 })]);
    expect(await records.incidents.repeatAlerts(NOW + 59_999, 10, draft)).toBe(0);
    let more = 0;
    const told = await records.incidents.repeatAlerts(NOW + 60_000, 10, (incident) => {
      more = incident.count - incident.alertedCount;
      return draft();
    });
    expect([told, more]).toEqual([1, 4]);
    expect(await records.incidents.repeatAlerts(NOW + 999_999, 10, draft)).toBe(0);
    expect(await records.outbox.pending()).toBe(1);
  });

  test('jobs of one connector and account run in order, alerts and others do not wait', async () => {
    const { incident } = (
      await records.locks.save([
        lockDraft(
          {},
          {
            jobs: [
              job({ payload: '1' }),
              job({ payload: '2' }),
              job({ payload: '3', target: 'kick' }),
              job({ payload: '4', subject: 'bob@example.org' }),
              job({ payload: '5', kind: 'alert', target: 'mail' }),
              job({ payload: '6', kind: 'alert', target: 'mail' }),
            ],
          },
        ),
      ])
    )[0]!;
    const due = await records.outbox.due(NOW, 10, []);
    expect(due.map(({ payload }) => payload)).toEqual(['1', '3', '4', '5', '6']);
    expect(due[0]).toMatchObject({ incident, cause: 'lock' });
    await records.outbox.retry(due[0]!.key, NOW + 5000, 'no answer');
    const waiting = await records.outbox.due(NOW, 10, []);
    expect(waiting.map(({ payload }) => payload)).toEqual(['3', '4', '5', '6']);
    await records.outbox.done(due[0]!.key);
    const next = await records.outbox.due(NOW, 10, [due[1]!.key]);
    expect(next.map(({ payload }) => payload)).toEqual(['2', '4', '5', '6']);
  });

  test('joined jobs are one; giving up is audited', async () => {
    const jobs = [job({ kind: 'alert' }), job({ kind: 'alert' }), job({ kind: 'alert' })];
    await records.locks.save([lockDraft({}, { jobs })]);
    const due = await records.outbox.due(NOW, 10, []);
    await records.outbox.join([due[0]!.id, due[1]!.id], 'together');
    await records.outbox.retry('together', NOW + 1, 'x');
    const later = await records.outbox.due(NOW + 1, 10, []);
    expect(later.map(({ attempts }) => attempts)).toEqual([1, 1, 0]);
    await records.outbox.giveUp('together', { ...AUDIT, action: 'effect.give-up' });
    expect(await records.outbox.pending()).toBe(1);
    expect((await records.audit.list({ limit: 1 }))[0]?.action).toBe('effect.give-up');
    expect(await records.outbox.nextAtMs([])).toBe(NOW);
    expect(await records.outbox.nextAtMs([due[2]!.key])).toBeUndefined();
  });

  test('ACC-12: sessions are ended when the last job that ends them is done', async () => {
    const jobs = [
      job({ kind: 'sessions', target: 'a' }),
      job({ kind: 'sessions', target: 'b' }),
      job({ target: 'crm' }),
    ];
    await records.locks.save([lockDraft({}, { jobs })]);
    await records.locks.tick(tick('password'));
    const [a, b] = await records.outbox.due(NOW, 10, []);
    const request = { ...tick('sessions'), by: 'primum' };
    expect((await records.outbox.done(a!.key, request)).isTicked).toBe(false);
    expect(await records.outbox.done(b!.key, request)).toEqual({ isTicked: true, isLifted: true });
    expect(await records.locks.all()).toEqual([]);
  });

  test('list entries are replaced by key, removed, purged, and survive', async () => {
    const entry: ListEntry = {
      list: 'deny',
      key: { network: '192.0.2.0/24' },
      reason: 'guesses',
      expiresAt: NOW + 1000,
      by: 'eve',
    };
    const both: ListEntry = { ...entry, key: { network: '192.0.2.1', login: 'ann' } };
    await records.lists.put(entry, AUDIT);
    await records.lists.put({ ...entry, reason: 'again', expiresAt: NOW + 2000 }, AUDIT);
    await records.lists.put(both, AUDIT);
    await reopen();
    expect(await records.lists.all(NOW)).toEqual([
      { ...entry, reason: 'again', expiresAt: NOW + 2000 },
      both,
    ]);
    expect(await records.lists.remove('allow', both.key, AUDIT)).toBe(false);
    expect(await records.lists.remove('deny', both.key, AUDIT)).toBe(true);
    expect(await records.lists.purge(NOW + 1999)).toBe(0);
    expect(await records.lists.purge(NOW + 2000)).toBe(1);
    expect(await records.audit.list({ limit: 10 })).toHaveLength(4);
  });

  test('the audit log is paged, newest first', async () => {
    await records.audit.add(Array.from({ length: 1200 }, (_, n) => ({ ...AUDIT, why: `${n}` })));
    const [newest] = await records.audit.list({ limit: 1 });
    expect(newest?.why).toBe('1199');
    const next = await records.audit.list({ limit: 2, before: newest!.id });
    expect(next.map(({ why }) => why)).toEqual(['1198', '1197']);
    expect(await records.audit.list({ limit: 5000 })).toHaveLength(1000);
  });

  test('a setting is kept; ensuring it again gives the first value', async () => {
    expect(await records.settings.ensure('hash-key', 'one')).toBe('one');
    expect(await records.settings.ensure('hash-key', 'two')).toBe('one');
    await records.settings.set('hash-key', 'three', AUDIT);
    await reopen();
    expect(await records.settings.get('hash-key')).toBe('three');
  });
});

describe('the SQLite file', () => {
  test('is write-ahead with every commit on disk, and its audit log cannot be changed', async () => {
    records = await openSqliteRecords({ path: path() });
    await records.audit.add([AUDIT]);
    const database = new DatabaseSync(path());
    expect(database.prepare('PRAGMA journal_mode').get()).toEqual({ journal_mode: 'wal' });
    expect(() => database.exec("UPDATE audit SET why = ''")).toThrow(/append-only/);
    expect(() => database.exec('DELETE FROM audit')).toThrow(/append-only/);
    database.close();
  });

  test('of a newer version is refused in plain words and left as it is', async () => {
    records = await openSqliteRecords({ path: path() });
    await records.close();
    const database = new DatabaseSync(path());
    database.exec("INSERT INTO schema_migrations VALUES ('0999_future', '2030-01-01')");
    await expect(openSqliteRecords({ path: path() })).rejects.toMatchObject({
      code: 'STATE_UNUSABLE',
      message:
        'The records were written by a newer Primum (schema 0999_future). Start that version, or restore the copy made before the update.',
    });
    database.exec("DELETE FROM schema_migrations WHERE name = '0999_future'");
    database.close();
    records = await openSqliteRecords({ path: path() });
    expect(await records.locks.all()).toEqual([]);
  });

  test('that cannot be opened is named with its path, cause and remedy', async () => {
    records = await openSqliteRecords({ path: ':memory:' });
    const missing = join(folder, 'no', 'records.sqlite');
    await expect(openSqliteRecords({ path: missing })).rejects.toThrow(missing);
  });
});
