/** Every list leaves as CSV: each that the API has, in its own scope, with no cell that a spreadsheet runs. */
import { parse } from 'csv-parse/sync';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { EXPORT_LISTS } from '../../src/doors/api/export-lists.ts';
import { formatCsv } from '../../src/doors/api/exports.ts';
import { alertIntent, holdIntent } from '../desk/helper.ts';
import { NOW, problemOf, TOKEN } from './api-fixture.ts';
import { openDeskFixture } from './desk-fixture.ts';

/** Lists whose CSV has another name than their path. */
const NAMED: Readonly<Record<string, string>> = {
  '/lists/{list}': 'lists',
  '/overview': 'figures',
};

/** What answers with several of something and is no list of its own, and why. */
const NO_LIST: Readonly<Record<string, string>> = {
  '/accounts': 'names that begin so, for who writes one',
  '/answers': 'texts of the operator, from his own files',
  '/suppression': 'of one address; they are kept as hashes, so that there is no list',
  '/foresight': 'a count over days that somebody chose; its tables leave where they stand',
  '/agent/tasks': 'what one agent is to do now',
  '/accounts/{account}': 'one account; its tables leave where they stand',
  '/accounts/{account}/limits': 'of one account; leaves where it stands',
  '/accounts/{account}/timeline': 'of one account; leaves where it stands',
  '/incidents/{id}': 'one incident',
  '/incidents/{id}/similar': 'of one incident; leaves where it stands',
  '/incidents/{id}/attachments': 'files of one incident, each of which is a file already',
  '/incidents/{name}/report': 'papers of one incident',
  '/campaigns/{shared}': 'one campaign; its table leaves where it stands',
  '/cases/{name}': 'one case',
  '/holds/{name}': 'one held message',
  '/holds/{name}/message': 'one held message',
  '/explain/{reference}': 'one decision',
  '/trace/{token}': 'one message',
};

let api: Awaited<ReturnType<typeof openDeskFixture>>;

beforeEach(async () => {
  api = await openDeskFixture();
});
afterEach(() => api.close());

const document = z.object({
  paths: z.record(
    z.string(),
    z.object({
      get: z
        .object({
          responses: z.object({
            200: z.object({
              content: z.record(
                z.string(),
                z.object({
                  schema: z
                    .looseObject({ properties: z.record(z.string(), z.looseObject({})).optional() })
                    .optional(),
                }),
              ),
            }),
          }),
        })
        .optional(),
    }),
  ),
});

/** Paths that answer with a list, as the document has them. */
async function listPaths(): Promise<readonly string[]> {
  const { paths } = document.parse(await api.door.openApi());
  return Object.entries(paths).flatMap(([path, { get }]) => {
    const { properties = {} } = get?.responses[200].content['application/json']?.schema ?? {};
    const hasList = Object.values(properties).some(({ type }) => type === 'array');
    return hasList ? [path.replace('/api/v1', '')] : [];
  });
}

const read = (name: string, query = '') => api.fetch(`/api/v1/export/${name}.csv${query}`);

async function rowsOf(name: string, query = ''): Promise<readonly (readonly string[])[]> {
  const rows: unknown = parse(await (await read(name, query)).text());
  return z.array(z.array(z.string())).parse(rows);
}

const REPORT = {
  source: 'person',
  category: 'spam',
  subject: 's',
  text: 't',
  by: 'o',
} as const;

describe('every list of the API', () => {
  it('has a CSV of its own, or is none and it is said why', async () => {
    const paths = await listPaths();
    expect(paths.length).toBeGreaterThan(15);
    const without = paths.filter((path) => {
      const name = NAMED[path] ?? path.slice(1);
      return !(name in EXPORT_LISTS) && !(path in NO_LIST);
    });
    expect(without).toEqual([]);
  });
});

describe.each(Object.keys(EXPORT_LISTS))('%s.csv', (name) => {
  const list = EXPORT_LISTS[name]!;

  it('has a line of names and nothing else while the list is empty', async () => {
    const response = await read(name);
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('text/csv; charset=utf-8');
    expect(response.headers.get('content-disposition')).toBe(
      `attachment; filename="primum-${name}.csv"`,
    );
    expect((await rowsOf(name))[0]).toEqual(list.columns);
  });

  it('is for tokens of its own list and for no others', async () => {
    const ask = async (scope: string): Promise<Response> => {
      const { token } = await api.desk.users.addToken({
        ...{ name: 'siem', role: 'admin', scopes: [scope], by: 'test' },
      });
      const headers = { authorization: `Bearer ${token}` };
      return api.fetch(`/api/v1/export/${name}.csv`, { headers });
    };
    expect((await ask(`${list.tag}:read`)).status).toBe(200);
    const other = list.tag === 'trace' ? 'events:read' : 'trace:read';
    expect((await problemOf(await ask(other))).detail).toContain(`${list.tag}:read`);
  });

  it('has as many cells in each line as names, and none that a spreadsheet runs', async () => {
    await fill();
    const rows = await rowsOf(name);
    const cells = rows.slice(1).flat();
    for (const row of rows) expect(row).toHaveLength(list.columns.length);
    expect(cells.filter((cell) => /^\s*[=+\-@＝]/.test(cell) && !/^-?\d+$/.test(cell))).toEqual([]);
  });
});

