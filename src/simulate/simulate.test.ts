/** The made platform as a whole: the same for the same seed, in order, true to its truth. */
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PrimumEvent } from '../core/event.ts';
import { readEvent } from '../core/read-event.ts';
import { ATTACKS } from './attacks/plan.ts';
import { simulate, simulateFiles, type PlatformSize, type SimulateOptions } from './simulate.ts';
import type { AccountTruth, SubmissionTruth } from './truth.ts';

const folder = mkdtempSync(join(tmpdir(), 'primum-simulate-'));
const TINY: PlatformSize = { identities: 40, days: 12, each: 1, snowshoe: 2 };

afterAll(() => rmSync(folder, { recursive: true }));

function make(name: string, more: Partial<SimulateOptions> = {}) {
  const out = join(folder, `${name}.ndjson`);
  return simulate({
    platform: 'small',
    seed: 7,
    out,
    truth: join(folder, `${name}-truth.ndjson`),
    ...more,
  });
}

const digest = (name: string): string =>
  createHash('sha256')
    .update(readFileSync(join(folder, `${name}.ndjson`)))
    .digest('hex');

function lines<T>(name: string): T[] {
  const text = readFileSync(join(folder, `${name}.ndjson`), 'utf8');
  return text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as T);
}

describe('the small platform', () => {
  let events: PrimumEvent[];
  let submissions: SubmissionTruth[];
  let takeovers: AccountTruth[];

  beforeAll(async () => {
    await make('small');
    events = lines('small');
    const truth = lines<SubmissionTruth | AccountTruth>('small-truth');
    submissions = truth.filter((row) => 'submission' in row);
    takeovers = truth.filter((row) => 'account' in row);
  });

  it('consists of events that the product reads, each with an id of its own', () => {
    expect(events.filter((event) => readEvent(event).ok !== true)).toEqual([]);
    expect(new Set(events.map(({ id }) => id)).size).toBe(events.length);
  });

  it('tells its events in order of time', () => {
    const out = events.findIndex(
      ({ at }, index) => index > 0 && at < (events[index - 1]?.at ?? ''),
    );
    expect(out).toBe(-1);
  });

  it('has a truth for every submission, and for no other', () => {
    const sent = events.filter(({ kind }) => kind === 'submission').map(({ id }) => id);
    expect(submissions.map(({ submission }) => submission)).toEqual(sent);
  });

  it('has every persona, each on an account of its own', () => {
    const names = ATTACKS.map(({ name }) => name);
    expect(new Set(takeovers.map(({ attack }) => attack))).toEqual(new Set(names));
    expect(new Set(takeovers.map(({ account }) => account)).size).toBe(takeovers.length);
  });

  it('has attack mail only of the account and in the time of its takeover', () => {
    const byId = new Map(events.map((event) => [event.id, event]));
    const bad = submissions.filter(({ attack }) => attack !== null);
    for (const { submission, attack, recipients } of bad) {
      const event = byId.get(submission);
      if (event?.kind !== 'submission') throw new Error(`${submission} is no submission.`);
      const found = takeovers.find(({ account }) => account === event.account);
      expect([found?.attack, event.envelopeRecipients.length]).toEqual([attack, recipients]);
      expect(event.at >= (found?.from ?? '') && event.at <= (found?.to ?? '')).toBe(true);
    }
  });

  it('delivers only what was submitted, after it was submitted', () => {
    const seen = new Set<string>();
    for (const event of events) {
      if (event.kind === 'submission') seen.add(event.id);
      if (event.kind === 'delivery' && event.submission !== undefined) {
        expect(seen.has(event.submission)).toBe(true);
      }
    }
  });

  it('has threads: answers name a message that was received before', () => {
    const received = new Set<string>();
    let answers = 0;
    for (const event of events) {
      if (event.kind === 'received' && event.messageId !== undefined) received.add(event.messageId);
      if (event.kind !== 'submission') continue;
      const id = /^In-Reply-To: (\S+)/m.exec(event.message?.raw ?? '')?.[1];
      if (id === undefined) continue;
      answers += 1;
      expect(received.has(id)).toBe(true);
    }
    expect(answers).toBeGreaterThan(500);
  });

  it('marks trouble that must not lock', () => {
    const marked = takeovers.filter(({ expect: wanted }) => wanted === 'never-lock');
    expect(marked.map(({ attack }) => attack).sort()).toEqual([
      'alert-storm',
      'backscatter',
      'bouncing-forward',
      'forged-complaints',
    ]);
  });
});

