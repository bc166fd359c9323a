/**
 * The LMTP door and its spool in a process that is killed. Its consumer does what a good one does:
 * it notes an id once, and says when it is asked for one again.
 */
import { appendFileSync, openSync, closeSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { openLmtpDoor } from '../../src/doors/lmtp/door.ts';
import { openSpool } from '../../src/spool/open-spool.ts';
import { createSilentTelemetry } from '../../src/telemetry/telemetry.ts';

const [folder = '', records = ''] = process.argv.slice(2);
const telemetry = createSilentTelemetry();

async function textOf(message: { read(): AsyncIterable<Buffer> }): Promise<string> {
  let text = '';
  for await (const piece of message.read()) text += piece.toString('latin1');
  return text;
}

const spool = openSpool(
  {
    folder,
    now: Date.now,
    consumer: {
      take: async (message) => {
        const subject = /^Subject: (.*)\r$/m.exec(await textOf(message))?.[1] ?? 'none';
        await sleep(Math.random() * 5);
        try {
          closeSync(openSync(join(records, `${subject} ${message.id}`), 'wx'));
        } catch {
          appendFileSync(join(records, 'again'), `${subject}\n`);
        }
        await sleep(Math.random() * 5);
      },
    },
  },
  telemetry,
);
const listen = [{ address: '127.0.0.1:0' }];
const door = await openLmtpDoor({ listen, hostName: 'mx.example', intake: spool }, telemetry);
process.stdout.write(`${door.address}\n`);
setInterval(() => {
  const { waiting } = spool.counts();
  if (waiting === 0) process.stdout.write('idle\n');
}, 20);
