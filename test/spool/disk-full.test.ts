/** A really full disk under the spool: Postfix is told to come later, and nothing is lost. */
import {
  appendFileSync,
  closeSync,
  openSync,
  rmSync,
  statfsSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it, type TestContext } from 'vitest';
import { mountSmallDisk, type SmallDisk } from '../contract/small-disk.ts';
import { openLmtpDoor } from '../../src/doors/lmtp/door.ts';
import { Attempts } from '../../src/spool/attempts.ts';
import type { SpooledMessage } from '../../src/spool/contract.ts';
import { openSpool } from '../../src/spool/open-spool.ts';
import { until } from '../dialogues/dialogue.ts';
import { recordedTelemetry } from '../dialogues/scripted-gate.ts';
import { LmtpClient } from '../doors/lmtp-client.ts';

const disk = mountSmallDisk(4);
afterAll(() => disk?.remove());

function diskOr(context: TestContext): SmallDisk {
  if (disk !== undefined) return disk;
  if (process.env['CI'] === 'true')
    throw new Error('No small disk can be mounted: run the tests as root.');
  return context.skip('mounting a small disk needs root');
}

/** Leaves room only in blocks that are begun. */
function fill(path: string): string {
  const file = join(path, 'ballast');
  const { bavail, bsize } = statfsSync(path);
  writeFileSync(file, Buffer.alloc(bavail * bsize));
  return file;
}

/** Takes the room in a file's last block, too. */
function pad(file: string): void {
  const { bsize } = statfsSync(file);
  const room = (bsize - (statSync(file).size % bsize)) % bsize;
  if (room > 0) appendFileSync(file, '\n'.repeat(room));
}

/** What the spool could not do, by the code of the error. */
function countingTelemetry() {
  const failures: string[] = [];
  const effectFailed = (_what: string, error: unknown): void => {
    failures.push(error instanceof Error && 'code' in error ? String(error.code) : String(error));
  };
  return { telemetry: { ...recordedTelemetry(), effectFailed }, failures };
}

async function subjectOf(message: SpooledMessage): Promise<string> {
  let text = '';
  for await (const piece of message.read()) text += piece.toString('latin1');
  return /^Subject: (.*)\r$/m.exec(text)?.[1] ?? '';
}

const mail = (name: string, size = 10_000) => ({
  text: `Subject: ${name}\r\n\r\n${'x'.repeat(size)}\r\n`,
});

async function openPlace(folder: string, take: (message: SpooledMessage) => Promise<void>) {
  const { telemetry, failures } = countingTelemetry();
  const spool = openSpool(
    { folder, now: Date.now, consumer: { take }, longestWaitMs: 20 },
    telemetry,
  );
  const listen = [{ address: '127.0.0.1:0' }];
  const door = await openLmtpDoor({ listen, hostName: 'mx.example', intake: spool }, telemetry);
  const client = new LmtpClient(door.address);
  await client.greet();
  const close = async (): Promise<void> => {
    client.socket.destroy();
    await door.close();
    await spool.close();
  };
  return { client, spool, failures, close };
}

describe('FBK-2: a full disk', () => {
  it('answers 452, keeps what was acknowledged, and goes on when there is space', async (context) => {
    const { path } = diskOr(context);
    const taken: string[] = [];
    let isBusy = true;
    const { client, spool, failures, close } = await openPlace(
      join(path, 'one'),
      async (message) => {
        if (isBusy) throw new Error('busy');
        taken.push(await subjectOf(message));
      },
    );
    expect(await client.send(mail('before'))).toEqual(['250 2.0.0 Taken.']);
    const ballast = fill(path);
    for (const size of [10_000, 1_000_000]) {
      const [answer] = await client.send(mail('during', size));
      expect(answer).toMatch(/^452 4\.3\.1 There is no room/);
    }
    // Nothing is handed over that cannot be noted: a message that kills its reader would come for ever.
    const refused = (): number => {
      pad(join(path, 'one', 'attempts'));
      return failures.filter((code) => code === 'ENOSPC').length;
    };
    await until(() => refused() > 0, 'not one more line to fit');
    isBusy = false;
    const before = refused();
    await until(() => refused() > before + 2, 'more tries');
    expect(taken).toEqual([]);
    rmSync(ballast);
    await until(() => taken.length === 1, 'the consumer');
    expect(await client.send(mail('during'))).toEqual(['250 2.0.0 Taken.']);
    await until(() => spool.counts().waiting === 0, 'the queue to be empty');
    expect(taken).toEqual(['before', 'during']);
    await close();
  });

  it('while a message is handled does not have it handled again', async (context) => {
    const { path } = diskOr(context);
    const taken: string[] = [];
    let ballast = '';
    const { client, spool, failures, close } = await openPlace(
      join(path, 'two'),
      async (message) => {
        taken.push(await subjectOf(message));
        ballast = fill(path);
      },
    );
    expect(await client.send(mail('once'))).toEqual(['250 2.0.0 Taken.']);
    await until(() => failures.includes('ENOSPC'), 'what is done not to be noted');
    await until(() => failures.length > 3, 'more tries to note it');
    rmSync(ballast);
    await until(() => spool.counts().waiting === 0, 'the queue to be empty');
    expect(taken).toEqual(['once']);
    await close();
  });

  it('when a reading ends is no harm that the message did', (context) => {
    const { path } = diskOr(context);
    const id = 'a'.repeat(32);
    const attempts = new Attempts(join(path, 'attempts'));
    for (let n = 0; n < 4; n += 1) {
      attempts.begin(id);
      const ballast = fill(path);
      const rest = openSync(join(path, 'attempts'), 'a');
      expect(() => {
        for (;;) writeSync(rest, '\n');
      }).toThrow(/ENOSPC/);
      closeSync(rest);
      attempts.end(id);
      expect(attempts.of(id)).toBe(0);
      rmSync(ballast);
    }
    attempts.begin('b'.repeat(32));
    attempts.close();
    const again = new Attempts(join(path, 'attempts'));
    expect([again.of(id), again.of('b'.repeat(32))]).toEqual([0, 1]);
    again.close();
  });
});
