/** After a crash nothing that is in the journal is missing from what is known, and nothing counts twice. */
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { defaultAccountFacts } from '../core/account.ts';
import type { SubmissionEvent } from '../core/event.ts';
import { createKeyedHash } from '../core/hash.ts';
import { openReplyClassifier } from '../returned/reply-knowledge.ts';
import { openFileJournal, type FileJournal } from '../store/journal-files/file-journal.ts';
import { openSqliteStanding } from '../store/sqlite/standing.ts';
import type { StandingStore } from '../store/standing.ts';
import { createPlatform, testNetwork } from '../../test/platform.ts';
import { MARK_KEY, markCounted, recount } from './recount.ts';

const ANN = 'ann@example.org';
/** Longer than any of these tests: only what is flushed is on disk. */
const NEVER_MS = 3_600_000;

let folder: string;
let closers: (() => Promise<void>)[];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'primum-recount-'));
  closers = [];
});
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
  rmSync(folder, { recursive: true });
});

/** Stores in a folder, and a platform on them; everything it journals is in the file. */
function run(home: string) {
  mkdirSync(home, { recursive: true });
  const standing: StandingStore = openSqliteStanding({
    path: join(home, 'standing.db'),
    flushMs: NEVER_MS,
    beforeBatch: () => markCounted(standing, journal.lastEvent()),
  });
  const journal: FileJournal = openFileJournal({
    folder: join(home, 'journal'),
    flushMs: NEVER_MS,
  });
  closers.push(async () => {
    await journal.close();
    await standing.close();
  });
  const platform = createPlatform({ standing });
  const judge = async (event: SubmissionEvent): Promise<void> => {
    platform.goTo(event.at);
    const before = platform.lines.length;
    await platform.gate.judge(event);
    journal.append(...platform.lines.slice(before));
  };
  return { standing, journal, platform, judge };
}

/** What is on disk now, as a crash would leave it. */
function crash(name: string, of = 'first'): string {
  const home = join(folder, name);
  cpSync(join(folder, of), home, { recursive: true });
  return home;
}

const start = (home: string) => recountOn(run(home));

async function recountOn({ standing, journal, platform }: ReturnType<typeof run>) {
  const counted: string[] = [];
  const said: string[] = [];
  const count = await recount({
    standing,
    journal,
    hash: createKeyedHash(new Uint8Array(16)),
    networks: { find: testNetwork, close: () => Promise.resolve() },
    networksReady: () => Promise.resolve(),
    directory: {
      find: defaultAccountFacts,
      isOwnDomain: () => false,
      close: () => Promise.resolve(),
    },
    locks: { find: () => undefined },
    classifyReply: openReplyClassifier(),
    isFreemail: () => false,
    policy: () => platform.policy,
    newId: () => '',
    telemetry: {
      warn: (message) => void said.push(message),
      info: (message) => void said.push(message),
    },
    room: { counted: (id) => void counted.push(id) },
  });
  return { standing, count, counted, said };
}

async function recordsOf(standing: StandingStore): Promise<Map<string, string>> {
  const records = new Map<string, string>();
  for await (const [key, record] of standing.scan('')) {
    // Names of messages begin a new page at each start.
    if (key !== MARK_KEY && !key.startsWith('n:'))
      records.set(key, Buffer.from(record).toString('hex'));
  }
  return records;
}

const mail = (number: number): SubmissionEvent => ({
  ...{ v: 1, kind: 'submission', id: `m${number}`, account: ANN, envelopeSender: ANN },
  at: new Date(Date.UTC(2026, 2, 2, 9) + number * 60_000).toISOString(),
  ...{ clientAddress: '10.0.0.1', tls: 'TLSv1.3', mta: 'mx1', queueId: `Q${number}` },
  envelopeRecipients: [`friend${number}@dest.test`],
});

describe('standing state that is older than the journal', () => {
  it('is what it would be without the crash, byte for byte', async () => {
    const first = join(folder, 'first');
    const daemon = run(first);
    for (let number = 0; number < 5; number += 1) await daemon.judge(mail(number));
    await daemon.standing.flush();
    for (let number = 5; number < 12; number += 1) await daemon.judge(mail(number));
    await daemon.journal.flush();
    const after = await start(crash('after'));
    expect(after.count).toBe(7);
    expect(after.said.join()).toMatch(/^7 events of the moment before .* are counted again\.$/);
    expect(after.counted).toEqual(['m5', 'm6', 'm7', 'm8', 'm9', 'm10', 'm11']);
    const [mended, whole] = [await recordsOf(after.standing), await recordsOf(daemon.standing)];
    expect(mended.size).toBeGreaterThan(3);
    expect([...mended.keys()].toSorted()).toEqual([...whole.keys()].toSorted());
    for (const [key, bytes] of whole) expect([key, mended.get(key)]).toEqual([key, bytes]);
  });

  it('is mended once, whatever happens next', async () => {
    const daemon = run(join(folder, 'first'));
    await daemon.judge(mail(0));
    await daemon.standing.flush();
    await daemon.judge(mail(1));
    await daemon.journal.flush();
    const home = crash('after');
    expect((await start(home)).count).toBe(1);
    for (const close of closers.splice(1).reverse()) await close();
    expect((await start(home)).count).toBe(0);
  });

  it('is mended from the first event on, where the crash came before anything was on disk', async () => {
    const home = join(folder, 'first');
    const daemon = run(home);
    expect(await recountOn(daemon)).toMatchObject({ count: 0 });
    await daemon.judge(mail(0));
    await daemon.journal.flush();
    expect((await start(crash('after'))).counted).toEqual(['m0']);
  });

  it('is left alone where the journal lost more, or nothing is marked', async () => {
    const daemon = run(join(folder, 'first'));
    await daemon.judge(mail(0));
    await daemon.journal.flush();
    expect((await start(crash('unmarked'))).count).toBe(0);
    expect((await start(crash('unmarked again'))).count).toBe(0);
    await daemon.judge(mail(1));
    await daemon.standing.flush();
    const home = crash('lost');
    rmSync(join(home, 'journal'), { recursive: true });
    expect((await start(home)).count).toBe(0);
  });

  it('is marked anew where the marked event never reached the journal', async () => {
    const daemon = run(join(folder, 'first'));
    await daemon.judge(mail(0));
    await daemon.journal.flush();
    await daemon.judge(mail(1));
    await daemon.standing.flush();
    const next = run(crash('next'));
    expect((await recountOn(next)).count).toBe(0);
    await next.judge(mail(2));
    await next.journal.flush();
    expect((await start(crash('last', 'next'))).counted).toEqual(['m2']);
  });

  it('is left as it is, and that is said, where the journal is damaged', async () => {
    const daemon = run(join(folder, 'first'));
    await daemon.judge(mail(0));
    await daemon.standing.flush();
    const home = crash('damaged');
    mkdirSync(join(home, 'journal'), { recursive: true });
    writeFileSync(join(home, 'journal', 'journal-20260301T000000000Z.ndjson.zst'), 'no zstd');
    const { count, said } = await start(home);
    expect(count).toBe(0);
    expect(said.join()).toMatch(/may be missing .* journal-20260301T000000000Z cannot be read/);
  });
});
