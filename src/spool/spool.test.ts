import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { bytesInUse } from '../../test/bytes-in-use.ts';
import { createSilentTelemetry } from '../telemetry/telemetry.ts';
import { MessageRefused, type Envelope, type SpooledMessage } from './contract.ts';
import { HandledIds } from './handled.ts';
import { openSpool, type Spool, type SpoolOptions } from './open-spool.ts';

let folder: string;
const open: Spool[] = [];
/** Whose process was killed: they take nothing more, and end with their test. */
const killed: Spool[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'primum-spool-'));
});
afterEach(async () => {
  for (const spool of open.splice(0)) await spool.close();
  // Not awaited: some have a message in hand for ever.
  for (const spool of killed.splice(0)) void spool.close().catch(() => undefined);
  rmSync(folder, { recursive: true });
});

const ENVELOPE: Envelope = { sender: '', recipients: ['abuse@own.example'] };

type Take = (message: SpooledMessage) => Promise<void>;

function spoolWith(take: Take, options: Partial<SpoolOptions> = {}): Spool {
  const spool = openSpool(
    { folder, consumer: { take }, now: Date.now, firstWaitMs: 1, ...options },
    createSilentTelemetry(),
  );
  open.push(spool);
  return spool;
}

async function bring(spool: Spool, text: string, envelope = ENVELOPE): Promise<void> {
  const message = spool.begin(envelope);
  await message.write(Buffer.from(text));
  await message.commit();
}

async function until(condition: () => boolean): Promise<void> {
  for (let n = 0; n < 5000 && !condition(); n += 1) await sleep(2);
  expect(condition()).toBe(true);
}

const files = (name: string): string[] => readdirSync(join(folder, name));
const never = () => new Promise<void>(() => undefined);

/** As after `kill -9`: the next spool finds what the files say. */
function abandon(): void {
  killed.push(...open.splice(0));
}

