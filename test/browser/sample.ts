/** A platform after two weeks: figures, incidents, held messages, cases, written before the start. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { FoundMessage } from '../../src/agent/contract.ts';
import type { Client } from '../../src/client/client.ts';
import { openSqliteRecords } from '../../src/store/sqlite/records.ts';
import { alertIntent, holdIntent, lockIntent, openTestDesk } from '../desk/helper.ts';
import { HOSTILE, HOSTILE_ACCOUNT, HOSTILE_LINE } from './hostile.ts';

export const MTA = 'mx1.example.org';
const HOUR_MS = 3_600_000;

const NAMES = [
  ...(['submissions', 'recipients', 'logins', 'failedLogins', 'bounced', 'delivered'] as const),
  ...(['hold', 'defer', 'complaints'] as const),
];

/** Fills `<state>/records.db`. */
export async function fillState(state: string): Promise<void> {
  mkdirSync(state, { recursive: true, mode: 0o700 });
  const path = join(state, 'records.db');
  const records = await openSqliteRecords({ path });
  const nowHour = Math.floor(Date.now() / HOUR_MS);
  const figures = Array.from({ length: 14 * 24 }, (_, back) => nowHour - back).flatMap((hour) =>
    NAMES.map((name, index) => {
      const wave = 1 + Math.sin(((hour % 24) / 24) * 2 * Math.PI - Math.PI / 2);
      const noise = ((hour * 31 + index * 17) % 13) / 13;
      const most = [900, 2400, 1500, 70, 40, 2100, 6, 18, 3][index] ?? 1;
      const burst = name === 'hold' && nowHour - hour < 5 ? 30 : 0;
      return { hour, name, value: Math.round(most * wave * (0.8 + 0.4 * noise)) + burst };
    }),
  );
  await records.figures.write({ counts: figures, levels: [], oldest: 0 });
  const opened = await openTestDesk({ records, now: () => Date.now() - 2 * HOUR_MS });
  const { desk } = opened;
  const at = new Date(Date.now() - 3 * HOUR_MS).toISOString();
  const reasons = [
    'First use from Example Hosting (BR), a hosting or anonymising network.',
    'It wrote to 180 new domains in 20 minutes; usual are 3 a day.',
    HOSTILE[1] ?? '',
  ].map((text) => ({ signal: 'new-context', practice: 'ACC-8', weight: 6, text }));
  const held = [
    ['ann@example.org', 'H01', 'Invoice 2026-1187'],
    [HOSTILE_ACCOUNT, 'H02', HOSTILE_LINE],
    ['bob@example.org', 'H03', 'Sommerfest am 12. Juli'],
    ['cleo@example.org', 'H04', 'Re: your order'],
  ] as const;
  for (const [index, [account, reference, subject]] of held.entries()) {
    void desk.effects.start(
      holdIntent({
        ...{ account, reference, subject, reasons, at, mta: MTA, queueId: `Q${index}` },
        ...{ envelopeSender: account, submission: `e${index}`, recipients: 180 - index * 40 },
        identity: `${account}/main`,
      }),
    );
  }
  for (const account of ['ann@example.org', HOSTILE_ACCOUNT, 'dora@example.org']) {
    const summary =
      account === 'dora@example.org'
        ? HOSTILE_LINE
        : '212 recipients in an hour; the limit is 200.';
    void desk.effects.start(alertIntent({ account, summary, at, reasons, reference: 'H01' }));
  }
  void desk.effects.start(
    lockIntent({ account: 'dora@example.org', at, why: 'The password is stolen.' }),
  );
  await desk.flush();
  await addCampaign(opened);
  await desk.forwards.off({
    ...{ account: 'emil@example.org', to: HOSTILE[1] ?? '', by: 'olga' },
    why: `The mailbox there is gone. ${HOSTILE[0] ?? ''}`,
  });
  await closeOne(desk);
  await desk.lists.add({
    ...{ list: 'deny', key: { network: '203.0.113.0/24' }, by: 'olga' },
    ...{ reason: `Guesses all night. ${HOSTILE[0] ?? ''}`, expiresAt: Date.now() + 24 * HOUR_MS },
  });
  for (const [index, text] of [HOSTILE_LINE, 'I never asked for this advertising.'].entries()) {
    await desk.cases.open({
      ...{ source: 'web', category: index === 0 ? 'phishing' : 'spam', by: 'public form', text },
      reporter: index === 0 ? '"<script>window.hit=1</script>"@example.net' : 'tom@example.net',
      subject: index === 0 ? HOSTILE_LINE : 'newsletter@example.org',
      evidence: `Subject: ${HOSTILE_LINE}\nhttps://evil.example/login`,
    });
  }
  await opened.close();
}