/** Something of what strangers and people write, in each list that takes it. */
async function fill(): Promise<void> {
  const { desk } = api;
  const evil = '=cmd|"/c calc"!A1';
  const at = new Date(NOW - 600_000).toISOString();
  for (const account of ['=ann@example.org', '+bob@example.org']) {
    void desk.effects.start(alertIntent({ account, at, summary: evil, reference: 'R1' }));
    void desk.effects.start(holdIntent({ account, at, subject: evil, queueId: `q${account}` }));
    await desk.flush();
    await desk.locks.lock({ account, by: '@olga', why: evil, unlockOn: 'person' });
    await desk.forwards.off({ account, to: '-x@example.net', by: evil, why: evil });
  }
  await desk.cases.open({
    ...{ source: 'web', category: 'spam', subject: evil, text: `\t${evil}`, by: '=x' },
    ...{ reporter: '＝x', evidence: evil },
  });
  await desk.lists.add({
    ...{ list: 'deny', key: { login: '=ann' }, reason: evil, by: evil, expiresAt: NOW + 60_000 },
  });
  await desk.users.addToken({ name: '=siem', role: 'reader', scopes: ['*'], by: '=olga' });
}

describe('a CSV', () => {
  it.each([
    ['=1+1', "'=1+1"],
    ['@SUM(1)', "'@SUM(1)"],
    ['-x', "'-x"],
    ['\t=1', "'\t=1"],
    ['  =1', "'  =1"],
    ['＝1', "'＝1"],
    ['\n=1', '"\'\n=1"'],
    ['a,"b"', '"a,""b"""'],
    ['a;b', '"a;b"'],
    ['plain - text', 'plain - text'],
    ['gpj.\u202eexe', 'gpj.\\u{202E}exe'],
    ['\u200b=1', '\\u{200B}=1'],
  ])('writes %j as %j', (value, cell) => {
    expect(formatCsv(['x'], [{ x: value }])).toBe(`x\r\n${cell}\r\n`);
  });

  it('keeps figures, and leaves empty what is not there', () => {
    const rows = [{ a: -1 }, { b: 'x', a: 2 }];
    expect(formatCsv(['a', 'b'], rows)).toBe('a,b\r\n-1,\r\n2,x\r\n');
  });

  it('of cases has the clocks of each, whichever comes first (FBK-6)', async () => {
    const { id } = await api.desk.cases.open(REPORT);
    await api.desk.cases.step(id, 'o', { kind: 'close', finding: 'no abuse', text: 'A bill.' });
    await api.desk.cases.open(REPORT);
    const [names = [], open = [], closed = []] = await rowsOf('cases');
    const at = names.indexOf('secondsToClose');
    expect([open[at], closed[at]]).toEqual(['', '0']);
    expect(closed[names.indexOf('closedAt')]).not.toBe('');
    expect(closed[names.indexOf('finding')]).toBe('no abuse');
  });

  it('of incidents has the clocks of those that are closed, and may be narrowed (FBK-6)', async () => {
    const at = new Date(NOW - 600_000).toISOString();
    for (const account of ['ann@example.org', 'bob@example.org']) {
      void api.desk.effects.start(alertIntent({ account, at }));
      await api.desk.flush();
    }
    const [ofBob] = await api.desk.incidents.list({ account: 'bob@example.org', limit: 1 });
    const close = { by: 'olga', verdict: 'true', why: 'Phished.' } as const;
    await api.desk.incidents.close({ id: ofBob?.id ?? '', ...close });
    const [names = [], row = [], ...more] = await rowsOf('incidents', '?state=closed');
    expect(more).toEqual([]);
    const cell = (name: string): string | undefined => row[names.indexOf(name)];
    expect([cell('account'), cell('secondsToFirstAction'), cell('secondsToClose')]).toEqual([
      ...['bob@example.org', '600', '600'],
    ]);
    expect((await rowsOf('incidents', '?account=ann@example.org')).length).toBe(2);
  });

  it('of the audit log is of what was asked for, as the list is', async () => {
    const close = { kind: 'close', finding: 'dealt with', text: 'Locked.' } as const;
    const { id, reference } = await api.desk.cases.open(REPORT);
    await api.desk.cases.step(id, 'o', close);
    await api.desk.cases.open(REPORT);
    for (const subject of [reference, id]) {
      const of = (await rowsOf('audit', `?subject=${subject}`)).slice(1);
      expect(of.map((row) => row[3])).toEqual(['case.close', 'case.open']);
    }
    expect((await rowsOf('audit')).length).toBe(4);
  });

  it.each([
    ['locks', 'account=ann@example.org'],
    ['users', 'state=open'],
    ['incidents', 'subject=x'],
    ['audit', 'state=open'],
  ])(
    'of %s that cannot be narrowed by %s says so, and is not the whole list',
    async (name, query) => {
      const response = await read(name, `?${query}`);
      expect(response.status).toBe(400);
      expect((await problemOf(response)).detail).toContain(
        `\`${query.split('=')[0] ?? ''}\` is not known here`,
      );
    },
  );

  it('of locks names who is locked, why, and what lifts it', async () => {
    await api.desk.locks.lock({
      ...{ account: 'ann@example.org', by: 'olga', why: 'Phished.', unlockOn: 'person' },
    });
    expect((await rowsOf('locks'))[1]).toEqual(
      expect.arrayContaining(['ann@example.org', 'olga', 'Phished.', 'person']),
    );
  });

  it('of users is for admins', async () => {
    await api.addUser('rita', 'reader');
    const visitor = await api.logIn('rita');
    const headers = api.as(visitor);
    expect((await api.fetch('/api/v1/export/users.csv', { headers })).status).toBe(403);
    const admin = await api.fetch('/api/v1/export/users.csv', {
      headers: { authorization: `Bearer ${TOKEN}` },
    });
    expect(await admin.text()).toContain('rita,reader,user,');
  });
});