describe('FBK-2: the spool of returned mail', () => {
  it('what was acknowledged is handed over after a restart, what was being read then last', async () => {
    let nowMs = 1_000_000_000_000;
    const first = spoolWith(never, { concurrency: 1, now: () => nowMs++ });
    for (const text of ['one', 'two', 'three']) await bring(first, text);
    abandon();
    const taken: string[] = [];
    const second = spoolWith(
      async (message) => {
        for await (const piece of message.read()) taken.push(piece.toString());
        // The wait of the one that was being read ends when the others are done.
        if (taken.length === 2) nowMs += 1_000;
      },
      { concurrency: 1, suspectWaitMs: 50, now: () => nowMs },
    );
    await until(() => second.counts().waiting === 0);
    expect(taken).toEqual(['two', 'three', 'one']);
    expect(files('queue')).toEqual([]);
  });

  it('what was not acknowledged is gone after a restart', async () => {
    const first = spoolWith(never);
    const message = first.begin(ENVELOPE);
    await message.write(Buffer.alloc(300_000));
    expect(files('incoming')).toHaveLength(1);
    abandon();
    const second = spoolWith(never);
    expect(files('incoming')).toEqual([]);
    expect(second.counts().waiting).toBe(0);
    await message.abort();
  });

  it('a message that comes again is the same while it waits, when it is done, and after a restart', async () => {
    const ids: string[] = [];
    const take: Take = (message) => {
      ids.push(message.id);
      return Promise.resolve();
    };
    const first = spoolWith(take);
    await Promise.all([bring(first, 'same'), bring(first, 'same')]);
    await until(() => first.counts().waiting === 0);
    await bring(first, 'same');
    await first.close();
    abandon();
    const second = spoolWith(take);
    await bring(second, 'same');
    await bring(second, 'same', { ...ENVELOPE, sender: 'a@far.example' });
    await until(() => second.counts().waiting === 0 && ids.length === 2);
    expect(ids[0]).not.toBe(ids[1]);
  });

  it('died between handled and noted: the consumer sees the same id again', async () => {
    const first = spoolWith(() => Promise.resolve());
    await bring(first, 'text');
    await until(() => first.counts().waiting === 0);
    const [id = ''] = readFileSync(join(folder, 'handled'), 'latin1').split('\n');
    await first.close();
    abandon();
    // The file is still there and its id is noted: it is done.
    writeFileSync(join(folder, 'queue', `1700000000000-${id}`), 'x');
    const taken: string[] = [];
    const take: Take = (message) => {
      taken.push(message.id);
      return Promise.resolve();
    };
    const second = spoolWith(take);
    expect(second.counts().waiting).toBe(0);
    expect(files('queue')).toEqual([]);
    await second.close();
    abandon();
    // And when it is not noted it is handed over under its id.
    rmSync(join(folder, 'handled'));
    const head = JSON.stringify({ v: 1, ...ENVELOPE });
    writeFileSync(join(folder, 'queue', `1700000000000-${id}`), `${head}\ntext`);
    const third = spoolWith(take);
    await until(() => third.counts().waiting === 0);
    expect(taken).toEqual([id]);
  });

  it('a consumer that fails is asked again, later and later', async () => {
    let tries = 0;
    const spool = spoolWith(() => {
      tries += 1;
      return tries < 4 ? Promise.reject(new Error('busy')) : Promise.resolve();
    });
    await bring(spool, 'text');
    await until(() => spool.counts().waiting === 0);
    expect(tries).toBe(4);
  });

  it('what is refused is kept for a person with the reason, and stays known', async () => {
    const refuse: Take = () => Promise.reject(new MessageRefused('it is no report'));
    const spool = spoolWith(refuse);
    await bring(spool, 'text');
    await until(() => spool.counts().kept === 1);
    const [name = '', why = ''] = files('kept').sort();
    expect(readFileSync(join(folder, 'kept', name), 'latin1')).toMatch(/^\{"v":1.*\}\ntext$/);
    expect(readFileSync(join(folder, 'kept', why), 'latin1')).toBe('it is no report\n');
    await bring(spool, 'text');
    await spool.close();
    abandon();
    const again = spoolWith(refuse);
    await bring(again, 'text');
    expect(again.counts()).toMatchObject({ waiting: 0, kept: 1 });
  });

  it('what fails for days is kept for a person', async () => {
    let nowMs = 1_000_000_000_000;
    const spool = spoolWith(() => Promise.reject(new Error('busy')), {
      now: () => (nowMs += 3_600_000),
      giveUpAfterMs: 24 * 3_600_000,
    });
    await bring(spool, 'text');
    await until(() => spool.counts().kept === 1);
    expect(readFileSync(join(folder, 'kept', files('kept').sort()[1] ?? ''), 'latin1')).toBe(
      'busy\n',
    );
  });

  it('a file that is no message of ours is kept for a person or left alone, and stops nothing', async () => {
    for (const name of ['queue', 'kept']) mkdirSync(join(folder, name), { recursive: true });
    writeFileSync(join(folder, 'queue', `1700000000000-${'a'.repeat(32)}`), 'no envelope');
    writeFileSync(join(folder, 'queue', 'README'), 'of a person');
    const taken: string[] = [];
    const spool = spoolWith((message) => {
      taken.push(message.id);
      return Promise.resolve();
    });
    await bring(spool, 'text');
    await until(() => spool.counts().waiting === 0 && spool.counts().kept === 1);
    expect(taken).toHaveLength(1);
    expect(files('queue')).toEqual(['README']);
  });

  it('memory stays bounded for a message of 200 MiB, there and back', async () => {
    let peak = 0;
    let pieces = 0;
    // Not each time, for collecting the garbage takes a moment.
    const look = (): void => {
      if ((pieces += 1) % 800 === 0) peak = Math.max(peak, bytesInUse());
    };
    let sizeBytes = 0;
    const spool = spoolWith(async (message) => {
      for await (const piece of message.read()) {
        sizeBytes += piece.length;
        look();
      }
    });
    const before = bytesInUse();
    const message = spool.begin(ENVELOPE);
    const piece = Buffer.alloc(64 * 1024, 'x');
    for (let n = 0; n < 3200; n += 1) {
      await message.write(piece);
      look();
    }
    await message.commit();
    await until(() => spool.counts().waiting === 0);
    expect(sizeBytes).toBe(200 * 1024 ** 2);
    expect(peak).toBeGreaterThan(0);
    expect(peak - before).toBeLessThan(16 * 1024 ** 2);
  });

  it('the bounds count what is on its way in', () => {
    const spool = spoolWith(never, { maxMessages: 2, maxBytes: 1000 });
    expect(spool.hasRoom(1000)).toBe(true);
    expect(spool.hasRoom(1001)).toBe(false);
    const one = spool.begin(ENVELOPE);
    void one.write(Buffer.alloc(600));
    expect(spool.hasRoom(401)).toBe(false);
    const two = spool.begin(ENVELOPE);
    expect(spool.hasRoom(0)).toBe(false);
    void two.abort();
    expect(spool.hasRoom(400)).toBe(true);
  });

  it('a folder that cannot be used is named, and what to do', () => {
    writeFileSync(join(folder, 'incoming'), 'a file');
    expect(() => spoolWith(never)).toThrow(/^The spool of returned mail .* cannot be used: /);
  });
});

describe('ids of what is done', () => {
  const id = (n: number): string => n.toString(16).padStart(32, '0');

  it('are kept up to their bound, the newest, in a file that does not grow without end', async () => {
    const path = join(folder, 'ids');
    const ids = new HandledIds(path, 10);
    for (let n = 0; n < 100; n += 1) await ids.add(id(n));
    await ids.close();
    const again = new HandledIds(path, 10);
    expect(again.has(id(99))).toBe(true);
    expect(again.has(id(90))).toBe(true);
    expect(again.has(id(50))).toBe(false);
    expect(readFileSync(path, 'latin1').split('\n').length).toBeLessThan(25);
  });

  it('survive a line that a crash cut in half', async () => {
    const path = join(folder, 'ids');
    writeFileSync(path, `${id(1)}\n${id(2).slice(0, 9)}`);
    const ids = new HandledIds(path);
    await ids.add(id(3));
    await ids.close();
    const again = new HandledIds(path);
    expect([1, 2, 3].map((n) => again.has(id(n)))).toEqual([true, false, true]);
  });
});
