/** A flood of letters leaves room for bounces and complaints (FBK-2), and loses nothing. */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { bounce, complaint } from '../../test/daemon/returned-messages.ts';
import { createSilentTelemetry } from '../telemetry/telemetry.ts';
import { MessageRefused, NoRoomForLetter } from './contract.ts';
import { LetterRoom, MAX_NAMES } from './letter-room.ts';
import { viewSpool } from './look-into.ts';
import { lookOf } from './look-of.ts';
import { openSpool, type Spool } from './open-spool.ts';

const LETTER = 'From: ann@outside.test\r\nSubject: spam\r\n\r\nPlease stop it.';
const WORDS = `${LETTER}\r\n\r\nContent-Type: message/delivery-status\r\n\r\nFinal-Recipient: rfc822; a@b.test`;
const look = (text: string, sender = 'ann@outside.test') => lookOf(sender, [Buffer.from(text)]);

describe('what a message seems to be', () => {
  it.each([
    ['a bounce', look(bounce({}), ''), 'report'],
    ['a complaint', look(complaint({})), 'report'],
    ['a letter', look(LETTER), 'letter'],
    ['a letter with the words of a bounce', look(WORDS), 'letter'],
    ['a bounce that names no recipient', look(bounce({ recipients: [] }), ''), 'perhaps'],
    ['a report for people (XARF)', look(complaint({ type: 'xarf' })), 'perhaps'],
    ['free text of the null sender', look(LETTER, ''), 'perhaps'],
  ])('%s', (_, seen, expected) => {
    expect(seen).toBe(expected);
  });

  it('is found in whatever comes', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (head, rest) => {
        const text = `Content-Type: multipart/report; boundary=${head}\n\n--${head}\n${rest}`;
        expect(['report', 'perhaps', 'letter']).toContain(look(text));
      }),
    );
  });
});

describe('the room for letters', () => {
  let folder: string;
  let spool: Spool;
  let nowMs = 0;
  const start = (): Spool =>
    openSpool(
      {
        ...{ folder, maxMessages: 40, maxBytes: 100_000, now: () => nowMs, firstWaitMs: 1 },
        consumer: {
          take: ({ sender }) =>
            sender === '' ? Promise.resolve() : Promise.reject(new MessageRefused('a person')),
        },
      },
      createSilentTelemetry(),
    );

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'primum-letters-'));
    nowMs = 0;
    spool = start();
  });
  afterEach(async () => {
    await spool.close();
    rmSync(folder, { recursive: true });
  });

  async function bring(text: string, sender: string): Promise<'taken' | 'refused'> {
    const message = spool.begin({ sender, recipients: ['abuse@own.example'] });
    await message.write(Buffer.from(text));
    return message.commit().then(
      () => 'taken' as const,
      (error: unknown) => {
        if (error instanceof NoRoomForLetter) return 'refused';
        throw error;
      },
    );
  }
  const flood = async (count: number, sender: (i: number) => string) => {
    const all = [];
    for (let i = 0; i < count; i += 1) all.push(await bring(`${LETTER} ${i}`, sender(i)));
    return all.filter((fate) => fate === 'taken').length;
  };
  const report = (i: number) => bring(bounce({ text: `${i}` }), '');

  it('is half of the spool: a flood of strangers leaves the rest to reports', async () => {
    expect(await flood(100, (i) => `a@d${i}.test`)).toBe(20);
    expect(spool.counts().isFullOfLetters).toBe(true);
    for (let i = 0; i < 30; i += 1) expect(await report(i)).toBe('taken');
    // A bounce that is free text has a little more, and then that is full, too.
    const free = [];
    for (let i = 0; i < 30; i += 1) free.push(await bring(`${LETTER} free ${i}`, ''));
    expect(free[0]).toBe('taken');
    expect(await report(99)).toBe('taken');
  });

  it('is half of its bytes, too', async () => {
    expect(await bring(LETTER + 'x'.repeat(49_000), 'a@a.test')).toBe('taken');
    expect(await bring(LETTER + 'x'.repeat(1_500), 'b@b.test')).toBe('refused');
    expect(await report(1)).toBe('taken');
  });

  it('comes back when people have removed letters, without a restart', async () => {
    await flood(30, (i) => `a@d${i}.test`);
    for (const name of readdirSync(join(folder, 'kept'))) rmSync(join(folder, 'kept', name));
    nowMs += 60_000;
    expect(await bring(LETTER, 'late@late.test')).toBe('taken');
  });

  it('is full after a restart as before it; what was acknowledged is still there', async () => {
    await flood(30, (i) => `a@d${i}.test`);
    await spool.close();
    spool = start();
    expect(await bring(`${LETTER} again`, 'late@late.test')).toBe('refused');
    expect(spool.counts().waiting + spool.counts().kept).toBe(20);
    // One that is there already is told yes again.
    expect(await bring(`${LETTER} 3`, 'a@d3.test')).toBe('taken');
  });
});

