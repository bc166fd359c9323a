/**
 * A running API door with a real desk on SQLite records in memory. What is known of accounts is
 * given, so that every shape of answer can be seen.
 */
import { plainWords } from '../../src/core/plain-words.ts';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { PrimumEvent } from '../../src/core/event.ts';
import type { AccountReport, Explanation, Inspector, RungReport } from '../../src/core/report.ts';
import type { Verdict } from '../../src/core/verdict.ts';
import { openDesk } from '../../src/desk/desk.ts';
import type { ApiDoorOptions, ApiParts } from '../../src/doors/api/contract.ts';
import { problem as problemSchema } from '../../src/doors/api/schemas/output.ts';
import { openApiDoor } from '../../src/doors/api/open-api-door.ts';
import { openSqliteRecords } from '../../src/store/sqlite/records.ts';
import { createTelemetry } from '../../src/telemetry/telemetry.ts';
import { openTrace } from '../../src/trace/open-trace.ts';

export const TOKEN = 'T'.repeat(43);
export const NOW = Date.UTC(2026, 10, 21, 1, 38, 10, 123);

export const VERDICT: Verdict = {
  kind: 'verdict',
  for: 'e1',
  at: '2026-11-21T01:30:00.000Z',
  account: 'ann@example.org',
  identity: 'ann@example.org/main',
  context: '5f1c',
  verdict: 'hold',
  enforced: true,
  rung: 'hold',
  score: 9.34,
  reasons: [
    {
      signal: 'new-domains',
      practice: 'ACC-8',
      weight: 6.1234,
      text: 'It wrote to 180 new domains in 20 minutes; usual are 3 a day.',
    },
    {
      signal: 'limit',
      practice: 'SND-1',
      weight: 0,
      text: 'It sent to 212 recipients in an hour; the limit is 200.',
    },
  ],
  reference: '8F2K9A1B',
};

export const EXPLANATION = {
  verdict: VERDICT,
  event: {
    v: 1,
    kind: 'submission',
    id: 'e1',
    at: '2026-11-21T01:30:00.000Z',
    account: 'ann@example.org',
    queueId: '4Zx1',
    clientAddress: '203.0.113.9',
    envelopeSender: 'ann@example.org',
    envelopeRecipients: ['bob@example.com', 'eve@example.net'],
    message: { messageId: 'one@example.org' },
  },
  rungChange: {
    kind: 'rung',
    at: '2026-11-21T01:30:00.000Z',
    account: 'ann@example.org',
    identity: 'ann@example.org/main',
    from: 'observe',
    to: 'hold',
    because: VERDICT.reasons,
  },
  words: plainWords(VERDICT),
} as const satisfies Explanation;

const ANN: AccountReport = {
  outcomes: {
    firstAt: '',
    lastAt: '',
    delivered: 0,
    deferred: 0,
    hardBounces: 0,
    softBounces: 0,
    complaints: 0,
    complaintsTakenBack: 0,
    classes: [],
    sharesOfWeek: { of: 0, hard: 0, complaints: 0 },
    unknown: 0,
  },
  account: 'ann@example.org',
  facts: {
    account: 'ann@example.org',
    tenant: 'example.org',
    groups: ['staff'],
    class: 'person',
    addresses: ['ann@example.org', 'sales@example.org'],
    domains: ['shop.example.org'],
    since: '2019-04-01T00:00:00.000Z',
    clientNetworks: [],
    source: 'directory',
  },
  rung: 'observe',
  since: '',
  addresses: [
    {
      address: '192.0.2.7',
      country: 'DE',
      asn: 64500,
      place: '192.0.2.0/24',
      firstAt: '2026-10-01T08:00:00.000Z',
      lastAt: '2026-11-20T16:12:00.000Z',
      logins: 341,
      failures: 2,
      submissions: 212,
    },
    {
      address: '2001:db8:1::9',
      country: '',
      asn: 0,
      place: '2001:db8:1::/48',
      firstAt: '2026-11-21T01:12:00.000Z',
      lastAt: '2026-11-21T01:30:00.000Z',
      logins: 1,
      failures: 0,
      submissions: 31,
    },
  ],
  identities: [
    {
      identity: 'ann@example.org/main',
      rung: 'hold',
      since: '2026-11-21T01:30:00.000Z',
      score: 9.34,
      messages: 243,
      recipients: 611,
      usualRecipientsPerDay: 4.2,
      contexts: [
        {
          context: '5f1c',
          country: 'DE',
          asn: 64500,
          firstAt: '2026-10-01T08:00:00.000Z',
          lastAt: '2026-11-20T16:12:00.000Z',
          days: 37,
          messages: 212,
          trusted: true,
          refused: false,
          sums: {
            context: 0,
            recipients: 0,
            content: 0,
            timing: 0,
            outcomes: 0,
            cross: 0,
            preparation: 0,
          },
          score: 0.1,
        },
      ],
      senders: [{ address: 'ann@example.org', messages: 243 }],
    },
  ],
};

