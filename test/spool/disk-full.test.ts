/** A really full disk under the spool: Postfix is told to come later, and nothing is lost. */
import { rmSync, statfsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { mountSmallDisk } from '../contract/small-disk.ts';
import { openLmtpDoor } from '../../src/doors/lmtp/door.ts';
import { openSpool } from '../../src/spool/open-spool.ts';
import { until } from '../dialogues/dialogue.ts';
import { recordedTelemetry } from '../dialogues/scripted-gate.ts';
import { LmtpClient } from '../doors/lmtp-client.ts';

const disk = mountSmallDisk(4);
afterAll(() => disk?.remove());

function fill(path: string): string {
  const file = join(path, 'ballast');
  const { bavail, bsize } = statfsSync(path);
  writeFileSync(file, Buffer.alloc(bavail * bsize));
  return file;
}

describe('FBK-2: a full disk', () => {
  it('answers 452, keeps what was acknowledged, and goes on when there is space', async (context) => {
    if (disk === undefined && process.env['CI'] === 'true')
      throw new Error('No small disk can be mounted: run the tests as root.');
    if (disk === undefined) return context.skip('mounting a small disk needs root');
    const taken: string[] = [];
    const telemetry = recordedTelemetry();
    let isBusy = true;
    const take = async (message: { read(): AsyncIterable<Buffer> }): Promise<void> => {
      if (isBusy) throw new Error('busy');
      let text = '';
      for await (const piece of message.read()) text += piece.toString('latin1');
      taken.push(/^Subject: (.*)\r$/m.exec(text)?.[1] ?? '');
    };
    const spool = openSpool(
      { folder: join(disk.path, 'spool'), now: Date.now, consumer: { take }, longestWaitMs: 20 },
      telemetry,
    );
    const listen = [{ address: '127.0.0.1:0' }];
    const door = await openLmtpDoor({ listen, hostName: 'mx.example', intake: spool }, telemetry);
    const client = new LmtpClient(door.address);
    await client.greet();
    const mail = (name: string, size = 10_000) => ({
      text: `Subject: ${name}\r\n\r\n${'x'.repeat(size)}\r\n`,
    });
    expect(await client.send(mail('before'))).toEqual(['250 2.0.0 Taken.']);
    const ballast = fill(disk.path);
    for (const size of [10_000, 1_000_000]) {
      const [answer] = await client.send(mail('during', size));
      expect(answer).toMatch(/^452 4\.3\.1 There is no room/);
    }
    // Nothing is handed over that cannot be noted: a message that kills its reader would come for ever.
    isBusy = false;
    rmSync(ballast);
    await until(() => taken.length === 1, 'the consumer');
    expect(await client.send(mail('during'))).toEqual(['250 2.0.0 Taken.']);
    await until(() => spool.counts().waiting === 0, 'the queue to be empty');
    expect(taken).toEqual(['before', 'during']);
    client.socket.destroy();
    await door.close();
    await spool.close();
  });
});
