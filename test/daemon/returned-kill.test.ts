/**
 * kill -9 of the whole program at random moments while bounces and complaints come in: what LMTP
 * acknowledged counts for its account, and once, although what was not acknowledged is sent again.
 * PRIMUM_KILL_ROUNDS says how often.
 */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LmtpClient } from '../doors/lmtp-client.ts';
import { until } from '../peers/run.ts';
import { PROCESS_TEST_MS } from './program.ts';
import { bounce, complaint } from './returned-messages.ts';
import { MTA, ReturnedPlace } from './returned-place.ts';

const ROUNDS = Number(process.env['PRIMUM_KILL_ROUNDS'] ?? 4);
const SENDERS = 4;
const LONGEST_ROUND_MS = 600;
/** Recipients of one bounce; a kill between two of them must not count the first again. */
const RECIPIENTS = 6;

const p = new ReturnedPlace();
beforeEach(() => p.configure({ doors: { lmtp: { dns_servers: ['127.0.0.1:1'] } } }));
afterEach(() => p.place.remove());

interface Work {
  readonly account: string;
  readonly texts: string[];
}

/** Accounts that have sent, each with the mail that will come back for it. */
async function prepare(count: number): Promise<readonly Work[]> {
  const all: Work[] = [];
  for (let i = 0; i < count; i += 1) {
    const account = `ann${i}@own.example`;
    const recipients = Array.from({ length: RECIPIENTS }, (_, n) => `r${n}@d${n}.test`);
    await p.submit(account, { recipients });
    const token = await p.tokenOf(account);
    const filling = 'x'.repeat(i % 7 === 0 ? 200_000 : 10);
    const texts = [
      bounce({ madeBy: MTA, token, recipients, text: `${i} ${filling}` }),
      complaint({ token, recipient: 'r0@d0.test', reporter: `r${i}@provider.example` }),
    ];
    all.push({ account, texts });
  }
  return all;
}

/** Brings messages until the door is gone; those that were not acknowledged are brought again. */
async function bring(open: string[]): Promise<number> {
  const client = new LmtpClient(p.primum?.address('lmtp') ?? '');
  let acknowledged = 0;
  await client.greet();
  for (let text = open.pop(); text !== undefined; text = open.pop()) {
    const [answer] = await client.send({ text });
    if (answer?.startsWith('250') !== true) {
      open.push(text);
      break;
    }
    acknowledged += 1;
  }
  client.socket.destroy();
  return acknowledged;
}

describe('FBK-2: kill -9 between LMTP data and reply', () => {
  it(
    `${ROUNDS} times loses nothing acknowledged and counts nothing twice`,
    { timeout: PROCESS_TEST_MS + ROUNDS * 30_000 },
    async () => {
      await p.start();
      const works = await prepare(20 + ROUNDS * 10);
      // What is counted of sending may be a second old after a kill; here it is not what is tested.
      p.primum?.signal('SIGTERM');
      await p.primum?.ended;
      p.primum = await p.place.start();
      const open = works.flatMap(({ texts }) => texts);
      const total = open.length;
      let acknowledged = 0;
      for (let round = 0; round < ROUNDS; round += 1) {
        const senders = Array.from({ length: SENDERS }, () => bring(open));
        // A random moment is what is tested; nothing is waited for.
        await new Promise((resolve) => setTimeout(resolve, Math.random() * LONGEST_ROUND_MS));
        p.primum.signal('SIGKILL');
        for (const count of await Promise.all(senders)) acknowledged += count;
        await p.primum.ended;
        p.primum = await p.place.start();
      }
      await until('the rest to be brought', async () => {
        acknowledged += await bring(open);
        return open.length === 0;
      });
      await p.settled();
      expect(acknowledged).toBeGreaterThanOrEqual(total);
      const wrong: unknown[] = [];
      for (const { account } of works) {
        const { hardBounces, complaints } = await p.outcomesOf(account);
        if (hardBounces !== RECIPIENTS || complaints !== 1) {
          wrong.push({ account, hardBounces, complaints });
        }
      }
      expect(wrong).toEqual([]);
      expect(p.kept()).toEqual([]);
    },
  );
});
