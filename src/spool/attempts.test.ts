import { appendFileSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createTelemetry } from '../telemetry/telemetry.ts';
import { Attempts, MAX_ATTEMPTS, MAX_LINES } from './attempts.ts';
import { MessageHarmful, type ReturnedMail } from './contract.ts';
import { openSpool, type Spool, type SpoolOptions } from './open-spool.ts';

let folder: string;
const open: Spool[] = [];
/** Whose process was killed: they take nothing more, and end with their test. */
const killed: Spool[] = [];
const telemetry = createTelemetry({ level: 'silent', processFigures: false });

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'primum-attempts-'));
});
afterEach(async () => {
  for (const spool of open.splice(0)) await spool.close();
  // Not awaited: some have a message in hand for ever.
  for (const spool of killed.splice(0)) void spool.close().catch(() => undefined);
  rmSync(folder, { recursive: true });
});

function spoolWith(
  take: ReturnedMail['take'],
  more: Partial<SpoolOptions> & Pick<ReturnedMail, 'ready'> = {},
): Spool {
  const { ready, ...options } = more;
  const consumer = { take, ...(ready && { ready }) };
  const spool = openSpool(
    {
      folder,
      consumer,
      now: Date.now,
      firstWaitMs: 1,
      longestWaitMs: 5,
      suspectWaitMs: 1,
      concurrency: 4,
      ...options,
    },
    telemetry,
  );
  open.push(spool);
  return spool;
}

async function bring(spool: Spool, text: string): Promise<void> {
  const message = spool.begin({ sender: '', recipients: ['abuse@own.example'] });
  await message.write(Buffer.from(text));
  await message.commit();
}

async function textOf(message: { read(): AsyncIterable<Buffer> }): Promise<string> {
  let text = '';
  for await (const piece of message.read()) text += piece.toString();
  return text;
}

async function until(condition: () => boolean): Promise<void> {
  for (let n = 0; n < 5000 && !condition(); n += 1) await sleep(2);
  expect(condition()).toBe(true);
}

const files = (name: string): string[] => readdirSync(join(folder, name));
const never = () => new Promise<void>(() => undefined);
/** As after `kill -9`: the next spool finds what the files say. */
const abandon = (): void => void killed.push(...open.splice(0));

describe('FBK-2: a message that does harm', () => {
  it('is set aside after three tries; the others are handled meanwhile', async () => {
    const taken: string[] = [];
    let tries = 0;
    const spool = spoolWith(async (message) => {
      const text = await textOf(message);
      if (text === 'poison') {
        tries += 1;
        throw new MessageHarmful('The reader died.');
      }
      taken.push(text);
    });
    for (const text of ['one', 'poison', 'two']) await bring(spool, text);
    await until(() => spool.counts().waiting === 0);
    expect(tries).toBe(MAX_ATTEMPTS);
    expect(taken.sort()).toEqual(['one', 'two']);
    const [why = ''] = files('kept').filter((name) => name.endsWith('.why'));
    expect(readFileSync(join(folder, 'kept', why), 'utf8')).toBe('The reader died.\n');
    expect(await telemetry.metrics()).toContain(
      'primum_returned_mail_total{kind="unread",fate="set-aside"} 1',
    );
  });

  it('to the whole program is known after a restart, tried alone, and not for ever', async () => {
    const rounds: string[][] = [];
    for (let death = 0; death < MAX_ATTEMPTS; death += 1) {
      const taken: string[] = [];
      const spool = spoolWith(async (message) => {
        const text = await textOf(message);
        taken.push(text);
        if (text === 'poison') await never();
      });
      for (const text of death === 0 ? ['poison', 'one'] : [`later ${death}`]) {
        await bring(spool, text);
      }
      await until(() => taken.includes('poison'));
      if (death === 0) await until(() => spool.counts().waiting === 1);
      rounds.push(taken);
      abandon();
    }
    expect(rounds).toHaveLength(MAX_ATTEMPTS);
    const taken: string[] = [];
    const spool = spoolWith(async (message) => void taken.push(await textOf(message)));
    await until(() => spool.counts().waiting === 0);
    expect(taken).not.toContain('poison');
    expect(files('kept').filter((name) => !name.endsWith('.why'))).toHaveLength(1);
  });

  it('is not one that was read each time a healthy program was killed soon after its start', async () => {
    const suspectWaitMs = 50;
    let nowMs = Date.now();
    for (let death = 0; death < 2 * MAX_ATTEMPTS; death += 1) {
      const read: string[] = [];
      const spool = spoolWith(
        async ({ id }) => {
          read.push(id);
          await never();
        },
        { suspectWaitMs, random: () => 0, now: () => nowMs },
      );
      if (death === 0) await bring(spool, 'innocent');
      // Killed as soon as it reads, and in any case when the first suspects are long due.
      nowMs += 3 * suspectWaitMs;
      for (let turn = 0; turn < 10 && read.length === 0; turn += 1) await sleep(5);
      abandon();
    }
    const taken: string[] = [];
    spoolWith(async (message) => void taken.push(await textOf(message)), { suspectWaitMs: 1 });
    await until(() => taken.length === 1);
    expect(files('kept')).toEqual([]);
  });

  it('is not one that waited for its reader or was read when the program died', async () => {
    for (let death = 0; death <= MAX_ATTEMPTS; death += 1) {
      const spool =
        death % 2 === 0
          ? spoolWith(() => Promise.reject(new Error('it is never ready')), { ready: never })
          : spoolWith(async (_message, isRead) => {
              isRead();
              await never();
            });
      if (death === 0) await bring(spool, 'innocent');
      await sleep(20);
      abandon();
    }
    const taken: string[] = [];
    spoolWith(async (message) => void taken.push(await textOf(message)));
    await until(() => taken.length === 1);
    expect(files('kept')).toEqual([]);
  });

  it('and failures that pass, as of a store, are never counted', async () => {
    let tries = 0;
    const spool = spoolWith(() => {
      tries += 1;
      return tries < 10 ? Promise.reject(new Error('the store is away')) : Promise.resolve();
    });
    await bring(spool, 'one');
    await until(() => spool.counts().waiting === 0);
    expect(files('kept')).toEqual([]);
  });
});

describe('the file of attempts', () => {
  const id = (n: number): string => n.toString(16).padStart(32, '0');

  it('is read whatever a crash left at its end', () => {
    const path = join(folder, 'attempts');
    const first = new Attempts(path);
    first.begin(id(1));
    first.begin(id(2));
    first.end(id(2));
    first.close();
    appendFileSync(path, `+${id(3).slice(0, 9)}`);
    const second = new Attempts(path);
    second.begin(id(1));
    second.close();
    const third = new Attempts(path);
    expect([1, 2, 3].map((n) => third.of(id(n)))).toEqual([2, 0, 0]);
    third.close();
  });

  it('stays short', () => {
    const path = join(folder, 'attempts');
    const attempts = new Attempts(path);
    attempts.begin(id(7));
    for (let n = 0; n < MAX_LINES; n += 1) {
      attempts.begin(id(8));
      attempts.end(id(8));
    }
    expect(readFileSync(path, 'latin1').split('\n').length).toBeLessThan(2 * MAX_LINES + 10);
    expect([attempts.of(id(7)), attempts.of(id(8))]).toEqual([1, 0]);
    attempts.close();
  });
});