const APP: AccountReport = {
  ...{ ...ANN, account: 'app@example.org', identities: [], addresses: [] },
  facts: { ...ANN.facts, account: 'app@example.org', class: 'application' },
};

const RUNGS: readonly RungReport[] = [
  {
    account: 'ann@example.org',
    identity: 'ann@example.org/main',
    rung: 'hold',
    since: '2026-11-21T01:30:00.000Z',
    why: 'First use from Example Hosting (BR), a hosting or anonymising network.',
    enforced: true,
  },
  {
    account: 'bob@example.org',
    identity: '',
    rung: 'throttle',
    since: '2026-11-21T01:00:00.000Z',
    why: '',
    enforced: true,
  },
];

const known: Inspector = {
  names: (prefix, limit) =>
    Promise.resolve({
      accounts: ['ann@example.org', 'anna@example.org']
        .filter((name) => name.startsWith(prefix))
        .slice(0, limit),
      isCut: false,
    }),
  account: (account) => Promise.resolve([ANN, APP].find((one) => one.account === account)),
  limits: (account) =>
    Promise.resolve(
      account === ANN.account
        ? [
            {
              limit: {
                scope: 'account',
                count: 'recipients',
                windowSeconds: 3600,
                limit: 200,
                burst: 20,
                action: 'hold',
              },
              from: 'group staff',
              used: 212,
              ceiling: 100,
            },
            {
              limit: {
                scope: 'platform',
                count: 'messages',
                windowSeconds: 86_400,
                limit: 100_000,
                burst: 0,
                action: 'observe',
              },
              from: 'default',
              used: 8_120,
              ceiling: 100_000,
            },
          ]
        : [],
    ),
  seePassword: (accounts) =>
    Promise.resolve(new Set(accounts.filter((account) => !account.startsWith('new')))),
  missing: (account) => Promise.resolve(account === 'amn@example.org' ? [ANN.account] : undefined),
  explain: (reference) =>
    Promise.resolve(reference === VERDICT.reference ? EXPLANATION : undefined),
  rung: (account) => Promise.resolve(RUNGS.find((one) => one.account === account)),
  rungs: ({ limit }) =>
    Promise.resolve({
      accounts: RUNGS.slice(0, limit),
      counts: { throttle: 1, hold: 1, lock: 0 },
      mode: 'enforce',
      isCut: false,
    }),
  relays: () =>
    Promise.resolve([
      {
        identity: 'address:192.0.2.44',
        clientAddress: '192.0.2.44',
        firstAt: '2026-11-01T00:00:00.000Z',
        lastAt: '2026-11-20T00:00:00.000Z',
        messages: 900,
        recipients: 950,
        refused: 12,
      },
    ]),
  proposedSenders: () =>
    Promise.resolve([
      { account: 'ann@example.org', address: 'verein@example.net', messages: 42, days: 12 },
    ]),
  bulkTools: () =>
    Promise.resolve([
      {
        account: 'shop@example.net',
        tool: 'interspire',
        firstAt: '2026-11-01T00:00:00.000Z',
        lastAt: '2026-11-20T00:00:00.000Z',
        messages: 70,
        recipients: 7_000,
      },
    ]),
  suppression: ({ recipient, account }) =>
    Promise.resolve(
      recipient === 'gone@example.net'
        ? [
            {
              kind: 'unknown',
              at: '2026-11-20T00:00:00.000Z',
              until: '2027-02-18T00:00:00.000Z',
              times: 3,
              action: 'refuse',
              ...(account === undefined ? {} : { isOwn: account === ANN.account }),
            },
          ]
        : [],
    ),
  endSuppression: () => Promise.resolve(true),
  counts: () => Promise.resolve({}),
  reset: () => Promise.resolve(),
};