describe('a simulation', () => {
  it('is the same, byte for byte, for the same seed, and another for another', async () => {
    await make('one', { size: TINY });
    await make('two', { size: TINY });
    await make('other', { size: TINY, seed: 8 });
    expect([digest('two'), digest('two-truth')]).toEqual([digest('one'), digest('one-truth')]);
    expect(digest('other')).not.toBe(digest('one'));
  });

  it('has innocent oddities as often as it is told', async () => {
    await make('odd', { size: TINY, anomalies: 6 });
    const count = (name: string): number =>
      lines<PrimumEvent>(name).filter(({ kind }) => kind === 'change').length;
    expect(count('odd')).toBeGreaterThan(2 * count('one'));
  });

  it('has real streams and texts where folders of them are named', async () => {
    const streams = join(folder, 'streams');
    const texts = join(folder, 'texts');
    mkdirSync(streams);
    mkdirSync(join(texts, 'spam'), { recursive: true });
    const rows = Array.from(
      { length: 900 },
      (_, index) => `${910_948_020 + index * 1_800},1,${index % 9},to`,
    );
    writeFileSync(join(streams, 'a.csv'), ['unix,from,to,kind', ...rows].join('\n'));
    writeFileSync(join(texts, 'a.eml'), 'Subject: a\n\nThe quick brown fox.\n');
    writeFileSync(join(texts, 'spam/b.eml'), 'Subject: b\n\nA lazy dog for sale.\n');
    await make('spliced', { size: TINY, streams, texts });
    const raws = lines<PrimumEvent>('spliced').flatMap((event) =>
      event.kind === 'submission'
        ? [{ account: event.account, raw: event.message?.raw ?? '' }]
        : [],
    );
    expect(raws.some(({ raw }) => raw.includes('The quick brown fox.'))).toBe(true);
    const counts = Map.groupBy(raws, ({ account }) => account);
    const spliced = [...counts.values()].some(({ length }) => length > 400 && length <= 1_000);
    expect(spliced).toBe(true);
  });

  it('writes compressed files by their names', async () => {
    const out = join(folder, 'packed.ndjson.zst');
    await make('packed', { size: TINY, out });
    expect(readFileSync(out).subarray(0, 4)).toEqual(Buffer.from([0x28, 0xb5, 0x2f, 0xfd]));
  });

  it.each(['no/such/folder/x.ndjson', 'no/such/folder/x.ndjson.gz'])(
    'says in words that it cannot write %s',
    async (path) => {
      const out = join(folder, path);
      await expect(make('failing', { size: TINY, out })).rejects.toThrow(/cannot be written/);
    },
  );

  it('names the platforms when it is asked for another', async () => {
    const options = { platform: 'huge', seed: 1, out: 'x', truth: 'y' };
    await expect(simulateFiles(options, { write: () => undefined })).rejects.toThrow(
      'There is no platform huge: name small, medium or full.',
    );
  });

  it('names a folder of texts that has none', async () => {
    const empty = join(folder, 'empty');
    mkdirSync(empty);
    await expect(make('empty', { texts: empty })).rejects.toThrow(/There is no plain text message/);
    await expect(make('none', { streams: join(folder, 'nowhere') })).rejects.toThrow(
      /cannot be read/,
    );
  });
});