/** Three accounts that sent the same link, under a subject as bad as it gets. */
async function addCampaign({ desk, records }: Awaited<ReturnType<typeof openTestDesk>>) {
  for (const name of ['fritz', 'gina', 'hugo']) {
    const account = `${name}@example.org`;
    const summary = 'The same text came from 3 accounts in the last 72 hours.';
    const at = new Date(Date.now() - HOUR_MS).toISOString();
    void desk.effects.start(
      alertIntent({ account, at, summary, cause: 'campaign', practice: 'CON-3', reference: name }),
    );
    await desk.flush();
    const [incident] = await desk.incidents.list({ account, limit: 1 });
    const traits = ['text:ab12', 'link:evil.example', `subject:${HOSTILE_LINE}`.slice(0, 190)];
    await records.incidents.addTraits(incident?.id ?? '', traits);
  }
}

async function closeOne(desk: Awaited<ReturnType<typeof openTestDesk>>['desk']): Promise<void> {
  const intent = alertIntent({ account: 'emil@example.org', cause: 'old', reference: 'OLD1' });
  void desk.effects.start(intent);
  await desk.flush();
  const [incident] = await desk.incidents.list({ account: 'emil@example.org', limit: 1 });
  const id = incident?.id ?? '';
  await desk.incidents.step(id, 'olga', {
    kind: 'note',
    text: 'The owner called from his holidays.',
  });
  await desk.incidents.close({ id, by: 'olga', verdict: 'false alarm', why: 'It was the owner.' });
}

/** An agent with a hold queue of its own: shows what is asked for, and does what it is told. */
export function playAgent(client: Client): { stop(): Promise<void>; readonly released: string[] } {
  const released: string[] = [];
  const ending = new AbortController();
  const loop = async (): Promise<void> => {
    while (!ending.signal.aborted) {
      const tasks = await client.agentTasks(1, ending.signal).catch(() => []);
      for (const task of tasks) {
        const result = resultOf(task, released);
        if (result !== undefined) await client.agentResults([result]).catch(() => undefined);
      }
    }
  };
  const running = loop();
  return {
    released,
    async stop() {
      ending.abort();
      await running;
    },
  };
}

type Task = Awaited<ReturnType<Client['agentTasks']>>[number];
type Result = Parameters<Client['agentResults']>[0][number];

/** Bob's message is coded as most are, and its link says one thing and does another. */
const CODED = 'Q2';
const base64 = (text: string): string => Buffer.from(text).toString('base64');
export const CODED_SUBJECT = 'Grüße zum Sommerfest <script>window.hit=1</script>';
const CODED_MESSAGE = {
  headers:
    `From: =?utf-8?Q?B=C3=B6b?= <bob@example.org>\nSubject: =?utf-8?B?${base64(CODED_SUBJECT)}?=\n` +
    'MIME-Version: 1.0\n' +
    'Content-Type: multipart/mixed; boundary="part"\n',
  body: [
    ...[
      '--part',
      'Content-Type: text/html; charset=utf-8',
      'Content-Transfer-Encoding: base64',
      '',
    ],
    base64(
      '<p>Schöne Grüße! Bitte <a href="https://evil.example/login">hier anmelden</a>.</p>' +
        '<script>window.hit=1</script><img src=x onerror="window.hit=1">',
    ),
    ...['--part', 'Content-Type: application/zip', 'Content-Transfer-Encoding: base64'],
    "Content-Disposition: attachment; filename*=utf-8''Einladung%20f%C3%BCr%20alle.zip",
    ...['', base64('PK'), '--part--', ''],
  ].join('\n'),
  ...{ isCut: false, recipients: ['x@example.net', 'y@example.net'], sizeBytes: 4000 },
};