export type ApiFixture = Awaited<ReturnType<typeof openFixture>>;

export interface FixtureOptions extends Partial<ApiDoorOptions> {
  readonly parts?: Partial<ApiParts>;
  /** What is known otherwise. */
  readonly inspector?: Partial<Inspector>;
  /** A file, read by a thread as in the daemon. Default: in memory. */
  readonly recordsPath?: string;
}

export async function openFixture(given: FixtureOptions = {}) {
  const { parts: changed, inspector, recordsPath, ...options } = given;
  const lines: string[] = [];
  const telemetry = createTelemetry({
    level: 'debug',
    destination: { write: (line) => lines.push(line) },
    processFigures: false,
  });
  const onHere = (why: string): void => telemetry.warn(why);
  const records = await openSqliteRecords(
    recordsPath === undefined ? { path: ':memory:' } : { path: recordsPath, reading: { onHere } },
  );
  const desk = await openDesk({
    records,
    telemetry,
    channels: [],
    connectors: [],
    now: () => NOW,
  });
  const folder = mkdtempSync(join(tmpdir(), 'primum-api-'));
  const trace = openTrace({
    keysFile: join(folder, 'trace-keys'),
    submitter: 'keyed',
    now: () => NOW,
    warn: (message) => telemetry.warn(message),
  });
  const taken: PrimumEvent[] = [];
  const parts: ApiParts = {
    inspector: { ...known, ...inspector },
    desk,
    telemetry,
    trace,
    version: '0.1.0-test',
    now: () => NOW,
    ready: () => true,
    take(event) {
      taken.push(event);
      return event.kind === 'submission' || event.kind === 'login'
        ? { ...VERDICT, for: event.id }
        : undefined;
    },
    ...changed,
  };
  const door = await openApiDoor(
    { listen: [{ address: '127.0.0.1:0' }], token: TOKEN, ...options },
    parts,
  );
  const baseUrl = `http://${door.addresses[0] ?? ''}`;
  return {
    door,
    desk,
    records,
    trace,
    taken,
    telemetry,
    baseUrl,
    log: () => lines.join(''),
    /** With the token, unless other headers are given. */
    fetch: (path: string, init: RequestInit = {}) =>
      fetch(`${baseUrl}${path}`, {
        ...init,
        headers: init.headers ?? {
          authorization: `Bearer ${TOKEN}`,
          ...(init.body === undefined ? {} : { 'content-type': 'application/json' }),
        },
      }),
    async close() {
      await door.close();
      await desk.close();
      await records.close();
      rmSync(folder, { recursive: true });
    },
  };
}

/** The problem of a refused request, which is right in form. */
export async function problemOf(response: Response) {
  expect(response.headers.get('content-type')).toContain('application/problem+json');
  const problem = problemSchema.parse(await response.json());
  expect(problem.status).toBe(response.status);
  expect(problem.reference).toMatch(/^[0-9A-HJKMNP-TV-Z]{8}$/);
  return problem;
}
