/** The mail log is followed whatever happens to its file: nothing lost, nothing told twice. */
import {
  copyFileSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { MAX_LOGGED } from '../../src/agent/contract.ts';
import { LIVE_WAIT_MS } from '../../src/agent/log-follower.ts';
import { MAX_LOG_LINE } from '../../src/protocol/mail-log-fact.ts';
import { FollowedLog, messageLines } from './follow.ts';

let log: FollowedLog;
beforeEach(() => {
  log = new FollowedLog();
});
afterEach(() => log.remove());

const range = (from: number, to: number): number[] =>
  Array.from({ length: to - from }, (_, i) => from + i);

describe('a log that grows', () => {
  test('tells its messages with the name of the host, the submission first', async () => {
    await log.begin();
    log.append(1);
    await log.tells(1);
    expect(log.events).toMatchObject([
      { kind: 'submission', mta: 'mx1', account: 'person1@x.example', queueId: '4A00000001zX' },
      { kind: 'delivery', mta: 'mx1', submission: log.events[0]?.id },
    ]);
  });

  test('is followed from where it ends at the first start: what was before is for an import', async () => {
    log.append(1, 2);
    log.follow();
    await log.saved();
    log.append(3);
    await log.tells(3);
  });

  test('may come in pieces of lines', async () => {
    await log.begin();
    const text = messageLines(1).join('\n');
    for (const at of [0, 100, 200, 300]) {
      log.write(text.slice(at, at === 300 ? undefined : at + 100));
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    log.write('\n');
    await log.tells(1);
  });

  test('tells a message without a delivery line soon after it was accepted', async () => {
    await log.begin();
    log.write(`${messageLines(1).slice(0, 4).join('\n')}\n`);
    const startedMs = performance.now();
    await expect.poll(() => log.events.length, { timeout: 20_000 }).toBe(1);
    expect(performance.now() - startedMs).toBeGreaterThan(LIVE_WAIT_MS / 2);
    expect(log.events[0]).toMatchObject({ kind: 'submission', recipientCount: 1 });
  });

  test('is given on in batches within their bound', async () => {
    const sizes: number[] = [];
    await log.begin({
      sink: {
        logged: (_mta, events) => {
          sizes.push(events.length);
          log.events.push(...events);
          return Promise.resolve();
        },
      },
    });
    log.append(...range(0, 1_000));
    await log.tells(...range(0, 1_000));
    expect(Math.max(...sizes)).toBe(MAX_LOGGED);
  });

  test('waits while the daemon does not listen, and says so once', async () => {
    let isDown = true;
    await log.begin({
      sink: {
        logged: (_mta, events) => {
          if (isDown) return Promise.reject(new Error('nothing listens there'));
          log.events.push(...events);
          return Promise.resolve();
        },
      },
    });
    log.append(1);
    await expect.poll(() => log.warnings.length).toBe(1);
    log.append(2);
    isDown = false;
    await log.tells(1, 2);
    expect(log.warnings).toEqual([
      'Events of the mail log do not reach the daemon; they wait: nothing listens there',
    ]);
  });

  test('may have a line longer than is read, and binary in it', async () => {
    await log.begin();
    log.append(1);
    log.write(`${'x'.repeat(3 * MAX_LOG_LINE)}\n\u0000\u0001\u00ff\n`);
    log.append(2);
    await log.tells(1, 2);
  });
});

describe('rotation', () => {
  test('by rename: the old file is read to its end, then the new one', async () => {
    await log.begin();
    log.append(1);
    await log.tells(1);
    renameSync(log.path, `${log.path}.1`);
    // The writer goes over only when it is told.
    writeFileSync(`${log.path}.1`, `${messageLines(2).join('\n')}\n`, { flag: 'a' });
    await log.tells(1, 2);
    log.append(3);
    await log.tells(1, 2, 3);
  });

  test('with an empty new file at once: lines still come to the old one', async () => {
    await log.begin();
    log.append(1);
    renameSync(log.path, `${log.path}.1`);
    writeFileSync(log.path, '');
    await log.tells(1);
    writeFileSync(`${log.path}.1`, `${messageLines(2).join('\n')}\n`, { flag: 'a' });
    await log.tells(1, 2);
    log.append(3);
    await log.tells(1, 2, 3);
  });

  test('by copytruncate: what was not read yet is read from the copy', async () => {
    await log.begin({ pollMs: 200 });
    log.append(1);
    await log.tells(1);
    log.append(2);
    copyFileSync(log.path, `${log.path}.1`);
    truncateSync(log.path);
    log.append(3);
    await log.tells(1, 2, 3);
  });

  test('by copytruncate, and the new lines are more than the old ones were', async () => {
    await log.begin({ pollMs: 200 });
    log.append(1);
    await log.tells(1);
    copyFileSync(log.path, `${log.path}.1`);
    truncateSync(log.path);
    log.append(...range(2, 12));
    await log.tells(...range(1, 12));
  });

  test('a log that vanishes and comes back is followed again', async () => {
    await log.begin();
    log.append(1);
    await log.tells(1);
    unlinkSync(log.path);
    log.append(2);
    await log.tells(1, 2);
  });

  test('a log that was not there at the start is read from its beginning', async () => {
    log.follow();
    await new Promise((resolve) => setTimeout(resolve, 50));
    log.append(1);
    await log.tells(1);
  });
});

describe('a restart', () => {
  test('goes on where it was, in the middle of a message', async () => {
    await log.begin();
    const lines = messageLines(1).map((line) => `${line}\n`);
    log.append(0);
    log.write(lines.slice(0, 4).join(''));
    await log.tells(0);
    await log.stop();
    log.write(lines.slice(4).join(''));
    log.append(2);
    log.follow();
    await log.tells(0, 1, 2);
    const submissions = log.events.filter(({ kind }) => kind === 'submission');
    expect(submissions).toHaveLength(3);
  });

  test.each([
    ['renamed', (text: Buffer) => text, '.1'],
    ['renamed with a date', (text: Buffer) => text, '-20261120'],
    ['compressed by gzip', (text: Buffer) => gzipSync(text), '.1.gz'],
    ['compressed by zstd', (text: Buffer) => zstdCompressSync(text), '.1.zst'],
  ])('finds the rest of a log that was %s meanwhile', async (_, pack, suffix) => {
    await log.begin();
    log.append(1);
    await log.tells(1);
    await log.stop();
    log.append(2);
    writeFileSync(`${log.path}${suffix}`, pack(readFileSync(log.path)));
    unlinkSync(log.path);
    log.append(3);
    log.follow();
    await log.tells(1, 2, 3);
    expect(log.warnings).toEqual([]);
  });

  test('reads every file that was rotated meanwhile, in order', async () => {
    await log.begin();
    log.append(1);
    await log.tells(1);
    await log.stop();
    log.append(2);
    renameSync(log.path, `${log.path}.2`);
    await new Promise((resolve) => setTimeout(resolve, 20));
    log.append(3);
    renameSync(log.path, `${log.path}.1`);
    log.append(4);
    log.follow();
    await log.tells(1, 2, 3, 4);
  });

  test('says so when the old part is gone, and goes on with the new', async () => {
    await log.begin();
    log.append(1);
    await log.tells(1);
    await log.stop();
    rmSync(log.path);
    log.append(2);
    log.follow();
    await log.tells(1, 2);
    expect(log.warnings).toEqual([expect.stringContaining('Keep at least one old file.')]);
  });

  test('with a position that is broken says so and goes on at the end', async () => {
    log.append(1);
    writeFileSync(log.positionFile, '{"v":1,"pla');
    log.follow();
    await expect.poll(() => log.warnings.length).toBe(1);
    await expect.poll(() => readFileSync(log.positionFile, 'utf8')).toContain('"head"');
    log.append(2);
    await log.tells(2);
  });

  test('keeps no address in its position beyond messages on their way, and for us alone', async () => {
    await log.begin();
    log.append(1);
    await log.tells(1);
    await log.stop();
    expect(statSync(log.positionFile).mode & 0o777).toBe(0o600);
  });
});

test('a log that may not be read is named once, and read when it may', async () => {
  mkdirSync(log.path);
  log.follow({ path: log.path });
  await expect.poll(() => log.warnings.length, { timeout: 20_000 }).toBe(1);
  expect(log.warnings[0]).toContain('cannot be read. Let the agent run as a user who may');
  rmSync(log.path, { recursive: true });
  log.append(1);
  await log.tells(1);
});