function resultOf(task: Task, released: string[]): Result | undefined {
  const { id } = task;
  switch (task.kind) {
    case 'check':
      return {
        ...{ id, kind: 'check' },
        found: task.targets.map((target) => ({
          ...{ hold: target.hold, state: 'held' as const, message: inQueue(target) },
        })),
      };
    case 'show':
      if (task.target.queueId === CODED) {
        return { ...{ id, kind: 'show', state: 'held' }, message: CODED_MESSAGE };
      }
      return {
        ...{ id, kind: 'show', state: 'held' },
        message: {
          headers: `From: Ann <ann@example.org>\nSubject: ${HOSTILE_LINE}\n`,
          body: `Please log in at https://evil.example/login\n${HOSTILE.join('\n')}\nContent-Disposition: attachment; filename="invoice.pdf.exe"\n`,
          ...{ isCut: false, recipients: ['x@example.net'], sizeBytes: 4000 },
        },
      };
    case 'release':
    case 'delete':
      released.push(task.target.queueId);
      return { id, kind: task.kind, done: true, state: 'elsewhere' };
    case 'contain':
      return { id, kind: 'contain', contained: [] };
    default:
      return undefined;
  }
}

function inQueue(target: { queueId: string; envelopeSender: string }): FoundMessage {
  return {
    ...{ queueId: target.queueId, queueName: 'hold', sender: target.envelopeSender },
    ...{ sizeBytes: 4000, saslLogin: target.envelopeSender, recipients: 3 },
    arrivalSeconds: Math.floor(Date.now() / 1000) - 7200,
  };
}

/** A fortnight of ordinary mail, and a login from elsewhere. */
export function pastOf(account: string): Parameters<Client['sendEvents']>[0] {
  const days = Array.from({ length: 12 }, (_, day) => 12 - day);
  return days.flatMap((day) => {
    const at = (hour: number): string =>
      new Date(Date.now() - day * 24 * HOUR_MS + hour * HOUR_MS).toISOString();
    const common = { v: 1 as const, account, clientAddress: '192.0.2.7' };
    return [
      {
        ...{ ...common, kind: 'login', id: `l${day}`, at: at(0), ok: true },
        ...{ service: 'submission', passwordHash: 'a1b2' },
      },
      {
        ...{ ...common, kind: 'submission', id: `s${day}`, at: at(1), envelopeSender: account },
        envelopeRecipients: ['kim@example.net', `guest${day}@example.com`],
        message: { headerFrom: account, subject: `Minutes of week ${day}` },
      },
    ] as const;
  });
}

/** Would be refused, were it enforced: foreign return-paths and a virus. */
export function wouldBeStopped(prefix = ''): Parameters<Client['sendEvents']>[0] {
  const at = (minutes: number): string => new Date(Date.now() - minutes * 60_000).toISOString();
  const from = (account: string, id: string, minutes: number) => ({
    ...({ v: 1, kind: 'submission', clientAddress: '192.0.2.7' } as const),
    ...{ id: `${prefix}${id}`, at: at(minutes), account, envelopeSender: account },
    envelopeRecipients: ['kim@example.net'],
  });
  return [
    ...['bob', 'cleo', 'cleo', HOSTILE_ACCOUNT].map((name, index) => {
      const account = name.includes('@') ? name : `${name}@example.org`;
      const foreign = { envelopeSender: `${index}@bank.example.com` };
      return { ...from(account, `f${index}`, 90 - index), ...foreign };
    }),
    {
      ...from('ann@example.org', 'v1', 30),
      message: {
        headerFrom: 'ann@example.org',
        derived: {
          ...{ version: 1, sizeBytes: 9_000 },
          scans: [{ scanner: 'clamd', result: 'infected' as const, name: 'Eicar-Test' }],
        },
      },
    },
  ];
}