it('is shown with what waits and since when; a spool that was made smaller is full, not more', () => {
  const entries = [
    { place: 'kept', receivedAtMs: 1 },
    { place: 'queue', receivedAtMs: 5_000 },
    { place: 'queue', receivedAtMs: 3_000 },
  ] as const;
  const counts = { waiting: 2, kept: 1, bytes: 50, isFullOfLetters: false };
  const room = new LetterRoom({ maxMessages: 10, maxBytes: 400, now: () => 0 });
  room.add(50);
  const bounds = { maxMessages: 10, maxBytes: 400, counts, lettersUsed: room.used };
  expect(viewSpool(entries, bounds)).toEqual({
    ...{ waiting: 2, kept: 1, bytes: 50, oldestAt: '1970-01-01T00:00:03.000Z' },
    ...{ used: 0.3, letters: { used: 0.25, isFull: false } },
  });
  const small = viewSpool([], { ...bounds, maxMessages: 1, maxBytes: 400 });
  expect(small).toMatchObject({ used: 1 });
  expect(small.oldestAt).toBeUndefined();
  for (let i = 0; i < 20; i += 1) room.add(50);
  expect([room.used, room.isFull]).toEqual([1, true]);
});

it('one sender has one in fifty of the spool in a day and a domain one in ten; reports as many as come', () => {
  let nowMs = 0;
  const room = new LetterRoom({ maxMessages: 1_000, maxBytes: 1_000, now: () => nowMs });
  const letter = (sender: string) => ({ look: 'letter', sender, sizeBytes: 1 }) as const;
  for (let i = 0; i < 20; i += 1) room.note('Flood@z.test');
  expect(room.refuses(letter('flood@z.test'))).toBe('sender');
  expect(room.refuses({ ...letter('flood@z.test'), look: 'report' })).toBeUndefined();
  for (let i = 0; i < 80; i += 1) room.note(`f${i}@z.test`);
  expect(room.refuses(letter('new@z.test'))).toBe('sender');
  expect(room.refuses(letter('ann@other.test'))).toBeUndefined();
  nowMs += 86_400_000;
  expect(room.refuses(letter('flood@z.test'))).toBeUndefined();
});

it('names of a day are bounded: of more senders only the shares are asked', () => {
  const room = new LetterRoom({ maxMessages: 10, maxBytes: 10, now: () => 0 });
  for (let i = 0; i < MAX_NAMES; i += 1) room.note(`a@d${i}.test`);
  for (let i = 0; i < 20; i += 1) for (const one of ['z@z.test', 'a@d1.test']) room.note(one);
  const letter = { look: 'letter', sizeBytes: 1 } as const;
  expect(room.refuses({ ...letter, sender: 'a@d1.test' })).toBe('sender');
  expect(room.refuses({ ...letter, sender: 'z@z.test' })).toBeUndefined();
});
